"""The approval card: exactly what would change, why, and until when; once answered, one line each.

A card is a projection of ledger rows: the same rows draw the same blocks.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.views.items import rule_id, why_button
from bot.views.message import Block, Message, actions, button, columns, context, message, section, text_size
from bot.views.moments import moment
from bot.views.moves import Names, details, move, name_of
from bot.views.mrkdwn import and_more, escape, link, linked
from models.actions import Reassign
from models.ids import named
from models.proposals import Approval, ApprovalState, Ending

_ROOM = 9_000
"""Characters for all blocks; Slack refuses at about 11,000 (slackapi/bolt-js #2509), the gate cuts at 10,000."""

_SHAPES = ((4, 12, 10), (2, 6, 6), (1, 3, 3), (0, 2, 2), (0, 1, 0))
"""Questions in full, questions at all, settled lines: the first shape that fits is drawn.

Further questions get their line and buttons without the reasons, so that the message stays readable.
"""

_FACTS = 3

_DONE = frozenset({Ending.DONE, Ending.FOUND})


def approval_card(approvals: Sequence[Approval], names: Names, zone: str) -> Message:
    """One message for everything one approver is asked, open questions first. ``zone`` is the reader's."""
    open_ones = [a for a in approvals if a.state is ApprovalState.PENDING]
    settled = [a for a in approvals if a.state is not ApprovalState.PENDING]
    for in_full, most_open, most_settled in _SHAPES:
        blocks = _open(open_ones, names, zone, in_full, most_open)
        blocks += [_settled(a, names, zone) for a in settled[len(settled) - min(most_settled, len(settled)) :]]
        if text_size(blocks) <= _ROOM:
            break
    return message(blocks)


def _open(asked: Sequence[Approval], names: Names, zone: str, in_full: int, most: int) -> list[Block]:
    blocks: list[Block] = []
    for place, approval in enumerate(asked[:most]):
        blocks += _question(approval, names, zone, brief=place >= in_full)
    if len(asked) > most:
        blocks.append(context(f"{and_more(len(asked) - most, 'question')}, drawn once these are answered."))
    return blocks


def settled_line(approval: Approval, names: Names, zone: str) -> str:
    """``Done 10:14 by Dana · PAY-420 → Li Wei``: what came of it, when and through whom."""
    asked = move(approval.proposal.action, names)
    at, who = _answer(approval, names, zone)
    match approval.state:
        case ApprovalState.REJECTED:
            note = f" · {escape(approval.note, 120)}" if approval.note else ""
            return f"*Rejected* {at} by {who}, nothing done · {asked}{note}"
        case ApprovalState.EXPIRED:
            return f"*Lapsed* {moment(approval.expires, zone, approval.asked_at)}, nothing done · {asked}"
        case ApprovalState.SUPERSEDED:
            note = escape(approval.note, 120) or "the situation changed"
            return f"*Withdrawn*, nothing done: {note} · {asked}"
        case ApprovalState.PENDING:
            return f"*Waiting for an answer* · {asked}"
        case ApprovalState.APPROVED:
            return _approved(approval, at, who, asked)


def _answer(approval: Approval, names: Names, zone: str) -> tuple[str, str]:
    """When it was answered, and by whom."""
    who = name_of(approval.by, names) if approval.by else "somebody"
    return moment(approval.at or approval.expires, zone, approval.asked_at), who


def _approved(approval: Approval, at: str, who: str, asked: str) -> str:
    """Under way, done, or approved and yet not done because the world had moved on."""
    if not approval.outcome:
        return f"*Working…* {asked} · approved {at} by {who}"
    action = approval.proposal.action
    outcome = linked(approval.outcome, [action.issue], action.issue_url) if isinstance(action, Reassign) else ""
    words = outcome or escape(approval.outcome)
    if approval.ending in _DONE:
        return f"*Done* {at} by {who} · {words}"
    return f"*Approved* {at} by {who}{', not done' if approval.ending else ''} · {words}"


def _question(approval: Approval, names: Names, zone: str, *, brief: bool) -> list[Block]:
    proposal = approval.proposal
    ask = "\n".join([f"*Approve?* {move(proposal.action, names)}", *details(proposal.action)])
    blocks = [section(ask, block_id=_block_id(approval, "ask"))]
    if not brief:
        blocks += _reasons(approval)
        blocks.append(context(_footer(approval, names, zone), block_id=_block_id(approval, "foot")))
    return [*blocks, _buttons(approval, names)]


def _reasons(approval: Approval) -> list[Block]:
    """Why, what happens otherwise, and whether it can be taken back."""
    proposal = approval.proposal
    facts = [link(fact.url, fact.text, 200) for fact in proposal.evidence[:_FACTS]] or [escape(proposal.because)]
    why = "*Why*\n" + "\n".join(f"• {fact}" for fact in facts)
    undo = escape(proposal.undo) if proposal.undo else "No"
    rest = [f"*If nothing happens*\n{escape(proposal.if_nothing)}"] if proposal.if_nothing else []
    return [
        section(why, block_id=_block_id(approval, "why")),
        columns([*rest, f"*Can be undone*\n{undo}"], block_id=_block_id(approval, "else")),
    ]


def _footer(approval: Approval, names: Names, zone: str) -> str:
    asked = ", ".join(name_of(person, names) for person in approval.approvers[:1])
    others = [name_of(person, names) for person in approval.approvers[1:4]]
    also = f" ({' or '.join(others)} may answer too)" if others else ""
    until = moment(approval.expires, zone, approval.asked_at)
    record = f"rule {rule_id(approval.decision_rule)} · id {rule_id(approval.proposal.id)}"
    urgency = approval.proposal.urgency.name.lower()
    return f"Asked {asked}{also} · lapses {until} with no action · {urgency} urgency · {record}"


def _buttons(approval: Approval, names: Names) -> Block:
    value = json.dumps({"a": approval.id, "v": approval.payload_hash})
    what = _spoken(approval, names)
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


def _spoken(approval: Approval, names: Names) -> str:
    """The move without links, for a screen reader."""
    action = approval.proposal.action
    issue = getattr(action, "issue", None)
    return f"{action.kind.replace('_', ' ')}{f' {issue}' if issue else ''}"


def _settled(approval: Approval, names: Names, zone: str) -> Block:
    return section(settled_line(approval, names, zone), block_id=_block_id(approval, "end"))


def _block_id(approval: Approval, part: str) -> str:
    """New whenever what it shows is new: Slack keeps what was typed or pressed in a block that keeps its id."""
    return f"{approval.id}.{part}.{named(approval.state, approval.at, approval.outcome)[:8]}"
