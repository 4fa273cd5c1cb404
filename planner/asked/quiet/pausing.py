"""Pause and resume: an admin lets nothing unasked leave; anybody else is told whom to ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.directives import Directives
from models.ids import PersonId, TeamId
from models.pauses import Pause
from planner.bounds.times import NotUnderstood, moment_of
from planner.bounds.worktime import Calendar, person_calendar, team_calendar
from planner.hearers.discretion import ADMINS
from planner.ports import Desk
from planner.words.replies import PlainReply
from planner.words.titles import name_of


@dataclass(frozen=True, slots=True)
class AskPause:
    """Let nothing unasked leave. For admins."""

    until: str = ""
    """The words of a time; empty is until somebody resumes."""


@dataclass(frozen=True, slots=True)
class AskResume:
    """Go on. For admins."""


@dataclass(frozen=True, slots=True)
class AskShadow:
    """What has shadow mode kept today? For admins."""


Pausing = AskPause | AskResume | AskShadow

PAUSE_COMMANDS = (
    ("/pm pause until tomorrow", "Admins: nothing unasked leaves until then; without a time, until /pm resume"),
    ("/pm resume", "Admins: end that"),
    ("/pm shadow", "Admins: what shadow mode has kept today, and how far I am trusted"),
)
"""For the help."""


SHADOW_ALONE = PlainReply(
    text="What shadow mode keeps I tell the admins of a team alone: type /pm shadow, or ask in a direct message."
)
"""To one of them who asks where others read."""


async def about_pausing(asked: Pausing, asker: PersonId | None, team: TeamId, desk: Desk) -> PlainReply:
    """Do it, where the asker may; doing it twice changes nothing but the end that was named."""
    if isinstance(asked, AskShadow):
        runs = any(asker in each.people_of(ADMINS) for each in desk.directives.teams)
        return SHADOW_ALONE if runs else _not_yours(asked, team, desk.directives)
    if asker is None or asker not in desk.directives.team(team).people_of(ADMINS):
        return _not_yours(asked, team, desk.directives)
    if desk.switch is None:
        return PlainReply(text="There is no switch at hand here. Ask in Slack: /pm pause")
    if isinstance(asked, AskResume):
        ended = await desk.switch.resume(team, asker)
        return resumed(ended, team, desk.directives)
    now, calendar = desk.clock.now(), person_calendar(desk.directives, team, asker)
    try:
        until = moment_of(asked.until, calendar, now) if asked.until else None
    except NotUnderstood as no:
        choices = (("Until tomorrow", "pause until tomorrow"), ("Until I resume", "pause"))
        held = (await desk.work.facts_about(team)).paused
        so = "Unchanged" if held is not None and held.holds(now) else "Nothing is paused"
        return PlainReply(text=f"{so}. {no}", choices=choices)
    pause = Pause(by=asker, since=now, until=until)
    await desk.switch.pause(team, pause)
    return paused(pause, team, calendar, desk.directives)


def paused(pause: Pause, team: TeamId, calendar: Calendar, directives: Directives) -> PlainReply:
    """What holds now, when it ends, and what goes on all the same."""
    name = directives.team(team).name
    ends = f"until {calendar.when(pause.until)}" if pause.until else "until an admin resumes"
    text = (
        f"Paused for {name} {ends}: nothing unasked leaves, no summary either. Answers, and what people ask for or "
        "say yes to, go on."
    )
    return PlainReply(text=text, choices=(("Resume", "resume"),))


def resumed(ended: Pause | None, team: TeamId, directives: Directives) -> PlainReply:
    """What is so again."""
    name = directives.team(team).name
    if ended is None:
        return PlainReply(text=f"{name} was not paused.")
    by = f" (it was paused by {name_of(ended.by, team, directives)})" if ended.by else ""
    return PlainReply(text=f"{name} goes on{by}: I look at once, and what was held back is decided anew.")


def _not_yours(asked: Pausing, team: TeamId, directives: Directives) -> PlainReply:
    admins = [name_of(person, team, directives) for person in directives.team(team).people_of(ADMINS)]
    whom = f"Ask {' or '.join(admins[:3])}." if admins else "This team’s constitution names none."
    if isinstance(asked, AskResume):
        return PlainReply(text=f"Only an admin can resume. {whom}")
    if isinstance(asked, AskShadow):
        return PlainReply(text=f"Only an admin sees what shadow mode keeps. {whom}")
    leave = f"snooze everything {asked.until}" if asked.until else "snooze everything until tomorrow"
    label = f"Leave me in peace {asked.until or 'until tomorrow'}"
    text = f"Only an admin can pause me for the whole team. {whom} For yourself alone:"
    return PlainReply(text=text, choices=((label[:75], leave),))


def pause_line(
    pause: Pause | None, team: TeamId, directives: Directives, now: datetime, reader: PersonId | None = None
) -> str:
    """``Paused by Ann since Mon 23 Nov 10:00, until Tue 24 Nov 10:00.``; empty when it is not.

    In the time of its one ``reader``, else in the team's.
    """
    if pause is None or not pause.holds(now):
        return ""
    calendar = person_calendar(directives, team, reader) if reader else team_calendar(directives, team)
    by = f" by {name_of(pause.by, team, directives)}" if pause.by else ""
    since = f" since {calendar.when(pause.since)}" if pause.since else ""
    until = f", until {calendar.when(pause.until)}" if pause.until else ""
    return f"Paused{by}{since}{until}: nothing unasked leaves."
