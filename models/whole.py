"""One transaction over a whole database, for what moves or checks all of it at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, NullPool, create_engine, event, text
from sqlalchemy.engine.interfaces import IsolationLevel
from sqlalchemy.exc import SQLAlchemyError

from models.database import MIGRATION_LOCK, address_of, not_ready, version_of
from models.errors import DatabaseNotReady
from models.steps import ROOT, versions

if TYPE_CHECKING:
    from alembic.config import Config

UPKEEP = "pm-upkeep"
"""What PostgreSQL calls our connections; those of an agent at work are called otherwise."""

NEWER = "Use the version of the agent that made them, or an empty database"

BUSY_SECONDS = 30.0
"""Seconds to wait for another's lock."""


@contextlib.contextmanager
def whole(url: str, *, read_only: bool = False) -> Iterator[Connection]:
    """A transaction over all of the database at ``url``, committed at the end of the block.

    What is read in it is of one moment. It may take as long as it takes. Raises ``DatabaseNotReady``.
    """
    engine = _engine(url, read_only)
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise not_ready(error) from error
    finally:
        engine.dispose()


@contextlib.contextmanager
def outside(url: str) -> Iterator[Connection]:
    """A connection without a transaction: PostgreSQL makes and drops databases in no other way."""
    engine = _engine(url, read_only=False, isolation="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise not_ready(error) from error
    finally:
        engine.dispose()


def revision_of(connection: Connection) -> str | None:
    """The version of the tables there; ``None`` where there are none."""
    return version_of(connection)


def known(revision: str) -> bool:
    """Whether this program can bring tables of that version to its own."""
    return revision in versions()


def newest() -> str:
    """The version of the tables that this program needs."""
    return versions()[-1]


def upgrade_within(connection: Connection) -> None:
    """Bring the tables to this version in the caller's transaction. On SQLite its foreign keys must be off."""
    from alembic import command  # nobody who only looks pays for it
    from alembic.util import CommandError

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
    config = _migrations()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise DatabaseNotReady(f"the tables there are of another version: {error}", hint=NEWER) from error


def server_version(connection: Connection) -> tuple[int, ...]:
    """Of PostgreSQL, where the first number is the major one, or of SQLite's library."""
    return tuple(int(part) for part in connection.dialect.server_version_info or ())


def _migrations() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "alembic").replace("%", "%%"))
    return config


def _engine(url: str, read_only: bool, isolation: IsolationLevel = "REPEATABLE READ") -> Engine:
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        engine = create_engine(
            address, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS}
        )
        _prepared(engine, "BEGIN" if read_only else "BEGIN IMMEDIATE")
        return engine
    options = f"{address.query.get('options', '')} -c lock_timeout=30s".strip()
    options += " -c default_transaction_read_only=on" if read_only else ""
    words = {"connect_timeout": 5, "application_name": UPKEEP, "options": options}
    kept = {"poolclass": NullPool, "hide_parameters": True, "connect_args": words}
    return create_engine(address, isolation_level=isolation, **kept)


def _prepared(engine: Engine, begin: str) -> None:
    """A commit is on disk, and the journal is what it was."""

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, record: Any) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves
        for wish in ("foreign_keys = 0", "mmap_size = 0", "synchronous = EXTRA"):
            dbapi.execute(f"PRAGMA {wish}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
