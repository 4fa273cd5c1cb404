"""The day's one unasked message: what waits for you, where it is, and why you are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from bot.views.living import all_settled
from bot.views.parts.feedback import feedback_menu
from bot.views.parts.items import item_line, rule_id, why_button
from bot.views.parts.later import can_wait, later_menu
from bot.views.parts.message import Block, Message, actions, context, message, section
from bot.views.parts.mrkdwn import and_more, escape
from models.actions import Item, RemindPerson
from models.ids import SignalId
from planner.matters.quiet import ASKED

_NONE: Mapping[SignalId, str] = MappingProxyType({})

MOST = 3
"""Items in one message (product.md R2): the best three, the rest in Home."""

_NEXT_STEP: Mapping[str, str] = {
    "blocked_too_long": "Still blocked? Say in a comment what it waits for. If not, {remedy}.",
    "review_overdue": "The next step is your review.",
    "reviews_piling_up": "Who else can review some of them?",
    "changes_idle": "The next step is yours: push the changes, or answer the review.",
    "build_red": "The next step is yours: nobody can go on before it is green.",
    "merged_but_open": "Move it on in Jira, or say there what is left to do.",
    "done_but_open": "Merge or decline it; if work is left, take the ticket up again.",
    "work_outside_sprint": "Does it belong into the sprint, or can it wait?",
    "nobody_assigned": "It needs an owner: assign it in Jira.",
    "sprint_at_risk": "What can leave the sprint?",
    "sprint_critical": "What can leave the sprint today, and who has to know?",
    "blocker_of_several": "Others wait for it: what does it need to move?",
    "stale_in_progress": "How does it stand? A comment, a push or a move in Jira says enough.",
    "overdue_date": "Finish it, or give it a new due date in Jira.",
    "scope_changed": "Is that meant? If not, what goes out again?",
    "person_overloaded": "What can wait, or go to somebody else?",
    "production_down": "Who is on it? Say so in a comment: then nobody else is called. If it is over, {remedy}.",
    "person_away": "What waits until they are back, and what goes to somebody else?",
}
"""Whose move it is, in words, by kind of Signal; said once when several items share it."""


def nudge(
    action: RemindPerson,
    proposal: str,
    notes: Sequence[str] = (),
    *,
    menu: bool = True,
    settled: Mapping[SignalId, str] = _NONE,
    over: Collection[SignalId] = (),
) -> Message:
    """The reminder. ``notes`` are facts for the footer: ``1 of 1 today``, the age of the data.

    With ``menu`` its reader may say what they think of it. ``settled`` is the line that stands for a matter that is
    over or was put off, ``over`` names those that are over; once none is open, these lines are all that is left.
    """
    shown = action.items[:MOST]
    hidden = action.more + len(action.items) - len(shown)
    open_ones = [item for item in shown if item.signal not in settled]
    if not open_ones:
        lines = [settled[item.signal] for item in shown]
        return all_settled(lines, nothing=all(item.signal in over for item in shown))
    alone = open_ones[0] if len(open_ones) == 1 else None
    blocks = _blocks(action, settled, over, menus=alone is None)
    if hidden:
        blocks.append(context(f"{and_more(hidden, 'item')} {'waits' if hidden == 1 else 'wait'} in the Home tab."))
    blocks.append(context(" · ".join([_reason(action), *notes])))
    later = [later_menu(alone)] if alone is not None and can_wait(alone) else []
    says = [feedback_menu(proposal)] if menu and can_wait(action.items[0]) else []
    blocks.append(actions(why_button(proposal), *later, *says))
    return message(blocks)


def _blocks(
    action: RemindPerson, settled: Mapping[SignalId, str], over: Collection[SignalId], *, menus: bool
) -> list[Block]:
    """One paragraph per item; the next step stands under the last of the open items that share it."""
    shown = action.items[:MOST]
    open_ones = [item for item in shown if item.signal not in settled]
    blocks = []
    for item in shown:
        if item.signal in settled:
            line = settled[item.signal]
            blocks.append(section(f"~{item_line(item)}~\n{line}" if item.signal in over else line))
            continue
        step = _step(item)
        repeated = any(_step(later) == step for later in open_ones[open_ones.index(item) + 1 :])
        block = section(item_line(item) + (f"\n{step}" if step and not repeated else ""))
        blocks.append(block | {"accessory": later_menu(item)} if menus and can_wait(item) else block)
    return blocks


def _step(item: Item) -> str:
    if item.asks:
        return escape(item.asks)
    return _NEXT_STEP.get(item.kind, "").format(remedy=escape(item.remedy) or "move it on in Jira")


def _reason(action: RemindPerson) -> str:
    """The rule and urgency behind the first item; it decided that the message is sent."""
    first = action.items[0]
    rule = "" if first.rule == ASKED else f" · rule {rule_id(first.rule)}"
    return f"{escape(first.urgency.lower(), 20)} urgency{rule}"
