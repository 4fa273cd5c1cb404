"""Plain words in a conversation: what they mean there, whether they are for us at all, and what was spoken of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.app import App
from bot.listeners.threads import EVERYWHERE, THREAD, key_of, me_of, thread_of
from models.directives import Team
from models.ids import TeamId
from planner.asked.pleasantries import Pleasantry
from planner.asked.questions import AskHelp, AskSeveral, OfOneSprint, Question
from planner.asked.requests import Request
from planner.asked.talk.intents import understood
from planner.asked.talk.manners import is_for_us
from planner.asked.talk.subjects import Talk
from planner.asked.topics import AskIssue, AskLost, AskWhich

TEAM = TeamId(EVERYWHERE)

MOST_CALLERS = 20
"""Of those who have mentioned us in one thread, the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Words that were said to us, or where we had been asked before."""

    text: str
    user: str
    key: str
    """What the conversation is remembered under."""
    follow_up: bool = False
    """Said in a thread without a mention: maybe not to us."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is remembered of a conversation."""

    by: str = ""
    """Whom we answered there last, by Slack id."""
    callers: tuple[str, ...] = ()
    """Who has mentioned us there: they speak with us whoever was answered since."""
    subject: str = ""
    others: tuple[str, ...] = ()


async def heard_in(app: App, name: str, body: Mapping[str, Any]) -> Heard | None:
    """The words of a mention, a direct message or a thread; ``None`` for a command or a button.

    A mention in a thread comes as two events of which either may be first: what calls us by name is no follow-up.
    """
    event = body.get("event")
    if name != "event" or not isinstance(event, Mapping):
        return None
    said, direct = str(event.get("text") or ""), event.get("channel_type") == "im"
    channel, thread = thread_of(event)
    me = me_of(body)
    if not me and event.get("type") == "message" and not direct and app.slack is not None:
        me = await app.slack.myself()
    calls_us = bool(me) and f"<@{me}" in said
    follow_up = event.get("type") == "message" and not direct and not calls_us
    # In direct messages every line begins a thread; to its writer all of it is one conversation.
    key = key_of(channel, "" if direct or channel.startswith("D") else thread)
    words = re.sub(rf"\s*<@{re.escape(me)}(?:\|[^>]*)?>", " ", said).strip() if calls_us else own_words(said)
    return Heard(text=words, user=str(event.get("user") or ""), key=key, follow_up=follow_up)


def own_words(text: str) -> str:
    """The words after ``<@U…>``; a second mention may name whom something is asked for."""
    return re.sub(r"^\s*(?:<@[^>]*>\s*)?", "", text)


async def understood_in(app: App, heard: Heard, teams: Sequence[Team]) -> Question | None:
    """What is asked, by the facts of the first team that knows of it; ``None`` when it is not for us."""
    kept = await _kept(app, heard.key)
    question = await _of_teams(app, heard.text, heard.user, teams, kept)
    if isinstance(question, Pleasantry) and question.nod:
        return None
    last = heard.user in {kept.by, *kept.callers}
    if heard.follow_up and not is_for_us(question, heard.text, teams[0], last=last):
        return None
    return question


async def typed(app: App, question: Question, text: str, user: str, teams: Sequence[Team]) -> Question:
    """A command or a button whose words are no command may put a question all the same."""
    unknown = isinstance(question, AskHelp) and question.unknown
    named = question.sprint if isinstance(question, OfOneSprint) else None
    if not unknown and (not named or re.search(r"\d", named)):  # behind ``status`` may stand another question
        return question
    meant = await _of_teams(app, text, user, teams, Kept())
    return question if isinstance(meant, AskLost) else meant


async def keep(app: App, heard: Heard, question: Question) -> None:
    """Remember whom we answered and what was spoken of; from then on the thread is one of ours."""
    before = await _kept(app, heard.key)
    subject, others = _spoken_of(question) or (before.subject, before.others)
    callers = dict.fromkeys([*before.callers, *([] if heard.follow_up else [heard.user])])
    value = {"by": heard.user, "subject": subject, "others": list(others), "callers": list(callers)[-MOST_CALLERS:]}
    await app.store.remember(TEAM, THREAD, heard.key, value)


async def spoken_of(app: App, heard: Heard) -> str:
    """The ticket or pull request that was spoken of there last; empty when there was none."""
    return (await _kept(app, heard.key)).subject


async def begun(app: App, channel: str, thread: str, user: str) -> None:
    """A mention in that thread is being kept: it is one of ours, and ``user`` the one who speaks with us first."""
    await app.store.remember(TEAM, THREAD, key_of(channel, thread), {"by": user, "callers": [user]}, once=True)


async def joined(app: App, channel: str, thread: str) -> bool:
    """Whether we were asked in that thread: one row by its key."""
    return await app.store.remembered(TEAM, THREAD, key_of(channel, thread)) is not None


async def _kept(app: App, key: str) -> Kept:
    found = await app.store.remembered(TEAM, THREAD, key)
    if not isinstance(found, Mapping):
        return Kept()
    others, callers = (tuple(map(str, found.get(name) or ())) for name in ("others", "callers"))
    return Kept(str(found.get("by", "")), callers, str(found.get("subject", "")), others)


async def _of_teams(app: App, text: str, user: str, teams: Sequence[Team], kept: Kept) -> Question:
    """Whoever is in several teams may speak of any of them: the first in which it means something."""
    first: Question | None = None
    for team in teams:
        asker = next((member.id for member in team.members if member.slack == user), None)
        facts = await app.store.facts_about(team.id)
        talk = Talk(facts, app.directives, asker=asker, subject=kept.subject, others=kept.others)
        question = understood(text, talk)
        first = first or question
        if not isinstance(question, AskLost | AskHelp | AskWhich):
            return question
    return first or AskLost(text)


def _spoken_of(question: object) -> tuple[str, tuple[str, ...]] | None:
    match question:
        case AskIssue(subject=subject):
            return subject, ()
        case AskWhich(subjects=subjects) if subjects:
            return "", subjects
        case Request(issue=issue) if issue:
            return str(issue), ()
        case AskLost(subjects=(str(subject),)):
            return subject, ()
        case AskSeveral(parts=parts) | AskLost(known=parts):
            return next((spoken for part in reversed(parts) if (spoken := _spoken_of(part)) is not None), None)
        case _:
            return None
