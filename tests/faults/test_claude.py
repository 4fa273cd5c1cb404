"""Claude under every fault: a thought or silence in time, money counted once, and the next thought comes."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.thinking import GatedModel
from integrations.claude import Claude
from models.bills import BillState
from models.database import Database
from models.directives_file import load
from models.errors import NotThought
from models.ids import TeamId
from models.money import Money
from models.purse import Purse
from tests.faults.matrix import params
from tests.faults.stage.cells import honest
from tests.faults.stage.elsewhere import SHUT, Elsewhere, address_of
from tests.faults.stage.faults import FAULTS
from tests.faults.stage.proxy import Proxy
from tests.faults.table import AGAIN, DONE, PAID, RULES
from tests.integrations.claude.loopback import KEY, Loopback, prompt, serving
from tests.moved import Moved
from tests.world import CONSTITUTION, fresh_database

pytestmark = pytest.mark.anyio

PATIENCE = 2.0
"""Seconds somebody waits for a thought in these tests."""

TEAM, WHERE, MOST = TeamId("payments"), "POST .*/v1/messages", 4_000_000
"""Bytes of an answer that may have been taken in: 128 KB are read, some are in the system's own buffers."""


async def nobody(team: TeamId, day: date, cap: Money, left: Money) -> None:
    """Who would be told that the money is spent."""


@dataclass
class Place:
    proxy: Proxy
    vendor: Loopback
    database: Database
    clock: Moved

    def model(self, address: str) -> tuple[GatedModel, Claude]:
        """The product's own, behind its purse."""
        claude = Claude(KEY, f"{address}/claude", self.clock, pause=0.01)
        law = load(CONSTITUTION)
        return GatedModel(claude, Purse(self.database), self.clock, lambda: law, spent=nobody), claude

    async def bills(self) -> list[tuple[BillState, Money]]:
        """What each call so far counts as."""
        return [(bill.state, bill.cost) for bill in await Purse(self.database).bills(date(2020, 1, 1))]


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """The vendor's library takes seconds to load where the machine is busy, and is no fault of the vendor's."""
    for name in ("anthropic.resources.messages", "integrations.claude.failing"):
        importlib.import_module(name)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    clock, proxy = Moved(), Proxy()
    database = Database(fresh_database(tmp_path / "pm.db"), clock)
    async with serving() as vendor:
        proxy.upstream = int(vendor.url.split(":")[2].partition("/")[0])
        await proxy.start()
        yield Place(proxy, vendor, database, clock)
        await proxy.stop()
    await database.close()


@pytest.mark.parametrize(("fault", "operation", "outcome"), params("claude"))
async def test_there_is_a_thought_or_silence_in_time_and_money_is_counted_once(
    place: Place, addresses: Elsewhere, fault: str, operation: str, outcome: str
) -> None:
    model, claude = place.model(address_of(addresses, fault, place.proxy.url))
    if fault in SHUT:
        await place.proxy.shut(full=SHUT[fault])
    elif fault in FAULTS:
        place.proxy.plan(WHERE, FAULTS[fault])
    begin, line = place.clock.monotonic(), ""
    try:
        await model.think(prompt(patience=PATIENCE), TEAM)
    except NotThought as silence:
        line = str(silence)
    assert place.clock.monotonic() - begin < PATIENCE + 5
    assert fault not in FAULTS or place.proxy.struck
    (bill,) = await place.bills()
    assert came_to(bill, len(place.proxy.seen), line) == outcome, (line, bill)
    assert not line or (honest(line) and KEY not in line), line
    assert all(each.given < MOST for each in place.proxy.seen)
    if fault not in FAULTS and fault not in SHUT:  # the operator puts the address right
        await claude.close()
        model, claude = place.model(place.proxy.url)
    await thinks_again(place, model, fault)
    await claude.close()


def came_to(bill: tuple[BillState, Money], asked: int, line: str) -> str:
    """By what was counted for it, and how often the vendor was asked."""
    state, cost = bill
    if not line:
        assert state is BillState.SETTLED and cost
        return {1: DONE, 2: AGAIN}[asked]
    assert asked <= 1 and bool(cost) == (state is BillState.LOST)
    return {BillState.LOST: PAID, BillState.FREE: RULES}[state]


async def thinks_again(place: Place, model: GatedModel, fault: str) -> None:
    """The fault is over, and whatever pause it asked for as well."""
    place.proxy.heal()
    if fault in SHUT:
        await place.proxy.open_again()
    place.clock.by += timedelta(hours=2)
    before = await place.bills()
    assert (await model.think(prompt(patience=10.0), TEAM)).text
    (bill,) = Counter(await place.bills()) - Counter(before)
    assert bill[0] is BillState.SETTLED and bill[1]
