"""One transaction in one thread hop, on SQLite or PostgreSQL, durable before it returns."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, Connection, Engine, Table, inspect, literal, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.sql.dml import ReturningInsert

from models.clock import Clock
from models.doorbell import Doorbell
from models.engines import BUSY_SECONDS, POOL, READERS, durability, postgresql_engine, sqlite_engine
from models.engines import Purpose as Purpose
from models.errors import DatabaseNotReady, Held, SettingsError
from models.ids import fresh
from models.steps import ROOT, versions

if TYPE_CHECKING:
    from alembic.config import Config

T = TypeVar("T")

OURS = (IntegrityError, DataError)
"""What a statement did wrong; every other error is the database's: gone, full, read-only, damaged."""

ANSWER_SECONDS = 40.0
"""Seconds PostgreSQL may take for one answer, waiting for a lock included: a server that has frozen, or a network that
swallows everything, must not hold a thread for ever."""

ATTEMPTS = 4
"""Tries of one transaction that PostgreSQL ended to resolve a deadlock."""

PROMPT = 1.0
"""Seconds within which PostgreSQL says what time it is, or it is not believed."""

MIGRATION_LOCK = 7_205_759
"""Any fixed number: two processes upgrading at once take turns on it."""

BRIEFLY, UPGRADES = 2, 20
"""Seconds an upgrade waits for a table, with everybody who needs that table waiting behind it; and tries it has."""

BACK = "Start the newer version, or put back the backup made before it: pm restore FILE --yes (docs/upgrade.md)"
"""What an older version says of tables that it does not know."""

_ANOTHER_TIME = frozenset({"55P03", "40001", "40P01"})
"""A table was in use for too long, or two waited for each other: nothing has happened, the same may be tried again."""


def nothing(point: str) -> None:
    """The default of ``at_commit``: no fault is injected."""


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The dialect's own INSERT, which knows ON CONFLICT."""
    return inserting(connection.dialect.name, table)


def inserting(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    """The same by the dialect's name, for a statement that is put together once."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert one row unless a unique key forbids it; ``True`` when it is there because of us."""
    return connection.execute(_unless_there(connection.dialect.name, table), values).first() is not None


@cache
def _unless_there(dialect: str, table: Table) -> ReturningInsert[Any]:
    """Put together once for a table; which columns are given is seen as it is executed."""
    return inserting(dialect, table).on_conflict_do_nothing().returning(literal(1))


WORK = "pm_work"
"""Under this name PostgreSQL tells other processes of new work; what is told is who tells."""


def wait_at_most(connection: Connection, seconds: float) -> None:
    """From here on this transaction waits no longer for a row that another holds; else it raises ``Held``.

    On SQLite a transaction that has begun waits for nobody.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_WAITING, {"long": f"{seconds * 1000:.0f}ms"})


def announce(connection: Connection) -> None:
    """Other processes hear of new work when this transaction commits, and not unless it does."""
    connection.info[WORK] = True


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
        self.name = fresh()
        """What this process is called when it tells others of work."""
        self.ahead = 0.0
        """Seconds our clock is ahead of PostgreSQL's, as compared last: all machines' leases go by that one's."""
        self._closed: DatabaseNotReady | None = None
        self._at_commit = at_commit
        address = self.address = address_of(url)
        self.dialect = address.get_backend_name()
        if self.dialect == "sqlite":
            busy = min(seconds, BUSY_SECONDS)
            self._writer = sqlite_engine(address, "BEGIN IMMEDIATE", size=1, busy=busy, purpose=purpose)
            self._reader = sqlite_engine(address, "BEGIN", size=READERS, busy=busy, purpose=purpose)
            self._write_threads = ThreadPoolExecutor(1, thread_name_prefix="db-write")
            self._read_threads = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        else:
            self._writer = self._reader = postgresql_engine(address, seconds, purpose)
            self._write_threads = self._read_threads = ThreadPoolExecutor(POOL, thread_name_prefix="db")

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """Run ``fn`` in a transaction that changes nothing. Raises ``DatabaseNotReady``."""
        self._require_open()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._read_threads, self._look, fn)

    async def write(self, fn: Callable[[Connection], T], label: str) -> T:
        """Run ``fn`` in one transaction and commit; ``fn`` may be run again after a deadlock.

        Raises ``DatabaseNotReady`` when the database cannot be reached, and whatever ``fn`` raises.
        """
        self._require_open()
        loop = asyncio.get_running_loop()
        result, work = await loop.run_in_executor(self._write_threads, self._commit, fn, label)
        if work:
            self.doorbell.beyond()
        return result

    def bar(self, why: DatabaseNotReady | None) -> None:
        """From now on every read and write is refused so, without asking the database; ``None`` lets them through."""
        self._closed = why

    def _require_open(self) -> None:
        if self._closed is not None:
            raise DatabaseNotReady(*self._closed.args, hint=self._closed.hint)

    async def close(self) -> None:
        """Finish what is under way and close every connection."""
        loop = asyncio.get_running_loop()
        parts = {self._read_threads: self._reader, self._write_threads: self._writer}
        for threads, engine in parts.items():  # on PostgreSQL both are one
            await loop.run_in_executor(threads, engine.dispose)
            threads.shutdown(wait=False)

    async def check_version(self) -> None:
        """Raise ``DatabaseNotReady`` unless the tables are of this version."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._read_threads, self._look, version_of)
        await loop.run_in_executor(self._read_threads, self._look, self.compare)
        if found != (wanted := versions()[-1]):
            words = f"the database is at version {found or 'none'}, this program needs {wanted}"
            is_older = found is None or found in versions()
            raise DatabaseNotReady(words, hint="Run: pm db upgrade" if is_older else BACK)

    def compare(self, connection: Connection) -> None:
        """See how far our clock is from PostgreSQL's; an answer that was long under way says nothing."""
        if self.dialect == "postgresql":
            before, theirs = self.clock.real(), connection.execute(_THEIR_TIME).scalar_one()
            under_way = self.clock.real() - before
            if under_way.total_seconds() < PROMPT:
                self.ahead = (before + under_way / 2 - theirs).total_seconds()

    def describe(self) -> str:
        """Library or server version and how commits are made durable, for people."""
        if self.dialect == "sqlite":
            return f"SQLite {sqlite3.sqlite_version}, {' + '.join(durability())}"
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

    def _commit(self, fn: Callable[[Connection], T], label: str) -> tuple[T, bool]:
        """What ``fn`` answered, and whether it announced work."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._once(fn, label)
            except OURS:
                raise
            except DBAPIError as error:
                if attempt == ATTEMPTS or not _deadlock(error):
                    raise not_ready(error) from error
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _once(self, fn: Callable[[Connection], T], label: str) -> tuple[T, bool]:
        with self._writer.connect() as connection:
            connection.info.pop(WORK, None)  # of a transaction that was rolled back
            with connection.begin():
                result = fn(connection)
                work = connection.info.pop(WORK, False)
                if work and self.dialect == "postgresql":
                    connection.execute(_TELL, {"who": self.name})
                self._at_commit(f"{label}:before")
            self._at_commit(f"{label}:after")
            return result, work


def upgrade(url: str) -> None:
    """Bring the database at ``url`` to this version, creating file and tables when absent.

    Safe to run from several processes at once, and beside processes at work: it never makes them wait for a table for
    longer than ``BRIEFLY``, and tries again instead. Raises ``DatabaseNotReady``.
    """
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        _make_folder(Path(str(address.database)).parent)
        engine = sqlite_engine(address, "BEGIN IMMEDIATE", size=1, foreign_keys=False)
    else:
        engine = postgresql_engine(address)
    try:
        for left in reversed(range(UPGRADES)):
            try:
                return _upgrade(engine)
            except DBAPIError as error:
                if not left or getattr(error.orig, "sqlstate", None) not in _ANOTHER_TIME:
                    raise
    except SQLAlchemyError as error:
        raise not_ready(error) from error
    finally:
        engine.dispose()


def _upgrade(engine: Engine) -> None:
    """All steps in one transaction."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            connection.execute(text(f"SET LOCAL lock_timeout = '{BRIEFLY}s'"))
        if version_of(connection) != versions()[-1]:
            _take_steps(connection)


def version_of(connection: Connection) -> str | None:
    """The version of the tables there; ``None`` where there are none."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def _take_steps(connection: Connection) -> None:
    from alembic import command  # at nearly every start there is no step to take
    from alembic.util import CommandError

    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseNotReady("a newer version has changed the database: there is no way back", hint=BACK) from error


_THEIR_TIME = text("SELECT clock_timestamp()")
_WAITING = text("SELECT set_config('lock_timeout', :long, true)")
_TELL = text(f"SELECT pg_notify('{WORK}', :who)")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseNotReady(f"the folder {folder} cannot be made: {error}", hint="Check DATABASE_URL") from error


def _config() -> Config:
    """Alembic's settings without its ini file, so any working directory will do."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic").replace("%", "%%"))
    return config


def address_of(url: str) -> URL:
    """Read a DATABASE_URL. Raises ``SettingsError``."""
    hint = "Write sqlite:///var/pm.db or postgresql://user:password@host/database"
    try:
        address = make_url(url.replace("postgres://", "postgresql://", 1))
    except (SQLAlchemyError, ValueError) as error:  # a port that is no number is the second
        raise SettingsError("DATABASE_URL is not a database address", hint=hint) from error
    backend = address.get_backend_name()
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise SettingsError(f"DATABASE_URL names {backend}, which is not supported", hint=hint)
    if address.database in (None, "", ":memory:"):
        raise SettingsError("DATABASE_URL names no file: a database in memory would forget", hint=hint)
    return address.set(drivername="sqlite+pysqlite")


def _deadlock(error: DBAPIError) -> bool:
    """PostgreSQL ended this transaction in favour of another: the same work may simply be done again."""
    return getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


_UPGRADE, _WRITABLE = "Run: pm db upgrade", "Let this process write to the file of DATABASE_URL and to its folder"
REMEDIES = {
    "no such table": _UPGRADE,
    "does not exist": _UPGRADE,
    "no such column": _UPGRADE,
    "readonly database": _WRITABLE,
    "unable to open": f"{_WRITABLE}, and open enough files (LimitNOFILE, ulimit -n)",
    "read-only transaction": "DATABASE_URL leads to a server that only reads, as a replica does: name one that writes",
}
ANY_REMEDY = "Check DATABASE_URL, the server and the free disk space"


def not_ready(error: SQLAlchemyError) -> DatabaseNotReady:
    """What it means for whoever runs the agent."""
    cause = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
    hint = next((hint for words, hint in REMEDIES.items() if words in cause), ANY_REMEDY)
    held = getattr(getattr(error, "orig", None), "sqlstate", None) == "55P03"
    return (Held if held else DatabaseNotReady)(f"the database did not answer: {cause}", hint=hint)
