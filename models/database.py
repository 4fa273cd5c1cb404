"""One transaction in one thread hop, on SQLite or PostgreSQL, durable before it returns."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from enum import Enum, auto
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Dialect, Engine, Table, create_engine, event, literal, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.util import LRUCache

from models.clock import Clock
from models.errors import DatabaseNotReady, SettingsError

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: ``alembic/`` lives beside ``models/`` and is not part of the wheel."""

SAFE_WAL = (3, 51, 3)
"""Below this SQLite may corrupt a WAL file when two connections checkpoint at once (reliability 2.6)."""

OURS = (IntegrityError, DataError)
"""What a statement did wrong; every other error is the database's: gone, full, read-only, damaged."""

BUSY_SECONDS = 30
"""Seconds a transaction waits for another's lock."""

ANSWER_SECONDS = 40.0
"""Seconds PostgreSQL may take for one answer, waiting for a lock included: a server that has frozen, or a network that
swallows everything, must not hold a thread for ever."""

READERS = 4
POOL = 6
"""PostgreSQL connections of one process; many processes share the server's limit of 100."""

ATTEMPTS = 4
"""Tries of one transaction that PostgreSQL ended to resolve a deadlock."""

MIGRATION_LOCK = 7_205_759
"""Any fixed number: two processes upgrading at once take turns on it."""


class Purpose(Enum):
    """What a database is opened for."""

    KEEP = auto()
    """To keep what must not be lost: a commit is on disk."""
    SCRATCH = auto()
    """To work something out: quick, and worth nothing once this process dies in the middle. SQLite only."""
    READ = auto()
    """To look, beside whoever writes: the connection itself refuses every change."""


def nothing(point: str) -> None:
    """The default of ``at_commit``: no fault is injected."""


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert one row unless a unique key forbids it; ``True`` when it is there because of us."""
    row = insert_into(connection, table).values(**values).on_conflict_do_nothing()
    return connection.execute(row.returning(literal(1))).first() is not None


class Doorbell:
    """Rings in this process when a commit has added work, so that nobody has to poll to be quick."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.rings = 0

    def ring(self) -> None:
        """Wake everybody who waits."""
        self.rings += 1
        self._rung.set()
        self._rung = asyncio.Event()

    async def wait(self, timeout: float, *, since: int | None = None) -> bool:
        """Wait at most ``timeout`` seconds of real time; ``True`` when it rang.

        ``since`` is the count of ``rings`` read before looking for work: a ring in between is not lost.
        """
        if since is not None and self.rings != since:
            return True
        try:
            await asyncio.wait_for(self._rung.wait(), timeout)
        except TimeoutError:
            return False
        return True


class Database:
    """Transactions for the stores. SQLite has one writer connection in the process, PostgreSQL a small pool.

    ``at_commit`` is called with ``<label>:before`` and ``<label>:after`` around each commit: the points at
    which the chaos suite kills the process.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        at_commit: Callable[[str], None] = nothing,
        seconds: float = ANSWER_SECONDS,
        purpose: Purpose = Purpose.KEEP,
    ) -> None:
        self.clock = clock
        self.doorbell = Doorbell()
        self._at_commit = at_commit
        address = _address(url)
        self.dialect = address.get_backend_name()
        if self.dialect == "sqlite":
            busy = min(seconds, BUSY_SECONDS)
            self._writer = _sqlite(address, "BEGIN IMMEDIATE", size=1, busy=busy, purpose=purpose)
            self._reader = _sqlite(address, "BEGIN", size=READERS, busy=busy, purpose=purpose)
            self._write_threads = ThreadPoolExecutor(1, thread_name_prefix="db-write")
            self._read_threads = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        else:
            self._writer = self._reader = _postgresql(address, seconds, purpose)
            self._write_threads = self._read_threads = ThreadPoolExecutor(POOL, thread_name_prefix="db")

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` in a transaction that changes nothing. Raises ``DatabaseNotReady``."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._read_threads, self._look, fn)

    async def write(self, fn: Callable[[Connection], T], label: str) -> T:
        """Run ``fn`` in one transaction and commit; ``fn`` may be run again after a deadlock.

        Raises ``DatabaseNotReady`` when the database cannot be reached, and whatever ``fn`` raises.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._write_threads, self._commit, fn, label)

    async def close(self) -> None:
        """Finish what is under way and close every connection."""
        loop = asyncio.get_running_loop()
        parts = {self._read_threads: self._reader, self._write_threads: self._writer}
        for threads, engine in parts.items():  # on PostgreSQL both are one
            await loop.run_in_executor(threads, engine.dispose)
            threads.shutdown(wait=False)

    async def check_version(self) -> None:
        """Raise ``DatabaseNotReady`` unless the tables are of this version."""
        found = await self.read(lambda connection: MigrationContext.configure(connection).get_current_revision())
        wanted = ScriptDirectory.from_config(_config()).get_current_head()
        if found != wanted:
            raise DatabaseNotReady(
                f"the database is at version {found or 'none'}, this program needs {wanted}", hint="Run: pm db upgrade"
            )

    def describe(self) -> str:
        """Library or server version and how commits are made durable, for people."""
        if self.dialect == "sqlite":
            return f"SQLite {sqlite3.sqlite_version}, {' + '.join(_durability())}"
        version = getattr(self._writer.dialect, "server_version_info", None)
        return f"PostgreSQL {'.'.join(map(str, version))}" if version else "PostgreSQL, not connected yet"

    def _look(self, fn: Callable[[Connection], T]) -> T:
        try:
            with self._reader.connect() as connection, connection.begin():
                return fn(connection)
        except OURS:
            raise
        except DBAPIError as error:
            raise not_ready(error) from error

    def _commit(self, fn: Callable[[Connection], T], label: str) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(fn, label)
            except OURS:
                raise
            except DBAPIError as error:
                if attempt == ATTEMPTS or not _deadlock(error):
                    raise not_ready(error) from error
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, fn: Callable[[Connection], T], label: str) -> T:
        with self._writer.connect() as connection:
            with connection.begin():
                result = fn(connection)
                self._at_commit(f"{label}:before")
            self._at_commit(f"{label}:after")
            return result


def upgrade(url: str) -> None:
    """Bring the database at ``url`` to this version, creating file and tables when absent.

    Safe to run from several processes at once. Raises ``DatabaseNotReady``.
    """
    address = _address(url)
    if address.get_backend_name() == "sqlite":
        _make_folder(Path(str(address.database)).parent)
        engine = _sqlite(address, "BEGIN IMMEDIATE", size=1, foreign_keys=False)
    else:
        engine = _postgresql(address)
    config = _config()
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except SQLAlchemyError as error:
        raise not_ready(error) from error
    finally:
        engine.dispose()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseNotReady(f"the folder {folder} cannot be made: {error}", hint="Check DATABASE_URL") from error


def _config() -> Config:
    """Alembic's settings without its ini file, so any working directory will do."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic").replace("%", "%%"))
    return config


def _address(url: str) -> URL:
    """Read a DATABASE_URL. Raises ``SettingsError``."""
    hint = "Write sqlite:///var/pm.db or postgresql://user:password@host/database"
    try:
        address = make_url(url.replace("postgres://", "postgresql://", 1))
    except SQLAlchemyError as error:
        raise SettingsError("DATABASE_URL is not a database address", hint=hint) from error
    backend = address.get_backend_name()
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise SettingsError(f"DATABASE_URL names {backend}, which is not supported", hint=hint)
    if address.database in (None, "", ":memory:"):
        raise SettingsError("DATABASE_URL names no file: a database in memory would forget", hint=hint)
    return address.set(drivername="sqlite+pysqlite")


def _durability(purpose: Purpose = Purpose.KEEP) -> tuple[str, str]:
    """Journal mode and synchronous level for the linked SQLite (reliability 2.6)."""
    if purpose is Purpose.SCRATCH:
        return "MEMORY", "OFF"
    return ("WAL", "FULL") if sqlite3.sqlite_version_info >= SAFE_WAL else ("TRUNCATE", "EXTRA")


_COMPILED: LRUCache[Any, Any] = LRUCache(500)
"""Statements in SQLite's words, which are the same for every file: reader and writer compile each of them once."""

_WORDS: dict[str, Dialect] = {}


def _same_words(dialect: Dialect) -> Dialect:
    """The first dialect of its kind in this process: what is compiled is kept by it."""
    return _WORDS.setdefault(dialect.name, dialect)


def _sqlite(
    address: URL,
    begin: str,
    *,
    size: int,
    foreign_keys: bool = True,
    busy: float = BUSY_SECONDS,
    purpose: Purpose = Purpose.KEEP,
) -> Engine:
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
    reader, (journal, synchronous) = begin == "BEGIN" or looks, _durability(purpose)

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, record: Any) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves: the driver's own habit starts too late
        wishes = [f"busy_timeout = {busy * 1000:.0f}", f"foreign_keys = {int(foreign_keys)}", "mmap_size = 0"]
        wishes += ["query_only = 1"] if reader else [f"journal_mode = {journal}", f"synchronous = {synchronous}"]
        for wish in wishes:
            dbapi.execute(f"PRAGMA {wish}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if looks else begin)

    return engine


def _postgresql(address: URL, seconds: float | None = None, purpose: Purpose = Purpose.KEEP) -> Engine:
    """``seconds`` bound each answer; without them a migration takes as long as it takes."""
    options = "-c lock_timeout=30s" + (" -c default_transaction_read_only=on" if purpose is Purpose.READ else "")
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


def _deadlock(error: DBAPIError) -> bool:
    """PostgreSQL ended this transaction in favour of another: the same work may simply be done again."""
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def not_ready(error: SQLAlchemyError) -> DatabaseNotReady:
    """What it means for whoever runs the agent."""
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    missing = "no such table" in cause or "does not exist" in cause or "no such column" in cause
    hint = "Run: pm db upgrade" if missing else "Check DATABASE_URL, the server and the free disk space"
    return DatabaseNotReady(f"the database did not answer: {cause}", hint=hint)
