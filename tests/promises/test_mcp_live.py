"""The real mcp-atlassian beside the simulated Jira: it answers, and when it dies, hangs or loops, REST does in time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from bot.tally import Tally, summary
from integrations.fallback import Attempt, Direct, Finder, Way
from integrations.jira import Jira
from integrations.mcp import GetIssue, Limits, Place, Reason, SearchIssues, hub_of
from integrations.mcp.config import Entry
from integrations.mcp.hub import Hub
from integrations.mcp.pins import Pins
from integrations.simulator.server import Simulator
from models.clock import SharedClock
from models.errors import Refused
from models.ids import IssueKey
from tests.integrations.mcp import real
from tests.integrations.mcp.jira_v2 import CONSTITUTION, MORNING, TOKEN, JiraV2, constitution

pytestmark = pytest.mark.anyio

LIMITS = Limits(connect=40, call=1.5, patience=0.3, stop=8)
DEADLINE = LIMITS.call + LIMITS.patience
SEARCH = SearchIssues('project in ("PAY") AND sprint in openSprints() ORDER BY key', 50)
ISSUE = GetIssue(IssueKey("PAY-101"))


@dataclass
class Bench:
    """A company, its Jira in both versions, and a finder that knows both ways to it."""

    simulator: Simulator
    v2: JiraV2
    hub: Hub
    finder: Finder
    attempts: list[Attempt] = field(default_factory=list)
    slowest: float = 0.0

    async def ask(self, question, first=Way.MCP):
        began = self.simulator.clock.monotonic()
        answered = await self.finder.ask(question, first=first)
        self.slowest = max(self.slowest, self.simulator.clock.monotonic() - began)
        return answered

    async def ready(self) -> None:
        """Until its process is back, and then it answers again."""
        async with asyncio.timeout(60):
            while self.hub.standing()[0].state != "ready":
                await asyncio.sleep(0.1)
        assert (await self.ask(ISSUE)).by == "mcp jira"


@contextlib.asynccontextmanager
async def bench(folder: Path, entry) -> AsyncIterator[Bench]:
    clock = SharedClock(folder / "clock.json")
    clock.set(MORNING, 1.0)
    simulator = Simulator(constitution(), CONSTITUTION.read_text(), clock, "http://127.0.0.1:9")
    await simulator.start()
    v2 = JiraV2(simulator.company)
    runner = web.AppRunner(v2.app(), shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    v2.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    secret = simulator.secrets
    jira = Jira(
        base_url=f"{simulator.url}/jira",
        site_url=simulator.url,
        email=secret.atlassian_email,
        token=secret.atlassian_token,
    )
    place = Place(jira=simulator.url)
    async with contextlib.AsyncExitStack() as stack:
        hub = hub_of([await stack.enter_async_context(entry(v2.url, folder))], clock, Pins(folder / "l"), place, LIMITS)
        made: list[Attempt] = []
        finder = Finder(hub, Direct(jira, None, clock), clock, made.append)
        hub.start()
        await hub.wait()
        try:
            yield Bench(simulator, v2, hub, finder, made)
        finally:
            await hub.close()
            await jira.close()
            await runner.cleanup()
            await simulator.stop()


def credentials(url: str) -> dict[str, str]:
    return {"JIRA_URL": url, "JIRA_PERSONAL_TOKEN": TOKEN}


@contextlib.asynccontextmanager
async def over_stdio(url: str, folder: Path) -> AsyncIterator[Entry]:
    # a shell in between writes down which process is the server's
    shell = ["-c", f'echo $$ > "{folder}/pid"; exec "$0"', real.atlassian()]
    yield Entry(name="jira", kind="stdio", command="sh", args=tuple(shell), env=credentials(url), folder=folder)


@contextlib.asynccontextmanager
async def over_http(url: str, folder: Path) -> AsyncIterator[Entry]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    guard = {"READ_ONLY_MODE": "true", "JIRA_TIMEOUT": "8", "ATLASSIAN_CIRCUIT_BREAKER_THRESHOLD": "2"}
    child = await asyncio.create_subprocess_exec(
        real.atlassian(),
        *("--transport", "streamable-http", "--host", "127.0.0.1", "--port", str(port)),
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder), "ALLOW_GLOBAL_CRED_FALLBACK": "true"}
        | guard
        | credentials(url),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _listens(port)
        yield Entry(name="jira", kind="http", url=f"http://127.0.0.1:{port}/mcp", folder=folder)
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        await child.wait()


async def _listens(port: int) -> None:
    async with asyncio.timeout(40):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.1)


async def answers_as_rest_does(b: Bench) -> None:
    over_mcp, over_rest = await b.ask(SEARCH), await b.ask(SEARCH, first=Way.REST)
    assert (over_mcp.by, over_rest.by) == ("mcp jira", "rest")
    assert facts(over_mcp.value) == facts(over_rest.value) and len(over_mcp.value) > 5
    one = await b.ask(ISSUE)
    assert (one.by, one.value.key) == ("mcp jira", "PAY-101")
    with pytest.raises(Refused, match="PAY-99999") as missing:
        await b.ask(GetIssue(IssueKey("PAY-99999")))
    assert missing.value.code == Reason.NOT_FOUND
    assert not any(attempt.passed_on for attempt in b.attempts)


def facts(issues):
    return [(i.key, i.title, i.url, i.status, i.progress, i.assignee, i.priority, i.kind, i.due) for i in issues]


async def test_over_http_the_real_server_answers_as_rest_does_and_is_passed_over_while_it_loops(tmp_path):
    async with bench(tmp_path, over_http) as b:
        await answers_as_rest_does(b)
        b.v2.trouble = "429"
        assert (await b.ask(SEARCH)).by == "rest"
        assert [attempt.reason for attempt in b.attempts if attempt.passed_on] == [Reason.TIMEOUT]
        b.v2.trouble = ""
        await b.ready()
        assert b.slowest < DEADLINE + 1.5


async def test_over_stdio_it_answers_too_and_is_passed_over_in_time_when_it_dies_or_hangs(tmp_path):
    async with bench(tmp_path, over_stdio) as b:
        await answers_as_rest_does(b)
        kill(tmp_path, signal.SIGKILL)
        assert (await b.ask(SEARCH)).by == "rest"
        await b.ready()
        kill(tmp_path, signal.SIGSTOP)
        assert (await b.ask(SEARCH)).by == "rest"
        await b.ready()
        for _ in range(20):
            await b.ask(SEARCH)
        assert b.slowest < DEADLINE + 1.5
        assert {Reason.TIMEOUT} < {attempt.reason for attempt in b.attempts if attempt.passed_on}
        told(b)


def kill(folder: Path, how: signal.Signals) -> None:
    os.kill(int((folder / "pid").read_text()), how)


def told(b: Bench) -> None:
    """The figures, as ``pm status --json`` gives them."""
    tally = Tally(b.simulator.clock)
    for attempt in b.attempts:
        tally.note(attempt)
    shown = summary(tally.counts)
    assert shown["mcp_success"] + shown["fallback_rate"] == pytest.approx(1, abs=0.001)
    assert shown["mcp_success"] > 0.8
    sys.stdout.write(
        f"\nmcp attempts {shown['mcp_attempts']}, success {shown['mcp_success']:.1%}, "
        f"fallback {shown['fallback_rate']:.1%}, slowest answer {b.slowest:.2f} s\n{shown['operations']}\n"
    )
