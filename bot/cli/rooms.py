"""What a command needs of the house: settings, constitution and stores, opened for one piece of work."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from bot.settings import Settings
from models.clock import Clock, SharedClock, SystemClock
from models.database import Database, upgrade
from models.directives import Directives
from models.directives_file import load
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rooms:
    """The stores, for a command that runs beside the server."""

    directives: Directives
    clock: Clock
    database: Database
    mailbox: Mailbox
    store: Store
    ledger: Ledger


def in_rooms(work: Callable[[Rooms], Awaitable[T]]) -> T:
    """Run ``work`` over the configured database. Raises ``OperatorError``."""

    async def run() -> T:
        async with _opened(Settings.from_environment()) as rooms:
            return await work(rooms)

    return asyncio.run(run())


def prepare_database(settings: Settings) -> None:
    """SQLite is brought to this version; PostgreSQL is checked, because many processes may be using it.

    Raises ``DatabaseNotReady``.
    """
    if settings.database_url.startswith("sqlite"):
        upgrade(settings.database_url)
    else:
        asyncio.run(_check(settings))


async def _check(settings: Settings) -> None:
    database = Database(settings.database_url, SystemClock())
    try:
        await database.check_version()
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[Rooms]:
    clock: Clock = SharedClock(settings.clock_file) if settings.clock_file else SystemClock()
    directives = load(settings.directives_file)
    database = Database(settings.database_url, clock)
    try:
        await database.check_version()
        yield Rooms(
            directives=directives,
            clock=clock,
            database=database,
            mailbox=Mailbox(database, clock),
            store=Store(database, clock),
            ledger=Ledger(database, clock),
        )
    finally:
        await database.close()
