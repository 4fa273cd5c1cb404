"""``/pm shadow``: what shadow mode has kept today, and how far the agent is trusted, for admins alone to mark."""

from __future__ import annotations

from datetime import datetime

from bot.app import App
from bot.jobs.presses.acting import memberships, run_by
from bot.jobs.trust.daily import MOST, drawn_up, earned
from bot.views.parts.message import Message, message
from bot.views.shadow import shadow_page
from models.directives import Team
from models.ids import PersonId
from models.trials import Trials
from planner.asked.questions import Question
from planner.asked.quiet.pausing import AskShadow
from planner.bounds.worktime import person_calendar
from planner.policy.trust import is_watched, standings
from planner.reports.shadow import day_of, midnight_of
from planner.words.modes import mode_line, own_mode_lines, step_lines

MOST_TEAMS = 2
"""Teams of one answer: each may be long."""

FEW = (4, 3)
"""What of one team is shown where an answer tells of two: a message of Slack's holds fifty blocks."""


async def about_shadow(app: App, question: Question, user: str, *, private: bool) -> Message | None:
    """A page for each team its asker runs; ``None`` for any other question, asker or place."""
    return await page_for(app, user, app.clock.now()) if isinstance(question, AskShadow) and private else None


async def page_for(app: App, user: str, until: datetime) -> Message | None:
    """What was kept up to then on that day of an admin's own, and what they have marked of it; ``None`` for others."""
    person = next((member.id for _, member in memberships(app.directives, user)), None)
    teams = run_by(app.directives, person)[:MOST_TEAMS] if person is not None else []
    if person is None or not teams:
        return None
    pages = [await _page(app, team, person, until, len(teams) - 1) for team in teams]
    return message([block for page in pages for block in page.blocks])


async def _page(app: App, team: Team, person: PersonId, until: datetime, beside: int) -> Message:
    trials, reader = Trials(app.database), person_calendar(app.directives, team.id, person)
    kept = await trials.recorded(team.id, midnight_of(reader, until), until)
    day = day_of(kept, app.directives)
    trust = [*filter(None, (mode_line(team.mode),)), *own_mode_lines(team), *step_lines(team)]
    marks = await trials.marks(team.id)
    trust += [f"{each.rule}: {each.useful} of {each.marked} marked useful." for each in standings(marks)]
    log = drawn_up(day, person, team, reader.local_day(until), await earned(app, team), app, FEW if beside else MOST)
    return shadow_page(
        log,
        team.name,
        trust,
        {each.proposal: each.useful for each in marks if each.person == person},
        watched=is_watched(team),
        until=until,
        clock=f"{reader.local(until):%H:%M}",
        beside=beside,
    )
