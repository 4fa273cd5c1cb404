"""The alarm clock: APScheduler wakes us, and a unique (schedule, slot) row decides who fires."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.app import App
from bot.backups import standing
from bot.constitution import keep_up
from bot.jobs.card import chase
from bot.jobs.past import next_of
from bot.sync.past import Remembered
from models.directives import Directives, Team
from models.errors import DatabaseNotReady
from models.mailbox import NewJob, look_at
from planner.bounds.worktime import team_calendar
from planner.foresight.reference import ENOUGH
from planner.policy.trust import is_tried
from planner.reports.shadow import SCHEDULE, begin_of, cut_of

log = logging.getLogger(__name__)

TICK = 5.0
"""Seconds of real time between two looks at the clock, and at work whose worker has died; a faster company clock
ticks every second."""

RECONCILE = 600.0
"""Seconds of real time between two reconciliation reads (reliability 1: 5 to 15 minutes)."""

WATCH = 60.0
"""Seconds of real time between two looks at how the agent itself is doing."""

LATE = timedelta(minutes=5)
"""From then on a daily summary counts as late."""

PAST = 60.0
"""Seconds of real time that pass at least between two looks for past sprints that were never read; at most twice so."""


class AlarmClock:
    """APScheduler and nothing of its own: it ticks from ``start`` to ``stop``."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._ticking = asyncio.Lock()
        self._scheduler = AsyncIOScheduler(timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1})

    def start(self) -> None:
        """Begin to tick."""
        seconds = 1.0 if self._app.settings.clock_file else TICK
        self._scheduler.add_job(self._tick, "interval", seconds=seconds, misfire_grace_time=None)
        self._scheduler.start()

    async def stop(self) -> None:
        """Let the tick under way end first: APScheduler would cancel it in the middle of a transaction."""
        self._scheduler.pause()
        async with self._ticking:
            self._scheduler.shutdown(wait=False)

    async def _tick(self) -> None:
        async with self._ticking:
            await tick(self._app)


async def tick(app: App) -> None:
    """Put into the inbox whatever is due; every worker may tick, only one fires. No part can stop another."""
    await _guarded("constitution", keep_up(app.constitution, app.mailbox, app.store, app.ledger))
    await _guarded("reap", _reap(app))
    await _guarded("who is who", _due_search(app))
    await beat(app)
    for place, team in enumerate(app.directives.teams):
        await _guarded("reconciliation", _due_reconciliation(app, team, place))
        await _guarded("past sprints", _due_past(app, team, place))
    await _guarded("tidy", _due_tidying(app))
    await _guarded("backup", _due_backup(app))
    await _guarded("watch over itself", _due_watch(app))


async def beat(app: App) -> None:
    """What company time alone makes due, whatever the vendors do: questions, pauses, looks, summaries."""
    await _guarded("lapse", _lapse(app))
    await _guarded("chase questions", chase(app))
    await _guarded("end pauses", _end_pauses(app))
    await _guarded("looks", _due_looks(app))
    await _guarded("forecasts", _due_forecasts(app))
    for team in app.directives.teams:
        await _guarded("digest", _due_digest(app, team))
        await _guarded("log of shadow mode", _due_log(app, team))


async def _guarded(what: str, part: Awaitable[object]) -> None:
    try:
        await part
    except DatabaseNotReady as gone:  # twelve parts say it each few seconds: a line each, and no traceback
        log.error("the clock cannot %s: %s", what, gone, extra={"action": "tick_failed"})
    except Exception:
        log.exception("the clock failed to %s; the next tick tries again", what, extra={"action": "tick_failed"})


async def _reap(app: App) -> None:
    """What a worker that has vanished held is everybody's again."""
    if reaped := await app.mailbox.reap():
        app.metrics.count("pm_leases_reaped", by=reaped)
        log.warning("%d jobs of a worker that is gone wait again", reaped, extra={"action": "reaped"})


async def _lapse(app: App) -> None:
    """Questions nobody has answered in time are over."""
    for lapsed in await app.ledger.lapse(app.clock.now()):
        app.metrics.count("pm_approvals_expired")
        log.info("a question is over unanswered", extra={"action": "expired", "approval": lapsed.id})


async def _due_watch(app: App) -> None:
    """Once a minute of real time it is looked at whether anything must be put right."""
    slot = f"{int(app.clock.real().timestamp() // WATCH):012d}"
    if await app.store.fired("watch") != slot:
        job = NewJob(kind="watch", key="watch", team=app.directives.teams[0].id, lane=2, coalesce=True)
        await app.store.fire("watch", slot, job)


async def _end_pauses(app: App) -> None:
    """A pause for a time ends by itself, and the team is looked at at once."""
    for team in await app.store.pauses_over(app.clock.now()):
        await app.store.resume(team)
        log.info("the pause of %s is over", team, extra={"action": "resumed", "team": team})


async def _due_looks(app: App) -> None:
    """A look that is still due ten minutes later is fired again: whatever became of the first, the team is not lost."""
    now, again = app.clock.now(), int(app.clock.real().timestamp() // RECONCILE)
    ours = {team.id for team in app.directives.teams}
    for team in await app.store.looks_due(now):
        if team not in ours:  # a look that was under way when the team went has planned another
            await app.store.end_looks(team)
            continue
        due = await app.store.next_look(team)
        if due is None or due > now:  # a cycle has just planned another one, whose slot must not be used up
            continue
        if await app.store.fire(f"look:{team}", f"{due.isoformat()} {again}", look_at(team)):
            log.info("time to look at %s", team, extra={"action": "look_due", "team": team})


async def _due_digest(app: App, team: Team) -> None:
    now = app.clock.now()
    slot = digest_slot(app.directives, team, now)
    if slot is None or (before := await app.store.fired(f"digest:{team.id}", since=slot)) == slot:
        return
    late = now - _digest_time(team, now)
    job = NewJob(kind="digest", key=f"team:{team.id}", team=team.id, lane=2, coalesce=True)
    if late <= team.digest.catch_up.elapsed:
        if await app.store.fire(f"digest:{team.id}", slot, job) and late > LATE and before is not None:
            app.metrics.count("pm_firings_late", "digest")
    elif await app.store.fire(f"digest:{team.id}", slot, None):
        if before is not None:  # on its first day nobody waits for it
            app.metrics.count("pm_firings_late", "digest")
        log.warning("the digest of %s for %s is %s late: skipped", team.id, slot, late, extra={"action": "skipped"})


async def _due_forecasts(app: App) -> None:
    """Once a working day, from its first hour on, where enough sprints are known: two reads for all teams."""
    days = {f"foretell:{team.id}": day for team in app.directives.teams if (day := _begun(app, team)) is not None}
    unfired = await app.store.unfired(days)
    due = [team for team in app.directives.teams if f"foretell:{team.id}" in unfired]
    known = await app.foresight.knowing([team.id for team in due], ENOUGH) if due else frozenset()
    for team in due:
        if team.id in known:
            await _guarded("forecast", _foretell(app, team, days[f"foretell:{team.id}"]))


def _begun(app: App, team: Team) -> str | None:
    """The team's date when its working hours have begun; ``None`` before, and on a free day."""
    calendar, now = team_calendar(app.directives, team.id), app.clock.now()
    worked = calendar.worked_on(day := calendar.local_day(now))
    return day.isoformat() if worked is not None and worked[0] <= now else None


async def _foretell(app: App, team: Team, day: str) -> None:
    """As soon as what it rests on is read: a forecast is kept as it is."""
    if app.jira is None or not await Remembered(app.store, app.clock).under_way(team):
        job = NewJob(kind="foretell", key=f"foretell:{team.id}", team=team.id, lane=2, coalesce=True)
        await app.store.fire(f"foretell:{team.id}", day, job)


async def _due_log(app: App, team: Team) -> None:
    """Once on each of the team's working days, near its end; where everything acts by the file there is none."""
    now, schedule = app.clock.now(), f"{SCHEDULE}{team.id}"
    cut = cut_of(team, app.directives, now) if is_tried(team) else None
    if cut is None or now < cut:
        return
    last = await app.store.fired(schedule, since=cut.isoformat())
    if last is not None and last >= cut.isoformat():
        return
    before = datetime.fromisoformat(last) if last is not None else None
    since = begin_of(team, app.directives, cut, before)
    payload = {"since": since.isoformat(), "cut": cut.isoformat()}
    job = NewJob(kind="shadow", key=f"shadow:{team.id}", team=team.id, lane=2, payload=payload)
    await app.store.fire(schedule, cut.isoformat(), job)


def _digest_time(team: Team, now: datetime) -> datetime:
    """Today's digest time in the team's zone."""
    return datetime.combine(now.astimezone(team.tz).date(), team.digest.at, tzinfo=team.tz)


def digest_slot(directives: Directives, team: Team, now: datetime) -> str | None:
    """The local date whose digest is due, or ``None`` before its time and on days nobody works."""
    if now < _digest_time(team, now):
        return None
    day = now.astimezone(team.tz).date()
    return day.isoformat() if team_calendar(directives, team.id).is_working_day(day) else None


async def _due_tidying(app: App) -> None:
    day = app.clock.real().date().isoformat()
    if await app.store.fired("tidy") != day:
        job = NewJob(kind="tidy", key="tidy", team=app.directives.teams[0].id, lane=2, coalesce=True)
        await app.store.fire("tidy", day, job)


async def _due_backup(app: App) -> None:
    """Once a day from the quiet hour on, where there is a folder; what failed is tried again in the next hour."""
    if app.settings.backup_folder is None:
        return
    real, team = app.clock.real(), app.directives.teams[0]
    slot = f"{real:%Y-%m-%dT%H}"
    if await app.store.fired("backup") == slot:
        return
    await standing.note_wanted(app.store, real)
    good, since = await standing.last_good(app.store), standing.quiet_hour(real, team.tz)
    job = NewJob(kind="backup", key="backup", team=team.id, lane=2, coalesce=True)
    await app.store.fire("backup", slot, job if good is None or good < since else None)


async def _due_search(app: App) -> None:
    """Once a day, where directives.yaml leaves an account open; what other processes found is read at every tick."""
    await app.roster.refresh()
    day = app.clock.real().date().isoformat()
    for team in app.roster.to_be_found():
        if await app.store.fired(f"people:{team.id}", since=day) != day:
            job = NewJob(kind="people", key=f"people:{team.id}", team=team.id, lane=2, coalesce=True)
            await app.store.fire(f"people:{team.id}", day, job)


async def _due_past(app: App, team: Team, place: int) -> None:
    """A past sprint that was never read, when the first minutes of a start are over: nobody waits for it."""
    if app.jira is None:
        return
    now = _stretch(app, place, PAST)
    slot, before = f"{now:012d}", f"{now - 1:012d}"
    last = await app.store.fired(f"past:{team.id}", since=before)
    if last is None:
        await app.store.fire(f"past:{team.id}", slot, None)
    elif last < before:
        missing = await Remembered(app.store, app.clock).missing(team)
        await app.store.fire(f"past:{team.id}", slot, next_of(team) if missing else None)


async def _due_reconciliation(app: App, team: Team, place: int) -> None:
    """Not in the first slot ever: the first look reads everything."""
    slot = f"{_stretch(app, place, RECONCILE):012d}"
    last = await app.store.fired(f"sync:{team.id}", since=slot)
    if last != slot:  # the one writer is left in peace
        job = NewJob(kind="sync", key=f"sync:{team.id}", team=team.id, lane=2, coalesce=True)
        await app.store.fire(f"sync:{team.id}", slot, job if last is not None else None)


def _stretch(app: App, place: int, seconds: float) -> int:
    """The number of the stretch of so many seconds of real time it is for the team at that place of the constitution.

    Each team's begins at another moment: else all would be read at once, and what happens meanwhile would wait.
    """
    return int((app.clock.real().timestamp() + _ahead(place, len(app.directives.teams), seconds)) // seconds)


def next_reading(now: datetime, place: int, teams: int) -> datetime:
    """When the team at that place of so many is reconciled next, after ``now`` (real time)."""
    begun = (now.timestamp() + _ahead(place, teams, RECONCILE)) % RECONCILE
    return now + timedelta(seconds=RECONCILE - begun)


def _ahead(place: int, teams: int, seconds: float) -> float:
    """By how much the team's stretches of so many seconds begin before those of the first."""
    return seconds * place / teams
