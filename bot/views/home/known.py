"""What I know about you: the first of it, to be set right or deleted here; all of it is a command away."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from bot.views.home.data import HomeData, fewer
from bot.views.known import known_line, learnt
from bot.views.parts.message import Block, actions, button, context, header, section
from bot.views.parts.mrkdwn import and_more, escape
from models.ids import PersonId
from planner.lessons.known import Known

MOST_LEARNT, MOST_OTHER = 4, 4

DELETED_IS_GONE = (
    "What I have learnt about you, what you have put off or muted, your own word on how I may contact you, and "
    "accounts found by search are deleted. Learning then starts anew."
)


def known(data: HomeData, less: int = 1) -> list[Block]:
    """The section. The buttons are the ones of ``/pm me``, so that one way does each thing."""
    things = [each for each in data.known if each.topic]
    rest = [each for each in data.known if not each.topic]
    blocks: list[Block] = [header("What I know about you")]
    learnt_of, other = fewer(MOST_LEARNT, less), fewer(MOST_OTHER, less)
    if not things:
        blocks.append(section("I have learnt nothing about you."))
    for place, each in enumerate(things[:learnt_of]):
        blocks += learnt(each, place, data.person, data.zone, data.now)
    if rest:
        blocks.append(section(_rest(rest[:other], data.zone, data.now)))
    left = max(len(things) - learnt_of, 0) + max(len(rest) - other, 0)
    more = f"{and_more(left, 'thing')}: `/pm me` shows everything" if left else "`/pm me` shows the same"
    blocks.append(context(f"{more}. It changes the order, way and hour of what I send you; it ranks nobody."))
    return [*blocks, actions(_delete(data.person))] if things or len(rest) > 1 else blocks


def _rest(rest: Sequence[Known], zone: str, now: datetime) -> str:
    return "\n".join(["*What else I know*", *(known_line(each, zone, now, 300) for each in rest)])


def _delete(person: PersonId) -> Block:
    value = json.dumps({"p": person})
    sure: Block = {
        "title": {"type": "plain_text", "text": "Delete everything?"},
        "text": {"type": "plain_text", "text": escape(DELETED_IS_GONE, 300)},
        "confirm": {"type": "plain_text", "text": "Delete everything"},
        "deny": {"type": "plain_text", "text": "Keep it"},
    }
    return button("Delete everything", "known_forget", value, confirm=sure, reads="Delete everything known about you")
