"""One open question: exactly what would change, why, what happens otherwise, until when; and the ways to answer it."""

from __future__ import annotations

import json

from bot.views.card.known import Known, block_id
from bot.views.card.thought import thought
from bot.views.parts.items import rule_id, ruled, why_button
from bot.views.parts.message import Block, actions, button, columns, context, section
from bot.views.parts.moments import dated, moment
from bot.views.parts.moves import details, move, name_of
from bot.views.parts.mrkdwn import escape, link
from models.actions import Escalate
from models.proposals import Approval
from models.signals import Urgency
from planner.asked.pressed.edits import can_be_edited

_FACTS = 3
MOST_SAID = 280
"""Characters of one fact: somebody's words are among them, and their end counts."""
LATER, LATER_WORDS = "ask_later", "Ask me later"


def question(approval: Approval, known: Known, *, brief: bool) -> list[Block]:
    """Its blocks; a ``brief`` one has its line and its buttons alone."""
    proposal = approval.proposal
    ask = "\n".join([f"*Approve?* {move(proposal.action, known.names, known.channels)}", *details(proposal.action)])
    blocks = [section(ask, block_id=block_id(approval, "ask"))]
    if brief and (said := in_their_words(approval)):
        blocks = [section(f"{ask}\n{escape(said, MOST_SAID)}", block_id=block_id(approval, "ask"))]
    if not brief:
        blocks += [*_reasons(approval), *thought(approval, known)]
        blocks.append(context(_footer(approval, known), block_id=block_id(approval, "foot")))
    return [*blocks, *([_halted(approval)] if known.stops(approval) else [_answers(approval, known)])]


def in_their_words(approval: Approval) -> str:
    """Who asked for it and by which words; empty where nobody did. It stands on every card, in whatever shape."""
    proposal = approval.proposal
    return proposal.evidence[0].text if proposal.asked_by is not None and proposal.evidence else ""


def terms(approval: Approval, zone: str) -> str:
    """Until when, how urgent, by which rule, and under which name it is on record."""
    until = moment(approval.expires, zone, approval.asked_at)
    record = f"{ruled(approval.decision_rule)} · id {rule_id(approval.proposal.id)}"
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
    facts = [link(fact.url, fact.text, MOST_SAID) for fact in new[:_FACTS]] or [escape(proposal.because)]
    why = "*Why*\n" + "\n".join(f"• {fact}" for fact in facts)
    return [
        section(why, block_id=block_id(approval, "why")),
        columns(otherwise(approval), block_id=block_id(approval, "else")),
    ]


def otherwise(approval: Approval) -> list[str]:
    """What happens without an answer, and whether a yes can be taken back."""
    proposal = approval.proposal
    undo = escape(proposal.undo) if proposal.undo else "No"
    rest = [f"*If nothing happens*\n{escape(proposal.if_nothing)}"] if proposal.if_nothing else []
    return [*rest, f"*Can be undone*\n{undo}"]


def _footer(approval: Approval, known: Known) -> str:
    return f"{_put_off(approval, known)}{put_to(approval, known)} · {terms(approval, known.zone)}"


def put_to(approval: Approval, known: Known, *, alone: bool = False) -> str:
    """Who was asked, who else may answer and who is asked next; ``alone`` leaves out the two latter."""
    then = known.then.get(approval.id)
    reached = [person for person in approval.asked if then is None or person != then[0]]
    asked = " and ".join(name_of(person, known.names) for person in reached)
    if alone:
        return f"Asked {asked}"
    others = [name_of(person, known.names) for person in approval.approvers[1:4] if person not in approval.asked]
    also = f" ({' or '.join(others)} may answer too)" if others else ""
    if then is not None:
        also = f"{also}, then {name_of(then[0], known.names)} from {moment(then[1], known.zone, approval.asked_at)}"
    return f"Asked {asked}{also}"


def _put_off(approval: Approval, known: Known) -> str:
    """That it is brought again, as long as it has not been."""
    if approval.put_off is None or approval.put_off_by is None or approval.reminded is not None:
        return ""
    again = dated(approval.put_off, known.zone, approval.asked_at)
    return f"*Put off* by {name_of(approval.put_off_by, known.names)}, brought again {again} · "


def _answers(approval: Approval, known: Known) -> Block:
    value, what = value_of(approval), spoken(approval)
    row = [button("Approve", "approve", value, style="primary", reads=f"Approve: {what}", confirm=_sure(approval))]
    row += [edit] if (edit := edit_button(approval)) is not None else []
    row.append(button("Reject…", "reject_why", value, style="danger", reads=f"Reject and say why: {what}"))
    row += [_later(options)] if (options := later_options(approval, known)) else []
    return actions(*row, why_button(approval.proposal.id, what), block_id=block_id(approval, "answer"))


def edit_button(approval: Approval) -> Block | None:
    """The way into its form; ``None`` for what has nothing to edit."""
    if not can_be_edited(approval.proposal.action):
        return None
    return button("Edit…", "edit", value_of(approval), reads=f"Edit before approving: {spoken(approval)}")


def later_options(approval: Approval, known: Known) -> list[Block]:
    """The times it can be put off to, as buttons: none for what is critical."""
    if approval.proposal.urgency is Urgency.CRITICAL:
        return []
    return [button(words[:75], LATER, value_of(approval, l=chosen)) for words, chosen in known.later]


def _later(times: list[Block]) -> Block:
    options = [{"text": each["text"], "value": each["value"]} for each in times]
    holder = {"type": "plain_text", "text": LATER_WORDS, "emoji": False}
    return {"type": "static_select", "action_id": LATER, "placeholder": holder, "options": options}


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
