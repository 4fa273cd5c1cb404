"""A process frozen inside a transaction: its team waits for a moment, all others do not, and the server ends it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from time import perf_counter

import pytest
from sqlalchemy import Connection, create_engine, text

from models.database import Database
from models.engines import IDLE_SECONDS, postgresql_engine
from models.errors import DatabaseNotReady
from models.events import Delivery, Reason, Source
from models.ids import DeliveryId, TeamId
from models.keeping import jobs as queue
from models.mailbox import Mailbox, look_at
from tests.contracts.stores.conftest import Databases
from tests.contracts.stores.values import FakeClock

pytestmark = pytest.mark.anyio

SLACK_WAITS = 3.0
TEAMS = tuple(map(TeamId, "abcd"))


@pytest.fixture
def url(postgresql_databases: Databases) -> Iterator[str]:
    """PostgreSQL alone: a SQLite file has one writer."""
    with postgresql_databases.fresh() as address:
        yield address


@contextlib.contextmanager
def frozen(url: str) -> Iterator[Connection]:
    """Somebody else's transaction, in which nothing more happens."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection, contextlib.closing(connection):
        yield connection
        connection.rollback()
    engine.dispose()


def delivery(name: str, clock: FakeClock) -> Delivery:
    return Delivery(source=Source.JIRA, id=DeliveryId(name), name="x", body=b"{}", received=clock.real())


async def test_what_is_held_of_one_team_keeps_no_other_waiting(mailbox: Mailbox, clock: FakeClock, url: str) -> None:
    async def arrive(team: TeamId, name: str) -> tuple[object, float]:
        began = perf_counter()
        look = look_at(team, Reason.EVENT, delay=0.5, max_wait=20)
        taken = await asyncio.gather(mailbox.accept(delivery(name, clock), team, look), return_exceptions=True)
        return taken[0], perf_counter() - began

    await arrive(TEAMS[0], "before")
    with frozen(url) as other:
        assert queue.claim(other, [0, 1, 2], 20, clock.real().replace(year=2099)) is not None
        came = await asyncio.gather(*(arrive(team, f"now {team}") for team in TEAMS))
    (held, slow), *others = came
    assert [taken for taken, _ in others] == [True] * 3
    assert isinstance(held, DatabaseNotReady) and max(took for _, took in came) < SLACK_WAITS, came


async def test_a_transaction_that_stands_still_is_ended_by_the_server(database: Database, url: str) -> None:
    asked = "SELECT current_setting('idle_in_transaction_session_timeout')"
    assert await database.read(lambda c: c.execute(text(asked)).scalar()) == f"{IDLE_SECONDS}s"
    migrating = postgresql_engine(database.address)
    with migrating.connect() as connection:
        assert connection.execute(text(asked)).scalar() == "0"
    migrating.dispose()
