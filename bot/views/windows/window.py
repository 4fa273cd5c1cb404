"""A Window is a form somebody has opened: drawn here, filled in there, and read back as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.views.parts.message import Block, section
from models.ids import named

Picked = Mapping[str, Any]
"""What was filled in, by ``block_id``: a text, a chosen value, a list of chosen values, or ``None``."""

LOADING = "One moment ..."


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """One form. Its word names what it is for, from the button that opens it to the job that settles it."""

    word: str
    title: str
    """At most 24 characters."""
    blocks: tuple[Block, ...]
    submit: str = ""
    """What its button says, at most 24 characters; empty for one that only shows something."""
    close: str = "Cancel"
    carried: Mapping[str, Any] = field(default_factory=dict)
    """Ids that come back with it: never content, never anything that is believed."""


def name_of(trigger: str) -> str:
    """The ``external_id`` of the window that a press opens: known to the door and to the job alike."""
    return f"w{named('window', trigger)}"


def drawn(window: Window, name: str) -> dict[str, Any]:
    """The view of ``window``."""
    submit = {"submit": _plain(window.submit)} if window.submit else {}
    return {
        "type": "modal",
        "callback_id": window.word,
        "external_id": name,
        "title": _plain(window.title),
        "close": _plain(window.close if window.submit else "Close"),
        "private_metadata": json.dumps(dict(window.carried)),
        "blocks": list(window.blocks),
        **submit,
    }


def loading(word: str, name: str) -> dict[str, Any]:
    """What is shown until the job has drawn the window: opened at once, because a trigger lasts three seconds."""
    return drawn(Window(word=word, title="PM Agent", blocks=(section(LOADING),)), name)


def picked(view: Mapping[str, Any]) -> Picked:
    """What was filled in, one value a block; a block without a value is ``None``, and so is what cannot be read."""
    values = _mapping(_mapping(view.get("state")).get("values"))
    return {str(block): _value(_mapping(next(iter(_mapping(used).values()), None))) for block, used in values.items()}


def carried(view: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ids that came back; empty when they cannot be read."""
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except (ValueError, TypeError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}


def _value(element: Mapping[str, Any]) -> Any:
    if "selected_options" in element:
        chosen = element["selected_options"]
        return [_mapping(each).get("value") for each in chosen] if isinstance(chosen, list) else []
    option = element.get("selected_option")
    if isinstance(option, Mapping):
        return option.get("value")
    kinds = ("value", "selected_user", "selected_date", "selected_time", "selected_conversation")
    return next((element[kind] for kind in kinds if element.get(kind) is not None), None)


def _mapping(found: object) -> Mapping[str, Any]:
    return found if isinstance(found, Mapping) else {}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": False}


# --- elements ---------------------------------------------------------------------------------------------------


def entry(
    block: str,
    label: str,
    *,
    multiline: bool = False,
    optional: bool = False,
    most: int = 500,
    start: str = "",
    hint: str = "",
) -> Block:
    """A text to be typed; ``hint`` is a small line below it."""
    element: Block = {"type": "plain_text_input", "action_id": block, "multiline": multiline, "max_length": most}
    element |= {"initial_value": start[:most]} if start else {}
    return labelled(block, label, element, optional=optional, hint=hint)


def choice(
    block: str, label: str, options: Sequence[tuple[str, str]], *, chosen: str = "", optional: bool = False
) -> Block:
    """One of ``options`` (what is read, what comes back): round buttons up to ten, else a menu of at most a hundred."""
    drawn_options = [option(words, value) for words, value in options[:100]]
    kind = "radio_buttons" if len(drawn_options) <= 10 else "static_select"
    element: Block = {"type": kind, "action_id": block, "options": drawn_options}
    first = next((each for each in drawn_options if each["value"] == chosen), None)
    return labelled(block, label, element | ({"initial_option": first} if first else {}), optional=optional)


def day(block: str, label: str, *, optional: bool = False, hint: str = "") -> Block:
    """A date."""
    return labelled(block, label, {"type": "datepicker", "action_id": block}, optional=optional, hint=hint)


def option(words: str, value: str) -> Block:
    """One choice; Slack takes 75 characters of words and 150 of value."""
    return {"text": _plain(words[:75] or "–"), "value": value[:150]}


def labelled(block: str, label: str, element: Block, *, optional: bool = False, hint: str = "") -> Block:
    """One field of a form: its name above, its element, and what helps to fill it in below."""
    made: Block = {"type": "input", "block_id": block, "label": _plain(label), "element": element, "optional": optional}
    return made | ({"hint": _plain(hint)} if hint else {})
