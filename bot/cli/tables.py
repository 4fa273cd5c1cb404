"""The tables are of this version before anybody works with them.

Who serves for months asks here, so nothing stays loaded that only changes tables, nor, on SQLite, what reads them.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
from urllib.parse import quote

from bot.settings import Settings
from models.clock import SystemClock
from models.errors import DatabaseNotReady
from models.steps import versions


def prepare_database(settings: Settings) -> None:
    """SQLite is brought to this version; PostgreSQL is checked, because many processes may be using it.

    Raises ``DatabaseNotReady``.
    """
    if not settings.database_url.startswith("sqlite"):
        asyncio.run(_check(settings))
    elif not _is_current(file_of(settings.database_url)):
        _upgrade(settings)


def file_of(database_url: str) -> str:
    """The file an address of SQLite names."""
    return database_url.removeprefix("sqlite:///").partition("?")[0]


def _is_current(file: str) -> bool:
    """Whether it has the tables this program needs; whoever cannot tell says no."""
    with (
        contextlib.suppress(sqlite3.Error),
        contextlib.closing(sqlite3.connect(f"file:{quote(file)}?mode=ro", uri=True)) as connection,
    ):
        return connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(versions()[-1],)]
    return False


def _upgrade(settings: Settings) -> None:
    """In a process that ends with it."""
    words = [sys.executable, "-m", "bot", "db", "upgrade"]
    variables = {**os.environ, "DATABASE_URL": settings.database_url}
    done = subprocess.run(words, env=variables, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if done.returncode:
        raise DatabaseNotReady(done.stderr.strip().rpartition("error: ")[2] or "pm db upgrade did not end well")


async def _check(settings: Settings) -> None:
    from models.database import Database

    database = Database(settings.database_url, SystemClock())
    try:
        await database.check_version()
    finally:
        await database.close()
