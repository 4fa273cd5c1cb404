"""A company at work for a bench: simulated vendors in this process, and ``pm start`` beside it, as it is run."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from integrations.simulator.claude.api import Pace
from integrations.simulator.server import Simulator
from integrations.simulator.slack.workspace import Message
from models.clock import SharedClock
from models.database import Database, upgrade
from models.directives_file import parse
from models.mailbox import Mailbox
from tests.bench.processes import Served, surroundings
from tests.world import CONSTITUTION, free_port

MORNING = datetime.fromisoformat("2026-11-17T10:05:00-05:00")
"""A Tuesday of the constitution's team, after its digest: nothing is due by the clock alone."""

PATIENCE = 60.0
"""Seconds until something that must happen is missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AtWork:
    """The company and the product."""

    simulator: Simulator
    product: Served
    database: str
    queue: Mailbox

    @property
    def keys(self) -> Sequence[str]:
        """The tickets of the running sprint."""
        return [str(issue.key) for issue in self.simulator.company.active()]

    def said(self) -> list[Message]:
        """Everything the product has said that lasts."""
        workspace = self.simulator.workspace
        return [m for m in workspace.messages.values() if m.user == workspace.bot and m.only_for is None]

    def someone(self) -> tuple[str, str]:
        """A member of the team, and its channel."""
        team = self.simulator.directives.teams[0]
        rooms = self.simulator.workspace.channels.values()
        return str(team.members[0].slack), next(room.id for room in rooms if room.name == team.channels["team"])

    async def quiet(self) -> float:
        """Seconds until nothing waits, runs or is unseen."""
        began = time.monotonic()
        while not await self._is_quiet():
            assert time.monotonic() - began < PATIENCE, "the queue does not run empty"
            await asyncio.sleep(0.1)
        return time.monotonic() - began

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that must happen."""
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await asyncio.sleep(0.002)

    async def _is_quiet(self) -> bool:
        """Read beside the product: its own answer costs it more the more teams there are."""
        depths = await self.queue.depths()
        return not (sum(depths.waiting.values()) or depths.running or depths.unseen)


@contextlib.asynccontextmanager
async def at_work(
    folder: Path,
    database: str,
    *,
    claude: Pace | None = None,
    prepare: Callable[[Simulator], None] = lambda simulator: None,
    text: str | None = None,
    start: bool = True,
    **settings: str,
) -> AsyncIterator[AtWork]:
    """``pm start`` on ``database`` in a company, its first look done; with ``claude`` it thinks with the simulated one.

    Without ``start`` the product's tables are there and it has not begun. ``text`` is another constitution.
    """
    clock, port = SharedClock(folder / "clock.json"), free_port()
    clock.set(MORNING, 1.0)
    law, text = _law_in(folder, text)
    doors = f"http://127.0.0.1:{port}"
    simulator = Simulator(parse(text, "directives.yaml"), text, clock, doors, pacing=False, claude=claude)
    await simulator.start()
    prepare(simulator)
    own = {
        "DATABASE_URL": database,
        "DIRECTIVES_FILE": str(law),
        "CLOCK_FILE": str(folder / "clock.json"),
        "PORT": str(port),
    }
    await asyncio.to_thread(upgrade, database)
    variables = surroundings({**simulator.environment(), **own, **settings})
    product = Served(("-m", "bot", "start"), port, variables, folder / "start.log", folder=folder)
    beside = Database(database, clock)
    made = AtWork(simulator=simulator, product=product, database=database, queue=Mailbox(beside, clock))
    try:
        if start:
            product.start()
            await asyncio.to_thread(product.wait)
            await made.quiet()
        yield made
    finally:
        await beside.close()
        await asyncio.to_thread(product.stop)
        await simulator.stop()


def talkative() -> str:
    """A constitution under which somebody may hear of five stuck tickets a day, the most there may be."""
    words = CONSTITUTION.read_text(encoding="utf-8")
    return words.replace("per_person_per_day: 1", "per_person_per_day: 5")


def _law_in(folder: Path, text: str | None) -> tuple[Path, str]:
    """The company's own constitution, and its words."""
    law = folder / "directives.yaml"
    text = text or CONSTITUTION.read_text(encoding="utf-8")
    law.write_text(text, encoding="utf-8")
    return law, text
