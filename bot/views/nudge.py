"""The day's one unasked message: what waits for you, where it is, and why you are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from bot.views.living import all_settled
from bot.views.parts.endings import ending_buttons
from bot.views.parts.feedback import feedback_buttons, feedback_menu
from bot.views.parts.items import item_line, rule_id, why_button
from bot.views.parts.later import can_wait, later_menu
from bot.views.parts.message import Block, Message, actions, context, message, section
from bot.views.parts.more import more_menu
from bot.views.parts.mrkdwn import and_more, escape
from models.actions import Item, RemindPerson
from models.ids import SignalId
from planner.asked.pressed.endings import Asides
from planner.matters.quiet import ASKED

_NONE: Mapping[SignalId, str] = MappingProxyType({})

IN_A_ROW, ENDINGS_SHOWN = 5, 2
"""Elements of a row, and endings among them, that stand on one line at Slack's usual width; the rest is in its menu."""

_NO_ASIDES = Asides()

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
    asides: Asides = _NO_ASIDES,
    changed: Sequence[str] = (),
) -> Message:
    """The reminder. ``notes`` are facts for the footer: ``1 of 1 today``, the age of the data.

    With ``menu`` its reader may say what they think of it. ``settled`` is the line that stands for a matter that is
    over or was put off, ``over`` names those that are over; once none is open, these lines are all that is left.
    ``asides`` are the presses that end a matter at once, and what others have said of it. ``changed`` is what others
    have had changed of the reader's tickets since their last message: it comes with this one, and never by itself.
    """
    shown = action.items[:MOST]
    hidden = action.more + len(action.items) - len(shown)
    open_ones = [item for item in shown if item.signal not in settled]
    if not open_ones:
        lines = [settled[item.signal] for item in shown]
        return all_settled(lines, nothing=all(item.signal in over for item in shown))
    alone = open_ones[0] if len(open_ones) == 1 else None
    blocks = _blocks(action, settled, over, asides, rows=alone is None)
    if hidden:
        blocks.append(context(f"{and_more(hidden, 'item')} {'waits' if hidden == 1 else 'wait'} in the Home tab."))
    if changed:
        lines = ["*Changed of yours meanwhile*", *(f"• {escape(line, 200)}" for line in changed)]
        blocks.append(context("\n".join(lines)))
    own = ending_buttons(alone, asides.endings.get(alone.signal, ())) if alone is not None and can_wait(alone) else []
    later = [later_menu(alone)] if alone is not None and can_wait(alone) else []
    says = feedback_buttons(proposal) if menu and can_wait(action.items[0]) else []
    footer = context(" · ".join(filter(None, [escape(asides.why_you, 60), _reason(action), *notes])))
    row = [*own[:ENDINGS_SHOWN], *later, why_button(proposal), *_folded(proposal, own, says)]
    return message([*blocks, footer, actions(*row)])


def _folded(name: str, endings: Sequence[Block], says: Sequence[Block] = ()) -> list[Block]:
    """The menu with the endings there is no room for, and with what may be said of the message.

    Who can end the matter as somebody else's does not find the same words again among the opinions.
    """
    rest = endings[ENDINGS_SHOWN:]
    if not rest:
        return [feedback_menu(says)] if says else []
    ended = {each["text"]["text"] for each in endings}
    return [more_menu(name, [*rest, *(each for each in says if each["text"]["text"] not in ended)])]


def _blocks(
    action: RemindPerson,
    settled: Mapping[SignalId, str],
    over: Collection[SignalId],
    asides: Asides,
    *,
    rows: bool,
) -> list[Block]:
    """One paragraph per item; the next step stands under the last of the open items that share it.

    With ``rows`` each open one has its own endings.
    """
    shown = action.items[:MOST]
    open_ones = [item for item in shown if item.signal not in settled]
    blocks = []
    for item in shown:
        if item.signal in settled:
            line = settled[item.signal]
            blocks.append(section(f"~{item_line(item)}~\n{line}" if item.signal in over else line))
            continue
        step = _step(item) if item.signal not in asides.others else ""
        repeated = any(_step(later) == step for later in open_ones[open_ones.index(item) + 1 :])
        lines = [item_line(item), *([step] if step and not repeated else [])]
        lines += [escape(asides.beside[item.signal], 300)] if item.signal in asides.beside else []
        blocks.append(section("\n".join(lines)))
        if rows and can_wait(item):
            own = ending_buttons(item, asides.endings.get(item.signal, ()))
            row = [*own[:ENDINGS_SHOWN], later_menu(item), *_folded(item.signal, own)]
            blocks = [*blocks, actions(*row)] if len(row) > 1 else [*blocks[:-1], blocks[-1] | {"accessory": row[0]}]
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
