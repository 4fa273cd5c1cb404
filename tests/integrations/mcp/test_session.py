from __future__ import annotations

import asyncio
import os
import signal
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.mcp.breaker import Breaker, State
from integrations.mcp.failures import Failure, Reason
from integrations.mcp.opening import opening
from integrations.mcp.session import Server
from tests.integrations.mcp.fakes import QUICK, Jira, error, program
from tests.moved import Moved

pytestmark = pytest.mark.anyio

READS = {"jira_search", "jira_get_issue"}
PATIENT = replace(QUICK, connect=20.0)
"""For a real process, which a busy machine starts slowly."""
SERVER = """
import sys, time, os
from mcp.server.mcpserver import MCPServer
made = MCPServer("jira")
open(os.environ["PIDS"], "a").write(f"{os.getpid()}\\n")

@made.tool()
def jira_search(jql: str, fields: str = "", limit: int = 10) -> str:
    if jql == "hang":
        time.sleep(30)
    if jql == "die":
        os._exit(3)
    return '{"issues": []}'

made.run("stdio")
"""


@asynccontextmanager
async def connected(jira, clock=None):
    server = Server("jira", jira.open, clock or Moved(), allowed=READS, limits=QUICK)
    try:
        await server.wait()
        yield server
    finally:
        await server.close()


@asynccontextmanager
async def running(folder: Path, source: str = SERVER):
    opens, last = opening(program(folder, source, {"PIDS": str(folder / "pids")}), PATIENT)
    server = Server("jira", opens, Moved(), allowed=READS, limits=PATIENT, last_words=last)
    try:
        yield server
    finally:
        await server.close()


def pids(folder: Path) -> list[int]:
    return [int(line) for line in (folder / "pids").read_text().split()]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def children() -> set[int]:
    """The processes this one has started and not yet waited for."""
    mine = set()
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            after_its_name = (process / "stat").read_text().rpartition(")")[2].split()
            mine |= {int(process.name)} if int(after_its_name[1]) == os.getpid() else set()
    return mine


async def reason(server: Server, jql: str = "x") -> Reason:
    with pytest.raises(Failure) as failed:
        await server.ask("jira_search", {"jql": jql})
    return failed.value.reason


async def test_a_tool_that_is_not_on_the_list_is_never_called():
    jira = Jira()
    async with connected(jira) as server:
        with pytest.raises(Failure, match="only read"):
            await server.ask("jira_add_comment", {"issue_key": "PAY-1", "body": "x"})
    assert jira.asked == []


async def test_a_call_that_takes_too_long_ends_at_its_deadline_and_with_its_session():
    jira = Jira(lambda tool, arguments: asyncio.sleep(30))
    async with connected(jira) as server:
        async with asyncio.timeout(3):
            assert await reason(server) is Reason.TIMEOUT
        jira.answer = Jira.usual
        assert (await server.ask("jira_search", {"jql": "x"}))["issues"]
    assert jira.opened == 2


async def test_an_abandoned_call_takes_its_session_with_it():
    jira = Jira(lambda tool, arguments: asyncio.sleep(30))
    async with connected(jira) as server:
        call = asyncio.create_task(server.ask("jira_search", {"jql": "x"}))
        await asyncio.sleep(0.1)
        call.cancel()
        await asyncio.wait([call])
        assert call.cancelled() and not server.connected


async def test_three_failures_open_the_breaker_and_one_probe_closes_it():
    jira, clock = Jira(lambda tool, arguments: error("HTTPError")), Moved()
    async with connected(jira, clock) as server:
        assert [await reason(server) for _ in range(4)] == [Reason.UPSTREAM] * 3 + [Reason.BREAKER_OPEN]
        assert len(jira.asked) == 3
        clock.by += timedelta(seconds=31)
        jira.answer = Jira.usual
        assert await server.ask("jira_search", {"jql": "x"})
        assert server.breaker.state is State.CLOSED


async def test_that_something_does_not_exist_is_no_failure_of_the_server():
    jira = Jira(lambda tool, arguments: error("Issue PAY-9 not found."))
    async with connected(jira) as server:
        assert [await reason(server) for _ in range(5)] == [Reason.NOT_FOUND] * 5


async def test_an_answer_larger_than_the_limit_is_refused_whole():
    jira = Jira(lambda tool, arguments: {"issues": ["x" * QUICK.size]})
    async with connected(jira) as server:
        assert await reason(server) is Reason.TOO_LARGE


async def test_a_killed_process_fails_its_call_at_once_and_is_replaced(tmp_path):
    async with running(tmp_path) as server:
        await server.wait()
        async with asyncio.timeout(3):
            assert await reason(server, "die") is Reason.LOST
        await server.wait()
        assert await server.ask("jira_search", {"jql": "x"}) == {"issues": []}
        assert len(pids(tmp_path)) == 2


async def test_a_hung_process_is_killed_and_none_is_left_behind(tmp_path):
    async with running(tmp_path) as server:
        await server.wait()
        os.kill(pids(tmp_path)[0], signal.SIGSTOP)
        async with asyncio.timeout(3):
            assert await reason(server) is Reason.TIMEOUT
        await server.wait()
        assert await server.ask("jira_search", {"jql": "x"}) == {"issues": []}
    assert not any(alive(pid) for pid in pids(tmp_path))


async def test_a_server_that_dies_at_its_start_says_why_without_its_secrets(tmp_path):
    source = "import sys, os\nsys.stderr.write('cannot sign in with ' + os.environ['PIDS'])\nsys.exit(1)"
    async with running(tmp_path, source) as server:
        with pytest.raises(Failure, match=r"cannot sign in with \*\*\*"):
            await server.wait()


async def test_a_command_that_does_not_exist_is_named(tmp_path):
    entry = program(tmp_path, "")
    object.__setattr__(entry, "command", str(tmp_path / "no-such-program"))
    opens, _ = opening(entry, QUICK)
    server = Server("jira", opens, Moved(), allowed=READS, limits=QUICK)
    with pytest.raises(Failure, match="no-such-program.* is not found"):
        await server.wait()
    await server.close()


async def test_a_silent_server_is_given_up_at_the_connect_deadline(tmp_path):
    limits = replace(QUICK, connect=0.7)
    opens, last = opening(program(tmp_path, "import time; time.sleep(60)"), limits)
    server = Server("jira", opens, Moved(), allowed=READS, limits=limits, last_words=last)
    async with asyncio.timeout(15):
        with pytest.raises(Failure, match=r"within 0\.7 s"):
            await server.wait()
        await server.close()


async def test_a_server_stopped_at_any_moment_of_its_start_is_waited_for(tmp_path):
    before, entry = children(), program(tmp_path, "")
    object.__setattr__(entry, "command", "/bin/sh")
    object.__setattr__(entry, "args", ("-c", "cat > /dev/null"))  # starts at once, and ends when its input does
    for moments in range(25):
        opens, _ = opening(entry, QUICK)
        server = Server("jira", opens, Moved(), allowed=READS, limits=QUICK)
        server.start()
        asking = asyncio.create_task(server.begun())
        for _ in range(moments):
            await asyncio.sleep(0)
        async with asyncio.timeout(1):
            await server.close()
            await asking
        assert children() <= before, moments


async def test_noise_before_the_first_answer_is_tolerated(tmp_path):
    async with running(tmp_path, "print('welcome!', flush=True)\n" + SERVER) as server:
        await server.wait()
        assert await server.ask("jira_search", {"jql": "x"}) == {"issues": []}


async def test_a_child_gets_nothing_of_our_environment(tmp_path, monkeypatch):
    source = SERVER.replace(
        """return '{"issues": []}'""", "import json; return json.dumps({'issues': sorted(os.environ)})"
    )
    monkeypatch.setenv("PM_TEST_SECRET", "x")
    async with running(tmp_path, source) as server:
        await server.wait()
        seen = (await server.ask("jira_search", {"jql": "x"}))["issues"]
    assert "PM_TEST_SECRET" not in seen and "PIDS" in seen


def test_a_half_open_breaker_admits_one_call_only():
    clock = Moved()
    breaker = Breaker(clock)
    for _ in range(3):
        assert breaker.admits()
        breaker.failed()
    clock.by += timedelta(seconds=31)
    assert [breaker.admits(), breaker.admits()] == [True, False]
    breaker.failed()
    assert breaker.state is State.OPEN


def test_a_server_that_asks_us_to_wait_is_left_alone_for_as_long():
    clock = Moved()
    breaker = Breaker(clock)
    breaker.failed(120)
    clock.by += timedelta(seconds=100)
    assert not breaker.admits()
    clock.by += timedelta(seconds=21)
    assert breaker.admits()
