"""Whatever workers do, crash or sleep through: nothing accepted is lost, done twice, or done by two at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlalchemy import Connection, select

from models.database import Database
from models.errors import LostLease
from models.ids import TeamId
from models.ledger import Ledger
from models.mailbox import Job, Mailbox, NewJob
from models.tables.queue import inbox, jobs
from tests.contracts.stores.ledger_workers import size, tried
from tests.contracts.stores.values import FakeClock, cycle, delivery, look

T = TypeVar("T")
LEASE = 10.0
TEAMS = st.sampled_from([TeamId("a"), TeamId("b")])


@dataclass
class Worker:
    """Somebody who has claimed a job, with the deliveries seen then; ``lost`` once it was given to another."""

    job: Job
    rows: tuple[int, ...]
    until: float
    lost: bool = False


def waiting_and_looked_after(connection: Connection) -> tuple[list[str], set[str]]:
    """The team of each delivery no cycle has seen, and the teams for which a cycle is due or running."""
    unseen = connection.execute(select(inbox.c.team).where(inbox.c.cycle.is_(None))).scalars().all()
    alive = select(jobs.c.team).where(jobs.c.kind == "cycle", jobs.c.state.in_(["waiting", "running"]))
    return list(unseen), set(connection.execute(alive).scalars())


class Workers(RuleBasedStateMachine):
    databases: Any

    def __init__(self) -> None:
        super().__init__()
        self._scope = self.databases.fresh()
        self.loop = asyncio.new_event_loop()
        self.clock = FakeClock()
        self.database = Database(self._scope.__enter__(), self.clock)
        self.mailbox = Mailbox(self.database, self.clock)
        self.ledger = Ledger(self.database, self.clock)
        self.workers: list[Worker] = []
        self.accepted: dict[TeamId, list[str]] = {TeamId("a"): [], TeamId("b"): []}
        self.seen: list[int] = []
        self.single = 0
        self.single_done: list[int] = []

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(doing)

    @rule(team=TEAMS, repeat=st.booleans())
    def accept(self, team: TeamId, repeat: bool) -> None:
        known = self.accepted[team]
        name = known[-1] if repeat and known else f"{team}{len(known)}"
        new = self.run(self.mailbox.accept(delivery(name), team, look(team, delay=1, max_wait=5)))
        assert new == (name not in known)
        if new:
            known.append(name)

    @rule(key=st.sampled_from("xyz"))
    def put(self, key: str) -> None:
        self.run(self.mailbox.put(NewJob("effect", key, TeamId("a"))))
        self.single += 1

    @rule(seconds=st.sampled_from([0.5, 2, 11]))
    def tick(self, seconds: float) -> None:
        self.clock.tick(seconds)

    @rule()
    def claim(self) -> None:
        job = self.run(self.mailbox.claim((0, 1, 2), LEASE))
        if job is None:
            return
        assert job.key not in {w.job.key for w in self.workers if not w.lost}
        rows = tuple(row for row, _ in self.run(self.mailbox.waiting(job.team))) if job.kind == "cycle" else ()
        self.workers.append(Worker(job, rows, self.clock.monotonic() + LEASE))

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        worker = self.workers.pop(data.draw(st.integers(0, len(self.workers) - 1)))
        if self.loses(worker, self.end(worker)):
            return
        self.seen.extend(worker.rows)
        if worker.job.kind == "effect":
            self.single_done.append(worker.job.id)

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def fail(self, data: st.DataObject) -> None:
        worker = self.workers.pop(data.draw(st.integers(0, len(self.workers) - 1)))
        self.loses(worker, self.mailbox.retry(worker.job, "failed", 1))

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        worker = data.draw(st.sampled_from(self.workers))
        if not self.loses(worker, self.mailbox.renew(worker.job, LEASE)):
            worker.until = self.clock.monotonic() + LEASE

    @precondition(lambda self: self.workers)
    @rule(data=st.data())
    def crash(self, data: st.DataObject) -> None:
        """Gone without a word; whoever merely stalls stays in ``workers`` and comes back too late."""
        gone = self.workers.pop(data.draw(st.integers(0, len(self.workers) - 1)))
        if not gone.lost:
            self.clock.tick(LEASE + 1)
            self.reap()

    @precondition(lambda self: self.workers)
    @rule()
    def take_over(self) -> None:
        """All who work sleep through their lease, and somebody else is given a job of theirs."""
        self.clock.tick(LEASE + 1)
        self.reap()
        self.claim()

    @rule()
    def reap(self) -> None:
        self.run(self.mailbox.reap())
        for worker in self.workers:
            worker.lost = worker.lost or worker.until < self.clock.monotonic()

    @invariant()
    def nothing_is_lost_and_nothing_is_seen_twice(self) -> None:
        unseen, looked_after = self.run(self.database.read(waiting_and_looked_after))
        assert set(unseen) <= looked_after
        assert len(self.seen) == len(set(self.seen))
        assert len(self.seen) + len(unseen) == sum(map(len, self.accepted.values()))

    def teardown(self) -> None:
        try:
            self.everything_gets_done()
        finally:
            self.run(self.mailbox.stop())
            self.run(self.database.close())
            self.loop.close()
            self._scope.__exit__(None, None, None)

    def everything_gets_done(self) -> None:
        """All workers vanish and one comes: it is given all that is left, once."""
        self.workers.clear()
        self.clock.tick(LEASE * 2)
        self.reap()
        self.clock.tick(10)
        while job := self.run(self.mailbox.claim((0, 1, 2), LEASE)):
            rows = tuple(row for row, _ in self.run(self.mailbox.waiting(job.team))) if job.kind == "cycle" else ()
            self.run(self.end(Worker(job, rows, 0)))
            self.seen.extend(rows)
            if job.kind == "effect":
                self.single_done.append(job.id)
            self.clock.tick(2)
        self.nothing_is_lost_and_nothing_is_seen_twice()
        assert len(self.seen) == sum(map(len, self.accepted.values()))
        assert len(self.single_done) == len(set(self.single_done)) == self.single

    def end(self, worker: Worker) -> Coroutine[Any, Any, Any]:
        """A cycle ends by being recorded, anything else by being finished."""
        if worker.job.kind == "effect":
            return self.mailbox.finish(worker.job)
        made = cycle(self.clock, team=worker.job.team, deliveries=worker.rows)
        return self.ledger.under(worker.job).record(made)

    def loses(self, worker: Worker, doing: Coroutine[Any, Any, Any]) -> bool:
        """Whether this came too late, which must be so exactly when the job had been given to another."""
        try:
            self.run(doing)
        except LostLease:
            assert worker.lost
            return True
        assert not worker.lost
        return False


def test_no_history_of_workers_breaks_a_promise(databases: Any) -> None:
    on_sqlite = databases.template.startswith("sqlite")
    given = type("GivenWorkers", (Workers,), {"databases": databases})
    tried(given, size("EXAMPLES", 16 if on_sqlite else 5), steps=30)
