"""The approval card: exactly what would change, why, and until when; once answered, one line each.

A card is a projection of ledger rows: the same rows draw the same blocks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from bot.views.parts.items import rule_id, subject_link, why_button
from bot.views.parts.message import Block, Message, actions, button, columns, context, message, section, text_size
from bot.views.parts.moments import dated, moment
from bot.views.parts.moves import UNNAMED, Channels, Names, channel_of, details, matter, move, name_of
from bot.views.parts.mrkdwn import and_more, escape, link, linked
from bot.views.undone import undo_button, undone_line
from models.actions import (
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    Escalate,
    Reassign,
    RemindPerson,
    TransitionIssue,
)
from models.ids import ApprovalId, PersonId, named
from models.proposals import Approval, ApprovalState, Ending

_ROOM = 9_000
"""Characters for all blocks; Slack refuses at about 11,000 (slackapi/bolt-js #2509), the gate cuts at 10,000."""

_SHAPES = ((4, 12, 10), (2, 6, 6), (1, 3, 3), (0, 2, 2), (0, 1, 0))
"""Questions in full, questions at all, settled lines: the first shape that fits is drawn.

Further questions get their line and buttons without the reasons, so that the message stays readable.
"""

_FACTS = 3

_OUTCOME = 120
"""Characters of an outcome: a settled question is one line."""

_DONE = frozenset({Ending.DONE, Ending.FOUND})


Then = Mapping[ApprovalId, tuple[PersonId, datetime] | None]
"""Who is asked as well when nobody answers, and when (company time)."""

NOBODY: Then = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Known:
    """What a card is drawn with beside its approvals."""

    names: Names
    zone: str
    channels: Channels
    then: Then
    halted: bool


def approval_card(
    approvals: Sequence[Approval],
    names: Names,
    zone: str,
    channels: Channels = UNNAMED,
    then: Then = NOBODY,
    *,
    halted: bool = False,
) -> Message:
    """One message for everything one approver is asked, open questions first.

    ``zone`` is the reader's; ``channels`` are the names of the team's channels by role. While the team is ``halted``,
    in shadow mode, nothing can be answered.
    """
    known = _Known(names, zone, channels, then, halted)
    open_ones = [a for a in approvals if a.state is ApprovalState.PENDING]
    settled = [a for a in approvals if a.state is not ApprovalState.PENDING]
    for in_full, most_open, most_settled in _SHAPES:
        blocks = _open(open_ones, known, in_full, most_open)
        blocks += [_settled(a, known) for a in settled[len(settled) - min(most_settled, len(settled)) :]]
        if text_size(blocks) <= _ROOM:
            break
    return message(blocks)


def _open(asked: Sequence[Approval], known: _Known, in_full: int, most: int) -> list[Block]:
    blocks: list[Block] = []
    for place, approval in enumerate(asked[:most]):
        blocks += _question(approval, known, brief=place >= in_full)
    if len(asked) > most:
        blocks.append(context(f"{and_more(len(asked) - most, 'question')}, drawn once these are answered."))
    return blocks


def _settled_line(approval: Approval, known: _Known) -> str:
    """``Done Tue 10:14 by Dana · PAY-420 → Li Wei``: what came of it, when and through whom.

    It stands for days: the weekday is always told.
    """
    asked = matter(approval.proposal.action, known.names)
    at, who = _answer(approval, known)
    match approval.state:
        case ApprovalState.REJECTED:
            note = f" · {escape(approval.note, 120)}" if approval.note else ""
            return f"*Rejected* {at} by {who}, nothing done · {asked}{note}"
        case ApprovalState.EXPIRED:
            return f"*Lapsed* {dated(approval.expires, known.zone, approval.asked_at)}, nothing done · {asked}"
        case ApprovalState.SUPERSEDED:
            note = escape(approval.note, 120) or "the situation changed"
            return f"*Withdrawn*, nothing done: {note} · {asked}"
        case ApprovalState.PENDING:
            return f"*Waiting for an answer* · {asked}"
        case ApprovalState.APPROVED:
            return _approved(approval, at, who, known)


def _answer(approval: Approval, known: _Known) -> tuple[str, str]:
    """When it was answered, and by whom."""
    who = name_of(approval.by, known.names) if approval.by else "somebody"
    return dated(approval.at or approval.expires, known.zone, approval.asked_at), who


def _approved(approval: Approval, at: str, who: str, known: _Known) -> str:
    """Under way, done, or approved and yet not done because the world had moved on."""
    if not approval.outcome:
        return f"*Working…* {matter(approval.proposal.action, known.names)} · approved {at} by {who}"
    if approval.ending in _DONE:
        return _done(approval, f"*Done* {at} by {who}", known)
    return f"*Approved* {at} by {who}{', not done' if approval.ending else ''} · {_outcome(approval, known)}"


def _done(approval: Approval, done: str, known: _Known) -> str:
    came_of = _came_of(approval, known)
    if approval.undone is None:
        return f"{done} · {came_of}"
    return undone_line(
        approval.undone, approval.proposal.action, done, came_of, known.names, known.zone, approval.asked_at
    )


def _came_of(approval: Approval, known: _Known) -> str:
    """What was done, naming what it was done about."""
    match approval.proposal.action:
        case Escalate(channel=role, item=item) if role in known.channels:
            return f"{subject_link(item.subject, item.url)} escalated to {channel_of(role, known.channels)}"
        case RemindPerson() as action:
            return f"{matter(action, known.names)} sent"
        case _:
            return _outcome(approval, known)


def _outcome(approval: Approval, known: _Known) -> str:
    """The world's own words, after what they are about if they do not say it."""
    action, words = approval.proposal.action, approval.outcome.rstrip(".")
    match action:
        case Reassign() | TransitionIssue() | CloseIssue() | ChangeSprintScope() | ChangePriority() as change:
            if change.issue in words:
                return linked(words, [change.issue], change.issue_url, _OUTCOME)
        case CommentOnIssue(item=item) | Escalate(item=item) if item.subject in words:
            return linked(words, [item.subject], item.url, _OUTCOME)
        case _:
            pass
    return f"{matter(action, known.names)} · {escape(words, _OUTCOME)}"


def _question(approval: Approval, known: _Known, *, brief: bool) -> list[Block]:
    proposal = approval.proposal
    ask = "\n".join([f"*Approve?* {move(proposal.action, known.names, known.channels)}", *details(proposal.action)])
    blocks = [section(ask, block_id=_block_id(approval, "ask"))]
    if not brief:
        blocks += _reasons(approval)
        blocks.append(context(_footer(approval, known), block_id=_block_id(approval, "foot")))
    return [*blocks, *([_halted(approval)] if known.halted else [_buttons(approval)])]


def _halted(approval: Approval) -> Block:
    """In place of the buttons. The question stands, and can be answered again when the mode has changed back."""
    return context(
        "*Shadow mode now*: nothing is done, so there is nothing to answer.", block_id=_block_id(approval, "halted")
    )


def _reasons(approval: Approval) -> list[Block]:
    """Why, what happens otherwise, and whether it can be taken back. What the question quotes is not said again."""
    proposal = approval.proposal
    quoted = proposal.action.facts if isinstance(proposal.action, Escalate) else ()
    new = [fact for fact in proposal.evidence if fact.text not in quoted]
    facts = [link(fact.url, fact.text, 200) for fact in new[:_FACTS]] or [escape(proposal.because)]
    why = "*Why*\n" + "\n".join(f"• {fact}" for fact in facts)
    undo = escape(proposal.undo) if proposal.undo else "No"
    rest = [f"*If nothing happens*\n{escape(proposal.if_nothing)}"] if proposal.if_nothing else []
    return [
        section(why, block_id=_block_id(approval, "why")),
        columns([*rest, f"*Can be undone*\n{undo}"], block_id=_block_id(approval, "else")),
    ]


def _footer(approval: Approval, known: _Known) -> str:
    asked = " and ".join(name_of(person, known.names) for person in approval.asked)
    others = [name_of(person, known.names) for person in approval.approvers[1:4] if person not in approval.asked]
    also = f" ({' or '.join(others)} may answer too)" if others else ""
    then = known.then.get(approval.id)
    if then is not None:
        also = f"{also}, then {name_of(then[0], known.names)} from {moment(then[1], known.zone, approval.asked_at)}"
    return f"Asked {asked}{also} · {_terms(approval, known)}"


def _terms(approval: Approval, known: _Known) -> str:
    """Until when, how urgent, by which rule, and under which name it is on record."""
    until = moment(approval.expires, known.zone, approval.asked_at)
    record = f"rule {rule_id(approval.decision_rule)} · id {rule_id(approval.proposal.id)}"
    return f"lapses {until} with no action · {approval.proposal.urgency.name.lower()} urgency · {record}"


def question_reminder(
    approval: Approval, names: Names, zone: str, channels: Channels = UNNAMED, *, now: datetime, more: int = 0
) -> Message:
    """The one short reminder of a card that stands, and of ``more`` questions on it.

    It has no buttons that decide, so that there is one place to answer.
    """
    known = _Known(names, zone, channels, NOBODY, halted=False)
    also = f" · {and_more(more, 'question')}" if more else ""
    words = f"*Still open:* {move(approval.proposal.action, names, channels)}{also}"
    words += f"\nThe card of {dated(approval.asked_at, zone, now)} has the buttons."
    return message(
        [section(words), context(f"L{_terms(approval, known)[1:]}"), actions(why_button(approval.proposal.id))]
    )


def _buttons(approval: Approval) -> Block:
    value = json.dumps({"a": approval.id, "v": approval.payload_hash})
    what = _spoken(approval)
    return actions(
        button("Approve", "approve", value, style="primary", reads=f"Approve: {what}", confirm=_sure(approval)),
        button("Reject", "reject", value, style="danger", reads=f"Reject: {what}"),
        why_button(approval.proposal.id),
        block_id=_block_id(approval, "answer"),
    )


def _sure(approval: Approval) -> Block | None:
    """Asked only where a yes cannot be taken back."""
    if approval.proposal.undo:
        return None
    words = {"title": "Approve this?", "text": "It cannot be undone.", "confirm": "Approve", "deny": "Cancel"}
    return {key: {"type": "plain_text", "text": text} for key, text in words.items()}


def _spoken(approval: Approval) -> str:
    """The move without links, for a screen reader."""
    action = approval.proposal.action
    issue = getattr(action, "issue", None)
    return f"{action.kind.replace('_', ' ')}{f' {issue}' if issue else ''}"


def _settled(approval: Approval, known: _Known) -> Block:
    line, undo = section(_settled_line(approval, known), block_id=_block_id(approval, "end")), undo_button(approval)
    return line | {"accessory": undo} if undo is not None else line


def _block_id(approval: Approval, part: str) -> str:
    """New whenever what it shows is new: Slack keeps what was typed or pressed in a block that keeps its id."""
    return f"{approval.id}.{part}.{named(approval.state, approval.at, approval.outcome, approval.undone)[:8]}"
