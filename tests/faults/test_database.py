"""The database under every fault: no call hangs, one line names the remedy, and what was begun ends once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import URL, Connection, insert, make_url, text

from models.clock import Clock, SystemClock
from models.database import Database, upgrade
from models.errors import DatabaseNotReady
from models.ids import EffectId, TeamId, fresh
from models.keeping import effects as outbox
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import Effect, EffectState, Ending, Outcome
from models.tables.mirror import memory
from tests.contracts.stores.values import delivery, look, nudge, proposal
from tests.faults.matrix import params
from tests.faults.stage.elsewhere import NOWHERE, Elsewhere, address_of
from tests.faults.stage.streams import StreamProxy, full
from tests.faults.stage.words import COMMIT, POSTGRESQL_REFUSES, POSTGRESQL_SAYS, ROLLBACK, greet_postgresql
from tests.faults.table import AGAIN, DONE, FOUND
from tests.moved import Moved
from tests.postgresql import postgresql

pytestmark = pytest.mark.anyio

SECONDS = 1.0
"""What one answer of the database may take; forty outside these tests."""

CLOCK = SystemClock()


@dataclass
class Place:
    proxy: StreamProxy
    server: str
    database: Database
    mailbox: Mailbox
    ledger: Ledger
    name: str = ""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgresql() as url:
        upgrade(url)
        yield url


@pytest.fixture
async def place(server: str) -> AsyncIterator[Place]:
    folder = str(make_url(server).query["host"])
    proxy = StreamProxy(
        lambda: asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432"),
        COMMIT,
        POSTGRESQL_SAYS,
        POSTGRESQL_REFUSES,
        instead=ROLLBACK,
        greeted=greet_postgresql,
    )
    await proxy.start()
    async with opened(address(server, proxy.port), CLOCK) as (database, mailbox):
        yield Place(proxy, server, database, mailbox, Ledger(database, CLOCK))
        proxy.fault = ""
    await proxy.stop()


def address(server: str, port: int, host: str = "127.0.0.1", **query: str) -> str:
    """The same database by way of that port."""
    there = URL.create("postgresql", "postgres", None, host, port, make_url(server).database, query)
    return there.render_as_string(hide_password=False)


@asynccontextmanager
async def opened(url: str, clock: Clock) -> AsyncIterator[tuple[Database, Mailbox]]:
    database = Database(url, clock, seconds=SECONDS)
    mailbox = Mailbox(database, clock)
    mailbox.start()
    try:
        yield database, mailbox
    finally:
        await mailbox.stop()
        await database.close()


async def accept(place: Place) -> None:
    """A delivery is kept with its job, as at a door; whoever sent it sends it again until it is."""
    given = delivery(place.name)
    await place.mailbox.accept(given, TeamId("pay"), replace(look(), coalesce=False))


async def settle(place: Place) -> None:
    """It is written down that an effect was sent; its job is done again until it is."""
    done = Outcome(ending=Ending.DONE, words="sent")
    await place.ledger.settle(EffectId(place.name), done)


async def planned(place: Place) -> None:
    """A fresh delivery to come, and a fresh effect that has begun."""
    place.name = fresh()
    effect = Effect(
        id=EffectId(place.name), team=TeamId("pay"), cycle=None, proposal=proposal(nudge()), action=nudge(),
        state=EffectState.PLANNED,
    )  # fmt: skip
    at = CLOCK.real()
    await place.database.write(lambda c: outbox.plan(c, effect, lane=0, at=at, real=at), "test")
    await place.ledger.begin(effect.id)


async def kept(place: Place, operation: str) -> int:
    """How often it is done, asked of the server itself."""
    own = Database(place.server, CLOCK)
    query = {
        "database accept": f"SELECT count(*) FROM inbox i JOIN jobs j ON j.payload->>'inbox' = i.id::text"
        f" WHERE delivery_id = '{place.name}'",
        "database settle": f"SELECT count(*) FROM effects WHERE id = '{place.name}' AND state = 'sent'",
    }[operation]
    found = int(await own.read(lambda c: c.execute(text(query)).scalar_one()))
    await own.close()
    return found


DOING = {"database accept": accept, "database settle": settle}


@pytest.mark.parametrize(("fault", "operation", "outcome"), params("database"))
async def test_what_is_begun_is_done_once(
    place: Place, addresses: Elsewhere, fault: str, operation: str, outcome: str
) -> None:
    await planned(place)
    async with struck(place, addresses, fault) as there:
        begin, line = CLOCK.monotonic(), ""
        try:
            await DOING[operation](there)
        except DatabaseNotReady as told:
            line = str(told)
        assert CLOCK.monotonic() - begin < 2 * SECONDS + 5
    assert (came_to(line, await kept(place, operation))) == outcome, line
    assert not line or honest(line), line
    await DOING[operation](place)
    assert await kept(place, operation) == 1
    assert await place.database.read(lambda c: c.execute(text("SELECT 1")).scalar_one()) == 1
    assert free(place.database)


@asynccontextmanager
async def struck(place: Place, addresses: Elsewhere, fault: str) -> AsyncIterator[Place]:
    """The fault is there, and then it is over; it may be that of another product on the same database."""
    proxy = place.proxy
    if fault in ("refused connection", "no connection"):
        await proxy.stop()
        with full(proxy.port) if fault == "no connection" else nullcontext():
            yield place
        await proxy.start()
        return
    if fault in NOWHERE or fault in WRONG_CLOCKS:
        clock = Moved(WRONG_CLOCKS.get(fault, timedelta()))
        async with opened(wrong_address(place, addresses, fault), clock) as (database, mailbox):
            yield replace(place, database=database, mailbox=mailbox, ledger=Ledger(database, clock))
        return
    if fault in POSTGRESQL_REFUSES or fault == "cut between two calls":
        await proxy.hang_up()
    proxy.fault = fault if fault != "cut between two calls" else ""
    yield place
    assert proxy.struck or not proxy.fault
    proxy.fault = ""
    proxy.struck = 0


WRONG_CLOCKS = {"clock a year ahead": timedelta(days=365), "clock a year behind": timedelta(days=-365)}


def wrong_address(place: Place, addresses: Elsewhere, fault: str) -> str:
    match fault:
        case "no such name":
            return address(place.server, 5432, "no-such-server.invalid")
        case "no TLS":  # the server has none, and says so
            return address(place.server, place.proxy.port, sslmode="require")
        case "wrong certificate":
            port = int(address_of(addresses, fault).rpartition(":")[2])
            return address(place.server, port, sslmode="verify-full", sslrootcert="system", sslnegotiation="direct")
    return address(place.server, place.proxy.port)


@pytest.mark.faults
@pytest.mark.parametrize("by", WRONG_CLOCKS.values(), ids=WRONG_CLOCKS)
async def test_a_machine_whose_clock_is_a_year_wrong_takes_nobodys_running_job(place: Place, by: timedelta) -> None:
    await place.database.check_version()
    await place.mailbox.put(replace(look(), key=fresh()))
    job = await place.mailbox.claim((0, 1, 2), 20)
    async with opened(address(place.server, place.proxy.port), Moved(by)) as (wrong, mailbox):
        await wrong.check_version()
        assert (round(wrong.ahead - by.total_seconds(), -1), await mailbox.reap()) == (0, 0)
    assert job is not None
    await place.mailbox.finish(job)


def came_to(line: str, done: int) -> str:
    return DONE if not line else FOUND if done else AGAIN


def honest(line: str) -> bool:
    """One line that names the setting to look at, and no password."""
    return "\n" not in line and "DATABASE_URL" in line and "hunter2" not in line and len(line) < 300


def free(database: Database) -> bool:
    """No thread is still at work."""
    return database._write_threads._work_queue.empty() and database._writer.pool.checkedout() == 0


async def test_a_server_that_only_reads_is_told(server: str) -> None:
    """What a replica answers after a failover."""
    row = insert(memory).values(team="a", about="b", key="c", value={}, at=CLOCK.real())

    def write(connection: Connection) -> None:
        connection.execute(text("SET TRANSACTION READ ONLY"))
        connection.execute(row)

    database = Database(server, CLOCK)
    with pytest.raises(DatabaseNotReady, match="read-only"):
        await database.write(write, "test")
    await database.close()
