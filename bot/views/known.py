"""What I know about you: each thing in words, from when and how often, with buttons to delete it or set it right."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from bot.views.parts.message import Block, Message, actions, button, context, message, section
from bot.views.parts.moments import dated
from bot.views.parts.mrkdwn import escape
from models.ids import PersonId
from models.lessons import Forgotten
from planner.lessons.known import Known

STAYS = (
    "What stays: the record of messages I sent you and of what was decided, because it is how anybody can ask why; "
    "what you answered about your accounts; and directives.yaml, which only its authors change."
)
NEVER = "It changes the order, way and hour of what I send you. It never ranks or compares people."


def known_message(known: Sequence[Known], person: PersonId, zone: str, now: datetime, first: str = "") -> Message:
    """``now`` is company time; ``first`` says what was just done."""
    blocks: list[Block] = [section(escape(first, 400))] if first else []
    things = [each for each in known if each.topic]
    blocks.append(section("*What I have learnt about you*" if things else "I have learnt nothing about you."))
    for place, each in enumerate(known):
        if each.topic:
            blocks += learnt(each, place, person, zone, now)
    rest = [each for each in known if not each.topic]
    if rest:
        blocks.append(section("\n".join(["*What else I know*", *(known_line(each, zone, now) for each in rest[:12])])))
    blocks.append(context(NEVER))
    if things or len(rest) > 1:
        blocks.append(actions(button("Delete everything", "ask:forget", "forget me")))
    return message(blocks)


def forget_question(person: PersonId) -> Message:
    """Asked once, before anything is deleted."""
    words = "Delete everything I have learnt about you, what you have put off or muted, "
    words += "your own word on how I may contact you, and accounts found by search?"
    return message(
        [
            section(f"*{words}*\nLearning then starts anew. {STAYS}"),
            actions(button("Delete everything", "known_forget", _value(person), style="danger")),
        ]
    )


def forgotten_message(gone: Forgotten) -> Message:
    """What was deleted, and what stays and why."""
    parts = [
        _count(gone.observations, "observation"),
        f"{gone.hushes} thing{'' if gone.hushes == 1 else 's'} put off or muted",
        _count(gone.identities, "account") + " found by search",
    ]
    return message([section(f"*Deleted:* {', '.join(parts)}.\nLearning starts anew. {STAYS}")])


def learnt(each: Known, place: int, person: PersonId, zone: str, now: datetime) -> list[Block]:
    """One thing that can be deleted or set right, with the buttons that do it."""
    buttons = [button("Delete", f"known_delete:{place}", _value(person, t=each.topic), reads=f"Delete: {each.words}")]
    buttons += [
        button(label, f"known_prefer:{place}:{nth}", _value(person, c=word))
        for nth, (label, word) in enumerate(each.corrections)
    ]
    return [section(known_line(each, zone, now)), actions(*buttons)]


def known_line(each: Known, zone: str, now: datetime, most: int = 400) -> str:
    """``You answer after about 40 minutes. · 12 times, since Mon 3 Nov 10:02``."""
    times = f"{each.times} time{'' if each.times == 1 else 's'}" if each.times else ""
    since = f"since {dated(each.since, zone, now)}" if each.since else ""
    when = ", ".join(part for part in (times, since) if part)
    return f"{escape(each.words, most)} · {when}" if when else escape(each.words, most)


def _value(person: PersonId, **more: str) -> str:
    return json.dumps({"p": person, **more})


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
