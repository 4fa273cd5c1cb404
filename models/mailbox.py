"""What came in and what is to be done about it: nothing accepted is lost, nothing is done by two at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, delete, func, insert, select, text, true, update
from sqlalchemy.exc import IntegrityError

from models.clock import Clock
from models.database import Database, insert_into, wait_at_most
from models.doorbell import Doorbell
from models.events import Delivery, Reason, Source
from models.ids import DeliveryId, EffectId, JobId, TeamId
from models.keeping import clocks, depths
from models.keeping import effects as outbox
from models.keeping import jobs as queue
from models.keeping.intake import BATCH, WAITING, GroupCommit
from models.keeping.jobs import Job, NewJob
from models.keeping.visits import HOST
from models.tables.outbox import audit
from models.tables.queue import inbox, jobs

__all__ = ["DeadLetter", "Depths", "Job", "Mailbox", "NewJob", "look_at"]

NO_CYCLE = "none"
"""In ``inbox.cycle``: no cycle will account for this delivery, a job of its own does, or nobody needs to."""

MOST_HEARD = 5_000
"""Deliveries that are read again at once, to know what webhooks told."""

HELD = 1.0
"""Seconds a delivery waits for what another process holds of its team, before the other teams go without it: whoever
sent it is told *no* within the three seconds that Slack waits."""

RACES = 5
"""Tries of one claim while other workers take jobs of the same key."""


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A job that was given up, with the reason."""

    id: JobId
    kind: str
    key: str
    team: TeamId
    attempts: int
    error: str
    at: datetime
    """Real time."""
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Depths:
    """How much is waiting, for status and metrics."""

    waiting: Mapping[int, int]
    """By lane."""
    later: int
    """Jobs that were planned for later and never tried: they wait for their moment, not for a worker."""
    oldest: Mapping[int, float]
    """Seconds the oldest due job of each lane has waited."""
    running: int
    dead: int
    unseen: int
    """Deliveries no cycle has accounted for yet."""
    oldest_unseen: float
    """Seconds since the oldest of them arrived; 0 when there is none."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    delivery: Delivery
    team: TeamId
    job: NewJob | None

    @property
    def name(self) -> tuple[str, str]:
        return self.delivery.source.value, self.delivery.id


def look_at(
    team: TeamId, reason: Reason = Reason.LOOK, *, delay: float = 0.0, max_wait: float = 0.0, at_once: bool = False
) -> NewJob:
    """The job of looking at ``team``; looks that wait become one, and none puts off one that is ``at_once``."""
    return NewJob(
        kind="cycle",
        key=f"team:{team}",
        team=team,
        lane=1 if reason is Reason.EVENT else 2,
        coalesce=True,
        delay=delay,
        max_wait=delay if at_once else max_wait,
        at_once=at_once,
        payload={"reason": reason.value},
    )


class Mailbox:
    """The inbox and the keyed jobs. Run times are real time; leases go by PostgreSQL's, the same for all machines."""

    def __init__(self, database: Database, clock: Clock, *, waiting: int = WAITING, batch: int = BATCH) -> None:
        self._database = database
        self._clock = clock
        self._intake = GroupCommit[_Arrival, bool](
            self._accept_all, waiting=waiting, batch=batch, apart=lambda arrival: arrival.team
        )

    @property
    def doorbell(self) -> Doorbell:
        """Rings in this process on every commit that adds a job."""
        return self._database.doorbell

    async def wait(self, timeout: float, *, since: int | None = None) -> bool:
        """Wait at most ``timeout`` seconds for a new job; see ``Doorbell.wait``."""
        return await self.doorbell.wait(timeout, since=since)

    def start(self) -> None:
        """Begin group commits."""
        self._intake.start()

    async def stop(self) -> None:
        """Commit what callers still wait for, then take no more."""
        await self._intake.stop()

    async def accept(self, delivery: Delivery, team: TeamId, job: NewJob | None) -> bool:
        """Keep one delivery and its job; ``False`` when it was here before. On disk when this returns.

        A job that is not coalesced gets ``{"inbox": row id}`` in its payload. Raises ``Unwelcome`` (503 full
        or closing, 400 unstorable) and ``DatabaseNotReady``.
        """
        return await self._intake.submit(_Arrival(delivery, team, job))

    async def put(self, job: NewJob) -> JobId:
        """Add a job, or join the coalesced one that waits."""
        added = await self._database.write(lambda c: queue.put(c, job, self._clock.real()), "put")
        self.doorbell.ring()
        return added

    async def claim(self, lanes: Sequence[int], lease: float) -> Job | None:
        """Take the next due job of ``lanes`` for ``lease`` seconds, or ``None`` when nothing is due."""
        until = lease - self._database.ahead
        for _ in range(RACES):
            try:
                return await self._database.write(lambda c: queue.claim(c, lanes, until, self._clock.real()), "claim")
            except IntegrityError:  # another worker was quicker with this key: choose again
                continue
        return None

    async def renew(self, job: Job, lease: float) -> None:
        """Keep the job for another ``lease`` seconds. Raises ``LostLease``."""
        until = lease - self._database.ahead
        await self._database.write(lambda c: queue.renew(c, job, until, self._clock.real()), "renew")

    async def still_ours(self, job: Job) -> None:
        """Raises ``LostLease`` when the job has been taken over."""
        await self._database.read(lambda c: queue.check(c, job))

    async def note(self, job: Job, **words: Any) -> None:
        """Keep ``words`` in the job's payload, where whoever takes it over finds them. Raises ``LostLease``."""
        await self._database.write(lambda c: queue.note(c, job, words), "note")

    async def forget(self, row: int) -> None:
        """Empty a delivery that turned out not to be for us; its id is kept, so that a replayed one is still known."""
        emptied = update(inbox).where(inbox.c.id == row).values(body=b"")
        await self._database.write(lambda c: c.execute(emptied), "forget")

    async def finish(self, job: Job) -> None:
        """The job is done. Raises ``LostLease``."""
        await self._database.write(lambda c: queue.finish(c, job, self._clock.real()), "finish")
        self.doorbell.ring()  # the next of this key may go

    async def retry(self, job: Job, error: str, delay: float, *, counted: bool = True) -> None:
        """Try again in ``delay`` seconds; not ``counted`` when it only waits. Raises ``LostLease``.

        What only waits counts as never tried, whatever befell it before: it holds up nobody behind it in its key.
        """
        tries = job.attempts if counted else 0
        await self._database.write(lambda c: queue.retry(c, job, error, delay, self._clock.real(), tries), "retry")
        self.doorbell.ring()

    async def bury(self, job: Job, error: str) -> None:
        """Give up; the job becomes a dead letter. Raises ``LostLease``."""
        await self._database.write(lambda c: queue.bury(c, job, error, self._clock.real()), "bury")

    async def hasten(self, kind: str, team: TeamId, nap: timedelta, tried: Mapping[JobId, datetime]) -> None:
        """Let the jobs of ``kind`` that only wait for their moment look at the clock as if they woke every ``nap``
        since they were ``tried`` last (real time)."""
        now = self._clock.real()
        await self._database.write(lambda c: queue.hasten(c, kind, team, nap, tried, now), "hasten")
        self.doorbell.ring()

    async def reap(self) -> int:
        """Put jobs whose worker has vanished back in line; returns how many.

        What a clock that was ahead has put too far off is mended with it.
        """
        real, ahead = self._clock.real(), self._database.ahead
        now = real - timedelta(seconds=ahead)
        doing = self._database.write(lambda c: (queue.reap(c, real, ahead), clocks.put_right(c, now)), "reap")
        reaped, mended = await doing
        if reaped or mended:
            self.doorbell.ring()
        return reaped

    async def due_in(self, lanes: Sequence[int]) -> float | None:
        """Seconds until the next waiting job of ``lanes`` is due; 0 when one is, ``None`` when none waits."""
        at = await self._database.read(lambda c: queue.soonest(c, lanes))
        return None if at is None else max(0.0, (at - self._clock.real()).total_seconds())

    async def waited(self, lane: int) -> float:
        """Seconds the oldest due job of ``lane`` has waited for a worker; 0 when none waits."""
        now = self._clock.real()
        return await self._database.read(lambda c: depths.waiting_for_a_worker(c, lane, now))

    async def heard(
        self, source: Source, since: datetime, team: TeamId | None = None, *, by_the_way: bool = False
    ) -> list[Delivery]:
        """What came from ``source`` at ``since`` (real time) or later and can still be read, newest first.

        At most ``MOST_HEARD`` of them; ``team`` leaves other teams' out, ``by_the_way`` what a look accounts for.
        """
        kept = text("length(body) > 0")  # the words of ix_inbox_bodies
        wanted = select(inbox).where(inbox.c.received >= since, kept, inbox.c.source == source.value)
        wanted = wanted.where(inbox.c.team == team) if team is not None else wanted
        wanted = wanted.where(inbox.c.cycle == NO_CYCLE) if by_the_way else wanted
        wanted = wanted.order_by(inbox.c.received.desc()).limit(MOST_HEARD)
        rows = await self._database.read(lambda c: c.execute(wanted).mappings().all())
        return [_delivery(row) for row in rows]

    async def last_heard(self, source: Source, since: datetime, team: TeamId) -> datetime | None:
        """When the last delivery of ``team`` came from ``source``, at ``since`` (real time) or later."""
        kept = text("length(body) > 0")  # the words of ix_inbox_bodies
        wanted = select(inbox.c.received).where(inbox.c.received >= since, kept, inbox.c.source == source.value)
        wanted = wanted.where(inbox.c.team == team).order_by(inbox.c.received.desc()).limit(1)
        return await self._database.read(lambda c: c.execute(wanted).scalar())

    async def changes(self, since: datetime) -> list[Delivery]:
        """Who changed in Slack at ``since`` (real time) or later, newest first: all, from an index of their own."""
        told = text("name = 'changed'")  # the words of ix_inbox_changes
        wanted = select(inbox).where(inbox.c.received >= since, told).order_by(inbox.c.received.desc())
        rows = await self._database.read(lambda c: c.execute(wanted).mappings().all())
        return [_delivery(row) for row in rows if row["body"]]

    async def delivery(self, row: int) -> Delivery:
        """The delivery kept as ``row``. Raises ``KeyError``."""
        wanted = select(inbox).where(inbox.c.id == row)
        found = await self._database.read(lambda c: c.execute(wanted).mappings().first())
        if found is None:
            raise KeyError(row)
        return _delivery(found)

    async def waiting(self, team: TeamId) -> list[tuple[int, Delivery]]:
        """Deliveries of ``team`` no cycle has accounted for, oldest first, with their rows."""
        rows = await self._database.read(lambda c: c.execute(_unaccounted(), {"of": team}).mappings().all())
        return [(row["id"], _delivery(row)) for row in rows]

    async def dead_letters(self) -> list[DeadLetter]:
        """Jobs that were given up, latest first."""
        wanted = select(jobs).where(jobs.c.state == "dead").order_by(jobs.c.finished.desc(), jobs.c.id.desc())
        rows = await self._database.read(lambda c: c.execute(wanted).mappings().all())
        return [_dead_letter(row) for row in rows]

    async def replay(self, job: int, by: str = HOST) -> bool:
        """Give a dead letter a fresh start, and write down who did; ``False`` when there is none of that id."""
        revived = await self._database.write(lambda c: _replay(c, job, by, self._clock.real()), "replay")
        if revived:
            self.doorbell.ring()
        return revived

    async def drop(self, job: int, by: str = HOST) -> bool:
        """Delete a dead letter for good, and write down who did; ``False`` when there is none of that id."""
        return await self._database.write(lambda c: _drop(c, job, by, self._clock.real()), "drop")

    async def depths(self, teams: Collection[TeamId] | None = None) -> Depths:
        """How much is waiting; of these teams alone where any are named."""
        return await self._database.read(lambda c: _depths(c, self._clock.real(), teams))

    async def _accept_all(self, arrivals: Sequence[_Arrival]) -> Sequence[bool]:
        answers = await self._database.write(lambda c: _keep(c, arrivals, self._clock.real()), "accept")
        if any(answers):
            self.doorbell.ring()
        return answers


def _keep(connection: Connection, arrivals: Sequence[_Arrival], now: datetime) -> list[bool]:
    """Insert what is new, with its jobs; one answer each, ``False`` for what was here before."""
    wait_at_most(connection, HELD)
    first: dict[tuple[str, str], _Arrival] = {}
    for arrival in arrivals:
        first.setdefault(arrival.name, arrival)
    insert = insert_into(connection, inbox).on_conflict_do_nothing(index_elements=["source", "delivery_id"])
    returning = insert.returning(inbox.c.source, inbox.c.delivery_id, inbox.c.id)
    # In one order in every process: two doors that are handed the same deliveries must not wait for each other.
    rows = connection.execute(returning, [_row(first[name]) for name in sorted(first)]).all()
    new = {(row.source, row.delivery_id): row.id for row in rows}
    answers, wanted = [], []
    for arrival in arrivals:
        row = new.pop(arrival.name, None)
        answers.append(row is not None)
        if row is not None and arrival.job is not None:
            wanted.append(_with_inbox(arrival.job, row))
    queue.put_all(connection, wanted, now)
    return answers


def _row(arrival: _Arrival) -> dict[str, Any]:
    delivery = arrival.delivery
    looked_at = arrival.job is not None and arrival.job.coalesce
    return {
        "source": delivery.source.value,
        "delivery_id": delivery.id,
        "name": delivery.name,
        "team": arrival.team,
        "body": delivery.body,
        "received": delivery.received,
        "cycle": None if looked_at else NO_CYCLE,
    }


def _with_inbox(job: NewJob, row: int) -> NewJob:
    return job if job.coalesce else replace(job, payload={**job.payload, "inbox": row})


@cache
def _unaccounted() -> Select[Any]:
    """Put together once: every look asks it."""
    mine = inbox.c.team == bindparam("of")
    return select(inbox).where(mine, inbox.c.cycle.is_(None)).order_by(inbox.c.received, inbox.c.id)


def _delivery(row: RowMapping) -> Delivery:
    return Delivery(
        source=Source(row["source"]),
        id=DeliveryId(row["delivery_id"]),
        name=row["name"],
        body=bytes(row["body"]),
        received=row["received"],
    )


def _dead_letter(row: RowMapping) -> DeadLetter:
    error, at = row["error"] or "", row["finished"] or row["first_at"]
    return DeadLetter(row["id"], row["kind"], row["key"], row["team"], row["attempts"], error, at, row["payload"])


def _replay(connection: Connection, job: int, by: str, now: datetime) -> bool:
    revived = queue.revive(connection, job, now)
    if revived is None:
        return False
    if "effect" in revived["payload"]:
        outbox.reopen(connection, EffectId(revived["payload"]["effect"]))
    _note(connection, revived, by, "dead letter tried again", now)
    return True


def _drop(connection: Connection, job: int, by: str, now: datetime) -> bool:
    dead = select(jobs).where(jobs.c.id == job, jobs.c.state == "dead").with_for_update()
    row = connection.execute(dead).mappings().first()
    if row is None:
        return False
    connection.execute(delete(jobs).where(jobs.c.id == job))
    _note(connection, row, by, "dead letter dropped", now)
    return True


def _note(connection: Connection, row: RowMapping, by: str, what: str, now: datetime) -> None:
    told = {"team": row["team"], "who": by, "what": what, "about": f"{row['kind']} {row['key']}"[:200], "at": now}
    connection.execute(insert(audit).values(**told, detail=(row["error"] or "")[:500]))


def _depths(connection: Connection, now: datetime, teams: Collection[TeamId] | None) -> Depths:
    mine = true() if teams is None else inbox.c.team.in_(list(teams))
    unseen = select(func.count(), func.min(inbox.c.received)).where(inbox.c.cycle.is_(None), mine)
    count, oldest = connection.execute(unseen).one()
    age = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    return Depths(**depths.counted(connection, now, teams), unseen=count, oldest_unseen=age)
