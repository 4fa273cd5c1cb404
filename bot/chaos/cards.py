"""Questions as they stand in Slack: which are open on which message, and where a person presses to answer one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from bot.chaos.seen import Post
from integrations.simulator.slack.workspace import Message

WINDOWS = {"reject": "reject_why"}
"""Buttons that open a window, and theirs."""

OF_A_LIST = {"approve": "several_yes", "reject": "several_no"}
"""The same below a list of questions, for those that are ticked."""


def open_asks(message: Message, button: str) -> Iterator[tuple[str, str]]:
    """The questions that can be answered there by a button of that name, and the block it stands in."""
    for block in message.blocks:
        for element in block.get("elements", ()):
            for ask in _asks(element, button):
                yield ask, str(block["block_id"])


def hand(message: Message, block: str, ask: str, button: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Where somebody presses, and what: the question's own button, or that of its list with its box ticked."""
    where: dict[str, Any] = {"channel": message.channel, "ts": message.ts}
    held = next(each for each in message.blocks if each["block_id"] == block)["elements"]
    boxes = [option for element in held for option in element.get("options", ()) if element["type"] == "checkboxes"]
    if not boxes:
        return where, {"action_id": WINDOWS.get(button, button), "block_id": block}
    ticked = [option for option in boxes if json.loads(option["value"])["a"] == ask]
    where["values"] = {block: {"pick": {"type": "checkboxes", "selected_options": ticked}}}
    of = block.rpartition(".")[0].split(".")[:2]
    below = next(str(each["block_id"]) for each in message.blocks if _answers(each, button, of))
    return where, {"action_id": OF_A_LIST[button], "block_id": below}


def post_of(message: Message, to: str | None) -> Post:
    """A message as the checker wants it."""
    payload = (message.metadata or {}).get("event_payload") or {}
    return Post(
        channel=message.channel,
        ts=message.ts,
        to=to or "",
        marker=str(payload.get("effect", "")),
        open_asks=frozenset(ask for ask, _ in open_asks(message, "approve")),
        text=message.text,
        at=message.at,
    )


def buttons_of(message: Message, name: str) -> Iterator[dict[str, Any]]:
    """Where the buttons of that name are, as a press of one says it."""
    for block in message.blocks:
        for element in block.get("elements", ()):
            if str(element.get("action_id", "")).startswith(name):
                yield {"action_id": element["action_id"], "block_id": block["block_id"]}


def _asks(element: Mapping[str, Any], button: str) -> list[str]:
    """The questions that can be answered with an element: a button of that name, or a box in a list."""
    boxes = element.get("options", ()) if element.get("type") == "checkboxes" else ()
    pressed = [element] if str(element.get("action_id", "")).startswith(button) else []
    return [str(json.loads(each["value"])["a"]) for each in (*boxes, *pressed)]


def _answers(block: Mapping[str, Any], button: str, of: list[str]) -> bool:
    mine = str(block.get("block_id", "")).split(".")[:2] == of
    return mine and any(each.get("action_id") == OF_A_LIST[button] for each in block.get("elements", ()))
