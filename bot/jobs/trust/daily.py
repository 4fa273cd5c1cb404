"""At the end of a team's day: one admin sees what shadow mode has kept, and hears what feedback has earned."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import date, datetime, timedelta
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
from planner.bounds.worktime import person_calendar, team_calendar
from planner.hearers.discretion import ADMINS
from planner.notices import log_of, settle, trust_notice
from planner.policy.law import STEPPED_BACK, SUGGEST, law_of
from planner.policy.trust import (
    IN_A_ROW,
    OFFERED,
    Standing,
    broken_at,
    in_a_row,
    mode_of,
    standings,
    stepped_back,
)
from planner.reports.shadow import Day, day_of, told

log = logging.getLogger(__name__)

MOST, OFFERS = (10, 8), 2
"""So many that would have been sent, that were withheld, and offers are shown in one message; the counts count all."""

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
    again = again_at(decision, cut)
    with contextlib.suppress(LostLease):  # a decision that lost a race was recorded, and ended the job
        if decision is not None and again is not None:
            await app.mailbox.retry(job, decision.reason, app.real_seconds_until(again), counted=False)
        elif decision is None or decision.verdict is Verdict.DEFER:
            await app.mailbox.finish(job)


def again_at(decision: Decision | None, cut: datetime) -> datetime | None:
    """When a log that must wait for its reader is decided again; ``None`` for any other, or one too old then."""
    until = decision.until if decision is not None and decision.verdict is Verdict.DEFER else None
    return until if until is not None and until < cut + TOO_LATE else None


async def _shown(app: App, job: Job, team: Team, day: Day, cut: datetime) -> Decision | None:
    """What was decided for the first admin who may be reached now; ``None`` where a team names none."""
    offers = await earned(app, team)
    decision = None
    for person in team.people_of(ADMINS):
        of = team_calendar(app.directives, team.id).local_day(cut)
        proposal = log_of(drawn_up(day, person, team, of, offers, app), team, cut, app.directives)
        decision = await settle(proposal, team.id, f"shadow {team.id} {cut.isoformat()}", app.desk(job))
        if decision.verdict is not Verdict.DEFER:
            return decision
    return decision


def drawn_up(
    day: Day,
    person: PersonId,
    team: Team,
    of: date,
    offers: tuple[Offer, ...],
    app: App,
    most: tuple[int, int] = MOST,
) -> ShadowLog:
    """The log of the day ``of`` for one reader, in their time; at most so many that would have been sent, and not."""
    reader = person_calendar(app.directives, team.id, person)
    return ShadowLog(
        person=person,
        day=of,
        sent=len(day.sent),
        withheld=len(day.withheld),
        would=told(day.sent, most[0], reader, of),
        held=told(day.withheld, most[1], reader, of),
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
    """A kind of action that was approved often enough in a row: its keepers are told once, until the row is broken."""
    answers = await Trials(app.database).answered(team.id, {SUGGEST, STEPPED_BACK})
    for kind in sorted({word_of(each.proposal.action) for each in answers}):
        step = stepped_back(kind, team)
        row = [each for each in in_a_row(answers, kind, step) if mode_of(each.proposal, team) is Mode.SUGGEST]
        offered = await _offered(app, team, kind, broken_at(answers, kind, step))
        allowed = bool(row) and law_of(row[-1].proposal.action, app.directives).verdict is Verdict.ALLOW
        if offered or len(row) < IN_A_ROW or not allowed:
            continue
        diff = "" if step is not None else await difference(app, team.id, kind, Mode.ACT)
        notice = trust_notice(team, kind, row, diff, stepped=step is not None)
        await tell_admins(app.store, app.directives, notice)
        await app.store.remember(team.id, OFFERED, kind, app.clock.now().isoformat())


async def _offered(app: App, team: Team, kind: str, broken: datetime | None) -> bool:
    """Whether the row has been told of; not remembered by its approvals, of which the oldest are forgotten in time."""
    told = await app.store.remembered(team.id, OFFERED, kind)
    if told is None or broken is None or broken < datetime.fromisoformat(told):
        return told is not None
    await app.store.forget(team.id, OFFERED, kind)
    return False


async def difference(app: App, team: TeamId, name: str, mode: Mode) -> str:
    """The change of the file that would give ``name`` that mode; empty when it cannot be made out."""
    try:
        written = look_up(Path(app.settings.directives_file))
        return await asyncio.to_thread(with_mode, written, team, name, mode)
    except OperatorError:
        return ""
