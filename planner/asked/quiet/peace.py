"""Somebody asks to be left in peace, or what they have not been told: the reply, and what is kept of it."""

from __future__ import annotations

from models.directives import Directives
from models.hushes import Hush
from models.ids import HushId, PersonId, TeamId, named
from planner.asked.quiet.held import Held, held_for
from planner.asked.quiet.hushing import (
    UNTIL_WHEN,
    AskHeld,
    AskHush,
    AskHushed,
    AskPeace,
    AskUnhush,
    Hushing,
    NotHushed,
    hushes_of,
    said_of,
    taken_back,
    tracked_of,
    undoing,
)
from planner.bounds.limits import most_a_day
from planner.bounds.worktime import Calendar, person_calendar
from planner.matters.quiet import agreed
from planner.ports import Desk
from planner.words.replies import ListReply, PlainReply, Reply
from planner.words.titles import called

MOST_ROWS = 12


async def about_peace(asked: Hushing, asker: PersonId | None, name: str, team: TeamId, desk: Desk) -> Reply:
    """The reply to ``asked``; ``name`` is equal for the same request made again by a second try."""
    if asker is None:
        return PlainReply(text="You are not in this team's constitution, so I never send you anything unasked.")
    try:
        match asked:
            case AskHush():
                return await _hush(asked, asker, name, team, desk)
            case AskUnhush(what="") | AskHushed():
                return await _hushed(asker, team, desk)
            case AskUnhush():
                return await _unhush(asked, asker, team, desk)
            case AskHeld():
                return await _held(asker, team, desk)
            case AskPeace():
                return how_to_be_left_alone(team, desk.directives)
    except NotHushed as why:
        return PlainReply(text=str(why), choices=why.choices)


async def track(asked: AskHush, asker: PersonId, name: str, team: TeamId, desk: Desk) -> PlainReply:
    """The same wait as a snooze until something is so, kept for who wants to hear of it, and told as that."""
    try:
        kept = await _kept(asked, asker, name, team, desk)
    except NotHushed as why:
        return PlainReply(text=str(why).removesuffix(UNTIL_WHEN))
    text = " ".join(tracked_of(hush, desk.directives) for hush in kept)
    return PlainReply(text=text, choices=tuple(("Stop tracking", undoing(hush)[1]) for hush in kept))


async def _kept(asked: AskHush, asker: PersonId, name: str, team: TeamId, desk: Desk) -> list[Hush]:
    facts = await desk.work.facts_about(team)
    name_of_first = HushId(named("hush", asker, name))
    hushes = hushes_of(asked, name_of_first, asker, facts, desk.directives, desk.clock.now())
    return [await desk.ledger.hush(hush) for hush in hushes]


async def _hush(asked: AskHush, asker: PersonId, name: str, team: TeamId, desk: Desk) -> Reply:
    kept = await _kept(asked, asker, name, team, desk)
    text = " ".join(said_of(hush, desk.directives) for hush in kept)
    return PlainReply(text=text, choices=tuple(undoing(hush) for hush in kept))


def how_to_be_left_alone(team: TeamId, directives: Directives) -> ListReply:
    """What somebody can do who wants to hear less: their own words, the cap there is, and who keeps the rules."""
    rule, most = most_a_day(directives)
    law = directives.team(team)
    keepers = law.people_of("admins") or law.people_of("pm")
    keeper = next((member.name for member in law.members if member.id in keepers), "nobody yet")
    cap = "one message" if most == 1 else f"{most} messages"
    lines = (
        "One thing: /pm snooze PAY-7 until tomorrow, or /pm mute PAY-7. A kind of message: /pm mute and the rule at "
        "its foot. All of it for a while: /pm snooze everything until Monday. What is critical still comes.",
        f"Unasked you get at most {cap} a day, in your hours (rule {rule}). The rules are kept by {keeper}.",
    )
    return ListReply(title="How to be left in peace:", lines=lines, choices=_PEACE)


_PEACE = (("Nothing more today", "snooze everything until tomorrow"), ("What I have put off", "snoozed"))


async def _unhush(asked: AskUnhush, asker: PersonId, team: TeamId, desk: Desk) -> Reply:
    facts, held = await desk.work.facts_about(team), await desk.ledger.hushes(team, asker)
    meant = taken_back(asked, held, facts, desk.directives)
    await desk.ledger.unhush(team, asker, [hush.id for hush in meant])
    return ListReply(title="Taken back, you hear of it again:", lines=tuple(_was(hush) for hush in meant))


def _was(hush: Hush) -> str:
    """``PAY-7 (it was muted)``."""
    about = called(hush.subject) if hush.subject else f"rule {hush.rule}"
    return f"{about[:1].upper()}{about[1:]} (was {'muted' if hush.until is None and not hush.sight else 'put off'})"


async def _hushed(asker: PersonId, team: TeamId, desk: Desk) -> Reply:
    held = await desk.ledger.hushes(team, asker)
    if not held:
        return PlainReply(text="You have put off nothing and muted nothing. /pm help shows how.")
    calendar = person_calendar(desk.directives, team, asker)
    lines = tuple(agreed(hush, calendar) for hush in held[:MOST_ROWS])
    return ListReply(
        title="What you have put off or muted:",
        lines=lines,
        more=len(held) - len(lines),
        choices=tuple(undoing(hush) for hush in held[-5:]),
    )


async def _held(asker: PersonId, team: TeamId, desk: Desk) -> Reply:
    facts, history = await desk.work.facts_about(team), await desk.ledger.history_of(team, asker)
    deferred = await desk.ledger.deferred(team)
    held = held_for(asker, facts, history, deferred, desk.directives, desk.clock.now())
    if not held:
        return PlainReply(text="Nothing is held back: you have been told of everything that waits for you.")
    calendar = person_calendar(desk.directives, team, asker)
    lines = tuple(_line(each, calendar) for each in held[:MOST_ROWS])
    return ListReply(title="What you have not been told yet:", lines=lines, more=len(held) - len(lines))


def _line(held: Held, calendar: Calendar) -> str:
    until = f", until {calendar.when(held.until)}" if held.until else ""
    return f"{held.text}. Not told: {held.why}{until}"
