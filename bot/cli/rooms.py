"""What a command needs of the house: settings, constitution and stores, opened for one piece of work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.settings import Settings
from models.clock import Clock, SharedClock, SystemClock
from models.database import Database
from models.directives import Directives
from models.directives_file import load
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.operations import Operations
from models.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The stores, for a command that runs beside the server."""

    directives_file: Path
    clock: Clock
    database: Database
    mailbox: Mailbox
    store: Store
    ledger: Ledger
    operations: Operations

    @property
    def directives(self) -> Directives:
        """The constitution, read when it is asked for: repairs must not need it. Raises ``OperatorError``."""
        return load(self.directives_file)


def in_rooms(work: Callable[[Rooms], Awaitable[T]]) -> T:
    """Run ``work`` over the configured database. Raises ``OperatorError``."""

    async def run() -> T:
        async with _opened(Settings.from_environment()) as rooms:
            return await work(rooms)

    return asyncio.run(run())


@contextlib.asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Rooms]:
    clock: Clock = SharedClock(settings.clock_file) if settings.clock_file else SystemClock()
    database = Database(settings.database_url, clock)
    try:
        await database.check_version()
        yield Rooms(
            directives_file=settings.directives_file,
            clock=clock,
            database=database,
            mailbox=Mailbox(database, clock),
            store=Store(database, clock),
            ledger=Ledger(database, clock),
            operations=Operations(database, clock),
        )
    finally:
        await database.close()
