"""A database to work something out in: one connection, no threads, nothing durable until it is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from models.clock import Clock
from models.database import OURS, Database, Purpose, not_ready

T = TypeVar("T")


class Scratch(Database):
    """As ``Database`` on SQLite, for one process that waits for nothing else.

    A hop to a thread takes longer than most of the work, and a second connection would only wait for the first.
    """

    def __init__(self, url: str, clock: Clock) -> None:
        super().__init__(url, clock, purpose=Purpose.SCRATCH)
        self._connection: Connection | None = None

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """See ``Database.read``."""
        return self._run(fn)

    async def write(self, fn: Callable[[Connection], T], label: str) -> T:
        """See ``Database.write``."""
        try:
            result = self._run(fn)
        except BaseException:
            self._standing.rollback()
            raise
        self._standing.commit()
        return result

    async def close(self) -> None:
        """See ``Database.close``."""
        self._standing.close()
        await super().close()

    @property
    def _standing(self) -> Connection:
        """Opened when it is first needed."""
        if self._connection is None:
            self._connection = self._writer.connect()
        return self._connection

    def _run(self, fn: Callable[[Connection], T]) -> T:
        try:
            return fn(self._standing)
        except OURS:
            raise
        except DBAPIError as error:
            raise not_ready(error) from error
