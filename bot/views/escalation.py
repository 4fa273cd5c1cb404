"""One stuck thing, told to the people who can move it: what, since when, and what was tried."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.parts.items import item_line, rule_id, why_button
from bot.views.parts.message import Message, actions, context, message, section
from bot.views.parts.mrkdwn import and_more, escape
from models.actions import Escalate

MOST_FACTS = 6


def escalation(action: Escalate, proposal: str, notes: Sequence[str] = ()) -> Message:
    """The post for the leadership channel. ``notes`` go to the footer."""
    blocks = [section(item_line(action.item))]
    if action.facts:
        blocks.append(section("\n".join(f"• {escape(fact)}" for fact in action.facts[:MOST_FACTS])))
    footer = [f"{escape(action.item.urgency.lower(), 20)} urgency", f"rule {rule_id(action.item.rule)}", *notes]
    if len(action.facts) > MOST_FACTS:
        footer.insert(0, and_more(len(action.facts) - MOST_FACTS, "fact"))
    blocks += [context(" · ".join(footer)), actions(why_button(proposal))]
    return message(blocks)
