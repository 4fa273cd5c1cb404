"""The database under every fault: no call hangs, one line names the remedy, and what was begun ends once."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, closing, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text

from models.clock import SystemClock
from models.database import Database, upgrade
from models.errors import DatabaseNotReady
from models.ids import EffectId, TeamId, fresh
from models.keeping import effects as outbox
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import Effect, EffectState, Ending, Outcome
from models.tables.mirror import memory
from tests.contracts.stores.values import delivery, look, nudge, proposal
from tests.faults.database_proxy import TURNED_AWAY, DatabaseProxy
from tests.postgresql import postgresql

pytestmark = pytest.mark.anyio

SECONDS = 1.0
"""What one answer of the database may take; forty outside these tests."""

CLOCK = SystemClock()

DONE, AGAIN, FOUND = "done", "again", "found"

TABLE = {
    #                        accept   settle      both: what the first try came to, when all is over each is done once
    "refused connection":    (AGAIN,  AGAIN),
    "no connection":         (AGAIN,  AGAIN),
    "starting up":           (AGAIN,  AGAIN),
    "too many connections":  (AGAIN,  AGAIN),
    "password changed":      (AGAIN,  AGAIN),
    "no answer":             (AGAIN,  AGAIN),
    "answer lost":           (FOUND,  FOUND),
    "reset before":          (AGAIN,  AGAIN),
    "reset after":           (FOUND,  FOUND),
    "half-closed":           (FOUND,  FOUND),
    "one byte a second":     (FOUND,  FOUND),
    "cut between two calls": (DONE,   DONE),
}  # fmt: skip
"""*again*: not committed. *found*: committed, though the caller was told otherwise."""


@dataclass
class Place:
    proxy: DatabaseProxy
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
    proxy = DatabaseProxy(server)
    database = Database(await proxy.start(), CLOCK, seconds=SECONDS)
    mailbox = Mailbox(database, CLOCK)
    mailbox.start()
    yield Place(proxy, database, mailbox, Ledger(database, CLOCK))
    proxy.fault = ""
    await mailbox.stop()
    await database.close()
    await proxy.stop()


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


async def kept(place: Place, server: str, operation: str) -> int:
    """How often it is done, asked of the server itself."""
    own = Database(server, CLOCK)
    query = {
        "accept": f"SELECT count(*) FROM inbox i JOIN jobs j ON j.payload->>'inbox' = i.id::text"
        f" WHERE delivery_id = '{place.name}'",
        "settle": f"SELECT count(*) FROM effects WHERE id = '{place.name}' AND state = 'sent'",
    }[operation]
    found = int(await own.read(lambda c: c.execute(text(query)).scalar_one()))
    await own.close()
    return found


DOING = {"accept": accept, "settle": settle}
CELLS = [(fault, name, row[n]) for fault, row in TABLE.items() for n, name in enumerate(DOING)]
SLOW = "no connection"
"""Two seconds is the least libpq waits for a connection."""


@pytest.mark.parametrize(
    ("fault", "operation", "outcome"),
    [pytest.param(*cell, marks=[pytest.mark.faults] if cell[0] == SLOW else [], id=", ".join(cell)) for cell in CELLS],
)
async def test_what_is_begun_is_done_once(place: Place, server: str, fault: str, operation: str, outcome: str) -> None:
    await planned(place)
    async with struck(place, fault):
        begin, line = CLOCK.monotonic(), ""
        try:
            await DOING[operation](place)
        except DatabaseNotReady as told:
            line = str(told)
        assert CLOCK.monotonic() - begin < 2 * SECONDS + 5
    assert (came_to(line, await kept(place, server, operation))) == outcome
    assert not line or honest(line), line
    await DOING[operation](place)
    assert await kept(place, server, operation) == 1
    assert await place.database.read(lambda c: c.execute(text("SELECT 1")).scalar_one()) == 1
    assert free(place.database)


@asynccontextmanager
async def struck(place: Place, fault: str) -> AsyncIterator[None]:
    """The fault is there, and then it is over."""
    proxy = place.proxy
    if fault in ("refused connection", "no connection"):
        await proxy.stop()
        with full(proxy.port) if fault == "no connection" else nullcontext():
            yield
        await proxy.start()
        return
    if fault in TURNED_AWAY or fault == "cut between two calls":
        await proxy.hang_up()
    proxy.fault = fault if fault != "cut between two calls" else ""
    yield
    assert proxy.struck or not proxy.fault
    proxy.fault = ""
    proxy.struck = 0


@contextmanager
def full(port: int) -> Iterator[None]:
    """A door with so many waiting that nobody else is even let in."""
    with socket.socket() as door, ExitStack() as queue:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind(("127.0.0.1", port))
        door.listen(0)
        for _ in range(4):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(door.getsockname())
        yield


def came_to(line: str, done: int) -> str:
    return DONE if not line else FOUND if done else AGAIN


def honest(line: str) -> bool:
    """One line that names the setting to look at, and no password."""
    return "\n" not in line and "DATABASE_URL" in line and "hunter2" not in line and len(line) < 300


def free(database: Database) -> bool:
    """No thread is still at work."""
    return database._write_threads._work_queue.empty() and database._writer.pool.checkedout() == 0


# --- SQLite ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    upgrade(f"sqlite:///{tmp_path}/pm.db")
    return tmp_path / "pm.db"


@pytest.fixture
def damaged(file: Path) -> Path:
    file.write_bytes(b"not a database at all" * 400)
    return file


async def test_a_file_somebody_else_has_locked_is_told_in_time(file: Path) -> None:
    database = Database(f"sqlite:///{file}", CLOCK, seconds=0.3)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        begin = CLOCK.monotonic()
        with pytest.raises(DatabaseNotReady, match="locked"):
            await Mailbox(database, CLOCK).put(look())
        assert CLOCK.monotonic() - begin < 3
    assert await Mailbox(database, CLOCK).put(look())
    await database.close()


async def test_a_full_disk_is_told_and_what_fits_again_is_kept(file: Path) -> None:
    database = Database(f"sqlite:///{file}", CLOCK)
    pages = await database.write(lambda c: c.execute(text("PRAGMA page_count")).scalar_one(), "test")
    await database.write(lambda c: c.execute(text(f"PRAGMA max_page_count = {pages}")), "test")
    mailbox = Mailbox(database, CLOCK)
    mailbox.start()
    big = replace(delivery("big"), body=b"x" * 200_000)
    with pytest.raises(DatabaseNotReady, match="full"):
        await mailbox.accept(big, TeamId("pay"), look())
    await database.write(lambda c: c.execute(text("PRAGMA max_page_count = 100000")), "test")
    assert await mailbox.accept(big, TeamId("pay"), look())
    await mailbox.stop()
    await database.close()


async def test_a_file_that_is_no_database_any_more_is_told(damaged: Path) -> None:
    database = Database(f"sqlite:///{damaged}", CLOCK)
    with pytest.raises(DatabaseNotReady, match="not a database"):
        await Mailbox(database, CLOCK).put(look())
    with pytest.raises(DatabaseNotReady, match="not a database"):
        await Mailbox(database, CLOCK).depths()
    await database.close()


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
