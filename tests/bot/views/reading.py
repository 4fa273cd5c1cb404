"""A message as its reader sees it, in plain characters: [Button], # header, (small grey line)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.views.parts.more import meant

_LINK = re.compile(r"<(https?://[^|>]+)\|([^>]*)>")


def seen(blocks: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(_block(block) for block in blocks)


def pressable(blocks: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Every button in rows, and each that is folded into a menu as the press it stands for, with its words."""
    rows = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return [press for element in rows for press in _presses(element)]


def _presses(element: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if element["type"] == "overflow":
        made = [{"action_id": element["action_id"], "selected_option": option} for option in element["options"]]
        return [{**meant(press), "text": press["selected_option"]["text"]} for press in made]
    return [element] if element["type"] == "button" else []


def _block(block: Mapping[str, Any]) -> str:
    match block["type"]:
        case "header":
            return f"# {_text(block['text'])}"
        case "divider":
            return "---"
        case "context":
            return " ".join(f"({_text(part)})" for part in block["elements"])
        case "actions":
            return " ".join(f"[{_label(part)}]" for part in block["elements"])
        case "context_actions":
            both = [each[name] for each in block["elements"] for name in ("positive_button", "negative_button")]
            return " ".join(f"[{_text(each['text'])}]" for each in both)
        case "table":
            return "\n".join(f"| {' | '.join(map(_cell, row))} |" for row in block["rows"])
        case "container":
            inside = seen(block["child_blocks"]).replace("\n", "\n  ")
            return f"> {_text(block['title'])}\n  {inside}"
        case "input":
            return (
                f"{_text(block['label'])}{' (optional)' if block.get('optional') else ''}: [{_field(block['element'])}]"
                + (f" ({_text(block['hint'])})" if "hint" in block else "")
            )
        case _:
            parts = [block["text"]] if "text" in block else block["fields"]
            beside = f"  [{_label(block['accessory'])}]" if "accessory" in block else ""
            return "\n".join(_text(part) for part in parts) + beside


def _cell(cell: Mapping[str, Any]) -> str:
    if cell["type"] == "raw_text":
        return str(cell["text"])
    [line] = cell["elements"]
    return "".join(f"{{{p['text']}}}" if p["type"] == "link" else str(p["text"]) for p in line["elements"])


def _field(element: Mapping[str, Any]) -> str:
    """What can be filled in: a text, a day, or the choices, the chosen ones in stars."""
    if "options" not in element:
        return str(element.get("initial_value") or element["type"].replace("plain_text_input", "…"))
    first = [*element.get("initial_options", ()), element.get("initial_option")]
    return " / ".join(f"*{_text(o['text'])}*" if o in first else _text(o["text"]) for o in element["options"])


def _label(part: Mapping[str, Any]) -> str:
    """A button by its words, a menu by what can be chosen."""
    if part["type"] == "button":
        return _text(part["text"])
    title = part.get("placeholder", {}).get("text", "…")
    return f"{title} " + ", ".join(_text(option["text"]) for option in part["options"])


def _text(part: Mapping[str, Any]) -> str:
    return html.unescape(_LINK.sub(r"{\2}", part["text"]))
