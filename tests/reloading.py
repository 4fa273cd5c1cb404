"""One process of the product over a real database, without a network: what tests of the constitution change it in."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.app import App, build
from bot.jobs import HANDLERS
from bot.scheduler import tick
from bot.settings import Settings
from bot.shift import opened
from bot.worker import work
from models.actions import TellAdmins
from models.clock import SharedClock
from models.ids import TeamId
from models.proposals import Effect, Receipt
from tests.world import CONSTITUTION, TUESDAY, empty_database

TEXT = CONSTITUTION.read_text(encoding="utf-8")
TEAM = TeamId("payments")


@dataclass
class Said:
    """A Hand that does everything and remembers it."""

    effects: list[Effect] = field(default_factory=list)

    async def perform(self, effect: Effect) -> Receipt:
        self.effects.append(effect)
        return Receipt({})

    async def find(self, effect: Effect) -> Receipt | None:
        return None

    async def changed(self, effect: Effect) -> str | None:
        return None


@dataclass
class Process:
    """One process of the product over a real database, its clock in our hand; nothing of it works by itself."""

    app: App
    file: Path
    clock: SharedClock
    said: Said = field(default_factory=Said)

    def __post_init__(self) -> None:
        self.app.hands = dict.fromkeys(self.app.hands, self.said)

    async def save(self, text: str) -> None:
        """Somebody writes the file, and two looks of the clock pass."""
        self.file.write_text(text, encoding="utf-8")
        for _ in range(2):
            await tick(self.app)

    async def jobs(self) -> list[tuple[str, str]]:
        """What is to be done, done; each as (kind, team)."""
        found = []
        while (job := await self.app.mailbox.claim((0, 1, 2), 30)) is not None:
            found.append((job.kind, str(job.team)))
            await work(self.app, job, HANDLERS | {"people": _finish, "sync": _finish})
        return found

    @property
    def told(self) -> list[TellAdmins]:
        return [effect.action for effect in self.said.effects if isinstance(effect.action, TellAdmins)]

    @property
    def headlines(self) -> list[str]:
        return [action.headline for action in self.told]


async def _finish(app: App, job: Any) -> None:
    await app.mailbox.finish(job)


@contextlib.asynccontextmanager
async def one_process(folder: Path) -> AsyncIterator[Process]:
    """A process in ``folder`` that lives by a copy of the shipped constitution."""
    (folder / "pm.db").write_bytes(empty_database())
    file = folder / "directives.yaml"
    file.write_text(TEXT, encoding="utf-8")
    clock = SharedClock(folder / "clock.json")
    clock.set(TUESDAY, 1.0)
    url = f"sqlite:///{folder / 'pm.db'}"
    app = build(Settings(database_url=url, directives_file=file, clock_file=folder / "clock.json"))
    async with opened(app):
        await app.store.fire("tidy", app.clock.real().date().isoformat(), None)
        yield Process(app, file, clock)
