"""A worker of this version takes up whatever is due, and a world counts what reaches it."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from models.database import Database
from models.ids import EffectId
from models.ledger import Ledger
from models.mailbox import Job, Mailbox
from models.proposals import EffectState, Ending, Outcome, Receipt
from models.store import Store
from tests.contracts.stores.values import FakeClock, cycle


@dataclass
class Office:
    """This version at work on one database."""

    clock: FakeClock
    database: Database
    mailbox: Mailbox
    ledger: Ledger
    store: Store
    world: Counter[EffectId] = field(default_factory=Counter)
    """How often each effect reached its target."""
    looks: Counter[str] = field(default_factory=Counter)

    async def finish(self) -> None:
        """All that is due, to its end."""
        await self.mailbox.reap()
        while (job := await self.mailbox.claim((0, 1, 2), 30)) is not None:
            await self._do(job)

    async def _do(self, job: Job) -> None:
        if job.kind == "cycle":
            self.looks[job.team] += 1
            rows = tuple(row for row, _ in await self.mailbox.waiting(job.team))
            await self.ledger.under(job).record(cycle(self.clock, team=job.team, deliveries=rows))
            return
        if "effect" in job.payload:
            await self._carry_out(job, EffectId(job.payload["effect"]))
        await self.mailbox.finish(job)

    async def _carry_out(self, job: Job, effect: EffectId) -> None:
        """As ``planner.carry_out``: what may have arrived is looked for first."""
        ledger = self.ledger.under(job)
        begun = await ledger.begin(effect)
        if begun is None:
            return
        found = begun.state is not EffectState.PLANNED and self.world[effect] > 0
        self.world[effect] += not found
        receipt = Receipt({"channel": "D", "ts": effect})
        await ledger.settle(effect, Outcome(ending=Ending.FOUND if found else Ending.DONE, words="", receipt=receipt))


@contextlib.asynccontextmanager
async def at_work(url: str) -> AsyncIterator[Office]:
    """A process that began before anybody changed the tables."""
    clock = FakeClock()
    database = Database(url, clock)
    mailbox = Mailbox(database, clock)
    try:
        yield Office(clock, database, mailbox, Ledger(database, clock), Store(database, clock))
    finally:
        await mailbox.stop()
        await database.close()


@contextlib.asynccontextmanager
async def office(url: str) -> AsyncIterator[Office]:
    """A process that begins now. Raises ``DatabaseNotReady`` where the tables are of another version."""
    async with at_work(url) as begun:
        await begun.database.check_version()
        begun.database.ahead = 0.0  # its time is the test's, not the server's
        yield begun
