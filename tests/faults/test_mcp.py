"""An MCP server under every fault: whoever asked is answered over REST, in time, and the server is used again."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn

from integrations.fallback import Attempt, Direct, Finder, Way
from integrations.mcp import Reason, SearchIssues
from integrations.mcp.config import Entry
from integrations.mcp.opening import opening
from integrations.mcp.session import Limits
from integrations.rest import MAX_REPLY
from models.work import Issue, Sprint
from tests.faults.matrix import params
from tests.faults.stage.cells import honest
from tests.faults.stage.elsewhere import SHUT, Elsewhere, address_of
from tests.faults.stage.faults import FAULTS
from tests.faults.stage.proxy import Proxy
from tests.faults.table import DONE, REST
from tests.integrations.mcp.fakes import Jira, hub
from tests.moved import Moved
from tests.world import free_port

pytestmark = pytest.mark.anyio

LIMITS = Limits(connect=3.0, call=0.5, patience=3.0, stop=2.0)
SEARCH = SearchIssues("project = PAY")

ANSWERED_BY = {DONE: "mcp jira", REST: "rest"}
"""Who answers a search."""

REASONS = {"revoked": Reason.AUTH, "60 MB in pieces": Reason.TOO_LARGE, "60 MB": Reason.TOO_LARGE} | {
    fault: Reason.RATE_LIMIT for fault in FAULTS if fault.startswith("429")
}
"""What is said of the server, where its answer tells what is to be done."""


class Rest:
    """Jira over REST, in good health."""

    async def search(self, jql: str, *, most: int = 100) -> Sequence[Issue]:
        return []

    async def issues(self, ids_or_keys: Sequence[str]) -> Sequence[Issue]:
        return []

    async def sprints(self, board: int) -> Sequence[Sprint]:
        return []


@dataclass
class Place:
    proxy: Proxy
    folder: Path
    clock: Moved
    tried: list[Attempt] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def finder(self, address: str) -> AsyncIterator[Finder]:
        """The product's own, with a server at that address and Jira in good health."""
        entry = Entry(name="jira", kind="http", url=f"{address}/mcp", headers={"Authorization": "Bearer hunter2"})
        servers = hub(self.folder, self.clock, LIMITS, jira=opening(entry, LIMITS)[0])
        servers.start()
        await servers.wait()
        yield Finder(servers, Direct(Rest(), None, self.clock), self.clock, self.tried.append)
        await servers.close()


@contextlib.asynccontextmanager
async def served(jira: Jira) -> AsyncIterator[int]:
    """The MCP server over HTTP; its port."""
    config = uvicorn.Config(jira.server().streamable_http_app(), port=free_port(), log_config=None, ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)
    yield config.port
    server.should_exit = server.force_exit = True
    await serving


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    proxy = Proxy()
    async with served(Jira()) as proxy.upstream:
        await proxy.start()
        yield Place(proxy, tmp_path, Moved())
        await proxy.stop()


@pytest.mark.parametrize(("fault", "operation", "outcome"), params("mcp"))
async def test_who_asks_is_answered_whatever_the_server_does(
    place: Place, addresses: Elsewhere, fault: str, operation: str, outcome: str
) -> None:
    async with place.finder(address_of(addresses, fault, place.proxy.url)) as finder:
        if fault in SHUT:
            await place.proxy.shut(full=SHUT[fault])
        elif fault in FAULTS:
            place.proxy.plan("POST /mcp", FAULTS[fault])
        answered = await finder.ask(SEARCH)
        assert fault not in FAULTS or place.proxy.struck
        assert answered.by == ANSWERED_BY[outcome]
        assert answered.seconds < LIMITS.call + 3
        told_honestly(place, fault)
        if fault in FAULTS or fault in SHUT:
            await answers_again(place, finder, fault)
            return
    async with place.finder(place.proxy.url) as finder:  # the operator puts the address right
        await answers_again(place, finder, fault)


def told_honestly(place: Place, fault: str) -> None:
    if fault in REASONS:
        assert place.tried[0].reason is REASONS[fault], place.tried[0].detail
    for attempt in place.tried:
        assert attempt.answered or honest(attempt.detail), attempt.detail
        assert attempt.way is Way.REST or attempt.answered or attempt.passed_on
        assert "hunter2" not in attempt.detail
    assert all(each.given < 2 * MAX_REPLY for each in place.proxy.seen)


async def answers_again(place: Place, finder: Finder, fault: str) -> None:
    """The fault is over, and whatever pause it asked for as well."""
    place.proxy.heal()
    if fault in SHUT:
        await place.proxy.open_again()
    place.clock.by += timedelta(hours=2)
    async with asyncio.timeout(10):
        while (await finder.ask(SEARCH)).by != ANSWERED_BY[DONE]:
            await asyncio.sleep(0.05)
