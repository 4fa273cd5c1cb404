"""What the pages tell people to type: typed here, run by another test that exists, or listed as not run."""

from __future__ import annotations

import asyncio
import re
import shutil
from types import SimpleNamespace
from typing import Any

import pytest

from tests.bot.charts.examples import CONE, DONE, FRIDAY, MONDAY, TARGET
from tests.docs.page import PAGE, page
from tests.docs.reading import ROOT, Block, blocks, commands, distinct, unread
from tests.docs.shell import Shell
from tests.docs.slack import ask_all
from tests.docs.table import ABSENT, HERE, NAMED, NAMES, OTHERS, SLOW, STANDS_FOR, SUITES, as_typed, fate, fates, share
from tests.machine.walk import CHECKOUT
from tests.proofs import exists

ANSWERS = {
    "pm status --json": '"promises"',
    "pm trigger": "queued: payments",
    "pm forecast": "Sprint 24",
    "pm test-connections --json": '"ok": true',
    "pm dashboard link": "/dashboard/link/",
    "pm documents": "What is behind PAY-7",
    "pm dead-letters list": "Refused: no",
    "pm people list": "712020:",
    "pm people unmap li": "forgotten: jira",
    "pm directives diff OLD NEW": "8 -> 4 business hours",
    "pm directives explain review-8-hours": "waits for a review",
    "pm slack-manifest --url https://pm.example.com": "https://pm.example.com/slack/events",
    "pm webhooks list --service all --url https://pm.example.com --json": '"right"',
    "pm backup verify FILE": "rows",
    "pm restore FILE": "restored",
    "DATABASE_URL=sqlite:////tmp/pm-trial/pm.db pm status": "Nothing is at work",
    "pm backtest": "daily-summary",
    "pm backtest --against draft.yaml": "->",
    "pm backtest score report.html": "of 1 marked",
    "curl -fsS http://127.0.0.1:8080/ready": '"ready":true',
    "python: import json": "queued",
}
"""What must be in the answer, where the exit code alone says little."""


def test_every_block_is_commands_settings_or_said_to_be_something_else() -> None:
    assert unread() == []


@pytest.mark.parametrize("text", [*HERE, *(pytest.param(text, marks=pytest.mark.faults) for text in SLOW)])
def test_a_command_does_what_it_is_told_to_do(typist: Shell, text: str) -> None:
    line = as_typed(text, int(typist.variables["PORT"]))
    for program in ("jq", "curl", "git"):
        if f"{program} " in line and shutil.which(program) is None:
            pytest.skip(f"not installed here: {program}")
    done = typist.type(python_of(text) if text.startswith("python: ") else line)
    assert done.returncode == 0, f"{line}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    assert ANSWERS.get(text, "") in done.stdout + done.stderr, done.stdout[-2000:]
    assert "Traceback" not in done.stderr


def test_every_command_told_for_slack_is_answered_as_what_it_is(typist: Shell) -> None:
    """After what is typed in the shell: it ends with a pause."""
    wrong = asyncio.run_coroutine_threadsafe(ask_all(typist.world), typist.loop).result(120)
    assert [line.partition(":")[0] for line in wrong] == ["/pm flyy"], wrong


def python_of(text: str) -> str:
    """The program of a page, for the shell, at the address of the agent that is there."""
    place = next(each for each in commands() if each.text == text)
    lines = next(block.lines for block in python_blocks(place.page) if block.line == place.line)
    program = "\n".join(lines)
    assert "'EOF'" not in program
    return f"PM_AGENT=http://127.0.0.1:$PORT python3 - <<'EOF'\n{program}\nEOF"


def python_blocks(name: str) -> list[Block]:
    return [block for block in blocks(name, indented=True) if block.kind == "python"]


def test_the_example_of_a_chart_draws_one() -> None:
    """docs/charts.md: with a sprint, a chance and a target where the page has names for them."""
    [block] = python_blocks("docs/charts.md")
    foretold = SimpleNamespace(chance=CONE.chance, median=-1.0, within={80: (-8.0, 1.0)})
    sprint = {"starts": MONDAY, "ends": FRIDAY, "today": DONE[4].day, "target": TARGET[:5], "done": DONE[:5]}
    room: dict[str, Any] = {**sprint, "foretold": foretold, "stand": SimpleNamespace(target=37.0)}
    exec(compile("\n".join(block.lines), "docs/charts.md", "exec"), room)
    assert room["html"].startswith("<figure") and "62 %" in room["html"]


def test_no_command_is_left_out() -> None:
    assert [text for text, each in fates().items() if each is None] == []


def test_the_tests_named_are_there_and_no_line_of_the_table_is_idle() -> None:
    told = set(distinct())
    assert [name for name in NAMED.values() if not exists(name)] == []
    assert [text for text in (*HERE, *SLOW, *NAMED, *ABSENT, *NAMES, *OTHERS, *CHECKOUT) if text not in told] == []
    assert [suite for suite in SUITES if f"make {suite}" not in told and suite != "check"] == []
    assert [word for word, _ in STANDS_FOR if not any(word in text for text in (*HERE, *SLOW))] == []


def test_a_name_is_one_of_a_command_that_is_run() -> None:
    names = {name: fate(whole) for name, whole in NAMES.items() if whole}
    assert [name for name, each in names.items() if each is None or each.way == "absent"] == ["docker compose"]


def test_of_a_hundred_commands_ninety_five_are_run() -> None:
    run, every = share()
    assert every > 250 and run / every >= 0.95, f"{run} of {every}"


def test_the_page_lists_what_is_not_run() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: .venv/bin/python -m tests.docs.page"


def test_the_makefile_has_every_target_that_is_told() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    told = {text.split()[1] for text in distinct() if text.startswith("make ")}
    assert told <= targets and len(told) > 10
