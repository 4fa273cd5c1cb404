"""Keyed jobs: one running per key, debounced when coalesced, fenced by a token that every claim raises."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import ReturningInsert, ReturningUpdate, Update

from models.database import announce, inserting
from models.errors import DatabaseNotReady, LostLease
from models.ids import JobId, TeamId
from models.tables.queue import jobs, teams

AGED = timedelta(seconds=60)
"""A due job of lane 1 or 2 waits no longer than this behind other lanes (reliability 2.4)."""

AT_ONCE = "at_once"
"""In the payload of a coalesced job that later puts do not postpone."""

PATIENCE = 5
"""Tries to join or insert a coalesced job while other processes do the same."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """Work to be done: ``key`` is what must not happen twice at a time.

    Coalesced jobs of one kind and key wait as one: each put starts the quiet time ``delay`` again, but the
    job runs at the latest ``max_wait`` seconds (real time) after the first. Lane 0 is for people who wait,
    1 for events, 2 for what is periodic. ``cost`` is the share of the team's turn it takes.
    """

    kind: str
    key: str
    team: TeamId
    lane: int = 1
    payload: Mapping[str, Any] = field(default_factory=dict)
    coalesce: bool = False
    delay: float = 0.0
    max_wait: float = 10.0
    cost: float = 1.0
    at_once: bool = False
    """A coalesced job that runs ``delay`` from now, or sooner; no later put postpones it."""


@dataclass(frozen=True, slots=True)
class Job:
    """Work somebody has claimed; ``token`` proves it is still theirs."""

    id: JobId
    kind: str
    key: str
    lane: int
    team: TeamId
    attempts: int
    """This try included."""
    token: int
    payload: Mapping[str, Any]


def put(connection: Connection, job: NewJob, now: datetime) -> JobId:
    """Add a job, or join the one that waits for the same kind and key. ``now`` is real time."""
    announce(connection)
    for _ in range(PATIENCE):
        found = _join(connection, job, now) if job.coalesce else None
        if found is None:
            found = _add(connection, job, now)
        if found is not None:
            return found
    raise DatabaseNotReady(f"the queue is too busy to take a job for {job.key}", hint="Try again")


def put_all(connection: Connection, wanted: Iterable[NewJob], now: datetime) -> None:
    """Add many jobs in the order given within each team; coalesced ones are joined before they are written."""
    joined: dict[tuple[str, str], NewJob] = {}
    single: list[NewJob] = []
    for job in wanted:
        if not job.coalesce:
            single.append(job)
            continue
        earlier = joined.get((job.kind, job.key))
        joined[job.kind, job.key] = _together(earlier, job) if earlier else job
    # The same order in every process, so that two of them do not wait for each other crosswise.
    for job in sorted([*joined.values(), *single], key=lambda j: (j.team, not j.coalesce)):
        put(connection, job, now)


def claim(connection: Connection, lanes: Sequence[int], lease: float, now: datetime) -> Job | None:
    """Take the next due job of ``lanes`` for ``lease`` seconds.

    Raises ``IntegrityError`` when another process took a job of the same key at the same moment.
    """
    given = {"now": now, "aged": now - AGED, "lanes": list(lanes), "until": now + timedelta(seconds=lease)}
    row = connection.execute(_taking(), given).mappings().first()
    return _job(row) if row else None


@cache
def _taking() -> ReturningUpdate[Any]:
    """Written once: putting the statement together costs several times what the database needs for it."""
    now, waiting = bindparam("now", type_=jobs.c.run_at.type), jobs.alias("waiting")
    aged = and_(waiting.c.lane > 0, waiting.c.run_at <= bindparam("aged", type_=jobs.c.run_at.type))
    lanes = waiting.c.lane.in_(bindparam("lanes", expanding=True))
    next_one = (
        select(waiting.c.id)
        .where(waiting.c.state == "waiting", waiting.c.run_at <= now, lanes)
        .where(not_(_key_is_running(waiting.c.key)), not_(_overtakes(waiting, now)))
        .order_by(case((aged, -1), else_=waiting.c.lane), waiting.c.rank, waiting.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    again = {"state": "running", "token": jobs.c.token + 1, "attempts": jobs.c.attempts + 1}
    mine = update(jobs).where(jobs.c.id == next_one).values(**again, lease_until=bindparam("until"))
    return mine.returning(*_COLUMNS)


def soonest(connection: Connection, lanes: Sequence[int]) -> datetime | None:
    """When the next waiting job of ``lanes`` is due (real time); ``None`` when none waits."""
    at: datetime | None = connection.execute(_soonest(), {"lanes": list(lanes)}).scalar()
    return at


@cache
def _soonest() -> Select[Any]:
    """Written once, as ``_taking``: no statement is asked more often."""
    some = jobs.c.lane.in_(bindparam("lanes", expanding=True))
    return select(func.min(jobs.c.run_at)).where(jobs.c.state == "waiting", some)


def fence(connection: Connection, job: Job) -> None:
    """Hold the job's row for this transaction. Raises ``LostLease`` when it is no longer ours."""
    row = connection.execute(select(jobs.c.id).where(_ours(job)).with_for_update()).first()
    if row is None:
        raise LostLease(f"job {job.id} ({job.kind} {job.key}) has been taken over")


def check(connection: Connection, job: Job) -> None:
    """As ``fence``, without holding anything: for the moment before a call to the world. Raises ``LostLease``."""
    if connection.execute(select(jobs.c.id).where(_ours(job))).first() is None:
        raise LostLease(f"job {job.id} ({job.kind} {job.key}) has been taken over")


def renew(connection: Connection, job: Job, lease: float, now: datetime) -> None:
    """Keep the job for ``lease`` seconds from ``now``. Raises ``LostLease``."""
    _change(connection, job, lease_until=now + timedelta(seconds=lease))


def note(connection: Connection, job: Job, words: Mapping[str, Any]) -> None:
    """Keep ``words`` in the payload, beside what was noted before, for whoever takes the job over.

    Raises ``LostLease``.
    """
    kept = connection.execute(select(jobs.c.payload).where(_ours(job)).with_for_update()).scalar()
    _change(connection, job, payload={**(kept or {}), **words})


def finish(connection: Connection, job: Job, now: datetime) -> None:
    """The job is done. Raises ``LostLease``."""
    _change(connection, job, state="done", lease_until=None, finished=now)


def bury(connection: Connection, job: Job, error: str, now: datetime) -> None:
    """Give up: the job becomes a dead letter. Raises ``LostLease``."""
    _change(connection, job, state="dead", lease_until=None, finished=now, error=error)


def retry(connection: Connection, job: Job, error: str, delay: float, now: datetime, tries: int) -> None:
    """Try again in ``delay`` seconds, as if it had been tried ``tries`` times. Raises ``LostLease``."""
    fence(connection, job)
    again = {"run_at": now + timedelta(seconds=delay), "attempts": tries}
    _wait_again(connection, job.id, now, state="waiting", lease_until=None, error=error, **again)


def hasten(
    connection: Connection, kind: str, team: TeamId, nap: timedelta, tried: Mapping[JobId, datetime], now: datetime
) -> None:
    """What has looked at the clock and waits looks again when its nap is over, where that is sooner (real time).

    It naps for ``nap`` at a time, since it was ``tried`` last, else since it was put.
    """
    waits = and_(jobs.c.kind == kind, jobs.c.team == team, jobs.c.state == "waiting", jobs.c.error.is_not(None))
    for row in connection.execute(select(jobs.c.id, jobs.c.first_at).where(waits, jobs.c.run_at > now)).all():
        since = tried.get(row.id, row.first_at)
        at = since + nap * ((now - since) // nap + 1)
        connection.execute(update(jobs).where(jobs.c.id == row.id, jobs.c.run_at > at).values(run_at=at))
    announce(connection)


def reap(connection: Connection, now: datetime, ahead: float = 0.0) -> int:
    """Put jobs whose lease has run out back in line; returns how many. ``now`` is ``ahead`` seconds of what leases
    go by."""
    over = now - timedelta(seconds=ahead)
    expired = select(jobs.c.id).where(jobs.c.state == "running", jobs.c.lease_until < over)
    rows = connection.execute(expired.order_by(jobs.c.id).with_for_update(skip_locked=True)).scalars().all()
    for row in rows:
        _wait_again(connection, row, now, state="waiting", lease_until=None, run_at=now, error="the lease ran out")
    return len(rows)


def release(connection: Connection, now: datetime) -> int:
    """Put everything that was being worked back in line: whoever held it is not at work here. Returns how many."""
    held = select(jobs.c.id).where(jobs.c.state == "running").order_by(jobs.c.id)
    rows = connection.execute(held).scalars().all()
    for row in rows:
        _wait_again(connection, row, now, state="waiting", lease_until=None, run_at=now, error="its worker was left")
    return len(rows)


def revive(connection: Connection, row: int, now: datetime) -> RowMapping | None:
    """Give a dead letter a fresh start; ``None`` when there is no such dead letter."""
    dead = select(jobs).where(jobs.c.id == row, jobs.c.state == "dead").with_for_update()
    found = connection.execute(dead).mappings().first()
    if found is not None:
        announce(connection)
        _wait_again(connection, row, now, state="waiting", attempts=0, run_at=now, finished=None)
    return found


_COLUMNS = (jobs.c.id, jobs.c.kind, jobs.c.key, jobs.c.lane, jobs.c.team, jobs.c.attempts, jobs.c.token, jobs.c.payload)


def _job(row: RowMapping) -> Job:
    return Job(**row)


def _together(earlier: NewJob, later: NewJob) -> NewJob:
    """Two puts of one coalesced job as one: the later words win, the more urgent lane wins."""
    if earlier == later:  # as nearly all of a burst are
        return later
    payload, lane = {**earlier.payload, **later.payload}, min(earlier.lane, later.lane)
    if not earlier.at_once:
        return replace(later, payload=payload, lane=lane)
    delay = min(earlier.delay, later.delay)
    return replace(later, payload=payload, lane=lane, delay=delay, max_wait=delay, at_once=True)


def _join(connection: Connection, job: NewJob, now: datetime) -> JobId | None:
    """Postpone the waiting job of the same kind and key, within its ``max_wait``; ``None`` if none waits."""
    row = connection.execute(_waiting(), {"kind": job.kind, "key": job.key}).mappings().first()
    if row is None:
        return None
    joined = {
        "which": row["id"],
        # A job that has failed keeps its back-off, however many new reasons arrive.
        "new_run_at": _quiet(row, job, now) if row["attempts"] == 0 else row["run_at"],
        "new_lane": min(row["lane"], job.lane),
        "new_payload": {**row["payload"], **_payload(job)},
    }
    connection.execute(_joining(), joined)
    return JobId(row["id"])


def _quiet(row: RowMapping, job: NewJob, now: datetime) -> datetime:
    """When a waiting job runs that ``job`` joins."""
    at_once = job.at_once or row["payload"].get(AT_ONCE)
    latest: datetime = row["run_at"] if at_once else row["first_at"] + timedelta(seconds=job.max_wait)
    return min(now + timedelta(seconds=job.delay), latest)


def _payload(job: NewJob) -> Mapping[str, Any]:
    """With what whoever joins it later has to know."""
    return {**job.payload, AT_ONCE: True} if job.at_once else dict(job.payload)


@cache
def _joining() -> Update:
    return update(jobs).where(jobs.c.id == bindparam("which")).values(_given("run_at", "lane", "payload"))


def _given(*names: str) -> dict[str, Any]:
    """Columns of a job and the parameters they are set to."""
    return {name: bindparam(f"new_{name}", type_=jobs.c[name].type) for name in names}


@cache
def _waiting() -> Select[Any]:
    same = and_(jobs.c.kind == bindparam("kind"), jobs.c.key == bindparam("key"))
    return select(jobs).where(same, jobs.c.state == "waiting", jobs.c.coalesce).with_for_update()


def _add(connection: Connection, job: NewJob, now: datetime) -> JobId | None:
    """A new row; ``None`` when another process has just added the coalesced job we wanted to join."""
    row = {
        "kind": job.kind,
        "key": job.key,
        "lane": job.lane,
        "rank": _next_rank(connection, job, now),
        "team": job.team,
        "coalesce": job.coalesce,
        "state": "waiting",
        "run_at": now + timedelta(seconds=min(job.delay, job.max_wait) if job.coalesce else job.delay),
        "first_at": now,
        "payload": _payload(job),
    }
    return connection.execute(_adding(connection.dialect.name), row).scalar()


@cache
def _adding(dialect: str) -> ReturningInsert[Any]:
    return inserting(dialect, jobs).on_conflict_do_nothing().returning(jobs.c.id)


def _next_rank(connection: Connection, job: NewJob, now: datetime) -> float:
    """Start-time fair queueing: each job moves its team's next turn back, an idle team starts from now."""
    start = now.timestamp()
    given = {"team": job.team, "turn": start + job.cost, "start": start, "cost": job.cost}
    return float(connection.execute(_turning(connection.dialect.name), given).scalar_one())


@cache
def _turning(dialect: str) -> ReturningInsert[Any]:
    start, cost = bindparam("start", type_=teams.c.rank.type), bindparam("cost", type_=teams.c.rank.type)
    later = case((teams.c.rank > start, teams.c.rank), else_=start) + cost
    turn = inserting(dialect, teams).values(id=bindparam("team"), rank=bindparam("turn"))
    turn = turn.on_conflict_do_update(index_elements=[teams.c.id], set_={"rank": later})
    return turn.returning(teams.c.rank)


def _key_is_running(key: Any) -> Any:
    running = jobs.alias("running")
    return exists().where(running.c.key == key, running.c.state == "running")


def _overtakes(job: Any, now: Any) -> Any:
    """A job waits behind an earlier one of its kind, key and lane that is due, or has failed and will be tried again.

    One that is due may just be being claimed by another worker, which nobody else can see yet.
    """
    earlier = jobs.alias("earlier")
    first = select(earlier.c.id).where(
        earlier.c.key == job.c.key,
        earlier.c.kind == job.c.kind,
        earlier.c.state == literal("waiting", literal_execute=True),  # spelt out, so that ix_jobs_in_line serves
        earlier.c.lane == job.c.lane,
        or_(earlier.c.attempts > 0, earlier.c.run_at <= now),
        earlier.c.id < job.c.id,
    )
    # One probe of the index per job. As EXISTS, PostgreSQL without fresh statistics compares each with each.
    return first.order_by(earlier.c.id).limit(1).scalar_subquery().is_not(None)


def _ours(job: Job) -> Any:
    return and_(jobs.c.id == job.id, jobs.c.token == job.token, jobs.c.state == "running")


def _change(connection: Connection, job: Job, **values: Any) -> None:
    given = {"which": job.id, "held": job.token, **{f"new_{name}": value for name, value in values.items()}}
    if connection.execute(_changing(tuple(values)), given).rowcount != 1:
        raise LostLease(f"job {job.id} ({job.kind} {job.key}) has been taken over")


@cache
def _changing(names: tuple[str, ...]) -> Update:
    ours = and_(jobs.c.id == bindparam("which"), jobs.c.token == bindparam("held"), jobs.c.state == "running")
    return update(jobs).where(ours).values(_given(*names))


def _wait_again(connection: Connection, row: int, now: datetime, **values: Any) -> None:
    """Back to waiting; a coalesced job whose successor waits already has nothing left to do."""
    try:
        with connection.begin_nested():
            connection.execute(update(jobs).where(jobs.c.id == row).values(**values))
    except IntegrityError:
        merged = {"state": "done", "lease_until": None, "finished": now, "error": "a later job covers this one"}
        connection.execute(update(jobs).where(jobs.c.id == row).values(**merged))
