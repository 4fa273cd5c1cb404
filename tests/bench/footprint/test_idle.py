"""What the all-in-one process takes of a machine on which nothing happens: memory and computing time."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from integrations.simulator.claude.api import Pace
from tests.bench.company import AtWork, at_work
from tests.bench.figures import at_most, machine, record, sized, told
from tests.bench.intake.servers import plain_door
from tests.bench.processes import tree
from tests.integrations.mcp import real
from tests.integrations.mcp.jira_v2 import TOKEN, JiraV2

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

MEMORY, BAR = 150.0, 160.0
"""Megabytes of the whole tree without Claude and MCP: the project's promise, and the bar."""

SHARE, SECONDS = 0.5, 20
"""Per cent of one core, over so many seconds."""

SERVER = "mcp-atlassian"
"""In the command of the MCP server's process."""


async def test_idle_it_takes_little_memory_and_next_to_no_time(tmp_path: Path) -> None:
    # Without a clock file, as everybody runs it: with one it looks at the clock each second.
    async with at_work(tmp_path, f"sqlite:///{tmp_path / 'pm.db'}", CLOCK_FILE="") as company:
        await asyncio.sleep(5)  # the first readings are over
        before = company.product.seconds()
        await asyncio.sleep(sized(SECONDS))
        share = 100 * (company.product.seconds() - before) / sized(SECONDS)
        memory, processes = company.product.megabytes(), len(tree(company.product.pid))
    with plain_door(f"sqlite:///{tmp_path / 'plain.db'}", tmp_path) as plain:
        beside = f"plain intake alone {plain.megabytes():.0f} MB"
    print(f"\nidle, {processes} processes: {memory:.0f} MB, {share:.2f} % of a core; {beside}; {machine()}")
    assert all(
        [
            record("issue", "idle memory, all in one, without Claude and MCP", memory, at_most(MEMORY, "MB"), beside),
            record("B13", "the same against the bar", memory, at_most(BAR, "MB"), beside),
            record("B13", "idle computing, of one core", share, at_most(SHARE, "%")),
        ]
    )


async def test_with_claude_and_an_mcp_server_it_takes_so_much(tmp_path: Path) -> None:
    """Told without a limit: the libraries of both are loaded when they are first needed, and stay."""
    servers = tmp_path / "mcp.json"
    environment = {"claude": Pace(), "start": False, "MCP_CONFIG": str(servers)}
    async with at_work(tmp_path, f"sqlite:///{tmp_path / 'pm.db'}", **environment) as company, old_jira(company) as url:
        servers.write_text(configuration(url), encoding="utf-8")
        company.product.start()
        await asyncio.to_thread(company.product.wait)
        await company.until(lambda: company.product.megabytes() > company.product.megabytes(but=SERVER))
        before = len(company.said())
        await asyncio.sleep(sized(15))  # it connects, and Claude weighs what the first look found
        ask(company, "what is the risk of this sprint, and what should we do first?")
        await company.until(lambda: len(company.said()) > before)
        await company.quiet()
        both, own = company.product.megabytes(), company.product.megabytes(but=SERVER)
        asked = len(company.simulator.claude.journal.bodies)
    print(f"\nwith Claude ({asked} calls) and one MCP server: {own:.0f} MB, the server's own {both - own:.0f} MB")
    assert asked and both > own
    assert record(
        "B13", "memory with Claude and MCP in use", own, told("MB"), f"the MCP server's own {both - own:.0f} MB"
    )


def configuration(url: str) -> str:
    entry = {"command": real.atlassian(), "args": [], "env": {"JIRA_URL": url, "JIRA_PERSONAL_TOKEN": TOKEN}}
    return json.dumps({"mcpServers": {"jira": entry}})


@contextlib.asynccontextmanager
async def old_jira(company: AtWork) -> AsyncIterator[str]:
    """The company's Jira as that server asks for it."""
    v2 = JiraV2(company.simulator.company)
    runner = web.AppRunner(v2.app(), shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    v2.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield v2.url
    await runner.cleanup()


def ask(company: AtWork, words: str) -> None:
    user, channel = company.someone()
    company.simulator.slack_out.say(user, channel, f"<@{company.simulator.workspace.bot}> {words}")
