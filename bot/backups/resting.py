"""Whether anybody is at work on a database, by all there is to see: nothing is put back under a working agent."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, text

from bot.backups.sources import dialect_of, file_of
from models.clock import Clock
from models.copying import at_work
from models.errors import DatabaseNotReady, OperatorError
from models.whole import whole

CONNECTED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'pm-agent%'"
)
"""Connections of agents, on whatever machine they are; psql's and our own are called otherwise."""

PROCESSES = Path("/proc")


def require_rest(url: str, clock: Clock) -> None:
    """Raise ``OperatorError`` while an agent is at work on the database at ``url``.

    Asked are: who says in the database that it is at work, or holds a job; who is connected (PostgreSQL); who on this
    machine has the file open (SQLite on Linux). A database that cannot be read keeps nobody from replacing it.
    """
    is_file = dialect_of(url) == "sqlite"
    found = _holding(file_of(url)) if is_file else []
    try:
        if not is_file or file_of(url).exists():
            found += _told(url, clock)
    except DatabaseNotReady:
        if not is_file:
            raise
    _require_none(found)


def require_rest_within(connection: Connection, clock: Clock) -> None:
    """The same by what ``connection`` sees, once the tables are taken: nobody can begin behind its back."""
    _require_none(_seen(connection, clock))


def _require_none(found: Sequence[str]) -> None:
    if found:
        hint = "Stop every process of it and run this again; one that was killed counts as working for 45 seconds"
        raise OperatorError(f"the agent is at work: {', '.join(found[:3])}", hint=hint)


def _told(url: str, clock: Clock) -> list[str]:
    with whole(url, read_only=True) as connection:
        return _seen(connection, clock)


def _seen(connection: Connection, clock: Clock) -> list[str]:
    found = at_work(connection, clock.real())
    if connection.dialect.name == "postgresql" and not found:
        count = connection.execute(CONNECTED).scalar_one()
        found = [f"{count} connections to this database"] if count else []
    return found


def _holding(file: Path) -> list[str]:
    """Other processes of this machine that have ``file`` open, as far as we may see."""
    wanted, ours = os.path.realpath(file), str(os.getpid())
    found = [each.name for each in PROCESSES.glob("[0-9]*") if each.name != ours and wanted in _open_files(each)]
    return [f"process {number} has {file.name} open" for number in found]


def _open_files(process: Path) -> list[str]:
    try:
        return [os.readlink(each) for each in (process / "fd").iterdir()]
    except OSError:  # it has ended meanwhile, or is somebody else's
        return []
