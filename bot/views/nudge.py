"""The day's one unasked message: what waits for you, where it is, and why you are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.views.items import item_line, rule_id, why_button
from bot.views.message import Message, actions, context, message, section
from bot.views.mrkdwn import and_more, escape
from models.actions import Item, RemindPerson

MOST = 3
"""Items in one message (product.md R2): the best three, the rest in Home."""

_NEXT_STEP: Mapping[str, str] = {
    "blocked_too_long": "Still blocked? Say in a comment what it waits for. If not, {remedy}.",
    "review_overdue": "The next step is your review.",
    "nobody_assigned": "It needs an owner: assign it in Jira.",
    "sprint_at_risk": "What can leave the sprint?",
}
"""Whose move it is, in words, by kind of Signal; said once when several items share it."""


def nudge(action: RemindPerson, proposal: str, notes: Sequence[str] = ()) -> Message:
    """The reminder. ``notes`` are facts for the footer: ``1 of 1 today``, the age of the data."""
    shown = action.items[:MOST]
    hidden = action.more + len(action.items) - len(shown)
    blocks = [section(text) for text in _paragraphs(action)]
    if hidden:
        blocks.append(context(f"{and_more(hidden, 'item')} {'waits' if hidden == 1 else 'wait'} in the Home tab."))
    blocks.append(context(" · ".join([_reason(action), *notes])))
    blocks.append(actions(why_button(proposal)))
    return message(blocks)


def _paragraphs(action: RemindPerson) -> list[str]:
    """One per item; the next step stands under the last of the items that share it."""
    shown = action.items[:MOST]
    texts = []
    for place, item in enumerate(shown):
        step = _step(item)
        repeated = any(_step(later) == step for later in shown[place + 1 :])
        texts.append(item_line(item) + (f"\n{step}" if step and not repeated else ""))
    return texts


def _step(item: Item) -> str:
    return _NEXT_STEP.get(item.kind, "").format(remedy=escape(item.remedy) or "move it on in Jira")


def _reason(action: RemindPerson) -> str:
    """The rule and urgency behind the first item; it decided that the message is sent."""
    first = action.items[0]
    return f"{escape(first.urgency.lower(), 20)} urgency · rule {rule_id(first.rule)}"
