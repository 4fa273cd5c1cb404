"""A company moves to another database: every row counted, compared, and worked on from there alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.backups.resting import require_rest, require_rest_within
from bot.backups.restoring import rows_there
from bot.backups.sources import dialect_of, file_of, name_of
from models.clock import Clock
from models.copying import Tally, Told, copy, counted, nobody, present, release, take
from models.database import upgrade
from models.errors import DatabaseNotReady, OperatorError
from models.whole import newest, revision_of, whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What was copied."""

    tables: Mapping[str, Tally]
    released: int
    """Jobs that were being worked when the agent was stopped: at the target they wait."""

    @property
    def total(self) -> int:
        """Rows in all."""
        return sum(each.rows for each in self.tables.values())


def rows_to_move(source: str) -> int:
    """Rows in all of the database at ``source``. Raises ``DatabaseNotReady``."""
    if dialect_of(source) == "sqlite" and not file_of(source).exists():
        raise DatabaseNotReady(f"there is no database at {file_of(source)}", hint="Check DATABASE_URL")
    with whole(source, read_only=True) as connection:
        if revision_of(connection) != newest():
            raise DatabaseNotReady("the database is of another version than this program", hint="Run: pm db upgrade")
        return sum(counted(connection).values())


def move(source: str, target: str, clock: Clock, told: Told = nobody) -> Moved:
    """Copy all of ``source`` into the empty ``target``: all rows are there and equal, or none is.

    Nobody may be at work on either. ``source`` stays as it is. Raises ``OperatorError``.
    """
    if name_of(source) == name_of(target):
        raise OperatorError("this is the same database", hint="Name another one with --to")
    rows_to_move(source)
    require_rest(source, clock)
    require_rest(target, clock)
    if held := rows_there(target):
        words = "holds something that is no database of the agent" if held < 0 else f"holds {held} rows already"
        raise OperatorError(f"the target {words}", hint="Name an empty database with --to")
    upgrade(target)
    with whole(target, read_only=True) as connection:
        there = present(connection)
    with whole(target) as new, whole(source, read_only=True) as old:
        take(new, there)
        require_rest_within(new, clock)
        tables = copy(old, new, told)
        released = release(new, clock.real())
        require_rest(source, clock)  # what an agent has taken in since would stay behind
    return Moved(tables=tables, released=released)
