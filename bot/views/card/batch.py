"""Several questions of one kind on one card may be answered together: boxes to tick, and each is decided by itself.

What cannot be taken back is never among them.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.views.card.known import Known, block_id
from bot.views.card.question import value_of
from bot.views.parts.message import Block, actions, button, context
from bot.views.parts.moves import matter
from bot.views.parts.mrkdwn import plain
from models.ids import ApprovalId, named
from models.proposals import Approval

LEAST = 2
MOST_CHOSEN = 10
"""Boxes Slack draws in one group."""

NOTHING_CHOSEN = "Nothing is ticked, so nothing was done. Tick what you mean, then press again."

BOXES = "pick"


def together(asked: Sequence[Approval], known: Known) -> list[Block]:
    """For each kind with several open questions: boxes, and the two buttons for what is ticked."""
    kinds: dict[str, list[Approval]] = {}
    for approval in asked:
        if approval.proposal.undo:
            kinds.setdefault(approval.proposal.action.kind, []).append(approval)
    groups = [group[:MOST_CHOSEN] for group in kinds.values() if len(group) >= LEAST]
    return [] if known.halted else [block for group in groups for block in _group(group, known)]


def _group(asked: Sequence[Approval], known: Known) -> list[Block]:
    """The block ids change with the questions, so that no box stays ticked for another."""
    name = f"batch.{named(*(block_id(each, 'ask') for each in asked))[:12]}"
    options = [
        {"text": {"type": "plain_text", "text": plain(_said(each, known), 75), "emoji": False}, "value": value_of(each)}
        for each in asked
    ]
    many, value = len(asked), json.dumps({"a": "several"})
    return [
        context(f"Or answer several of these {many} at once. Each is decided by itself.", block_id=f"{name}.say"),
        actions({"type": "checkboxes", "action_id": BOXES, "options": options}, block_id=f"{name}.boxes"),
        actions(
            button("Approve selected", "several_yes", value, reads=f"Approve what is ticked of {many}"),
            button("Reject selected…", "several_no", value, reads=f"Reject what is ticked of {many}"),
            block_id=f"{name}.answer",
        ),
    ]


_LINK = re.compile(r"<[^|>]+\|([^>]*)>")


def _said(approval: Approval, known: Known) -> str:
    """The move without links: a box has plain text."""
    said = html.unescape(_LINK.sub(r"\1", matter(approval.proposal.action, known.names)))
    return said[:1].upper() + said[1:]


def chosen_in(picked: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Which questions are ticked, in which version; what cannot be read is left out. Each once."""
    values = (value for ticked in picked.values() if isinstance(ticked, list) for value in ticked)
    return list(dict.fromkeys(pair for value in values if (pair := _pair(value)) is not None))


def _pair(value: object) -> tuple[str, str] | None:
    try:
        found = json.loads(str(value))
        return str(found["a"]), str(found["v"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def told_together(refused: Sequence[tuple[ApprovalId, str]], of: int) -> str | None:
    """What did not count, a line each; ``None`` when all did. Plain text."""
    if not refused:
        return None
    lines = dict.fromkeys(words for _, words in refused)
    counted = [f"{of - len(refused)} of {of} counted."] if of > 1 else []
    return "\n".join([*counted, *lines])
