"""At the end of a team's day: one admin sees what shadow mode has kept, and hears what feedback has earned."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import datetime, timedelta
from pathlib import Path

from bot.app import App
from bot.constitution import tell_admins
from bot.constitution.promotion import with_mode
from models.actions import Offer, ShadowLog, word_of
from models.directives import Mode, Team
from models.errors import LostLease, OperatorError
from models.ids import PersonId, TeamId
from models.mailbox import Job
from models.proposals import Decision, Verdict
from models.trials import Trials
from models.written import look_up
from planner.bounds.worktime import team_calendar
from planner.hearers.discretion import ADMINS
from planner.notices import log_of, settle, trust_notice
from planner.policy.law import STEPPED_BACK, SUGGEST, law_of
from planner.policy.trust import IN_A_ROW, Standing, acts, in_a_row, standings, stepped_back
from planner.reports.shadow import Day, day_of, told

log = logging.getLogger(__name__)

SHOWN, HELD, OFFERS = 10, 8, 2
"""So much of each is shown in one message; the counts count all of it."""

TOO_LATE = timedelta(days=5)
"""A log that could not reach anybody by then is not shown any more."""


async def show(app: App, job: Job) -> None:
    """Decide and record it; what must wait for its reader comes again, with what was so when its day was cut."""
    await app.roster.refresh()
    team = app.directives.team(TeamId(job.team))
    since, cut = (datetime.fromisoformat(job.payload[name]) for name in ("since", "cut"))
    await _bring_up(app, team)
    day = day_of(await Trials(app.database).recorded(team.id, since, cut), app.directives)
    decision = await _shown(app, job, team, day, cut) if day else None
    again = decision.until if decision is not None and decision.verdict is Verdict.DEFER else None
    with contextlib.suppress(LostLease):  # a decision that lost a race was recorded, and ended the job
        if decision is not None and again is not None and again < cut + TOO_LATE:
            await app.mailbox.retry(job, decision.reason, app.real_seconds_until(again), counted=False)
        elif decision is None or decision.verdict is Verdict.DEFER:
            await app.mailbox.finish(job)


async def _shown(app: App, job: Job, team: Team, day: Day, cut: datetime) -> Decision | None:
    """What was decided for the first admin who may be reached now; ``None`` where a team names none."""
    offers = await earned(app, team)
    decision = None
    for person in team.people_of(ADMINS):
        proposal = log_of(drawn_up(day, person, team, cut, offers, app), team, cut, app.directives)
        decision = await settle(proposal, team.id, f"shadow {team.id} {cut.isoformat()}", app.desk(job))
        if decision.verdict is not Verdict.DEFER:
            return decision
    return decision


def drawn_up(day: Day, person: PersonId, team: Team, until: datetime, offers: tuple[Offer, ...], app: App) -> ShadowLog:
    """The log of a day for one reader."""
    return ShadowLog(
        person=person,
        day=team_calendar(app.directives, team.id).local_day(until),
        sent=len(day.sent),
        withheld=len(day.withheld),
        would=told(day.sent, SHOWN),
        held=told(day.withheld, HELD),
        offers=offers,
    )


# --- what has been earned -----------------------------------------------------------------------------------------


async def earned(app: App, team: Team) -> tuple[Offer, ...]:
    """Lines that may leave shadow mode, each with the change of the file that says so."""
    found = [each for each in standings(await Trials(app.database).marks(team.id)) if _may_leave(each, team, app)]
    return tuple([await _offer(app, team, each) for each in found[:OFFERS]])


def _may_leave(standing: Standing, team: Team, app: App) -> bool:
    lines = {line.id for line in app.directives.lines()}
    in_shadow = team.modes.get(standing.rule, team.mode) is Mode.SHADOW
    return standing.has_earned and in_shadow and standing.rule in lines


async def _offer(app: App, team: Team, standing: Standing) -> Offer:
    marked = f"{standing.rule}: {standing.useful} of {standing.marked} messages marked useful"
    diff = await difference(app, team.id, standing.rule, Mode.SUGGEST)
    how = "with this change of directives.yaml" if diff else f"with modes: {{{standing.rule}: suggest}} in {team.id}"
    return Offer(f"{marked}. It may suggest {how}; I change nothing by myself.", diff)


async def _bring_up(app: App, team: Team) -> None:
    """A kind of action that was approved often enough in a row: its keepers are told once for each row."""
    answers = await Trials(app.database).answered(team.id, {SUGGEST, STEPPED_BACK})
    for kind in sorted({word_of(each.proposal.action) for each in answers}):
        step = stepped_back(kind, team)
        row = in_a_row(answers, kind, step)
        allowed = bool(row) and law_of(row[-1].proposal.action, app.directives).verdict is Verdict.ALLOW
        if len(row) < IN_A_ROW or not allowed or acts(kind, team, app.directives):
            continue
        diff = "" if step is not None else await difference(app, team.id, kind, Mode.ACT)
        await tell_admins(
            app.store, app.directives, trust_notice(team, kind, row[0].id, diff, stepped=step is not None)
        )


async def difference(app: App, team: TeamId, name: str, mode: Mode) -> str:
    """The change of the file that would give ``name`` that mode; empty when it cannot be made out."""
    try:
        written = look_up(Path(app.settings.directives_file))
        return await asyncio.to_thread(with_mode, written, team, name, mode)
    except OperatorError:
        return ""
