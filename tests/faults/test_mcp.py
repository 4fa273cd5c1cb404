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
from tests.faults.cells import honest
from tests.faults.faults import FAULTS
from tests.faults.proxy import Proxy
from tests.integrations.mcp.fakes import Jira, Moved, hub
from tests.world import free_port

pytestmark = pytest.mark.anyio

LIMITS = Limits(connect=3.0, call=0.5, patience=3.0, stop=2.0)
SEARCH = SearchIssues("project = PAY")

MCP, REST = "mcp jira", "rest"

ANSWERED_BY = {fault: REST for fault in FAULTS} | {
    "answered twice": MCP,
    "clock a year ahead": MCP,
    "clock a year behind": MCP,
}
"""Who answers a search when that happens to the server's answer."""

REASONS = {"revoked": Reason.AUTH, "60 MB in pieces": Reason.TOO_LARGE, "60 MB": Reason.TOO_LARGE} | {
    fault: Reason.RATE_LIMIT for fault in FAULTS if fault.startswith("429")
}
"""What is said of the server, where its answer tells what is to be done."""

TELLING = (
    "reset after",
    "one byte a second",
    "429, wait 0",
    "502 HTML",
    "a list",
    "60 MB in pieces",
    "revoked",
    "answered twice",
)


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
    finder: Finder
    clock: Moved
    tried: list[Attempt] = field(default_factory=list)


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
    proxy, clock, tried = Proxy(), Moved(), list[Attempt]()
    async with served(Jira()) as proxy.upstream:
        await proxy.start()
        entry = Entry(name="jira", kind="http", url=f"{proxy.url}/mcp", headers={"Authorization": "Bearer hunter2"})
        servers = hub(tmp_path, clock, LIMITS, jira=opening(entry, LIMITS)[0])
        servers.start()
        await servers.wait()
        yield Place(proxy, Finder(servers, Direct(Rest(), None, clock), clock, tried.append), clock, tried)
        await servers.close()
        await proxy.stop()


@pytest.mark.parametrize(
    "fault", [pytest.param(f, marks=() if f in TELLING else (pytest.mark.faults,), id=f) for f in FAULTS]
)
async def test_who_asks_is_answered_whatever_the_server_does(place: Place, fault: str) -> None:
    place.proxy.plan("POST /mcp", FAULTS[fault])
    answered = await place.finder.ask(SEARCH)
    assert place.proxy.struck
    assert answered.by == ANSWERED_BY[fault]
    assert answered.seconds < LIMITS.call + 3
    if fault in REASONS:
        assert place.tried[0].reason is REASONS[fault], place.tried[0].detail
    for attempt in place.tried:
        assert attempt.answered or honest(attempt.detail), attempt.detail
        assert attempt.way is Way.REST or attempt.answered or attempt.passed_on
        assert "hunter2" not in attempt.detail
    assert all(each.given < 2 * MAX_REPLY for each in place.proxy.seen)
    place.proxy.heal()
    place.clock.by += timedelta(hours=2)
    async with asyncio.timeout(10):
        while (await place.finder.ask(SEARCH)).by != MCP:
            await asyncio.sleep(0.05)
