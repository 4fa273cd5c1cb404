"""How each connection is opened: what a commit survives, and how long one may wait for another or do nothing."""

from __future__ import annotations

import sqlite3
from enum import Enum, auto
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Dialect, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.util import LRUCache

SAFE_WAL = (3, 51, 3)
"""Below this SQLite may corrupt a WAL file when two connections checkpoint at once (reliability 2.6)."""

BUSY_SECONDS = 30
"""Seconds a transaction waits for another's lock."""

READERS = 4
POOL = 6
"""PostgreSQL connections of one process; many processes share the server's limit of 100."""

IDLE_SECONDS = 5
"""Seconds a PostgreSQL transaction may stand still before the server ends it: nothing of ours waits for anything but
the database, so its process has been frozen, and everybody else waits for what it holds."""

SILENT_SECONDS = 15
"""Seconds after which the server gives up a network peer that takes no answer."""


class Purpose(Enum):
    """What a database is opened for."""

    KEEP = auto()
    """To keep what must not be lost: a commit is on disk."""
    SCRATCH = auto()
    """To work something out: quick, and worth nothing once this process dies in the middle. SQLite only."""
    READ = auto()
    """To look, beside whoever writes: the connection itself refuses every change."""


def durability(purpose: Purpose = Purpose.KEEP) -> tuple[str, str]:
    """Journal mode and synchronous level for the linked SQLite (reliability 2.6)."""
    if purpose is Purpose.SCRATCH:
        return "MEMORY", "OFF"
    return ("WAL", "FULL") if sqlite3.sqlite_version_info >= SAFE_WAL else ("TRUNCATE", "EXTRA")


_COMPILED: LRUCache[Any, Any] = LRUCache(500)
"""Statements in SQLite's words, which are the same for every file: reader and writer compile each of them once."""

_WORDS: dict[str, Dialect] = {}


def _same_words(dialect: Dialect) -> Dialect:
    """The first dialect of its kind in this process: what is compiled is kept by it."""
    dialect.do_begin = _begin  # type: ignore[assignment]
    return _WORDS.setdefault(dialect.name, dialect)


def _begin(connection: PoolProxiedConnection) -> None:
    """With the word its engine has for it; an event would do the same and be asked about at every statement too."""
    connection.execute(connection.info[BEGIN])


BEGIN = "pm_begin"


def sqlite_engine(
    address: URL,
    begin: str,
    *,
    size: int,
    foreign_keys: bool = True,
    busy: float = BUSY_SECONDS,
    purpose: Purpose = Purpose.KEEP,
) -> Engine:
    """A SQLite file whose transactions begin with ``begin``; ``busy`` seconds of waiting for another's lock."""
    if looks := purpose is Purpose.READ:
        place = f"file:{quote(str(address.database))}"
        address = address.set(database=place, query={"mode": "ro", "uri": "true"})
    engine = create_engine(
        address,
        pool_size=size,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"timeout": busy},
        execution_options={"compiled_cache": _COMPILED},
    )
    engine.dialect = _same_words(engine.dialect)
    reader, (journal, synchronous) = begin == "BEGIN" or looks, durability(purpose)

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, record: Any) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves: the driver's own habit starts too late
        wishes = [f"busy_timeout = {busy * 1000:.0f}", f"foreign_keys = {int(foreign_keys)}", "mmap_size = 0"]
        wishes += ["query_only = 1"] if reader else [f"journal_mode = {journal}", f"synchronous = {synchronous}"]
        for wish in wishes:
            dbapi.execute(f"PRAGMA {wish}")
        record.info[BEGIN] = "BEGIN" if looks else begin

    return engine


def postgresql_engine(address: URL, seconds: float | None = None, purpose: Purpose = Purpose.KEEP) -> Engine:
    """``seconds`` bound each answer, and a pause within a transaction; without them a migration takes its time.

    ``options`` in the address, such as another search_path, hold beside ours.
    """
    options = f"{address.query.get('options', '')} -c lock_timeout={BUSY_SECONDS}s".strip()
    if purpose is Purpose.READ:
        options += " -c default_transaction_read_only=on"
    if seconds is not None:
        limits = f" -c idle_in_transaction_session_timeout={IDLE_SECONDS}s"
        options += f"{limits} -c tcp_user_timeout={SILENT_SECONDS}s"
    engine = create_engine(
        address,
        pool_size=POOL,
        max_overflow=0,
        pool_pre_ping=True,  # a restarted server must not cost the first caller its request
        hide_parameters=True,
        connect_args={"connect_timeout": 5, "application_name": "pm-agent", "options": options},
    )
    if seconds is not None:
        _bound(engine, seconds)
    return engine


def _bound(engine: Engine, seconds: float) -> None:
    """Every answer of a connection comes within ``seconds``, or the connection is closed."""
    import psycopg  # a process on SQLite never pays for it

    class Bounded(psycopg.Connection[Any]):
        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            try:
                return super().wait(gen, interval, seconds if timeout is None else min(seconds, timeout))
            except psycopg.errors._WaitTimeout:
                self.pgconn.finish()
                raise psycopg.OperationalError(f"no answer within {seconds:g} s") from None

    @event.listens_for(engine, "do_connect")
    def _connect(dialect: Any, record: Any, arguments: Any, parameters: Any) -> Any:
        return Bounded.connect(*arguments, **parameters)
