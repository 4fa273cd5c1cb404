"""The real Claude Code against the Messages API on loopback: the table it was measured by holds, and its end does.

Runs go side by side, because each spends most of its second waiting.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from integrations.claude_code import ClaudeCode, Ran, reading
from integrations.claude_code.cage import Cage, arguments, caged, environment
from integrations.claude_code.process import Ended, run
from integrations.simulator.claude.brains import Said, Scripted, Wish
from integrations.simulator.claude.brains.working import ANSWER
from models.actions import DelegateTask, Task
from models.clock import SystemClock
from models.delegated import MOST_TURNS, TURN
from models.errors import Silence
from models.money import Money
from planner.tasks.briefing import briefing
from tests.bot.delegating.worst import AROUND, BYTES_A_TOKEN, ECHO, LEAST_CALL
from tests.integrations.claude.loopback import KEY, serving
from tests.integrations.claude_code.program import program
from tests.integrations.claude_code.stub import errand
from tests.planner.tasks.test_tasks import MADE

pytestmark = [pytest.mark.anyio, pytest.mark.claude_cli]

GOOD = {"title": "x", "ids": ["f1"]}
LOOK = Said(calls=(Wish("mcp__facts__facts_about", {"subject": "pay-7"}),))
REPORT = Said(calls=(Wish(ANSWER, GOOD),))


Run = tuple[Ran, list[Mapping[str, Any]]]


async def few_at_a_time(runs: Iterable[Coroutine[Any, Any, Run]]) -> list[Run]:
    """What each came to; each takes 200 MB meanwhile."""
    seats = asyncio.Semaphore(4)

    async def seated(one: Coroutine[Any, Any, Run]) -> Run:
        async with seats:
            return await one

    return await asyncio.gather(*map(seated, runs))


async def ran(*lines: Said, mode: str = "", key: str = KEY, **how: Any) -> Run:
    """One run with what the model says, and every request it made."""
    async with serving(Scripted(*lines, Said("done"))) as loopback:
        if mode:
            loopback.api.modes.add(mode, times=50)
        ended = await ClaudeCode(program(), key, loopback.url, SystemClock()).work(errand(**{"patience": 60.0} | how))
        assert {seen.path for seen in loopback.api.journal.seen} <= {"/claude/v1/messages"}
        return ended, [seen.body for seen in loopback.api.journal.seen]


async def test_it_reads_our_facts_answers_in_the_shape_and_counts_its_money() -> None:
    ended, asked = await ran(LOOK, REPORT)
    assert ended.trouble is None and ended.answer == GOOD
    assert ended.cost and ended.usage.written > 0 and ended.model == "claude-sonnet-5-5"
    tools = {tool["name"] for tool in asked[0]["tools"]} - {"DeferredToolPlaceholder"}
    ours = {"mcp__facts__overview", "mcp__facts__facts_about", "mcp__facts__search"}
    assert tools == {ANSWER} | ours and '"ttl"' not in json.dumps(asked), "what it keeps, it keeps for five minutes"
    assert "PAY-7 is blocked" in json.dumps(asked[1]["messages"]) and KEY not in json.dumps(asked)


WANTED = Said(calls=(Wish("Read", {"file_path": "/etc/hostname"}),))

ROWS: tuple[tuple[str, dict[str, Any], tuple[Said, ...], Silence, str], ...] = (
    ("no answer in the shape", {}, (Said("I would rather not."),), Silence.GARBAGE, "no answer in the shape"),
    (
        "another shape",
        {},
        (Said(calls=(Wish(ANSWER, {"title": 3}),)),) * 9,
        Silence.GARBAGE,
        "structured_output_retries",
    ),
    ("a dead server", {"facts": "no JSON"}, (REPORT,), Silence.REJECTED, "did not start"),
    ("max turns", {"turns": 1}, (LOOK, LOOK), Silence.CUT, "within 1 steps"),
    ("budget", {"most": Money.usd("0.0001")}, (LOOK, LOOK), Silence.CUT, "for $0.0001"),
    ("400", {"mode": "bad_request"}, (REPORT,), Silence.REJECTED, "(400). Update"),
    ("a wrong key", {"key": "sk-ant-another"}, (REPORT,), Silence.REJECTED, "(401). Set ANTHROPIC_API_KEY"),
    ("no key", {"key": ""}, (REPORT,), Silence.REJECTED, "no key to ask Claude with. Set ANTHROPIC_API_KEY"),
    ("no such model", {"mode": "not_found"}, (REPORT,), Silence.REJECTED, "(404)"),
    ("too large", {"mode": "too_large"}, (REPORT,), Silence.REJECTED, "(413)"),
    ("rate limit", {"mode": "rate_limit"}, (REPORT,), Silence.AWAY, "overloaded (429)"),
    ("overloaded", {"mode": "overloaded"}, (REPORT,), Silence.AWAY, "overloaded (529)"),
    ("a refusal", {"mode": "refusal"}, (REPORT,), Silence.REFUSED, "declined"),
    ("an answer that is too long", {"mode": "truncation"}, (Said("x" * 400),), Silence.CUT, "longer than it may be"),
    ("a bad schema", {"schema": {"type": "no such type"}}, (REPORT,), Silence.REJECTED, "would not start"),
)


@pytest.mark.faults
async def test_every_row_of_its_exit_codes_is_still_what_it_was_measured_to_be() -> None:
    rows = await few_at_a_time(ran(*lines, **how) for _, how, lines, _, _ in ROWS)
    for (name, *_, reason, words), (ended, _) in zip(ROWS, rows, strict=True):
        assert ended.trouble is not None and ended.answer is None, name
        assert (ended.trouble.why, words in str(ended.trouble)) == (reason, True), (name, str(ended.trouble))


BROKEN = (("cut", True), ("garbage", True), ("overloaded_midway", True), ("broken", False), ("rate_limit", False))


@pytest.mark.faults
async def test_a_question_that_breaks_off_is_asked_once_and_counts_in_full_unless_it_was_refused_at_once() -> None:
    runs = await few_at_a_time(ran(LOOK, REPORT, mode=mode) for mode, _ in BROKEN)
    for (mode, charged), (ended, asked) in zip(BROKEN, runs, strict=True):
        assert (len(asked), ended.trouble and ended.trouble.why) == (1, Silence.AWAY), mode
        assert (ended.trouble and ended.trouble.charged, ended.cost is None) == (charged, charged), mode


@pytest.mark.faults
async def test_where_nobody_listens_nothing_is_charged() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        ended = await ClaudeCode(program(), KEY, url, SystemClock()).work(errand())
    assert ended.trouble is not None and ended.trouble.why is Silence.AWAY and not ended.trouble.charged
    assert ended.cost == Money()


@pytest.mark.faults
async def test_its_own_tools_are_not_there_and_a_tool_of_ours_that_it_may_not_use_voids_its_answer() -> None:
    ended, asked = await ran(WANTED, REPORT)
    assert ended.answer == GOOD and "No such tool available: Read" in json.dumps(asked[1]["messages"])
    async with serving(Scripted(LOOK, REPORT, Said("done"))) as loopback:
        with caged(errand()) as cage:
            command = [each.replace("mcp__facts__facts_about,", "") for each in arguments(cage, errand())]
            env = environment(cage, Path(program()), KEY, loopback.url)
            ended_ = await run([program(), *command], "Why?", cwd=cage.work, env=env, patience=30, meanwhile=nothing)
    told = reading.ran(ended_, errand(), served=True, seconds=1.0)
    assert ended_.code == 0 and told.answer is None and "may not (mcp__facts__facts_about)" in str(told.trouble)


MUTE = "import time; time.sleep(60)"
"""An MCP server that starts and never says a word."""


@pytest.mark.faults
async def test_a_mute_server_of_facts_is_waited_for_no_longer_than_set_and_its_answer_is_none() -> None:
    """It ends with 0 and an answer, and nothing of its report tells: our server has left no mark."""
    async with serving(Scripted(REPORT, Said("done"))) as loopback:
        with caged(errand()) as cage:
            servers = {"facts": {"type": "stdio", "command": sys.executable, "args": ["-IS", "-c", MUTE]}}
            cage.servers.write_text(json.dumps({"mcpServers": servers}), encoding="utf-8")
            env = {**environment(cage, Path(program()), KEY, loopback.url), "MCP_TIMEOUT": "1000"}
            command = [program(), *arguments(cage, errand())]
            ended = await run(command, "Why?", cwd=cage.work, env=env, patience=30, meanwhile=nothing)
            told = reading.ran(ended, errand(), served=cage.looked.exists(), seconds=1.0)
            assert processes(cage) == []
    assert ended.code == 0 and b'"is_error":false' in ended.out and b'"structured_output":{' in ended.out
    assert told.answer is None and "did not start" in str(told.trouble) and told.cost


# --- its bounds -------------------------------------------------------------------------------------------------


@pytest.mark.faults
async def test_it_looks_at_its_money_after_each_answer_of_the_model_whatever_that_was() -> None:
    """Else more than one could go beyond: a call of tools, no shape, a refusal, a cut."""
    penny = Money.usd("0.0001")
    shapeless = Said(calls=(Wish(ANSWER, {"title": 3}),))
    kinds: tuple[tuple[Said, str], ...] = ((LOOK, ""), (shapeless, ""), (REPORT, "refusal"), (REPORT, "truncation"))
    runs = await few_at_a_time(ran(line, line, line, mode=mode, most=penny) for line, mode in kinds)
    assert [len(asked) for _, asked in runs] == [1, 1, 1, 1]


@pytest.mark.faults
async def test_what_it_sends_stays_within_what_the_reserve_is_computed_from() -> None:
    """Our words and its own, then what comes back for calls that give nothing: see ``tests/bot/delegating``."""
    calls = tuple(Wish("no_such_tool", {}) for _ in range(60))
    brief = briefing(DelegateTask(task=Task.ROOT_CAUSE, about="PAY-7", question="ü" * 500), MADE)
    how = {"system": brief.system, "question": brief.question, "schema": brief.schema}
    _, asked = await ran(*[LOOK] * 6, Said(calls=calls), Said("done"), **how)
    sizes = [len(json.dumps(each, ensure_ascii=False).encode()) for each in asked]
    assert sizes[0] + MOST_TURNS * (sizes[6] - sizes[0]) / 6 < AROUND and asked[0]["max_tokens"] == TURN
    echo = (sizes[7] - sizes[6]) / len(calls) / BYTES_A_TOKEN / LEAST_CALL
    assert echo <= 1 + ECHO


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
            command, env = (
                [program(), *arguments(cage, errand())],
                environment(cage, Path(program()), KEY, loopback.url),
            )
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

            command, env = (
                [program(), *arguments(cage, errand())],
                environment(cage, Path(program()), KEY, loopback.url),
            )
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
