"""A message as its reader sees it, in plain characters: [Button], # header, (small grey line)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

_LINK = re.compile(r"<(https?://[^|>]+)\|([^>]*)>")


def seen(blocks: Sequence[Mapping[str, Any]]) -> str:
    return "\n".join(_block(block) for block in blocks)


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
        case _:
            parts = [block["text"]] if "text" in block else block["fields"]
            beside = f"  [{_label(block['accessory'])}]" if "accessory" in block else ""
            return "\n".join(_text(part) for part in parts) + beside


def _label(part: Mapping[str, Any]) -> str:
    """A button by its words, a menu by what can be chosen."""
    if part["type"] == "button":
        return _text(part["text"])
    title = part.get("placeholder", {}).get("text", "…")
    return f"{title} " + ", ".join(_text(option["text"]) for option in part["options"])


def _text(part: Mapping[str, Any]) -> str:
    return html.unescape(_LINK.sub(r"{\2}", part["text"]))
