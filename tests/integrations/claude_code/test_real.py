"""The real Claude Code against the Messages API on loopback: the table it was measured by holds, and its end does.

Runs go side by side, because each spends most of its second waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from integrations.claude_code import ClaudeCode, Ran, reading
from integrations.claude_code.cage import Cage, arguments, caged, environment
from integrations.claude_code.process import Ended, run
from integrations.simulator.claude.brains import Said, Scripted, Wish
from integrations.simulator.claude.brains.working import ANSWER
from models.clock import SystemClock
from models.errors import Silence
from models.money import Money
from tests.integrations.claude.loopback import KEY, serving
from tests.integrations.claude_code.program import program
from tests.integrations.claude_code.stub import errand

pytestmark = [pytest.mark.anyio, pytest.mark.claude_cli]

GOOD = {"title": "x", "ids": ["f1"]}
LOOK = Said(calls=(Wish("mcp__facts__facts_about", {"subject": "pay-7"}),))
REPORT = Said(calls=(Wish(ANSWER, GOOD),))


async def ran(*lines: Said, mode: str = "", key: str = KEY, **how: Any) -> tuple[Ran, list[Mapping[str, Any]]]:
    """One run with what the model says, and every request it made."""
    async with serving(Scripted(*lines, Said("done"))) as loopback:
        if mode:
            loopback.api.modes.add(mode, times=50)
        ended = await ClaudeCode(program(), key, loopback.url, SystemClock()).work(errand(**how))
        assert {seen.path for seen in loopback.api.journal.seen} <= {"/claude/v1/messages"}
        return ended, [seen.body for seen in loopback.api.journal.seen]


async def test_it_reads_our_facts_answers_in_the_shape_and_counts_its_money() -> None:
    ended, asked = await ran(LOOK, REPORT)
    assert ended.trouble is None and ended.answer == GOOD
    assert ended.cost and ended.usage.written > 0 and ended.model == "claude-sonnet-5-5"
    tools = {tool["name"] for tool in asked[0]["tools"]} - {"DeferredToolPlaceholder"}
    ours = {"mcp__facts__overview", "mcp__facts__facts_about", "mcp__facts__search"}
    assert tools == {"Read", "Grep", "Glob", ANSWER} | ours
    assert "PAY-7 is blocked" in json.dumps(asked[1]["messages"]) and KEY not in json.dumps(asked)


ROWS: tuple[tuple[str, dict[str, Any], tuple[Said, ...], Silence, str], ...] = (
    ("no answer in the shape", {}, (Said("I would rather not."),), Silence.GARBAGE, "no answer in the shape"),
    ("a dead server", {"facts": "no JSON"}, (REPORT,), Silence.REJECTED, "did not start"),
    (
        "a denied tool",
        {},
        (Said(calls=(Wish("Read", {"file_path": "/etc/hostname"}),)), REPORT),
        Silence.GARBAGE,
        "(Read)",
    ),
    ("max turns", {"turns": 1}, (LOOK, LOOK), Silence.CUT, "within 1 steps"),
    ("budget", {"most": Money.usd("0.0001")}, (LOOK, LOOK), Silence.CUT, "for $0.0001"),
    ("a wrong key", {"key": "sk-ant-another"}, (REPORT,), Silence.REJECTED, "(401). Set ANTHROPIC_API_KEY"),
    ("overloaded", {"mode": "overloaded"}, (REPORT,), Silence.AWAY, "overloaded (529)"),
    ("a bad schema", {"schema": {"type": "no such type"}}, (REPORT,), Silence.REJECTED, "would not start"),
)


@pytest.mark.faults
async def test_every_row_of_its_exit_codes_is_still_what_it_was_measured_to_be() -> None:
    rows = await asyncio.gather(*(ran(*lines, **how) for _, how, lines, _, _ in ROWS))
    found = [(ended.trouble.why if ended.trouble else None, ended.answer) for ended, _ in rows]
    assert found == [(reason, None) for *_, reason, _ in ROWS]
    for (name, *_, words), (ended, _) in zip(ROWS, rows, strict=True):
        assert words in str(ended.trouble), name


# --- its end ----------------------------------------------------------------------------------------------------

DEAF = """
import os, pathlib, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
while True:
    sum(range(10_000))
"""
"""An MCP server that is busy for ever and hears nothing."""


def processes(cage: Cage) -> list[tuple[int, str]]:
    """Every process that was started with a path of the cage."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(cage.root) in (line := entry.read_bytes().decode(errors="replace")):
                found.append((int(entry.parent.name), line))
    return found


async def test_at_its_deadline_it_ends_with_its_busy_server_and_nothing_is_left() -> None:
    patience = 1.5
    async with serving(Scripted(REPORT)) as loopback:
        with caged(errand()) as cage:
            pid = cage.root / "deaf.pid"
            servers = {"facts": {"type": "stdio", "command": sys.executable, "args": ["-IS", "-c", DEAF, str(pid)]}}
            cage.servers.write_text(json.dumps({"mcpServers": servers}), encoding="utf-8")
            command, env = [program(), *arguments(cage, errand())], environment(cage, KEY, loopback.url)
            while not pid.exists():  # on a busy machine the server may not have begun by then
                ended = await run(
                    command, "Why?", cwd=cage.work, env=env, patience=patience, meanwhile=nothing, grace=2.0
                )
                patience *= 2
            assert ended.late and processes(cage) == []


async def ended_by(sent: signal.Signals) -> tuple[Ended, Ran]:
    """Ended while its first question is open."""
    async with serving(Scripted(REPORT)) as loopback:
        loopback.api.modes.add("silent", times=5)
        with caged(errand()) as cage:

            async def end() -> None:
                while not loopback.api.modes.due[0].times < 5:
                    await asyncio.sleep(0.02)
                for pid, line in processes(cage):
                    if "--restricted" in line:
                        os.kill(pid, sent)

            command, env = [program(), *arguments(cage, errand())], environment(cage, KEY, loopback.url)
            ended = await run(command, "Why?", cwd=cage.work, env=env, patience=15, meanwhile=end)
    return ended, reading.ran(ended, errand(), served=True, seconds=1.0)


async def test_ended_from_outside_it_gives_no_answer_and_nobody_knows_what_it_cost() -> None:
    both = await asyncio.gather(ended_by(signal.SIGTERM), ended_by(signal.SIGINT))
    assert [ended.code for ended, _ in both] == [143, 0]
    for ended, told in both:
        assert not ended.late and told.cost is None and told.trouble is not None
        assert told.trouble.why is Silence.CUT and told.trouble.charged


async def nothing() -> None:
    """Nobody follows it."""
