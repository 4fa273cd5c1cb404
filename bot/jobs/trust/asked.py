"""``/pm shadow``: what shadow mode has kept since the last log, and how far the agent is trusted, for admins alone."""

from __future__ import annotations

from datetime import datetime

from bot.app import App
from bot.jobs.presses.acting import memberships, run_by
from bot.jobs.trust.daily import drawn_up, earned
from bot.views.parts.message import Message, message
from bot.views.shadow import shadow_page
from models.directives import Team
from models.ids import PersonId
from models.trials import Trials
from planner.asked.questions import Question
from planner.asked.quiet.pausing import AskShadow
from planner.policy.trust import is_watched, standings
from planner.reports.shadow import SCHEDULE, begin_of, day_of
from planner.words.modes import mode_line, own_mode_lines, step_lines

MOST_TEAMS = 2
"""Teams of one answer: each may be long."""


async def about_shadow(app: App, question: Question, user: str, *, private: bool) -> Message | None:
    """A page for each team its asker runs; ``None`` for any other question, asker or place."""
    if not isinstance(question, AskShadow) or not private:
        return None
    person = next((member.id for _, member in memberships(app.directives, user)), None)
    teams = run_by(app.directives, person) if person is not None else []
    if person is None or not teams:
        return None
    pages = [await _page(app, team, person) for team in teams[:MOST_TEAMS]]
    return message([block for page in pages for block in page.blocks])


async def _page(app: App, team: Team, person: PersonId) -> Message:
    now = app.clock.now()
    day = day_of(await Trials(app.database).recorded(team.id, await since(app, team, now), now), app.directives)
    trust = [*filter(None, (mode_line(team.mode),)), *own_mode_lines(team), *step_lines(team)]
    marked = standings(await Trials(app.database).marks(team.id))
    trust += [f"{each.rule}: {each.useful} of {each.marked} marked useful." for each in marked]
    log = drawn_up(day, person, team, now, await earned(app, team), app)
    return shadow_page(log, team.name, trust, watched=is_watched(team))


async def since(app: App, team: Team, until: datetime) -> datetime:
    """After which moment the log begins that would be cut at ``until``."""
    last = await app.store.fired(f"{SCHEDULE}{team.id}")
    return begin_of(team, app.directives, until, datetime.fromisoformat(last) if last else None)
