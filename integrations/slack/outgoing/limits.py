"""What Slack takes of each element: a block in, one or more blocks out that cross no limit.

The figures are those of Slack's Block Kit reference. What can be divided is divided, text is cut between words, and
what neither can be is left out whole: a button with half a value would do the wrong thing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

from integrations.slack.outgoing.fitting import NOTHING, fit, one_line, parts, shows

log = logging.getLogger(__name__)

Block = dict[str, Any]

SECTION, FIELD, CONTEXT = 3_000, 2_000, 3_000
"""Characters of a section, one of its fields, and one text of a context line."""

_FIELDS, _CONTEXTS, _BUTTONS, _ICONS = 10, 10, 25, 5
_ROWS, _CELLS = 100, 20
_ID = 255

_TITLES: Mapping[str, Mapping[str, int]] = {
    "header": {"text": 150},
    "button": {"text": 75},
    "workflow_button": {"text": 75},
    "icon_button": {"text": 75},
    "image": {"title": 2_000},
    "input": {"label": 2_000, "hint": 2_000},
    "video": {"title": 199, "description": 199},
    "modal": {"title": 24, "submit": 24, "close": 24},
}
"""Text objects on one line, by type."""

_CONFIRM = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
_OPTION = {"text": 75, "description": 75}
_PLACEHOLDER = 150
_STRINGS = {"accessibility_label": 75, "alt_text": 2_000, "initial_value": 3_000}
"""Plain strings that may be cut."""

_EXACT = {"value": 2_000, "url": 3_000, "action_id": _ID, "image_url": 3_000}
"""Strings that mean something only as a whole; an empty one is as good as none, and Slack refuses it."""

_OPTION_VALUE = 150
_CHOICES = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}
_MOST_CHOICES = 100

_NOT_ON: Mapping[str, frozenset[str]] = {
    "message": frozenset({"alert", "file"}),
    "home": frozenset(
        {"alert", "context_actions", "data_visualization", "file", "markdown", "plan", "table", "task_card"}
    ),
    "modal": frozenset(
        {"card", "carousel", "context_actions", "data_visualization", "file", "markdown", "plan", "table", "task_card"}
    ),
}
"""Block types a surface does not take; their words are shown instead."""


def bounded(block: Block, surface: str) -> list[Block]:
    """``block`` as Slack takes it on ``surface``: itself, several in its place, or none when nothing is left."""
    kind = str(block.get("type"))
    if kind in _NOT_ON[surface]:
        return list(plain_sections(words(block)))
    divided = _DIVIDED.get(kind, _whole)(block)
    return [_named(_element(each), number) for number, each in enumerate(divided)]


def titled(view: Block) -> Block:
    """A view's own texts within their limits; its blocks are not looked at."""
    return _texts(view, _TITLES.get(str(view.get("type")), {}))


def words(node: Any) -> Iterator[str]:
    """Every piece of text a reader would see, in order."""
    if isinstance(node, list | tuple):
        for part in node:
            yield from words(part)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from words(value)


def plain_sections(lines: Iterator[str] | Sequence[str]) -> Iterator[Block]:
    """``lines`` as plain text, in as many sections as that takes."""
    text = "\n".join(line for line in lines if shows(line))
    for piece in parts(text, SECTION) if text else ():
        yield {"type": "section", "text": {"type": "plain_text", "text": piece, "emoji": False}}


# --- what can be divided ---------------------------------------------------------------------------------------


def _whole(block: Block) -> list[Block]:
    return [block]


def _section(block: Block) -> list[Block]:
    """A long text goes on in further sections; fields beyond the tenth as well."""
    fields = [_short(field, FIELD) for field in _listed(block, "fields")]
    kept = {"accessory": extra} if (extra := _usable(block.get("accessory"))) else {}
    first = {key: value for key, value in block.items() if key not in {"text", "fields", "accessory"}} | kept
    pieces = _pieces(block.get("text"))
    rows = [fields[at : at + _FIELDS] for at in range(0, len(fields), _FIELDS)]
    if not pieces and not rows:
        return [first | {"text": {"type": "plain_text", "text": NOTHING}}]
    made: list[Block] = [{"text": piece} for piece in pieces] or [{}]
    if rows:
        made[-1]["fields"] = rows[0]
        made += [{"fields": row} for row in rows[1:]]
    return [(first if not number else {"type": "section"}) | each for number, each in enumerate(made)]


def _pieces(text: Any) -> list[Any]:
    if not isinstance(text, dict) or not isinstance(text.get("text"), str):
        return [text] if text else []
    if not shows(text["text"]):
        return [{**text, "text": NOTHING}]
    return [{**text, "text": piece if shows(piece) else NOTHING} for piece in parts(text["text"], SECTION)]


def _chunks(key: str, most: int, each: Callable[[Any], Any]) -> Callable[[Block], list[Block]]:
    """Lists that go on in a further block of the same type."""

    def divide(block: Block) -> list[Block]:
        inside = [made for part in _listed(block, key) if (made := each(part)) is not None]
        later = {name: value for name, value in block.items() if name not in {key, "block_id"}}
        chunks = [inside[at : at + most] for at in range(0, len(inside), most)]
        return [(later if number else block) | {key: chunk} for number, chunk in enumerate(chunks)]

    return divide


def _table(block: Block) -> list[Block]:
    rows = [row[:_CELLS] if isinstance(row, list) else row for row in _listed(block, "rows")]
    made = [block | {"rows": rows[:_ROWS]}]
    left = len(rows) - _ROWS
    return [*made, *([note(f"{left} more row{'s' if left > 1 else ''}")] if left > 0 else [])]


def note(text: str) -> Block:
    """One small line of our own."""
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}


def _context_part(part: Any) -> Any:
    return _short(part, CONTEXT) if isinstance(part, dict) and "text" in part else part


def _usable(part: Any) -> Any:
    """An element, or ``None`` when there is none or it would not do what it says."""
    if not isinstance(part, dict):
        return None
    for key, most in _EXACT.items():
        if len(str(part.get(key) or "")) > most:
            log.warning("a %s was left out: its %s has %d characters", part.get("type"), key, len(str(part[key])))
            return None
    return {key: value for key, value in part.items() if key not in _EXACT or value}


_DIVIDED: Mapping[str, Callable[[Block], list[Block]]] = {
    "section": _section,
    "context": _chunks("elements", _CONTEXTS, _context_part),
    "actions": _chunks("elements", _BUTTONS, _usable),
    "context_actions": _chunks("elements", _ICONS, _usable),
    "table": _table,
}


# --- what is only shortened ------------------------------------------------------------------------------------


def _element(node: Any) -> Any:
    """Every limit inside ``node``, from the leaves up."""
    if isinstance(node, list):
        return [_element(part) for part in node]
    if not isinstance(node, dict):
        return node
    made = {key: _element(value) for key, value in node.items()}
    made = _texts(made, {**_TITLES.get(str(node.get("type")), {}), "placeholder": _PLACEHOLDER})
    if isinstance(made.get("confirm"), dict) and "title" in made["confirm"]:
        made["confirm"] = _texts(made["confirm"], _CONFIRM)
    for key, most in _STRINGS.items():
        if isinstance(made.get(key), str):
            made[key] = one_line(made[key], most) if shows(made[key]) else NOTHING
    return _choices(made)


def _choices(element: Block) -> Block:
    """As many options as the element takes; a choice made beforehand that is not among them is dropped."""
    if isinstance(element.get("options"), list):
        most = _CHOICES.get(str(element.get("type")), _MOST_CHOICES)
        element["options"] = _options(element["options"])[:most]
        for key in ("initial_option", "initial_options"):
            chosen = element.get(key)
            if chosen:
                _begun_with(element, key, chosen)
    if isinstance(element.get("option_groups"), list):
        element["option_groups"] = [_texts(g, {"label": 75}) for g in element["option_groups"][:_MOST_CHOICES]]
    return element


def _begun_with(element: Block, key: str, chosen: Any) -> None:
    """A choice made beforehand reads as it does among the options, or Slack takes it for another one."""
    shortened = _options(_as_list(chosen))
    if not shortened or not all(each in element["options"] for each in shortened):
        del element[key]
    else:
        element[key] = shortened if isinstance(chosen, list) else shortened[0]


def _options(options: Sequence[Any]) -> list[Any]:
    sound = [o for o in options if isinstance(o, dict) and 0 < len(str(o.get("value", ""))) <= _OPTION_VALUE]
    return [_texts(option, _OPTION) for option in sound]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _texts(made: Block, limits: Mapping[str, int]) -> Block:
    shortened = {k: _label(made[k], most) for k, most in limits.items() if isinstance(made.get(k), dict)}
    return made | shortened


def _label(text: Block, limit: int) -> Block:
    if not isinstance(text.get("text"), str):
        return text
    return {**text, "text": one_line(text["text"], limit) if shows(text["text"]) else NOTHING}


def _short(part: Any, limit: int) -> Any:
    if not isinstance(part, dict) or not isinstance(part.get("text"), str):
        return part
    return {**part, "text": fit(part["text"], limit) if shows(part["text"]) else NOTHING}


def _listed(block: Block, key: str) -> list[Any]:
    return list(block[key]) if isinstance(block.get(key), list | tuple) else []


def _named(block: Block, number: int) -> Block:
    """The block id stays with the first of several; one that is too long is left to Slack to make up."""
    name = block.get("block_id")
    if name is not None and (number or not 0 < len(str(name)) <= _ID):
        block = {key: value for key, value in block.items() if key != "block_id"}
    return _apart(block)


def _apart(block: Block) -> Block:
    """No two elements of one action id in a block: the second gets a suffix, as our own ids may have."""
    seen: set[str] = set()
    made: list[Any] = []
    for part in _listed(block, "elements"):
        name = part.get("action_id") if isinstance(part, dict) else None
        made.append({**part, "action_id": _unused(str(name), seen)} if name in seen else part)
        if isinstance(made[-1], dict) and "action_id" in made[-1]:
            seen.add(str(made[-1]["action_id"]))
    return block | {"elements": made} if "elements" in block else block


def _unused(name: str, seen: Collection[str]) -> str:
    number = 2
    while (fresh := f"{name[: _ID - 5]}:{number}") in seen:
        number += 1
    return fresh
