"""The approval card: exactly what would change, why, and until when; once answered, one line each.

A card is a projection of ledger rows: the same rows draw the same blocks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot.views.card.batch import several, together
from bot.views.card.known import NOBODY, Known, Later, Then
from bot.views.card.question import question, terms
from bot.views.card.settled import settled
from bot.views.parts.items import why_button
from bot.views.parts.message import Block, Message, actions, context, divider, message, section, text_size
from bot.views.parts.moments import dated, localised
from bot.views.parts.moves import UNNAMED, Channels, Names, move
from bot.views.parts.mrkdwn import and_more, link
from models.ids import ApprovalId
from models.proposals import Approval, ApprovalState

_ROOM = 9_000
"""Characters for all blocks; Slack refuses at about 11,000 (slackapi/bolt-js #2509), the gate cuts at 10,000."""

_SHAPES = ((4, 8, 10), (2, 6, 6), (1, 3, 3), (0, 2, 2), (0, 1, 0))
"""Questions in full, questions at all, settled lines: the first shape that fits is drawn.

Further questions get their line and buttons without the reasons, so that the message stays readable.
"""


def approval_card(
    approvals: Sequence[Approval],
    names: Names,
    zone: str,
    channels: Channels = UNNAMED,
    then: Then = NOBODY,
    later: Later = (),
    *,
    halted: bool = False,
    stopped: Collection[ApprovalId] = (),
) -> Message:
    """One message for everything one approver is asked, open questions first.

    ``zone`` is the reader's; ``channels`` are the names of the team's channels by role; ``later`` is what *Ask me
    later* offers. While the team is ``halted``, in shadow mode, nothing can be answered, nor what alone is ``stopped``.
    """
    known = Known(names, zone, channels, then, halted, later, stopped)
    approvals = [_localised(approval, zone) for approval in approvals]
    open_ones = [a for a in approvals if a.state is ApprovalState.PENDING]
    edited = {a.edits for a in approvals if a.edits}
    over = [a for a in approvals if a.state is not ApprovalState.PENDING and a.id not in edited]
    for in_full, most_open, most_settled in _SHAPES:
        blocks = _open(open_ones, known, in_full, most_open)
        blocks += [settled(a, known) for a in over[len(over) - min(most_settled, len(over)) :]]
        if text_size(blocks) <= _ROOM and len(blocks) <= _MOST_BLOCKS:
            break
    return message(blocks)


def _localised(approval: Approval, zone: str) -> Approval:
    """With every instant that its words hold in the reader's time."""
    proposal, undone = approval.proposal, approval.undone
    facts = tuple(replace(fact, text=localised(fact.text, zone)) for fact in proposal.evidence)
    return replace(
        approval,
        proposal=replace(proposal, evidence=facts),
        outcome=localised(approval.outcome, zone),
        undone=replace(undone, words=localised(undone.words, zone)) if undone is not None else None,
    )


_MOST_BLOCKS = 50
"""Slack's limit of one message."""


def _open(asked: Sequence[Approval], known: Known, in_full: int, most: int) -> list[Block]:
    blocks: list[Block] = []
    for place, group in enumerate(together(asked[:most])):
        blocks += [divider()] if blocks else []
        brief = place >= in_full
        blocks += several(group, known, brief=brief) if len(group) > 1 else question(group[0], known, brief=brief)
    if len(asked) > most:
        blocks.append(context(f"{and_more(len(asked) - most, 'question')}, drawn once these are answered."))
    return blocks


def question_reminder(
    approval: Approval,
    names: Names,
    zone: str,
    channels: Channels = UNNAMED,
    *,
    now: datetime,
    more: int = 0,
    promised: bool = False,
    url: str = "",
) -> Message:
    """The one short reminder of a card that stands, and of ``more`` questions on it; ``promised`` to who put it off.

    It has no buttons that decide, so that there is one place to answer; ``url`` leads there, where it is known.
    """
    also = f" · {and_more(more, 'question')}" if more else ""
    begins = "You wanted to hear this now:" if promised else "Still open:"
    words = f"*{begins}* {move(approval.proposal.action, names, channels)}{also}"
    card = f"card of {dated(approval.asked_at, zone, now)}"
    words += f"\nThe {link(url, card, 60) if url else card} has the buttons."
    footer = f"L{terms(approval, zone)[1:]}"
    return message([section(words), context(footer), actions(why_button(approval.proposal.id))])
