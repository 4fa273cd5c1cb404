"""A menu of buttons that have no room in their row: choosing one is the same as pressing it would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.views.parts.message import Block
from bot.views.parts.mrkdwn import plain

MORE = "more"
MOST = 5
"""Entries Slack takes in one menu."""


def more_menu(name: str, folded: Sequence[Block]) -> Block:
    """The menu of up to five buttons; ``name`` tells it from the others of its message."""
    entries = [_entry(each) for each in folded[:MOST]]
    return {"type": "overflow", "action_id": f"{MORE}:{name}"[:255], "options": entries}


def _entry(folded: Block) -> Block:
    words = {"type": "plain_text", "text": plain(folded["text"]["text"], 75), "emoji": False}
    return {"text": words, "value": f"{folded['action_id'].partition(':')[0]} {folded['value']}"}


def renamed(folded: Block, words: str) -> Block:
    """The same button, as it is called among others."""
    return {**folded, "text": {**folded["text"], "text": words}}


def meant(action: Mapping[str, Any]) -> Mapping[str, Any]:
    """The press of a button that a choice in such a menu stands for; any other press as it is."""
    chosen = action.get("selected_option")
    value = chosen.get("value") if isinstance(chosen, Mapping) else None
    if not str(action.get("action_id") or "").startswith(f"{MORE}:") or not isinstance(value, str):
        return action
    word, _, behind = value.partition(" ")
    rest = {key: each for key, each in action.items() if key != "selected_option"}
    return {**rest, "action_id": word, "value": behind}
