"""Workers who carry effects out step by step over the real stores, may stall or vanish in between, and a world that
counts what reached it."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import seed as seeded
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from sqlalchemy import Connection, select

from models.database import Database
from models.errors import LostLease
from models.ids import ApprovalId, EffectId, PersonId, TeamId
from models.ledger import Ledger
from models.mailbox import Job, Mailbox
from models.proposals import ApprovalState, EffectState, Ending, Outcome, Receipt
from models.tables.asks import approvals
from models.tables.looks import decisions, reminders, told
from models.tables.outbox import effects
from models.tables.queue import jobs, teams
from tests.contracts.stores.ledger_model import Model
from tests.contracts.stores.values import FakeClock

T = TypeVar("T")
LEASE = 10.0
AGAIN = (Ending.LATER, Ending.UNCLEAR)


@dataclass(eq=False)
class Worker:
    """Somebody who holds a job: claimed, begun, answered by the world, settled."""

    job: Job
    until: float
    effect: EffectId | None
    stage: str = "claimed"
    before: EffectState | None = None
    outcome: Outcome | None = None
    lost: bool = False


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
        self.model = Model()
        self.at_work: list[Worker] = []
        self.world: Counter[EffectId] = Counter()
        self.ended: dict[ApprovalId, tuple[ApprovalState, PersonId | None]] = {}
        self.reopened: set[ApprovalId] = set()
        self.edits = 0

    def run(self, doing: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(doing)

    def close(self) -> None:
        self.run(self.mailbox.stop())
        self.run(self.database.close())
        self.loop.close()
        self._scope.__exit__(None, None, None)

    def take_a_job(self) -> Worker | None:
        job = self.run(self.mailbox.claim((0, 1, 2), LEASE))
        if job is None:
            return None
        assert job.key not in {worker.job.key for worker in self.at_work if not worker.lost}
        worker = Worker(job, self.clock.monotonic() + LEASE, job.payload.get("effect"))
        self.at_work.append(worker)
        return worker

    def reaped(self) -> None:
        self.run(self.mailbox.reap())
        for worker in self.at_work:
            worker.lost = worker.lost or worker.until < self.clock.monotonic()

    def under(self, worker: Worker, doing: Callable[[], T]) -> T | None:
        """``None`` when this came too late, which must be so exactly when the job had been given to another."""
        try:
            done = doing()
        except LostLease:
            assert worker.lost
            self.at_work.remove(worker)
            return None
        assert not worker.lost
        return done

    def step(self, worker: Worker, ending: Ending, *, happened: bool) -> None:
        """What it does next, as ``planner.carry_out`` and ``bot.jobs.effect`` do."""
        if worker.effect is None:
            self._end(worker)
        elif worker.stage == "claimed":
            self._begin(worker, worker.effect)
        elif worker.stage == "begun":
            self._perform(worker, worker.effect, ending, happened)
        elif worker.stage == "answered":
            self._settle(worker, worker.effect)
        else:
            self._end(worker)

    def _begin(self, worker: Worker, effect: EffectId) -> None:
        found = self.under(worker, lambda: (self.run(self.ledger.under(worker.job).begin(effect)),))
        if found is None:
            return
        [begun] = found
        worker.before = self.model.begin(effect)
        assert (begun.state if begun else None) == worker.before
        worker.stage = "begun" if begun else "settled"

    def _perform(self, worker: Worker, effect: EffectId, ending: Ending, happened: bool) -> None:
        """Looks first whenever an earlier try may have arrived; then asks whether it is still ours, and does it."""
        if worker.before is not EffectState.PLANNED and self.world[effect]:
            ending = Ending.FOUND
        elif ending in (Ending.DONE, Ending.UNCLEAR):
            if self.under(worker, lambda: (self.run(self.ledger.under(worker.job).still_ours()),)) is None:
                return
            self.world[effect] += ending is Ending.DONE or happened
        sent = ending in (Ending.DONE, Ending.FOUND)
        receipt = Receipt({"channel": "D", "ts": effect}) if sent else None
        until = self.clock.now() if ending is Ending.DEFERRED else None
        worker.outcome = Outcome(ending=ending, words=f"{ending} {effect}", receipt=receipt, until=until)
        worker.stage = "answered"

    def _settle(self, worker: Worker, effect: EffectId) -> None:
        outcome = worker.outcome
        assert outcome is not None
        if self.under(worker, lambda: (self.run(self.ledger.under(worker.job).settle(effect, outcome)),)) is None:
            return
        self.model.settle(effect, outcome, effect)
        worker.stage = "settled"

    def _end(self, worker: Worker) -> None:
        ending = worker.outcome.ending if worker.outcome is not None else None
        dead = worker.effect is not None and self.model.effects[worker.effect].state is EffectState.DEAD
        if ending in AGAIN:
            doing = self.mailbox.retry(worker.job, "later", 1)
        elif ending is Ending.FAILED or dead:
            doing = self.mailbox.bury(worker.job, "failed")
        else:
            doing = self.mailbox.finish(worker.job)
        if self.under(worker, lambda: (self.run(doing),)) is not None:
            self.at_work.remove(worker)


@dataclass(frozen=True)
class Stands:
    """What the tables say."""

    effects: dict[str, tuple[str, int]]
    questions: dict[str, tuple[Any, ...]]
    settled: dict[str, str]
    told: dict[tuple[PersonId, str], str]
    units: dict[tuple[PersonId, str, str, int], str]
    next_look: dict[TeamId, datetime]
    worked: set[str]
    """Effects for which a job waits or runs."""
    running: Counter[str]


def stands(connection: Connection) -> Stands:
    rows = connection.execute
    alive = rows(select(jobs.c.key, jobs.c.state, jobs.c.payload).where(jobs.c.state.in_(["waiting", "running"]))).all()
    settled = select(decisions.c.proposal_id, decisions.c.verdict).where(decisions.c.verdict != "defer")
    looks = select(teams.c.id, teams.c.next_look).where(teams.c.next_look.is_not(None))
    return Stands(
        effects={
            row.id: (row.state, row.tries) for row in rows(select(effects.c.id, effects.c.state, effects.c.tries))
        },
        questions={
            row.id: (
                *(row.state, row.by, row.expires, row.reminded is not None, row.passed_on is not None, row.put_off),
                row.ts,
            )
            for row in rows(select(approvals))
        },
        settled={row.proposal_id: row.verdict for row in rows(settled)},
        told={(row.person, row.signal): row.effect for row in rows(select(told))},
        units={(row.person, row.day, row.budget, row.ordinal): row.effect for row in rows(select(reminders))},
        next_look={row.id: row.next_look for row in rows(looks)},
        worked={row.payload["effect"] for row in alive if "effect" in row.payload},
        running=Counter(row.key for row in alive if row.state == "running"),
    )


def size(what: str, otherwise: int) -> int:
    """``PM_MODEL_EXAMPLES``, ``_STEPS``, ``_SEED``, ``_SHRINK``: sizes and seed of a longer run."""
    return int(os.environ.get(f"PM_MODEL_{what}", otherwise))  # noqa: TID251 - tests are no part of the product


def tried(machine: type[RuleBasedStateMachine], examples: int, *, seed: int = 0, steps: int = 40) -> None:
    """So many histories; ``PM_MODEL_SHRINK=0`` ends at the first that fails, for whoever only wants to know."""
    phases = set(Phase) if size("SHRINK", 1) else {Phase.generate}
    given = settings(
        max_examples=examples,
        stateful_step_count=size("STEPS", steps),
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=phases - {Phase.explain},
        database=None,
    )
    seed = seed or size("SEED", 0)
    if seed:
        given = settings(given, derandomize=False)
        machine = seeded(seed)(machine)
    run_state_machine_as_test(machine, settings=given)
