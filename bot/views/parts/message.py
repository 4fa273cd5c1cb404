"""A Message is what a person will see in Slack: blocks, and the same words as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.views.parts.mrkdwn import escape

Block = dict[str, Any]

TEXT_BUDGET = 3_500
"""Characters of the fallback text; Slack takes 4,000."""

_SECTION = 2_900
_NOTHING = "–"
"""Slack refuses empty text."""


@dataclass(frozen=True, slots=True)
class Message:
    """``text`` is the notification, the screen reader's version and what is left when Slack refuses the blocks."""

    text: str
    blocks: tuple[Block, ...]


def message(blocks: Iterable[Block]) -> Message:
    """A Message whose text says, in order, what its blocks say."""
    drawn = tuple(blocks)
    lines: list[str] = []
    size = 0
    for line in (line for block in drawn for line in _said(block)):
        size += len(line) + 1
        if size > TEXT_BUDGET:
            break
        lines.append(line)
    return Message("\n".join(lines), drawn)


def header(text: str) -> Block:
    """A title. Slack takes 150 characters of plain text."""
    return {"type": "header", "text": {"type": "plain_text", "text": text or _NOTHING, "emoji": False}}


def section(text: str, *, block_id: str | None = None) -> Block:
    """A paragraph of mrkdwn."""
    return _named({"type": "section", "text": mrkdwn(text)}, block_id)


def sections(lines: Iterable[str]) -> list[Block]:
    """Lines under each other, in as many paragraphs as Slack's 3,000 characters make necessary."""
    texts: list[str] = []
    for line in lines:
        if texts and len(texts[-1]) + len(line) < _SECTION:
            texts[-1] += f"\n{line}"
        else:
            texts.append(line)
    return [section(text) for text in texts]


def columns(texts: Iterable[str], *, block_id: str | None = None) -> Block:
    """Up to ten short pieces, two beside each other on a wide screen."""
    return _named({"type": "section", "fields": [mrkdwn(text) for text in texts]}, block_id)


def context(text: str, *, block_id: str | None = None) -> Block:
    """One small grey line."""
    return _named({"type": "context", "elements": [mrkdwn(text)]}, block_id)


def actions(*buttons: Block, block_id: str | None = None) -> Block:
    """A row of buttons."""
    return _named({"type": "actions", "elements": list(buttons)}, block_id)


def divider() -> Block:
    """A thin line."""
    return {"type": "divider"}


def button(
    label: str, action: str, value: str, *, style: str | None = None, reads: str = "", confirm: Block | None = None
) -> Block:
    """A button; ``reads`` is what a screen reader says, where the label alone would not be enough."""
    made: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": label, "emoji": False},
        "action_id": action,
        "value": value,
    }
    extras = {"style": style, "accessibility_label": reads[:75], "confirm": confirm}
    return made | {key: extra for key, extra in extras.items() if extra}


def mrkdwn(text: str) -> Block:
    """Text with links and bold; ``verbatim`` keeps Slack from turning foreign words into more links."""
    return {"type": "mrkdwn", "text": text or _NOTHING, "verbatim": True}


def text_size(blocks: Iterable[Block]) -> int:
    """Characters a reader would see in all of them."""
    return sum(_size(block) for block in blocks)


def _size(node: Any) -> int:
    if isinstance(node, list | tuple):
        return sum(map(_size, node))
    if not isinstance(node, Mapping):
        return 0
    return sum(len(v) if k == "text" and isinstance(v, str) else _size(v) for k, v in node.items())


def _named(block: Block, block_id: str | None) -> Block:
    return block | {"block_id": block_id} if block_id else block


def _said(block: Mapping[str, Any]) -> Iterator[str]:
    """The lines of one block; buttons say nothing without a way to press them."""
    if block["type"] == "table":
        yield from (" · ".join(escape(_words(cell)) for cell in row) for row in block["rows"][1:])
        return
    if block["type"] == "container":
        yield escape(str(block["title"]["text"]))
        yield from (line for inside in block["child_blocks"] for line in _said(inside))
        return
    if block["type"] == "actions":
        yield from (_box(box) for each in block["elements"] if each["type"] == "checkboxes" for box in each["options"])
        return
    parts = [block.get("text"), *block.get("fields", ())]
    if block["type"] == "context":
        parts = list(block["elements"])
    for part in parts:
        if part:
            # Plain text is harmless in its block, but the fallback is read as mrkdwn.
            text = str(part["text"])
            yield from (text if part["type"] == "mrkdwn" else escape(text)).split("\n")


def _box(box: Mapping[str, Any]) -> str:
    """What can be ticked is a line of the message: its words stand nowhere else."""
    return " · ".join(escape(str(box[part]["text"])) for part in ("text", "description") if part in box)


def _words(cell: Any) -> str:
    """What a cell of a table shows."""
    if isinstance(cell, list | tuple):
        return "".join(map(_words, cell))
    return str(cell["text"]) if "text" in cell else _words(cell.get("elements", ()))
