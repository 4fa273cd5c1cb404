"""One open question: exactly what would change, why, what happens otherwise, until when; and the ways to answer it."""

from __future__ import annotations

import json

from bot.views.card.known import Known, block_id
from bot.views.parts.items import rule_id, why_button
from bot.views.parts.message import Block, actions, button, columns, context, section
from bot.views.parts.moments import dated, moment
from bot.views.parts.moves import details, move, name_of
from bot.views.parts.mrkdwn import escape, link
from models.actions import Escalate
from models.proposals import Approval
from models.signals import Urgency
from planner.asked.pressed.edits import can_be_edited

_FACTS = 3


def question(approval: Approval, known: Known, *, brief: bool) -> list[Block]:
    """Its blocks; a ``brief`` one has its line and its buttons alone."""
    proposal = approval.proposal
    ask = "\n".join([f"*Approve?* {move(proposal.action, known.names, known.channels)}", *details(proposal.action)])
    blocks = [section(ask, block_id=block_id(approval, "ask"))]
    if not brief:
        blocks += _reasons(approval)
        blocks.append(context(_footer(approval, known), block_id=block_id(approval, "foot")))
    return [*blocks, *([_halted(approval)] if known.halted else [_answers(approval, known)])]


def terms(approval: Approval, zone: str) -> str:
    """Until when, how urgent, by which rule, and under which name it is on record."""
    until = moment(approval.expires, zone, approval.asked_at)
    record = f"rule {rule_id(approval.decision_rule)} · id {rule_id(approval.proposal.id)}"
    return f"lapses {until} with no action · {approval.proposal.urgency.name.lower()} urgency · {record}"


def value_of(approval: Approval, **more: str) -> str:
    """What a button carries back: which question, and which version of it. Nothing of it is believed."""
    return json.dumps({"a": approval.id, "v": approval.payload_hash, **more})


def _halted(approval: Approval) -> Block:
    """In place of the buttons. The question stands, and can be answered again when the mode has changed back."""
    return context(
        "*Shadow mode now*: nothing is done, so there is nothing to answer.", block_id=block_id(approval, "halted")
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
        section(why, block_id=block_id(approval, "why")),
        columns([*rest, f"*Can be undone*\n{undo}"], block_id=block_id(approval, "else")),
    ]


def _footer(approval: Approval, known: Known) -> str:
    asked = " and ".join(name_of(person, known.names) for person in approval.asked)
    others = [name_of(person, known.names) for person in approval.approvers[1:4] if person not in approval.asked]
    also = f" ({' or '.join(others)} may answer too)" if others else ""
    then = known.then.get(approval.id)
    if then is not None:
        also = f"{also}, then {name_of(then[0], known.names)} from {moment(then[1], known.zone, approval.asked_at)}"
    return f"{_put_off(approval, known)}Asked {asked}{also} · {terms(approval, known.zone)}"


def _put_off(approval: Approval, known: Known) -> str:
    """That it is brought again, as long as it has not been."""
    if approval.put_off is None or approval.put_off_by is None or approval.reminded is not None:
        return ""
    again = dated(approval.put_off, known.zone, approval.asked_at)
    return f"*Put off* by {name_of(approval.put_off_by, known.names)}, brought again {again} · "


def _answers(approval: Approval, known: Known) -> Block:
    value, what = value_of(approval), spoken(approval)
    row = [button("Approve", "approve", value, style="primary", reads=f"Approve: {what}", confirm=_sure(approval))]
    if can_be_edited(approval.proposal.action):
        row.append(button("Edit…", "edit", value, reads=f"Edit before approving: {what}"))
    row.append(button("Reject…", "reject_why", value, style="danger", reads=f"Reject and say why: {what}"))
    if known.later and approval.proposal.urgency is not Urgency.CRITICAL:
        row.append(_later(approval, known))
    return actions(*row, why_button(approval.proposal.id, what), block_id=block_id(approval, "answer"))


def _later(approval: Approval, known: Known) -> Block:
    """The menu; its action id names the question, because Slack wants it once in a message only."""
    options = [
        {"text": {"type": "plain_text", "text": words[:75], "emoji": False}, "value": value_of(approval, l=chosen)}
        for words, chosen in known.later
    ]
    holder = {"type": "plain_text", "text": "Ask me later", "emoji": False}
    return {"type": "static_select", "action_id": "ask_later", "placeholder": holder, "options": options}


def _sure(approval: Approval) -> Block | None:
    """Asked only where a yes cannot be taken back."""
    if approval.proposal.undo:
        return None
    words = {"title": "Approve this?", "text": "It cannot be undone.", "confirm": "Approve", "deny": "Cancel"}
    return {key: {"type": "plain_text", "text": text} for key, text in words.items()}


def spoken(approval: Approval) -> str:
    """The move without links, for a screen reader."""
    action = approval.proposal.action
    issue = getattr(action, "issue", None)
    return f"{action.kind.replace('_', ' ')}{f' {issue}' if issue else ''}"
