"""A copy of the whole database as it is at one moment, made while others write: never a torn one."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, func, select

from bot.backups import programs
from bot.backups.archive import CHUNK, Stop, Stopped, never
from models.copying import counted, present
from models.database import address_of
from models.errors import DatabaseNotReady, OperatorError
from models.whole import revision_of, server_version, whole

PAGES = 8_192
"""Pages of one step: while it lasts (a tenth of a second for 32 MB) SQLite's writer waits."""

BREATH = 0.02
"""Seconds between two steps, for whoever waits to write."""

RESTARTS = 3
"""How often SQLite may begin again because another process has written; then all is copied in one step."""

LEVEL = 4
"""Of gzip: most of what there is to gain, at a third of the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What is known of a copy."""

    schema: str
    engine: str
    rows: Mapping[str, int]
    place: str


def name_of(url: str) -> str:
    """Which database that is, without user and password: ``postgresql://host/name``, ``sqlite:///file``."""
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        return f"sqlite:///{Path(str(address.database)).resolve()}"
    host = address.host or address.query.get("host") or "localhost"
    return f"postgresql://{host}{f':{address.port}' if address.port else ''}/{address.database or ''}"


def dialect_of(url: str) -> str:
    """``sqlite`` or ``postgresql``."""
    return address_of(url).get_backend_name()


def file_of(url: str) -> Path:
    """Where SQLite keeps it."""
    return Path(str(address_of(url).database))


def copy_out(url: str, into: Path, pg_dump: str = "", stopped: Stopped = never) -> Taken:
    """Write a copy of the database at ``url`` to ``into``; its folder is used for drafts.

    Raises ``OperatorError``, ``OSError`` and ``Stop``.
    """
    if dialect_of(url) == "sqlite":
        return _from_sqlite(file_of(url), into, stopped)
    return _from_postgresql(url, into, pg_dump, stopped)


# --- SQLite -------------------------------------------------------------------------------------------------


def _from_sqlite(file: Path, into: Path, stopped: Stopped) -> Taken:
    if not file.exists():
        raise DatabaseNotReady(f"there is no database at {file}", hint="Check DATABASE_URL, or run: pm start")
    draft = into.with_suffix(".sqlite3")
    copy_file(file, draft, stopped)
    require_sound(draft)
    with whole(f"sqlite:///{draft}", read_only=True) as connection:
        taken = _told(connection, f"SQLite {sqlite3.sqlite_version}", "")
    with draft.open("rb") as plain, into.open("wb") as body, gzip.GzipFile("", "wb", LEVEL, body, mtime=0) as packed:
        while chunk := plain.read(CHUNK):
            if stopped():
                raise Stop
            packed.write(chunk)
    draft.unlink()
    return taken


def copy_file(file: Path, into: Path, stopped: Stopped = never) -> None:
    """One moment of the database in ``file``, by SQLite's online backup. Raises ``OperatorError`` and ``Stop``."""
    try:
        try:
            _copy(file, into, PAGES, stopped)
        except _Restless:
            into.unlink()
            _copy(file, into, -1, stopped)
    except sqlite3.Error as error:
        raise _sqlite_failed(error) from error


def require_sound(file: Path) -> None:
    """Have SQLite check every page, index and reference. Raises ``OperatorError``."""
    try:
        with contextlib.closing(sqlite3.connect(file)) as found:
            wrong = [str(row[0]) for row in found.execute("PRAGMA integrity_check(3)") if row[0] != "ok"]
            lost = found.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        raise _sqlite_failed(error) from error
    wrong += [f"{len(lost)} rows point at nothing, the first in {lost[0][0]}"] if lost else []
    if wrong:
        words = f"the database is damaged: {wrong[0]}"
        raise OperatorError(words, hint="Restore the last good backup: pm backup list, pm restore FILE")


class _Restless(Exception):
    """Others write so often that copying in steps never ends."""


def _copy(file: Path, into: Path, pages: int, stopped: Stopped) -> None:
    source = sqlite3.connect(f"file:{quote(str(file))}?mode=rw", uri=True, timeout=30, check_same_thread=False)
    with contextlib.closing(source), contextlib.closing(sqlite3.connect(into)) as target:
        target.execute("PRAGMA synchronous = OFF")  # a draft: it is worth nothing before it is whole
        source.backup(target, pages=pages, progress=_watch(stopped, restless=pages > 0), sleep=BREATH)


def _watch(stopped: Stopped, *, restless: bool) -> _Progress:
    return _Progress(stopped, RESTARTS if restless else -1)


class _Progress:
    def __init__(self, stopped: Stopped, restarts: int) -> None:
        self._stopped, self._left, self._last = stopped, restarts, 1 << 62

    def __call__(self, status: int, remaining: int, total: int) -> None:
        if self._stopped():
            raise Stop
        if remaining > self._last and self._left >= 0:
            self._left -= 1
            if self._left < 0:
                raise _Restless
        self._last = remaining


def _sqlite_failed(error: sqlite3.Error) -> OperatorError:
    words = str(error)
    if "full" in words or "disk I/O" in words:
        return OperatorError(f"it could not be written ({words})", hint="Free space on that disk")
    return DatabaseNotReady(f"the database could not be read ({words})", hint="Check DATABASE_URL and the disk")


# --- PostgreSQL ---------------------------------------------------------------------------------------------


def _from_postgresql(url: str, into: Path, pg_dump: str, stopped: Stopped) -> Taken:
    """Counted and dumped in one snapshot, so that the counts are those of the dump."""
    with whole(url, read_only=True) as connection:
        version = server_version(connection)
        program = programs.fitting("pg_dump", version[0], pg_dump)
        snapshot = connection.execute(select(func.pg_export_snapshot())).scalar_one()
        place = str(connection.execute(select(func.current_schema())).scalar_one())
        taken = _told(connection, f"PostgreSQL {'.'.join(map(str, version))}, {program.words}", place)
        tables = [f'--table="{place}"."{name}"' for name in present(connection)]
        words = ["--format=custom", "--no-owner", "--no-privileges", "--no-password", "--lock-wait-timeout=30s"]
        with programs.address(address_of(url), into.parent) as address:
            where = [f"--snapshot={snapshot}", f"--file={into}", f"--dbname={address}"]
            programs.run(program, [*words, *tables, *where], stopped)
    return taken


def _told(connection: Connection, engine: str, place: str) -> Taken:
    schema = revision_of(connection)
    if schema is None:
        raise DatabaseNotReady("the database holds no tables of the agent", hint="Check DATABASE_URL: pm db upgrade")
    return Taken(schema=schema, engine=engine, rows=counted(connection), place=place)


def unpack(body: Path, into: Path, stopped: Stopped = never) -> None:
    """A gzipped copy as SQLite's own file again. Raises ``OperatorError`` and ``OSError``."""
    try:
        with gzip.open(body) as packed, into.open("wb") as file:
            while chunk := packed.read(CHUNK):
                if stopped():
                    raise Stop
                file.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise OperatorError(f"its database part cannot be unpacked ({error})", hint="Take another one") from error


def own(file: Path, like: Path) -> None:
    """Give ``file`` to whom ``like`` belongs, where we may: what root puts back must be the agent's to write."""
    theirs = like.stat()
    with contextlib.suppress(PermissionError):
        os.chown(file, theirs.st_uid, theirs.st_gid)


@contextlib.contextmanager
def drafts(folder: Path) -> Iterator[Path]:
    """A folder of its own for what is not whole yet, gone at the end whatever happens."""
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
