"""Where nobody could work on a task, nobody is asked to approve one: the reason is said at once, with the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.app import build
from bot.connections.claude import worker
from bot.hands import off_of
from bot.settings import Settings
from integrations.health import Check
from integrations.simulator.claude.api import Pace
from models.actions import DelegateTask
from planner.ports import Hand
from tests.world import running

HAND = DelegateTask.kind
KEY = {"ANTHROPIC_API_KEY": "sk-ant-0001"}


def hands(environment: pytest.MonkeyPatch, **variables: str) -> Mapping[str, Hand]:
    for name, value in variables.items():
        environment.setenv(name, value)
    return build(Settings.from_environment(None)).hands


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "set CLAUDE_CODE_BIN and ANTHROPIC_API_KEY"),
        (KEY, "set CLAUDE_CODE_BIN and ANTHROPIC_API_KEY"),
        ({"CLAUDE_CODE_BIN": "sh"}, "set CLAUDE_CODE_BIN and ANTHROPIC_API_KEY"),
        (
            KEY | {"CLAUDE_CODE_BIN": "no-such-program"},
            "CLAUDE_CODE_BIN: there is no program no-such-program. npm inst",
        ),
    ],
)
def test_without_a_key_or_a_program_it_is_off_with_the_remedy(
    environment: pytest.MonkeyPatch, variables: dict[str, str], words: str
) -> None:
    no_key = {} if "ANTHROPIC_API_KEY" in variables else {"ANTHROPIC_API_KEY": ""}
    off = off_of(hands(environment, **variables | no_key))[HAND]
    assert off.startswith("Delegating is off: ") and words in off


def test_with_both_it_is_on(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert HAND not in off_of(hands(environment, **KEY, CLAUDE_CODE_BIN="sh"))


@pytest.mark.anyio
async def test_a_worker_looks_before_its_first_task_whether_the_program_starts(tmp_path: Path) -> None:
    """Not a card that somebody approves for nothing: an admin who asks hears at once what to put right."""
    old = tmp_path / "claude"
    old.write_text("#!/bin/sh\necho '2.1.197 (Claude Code)'\n")
    old.chmod(0o755)
    async with running(tmp_path, claude=Pace(), claude_code_bin=str(old)) as world:
        slack = world.simulator.workspace
        room = next(c.id for c in slack.channels.values() if c.name == "engineering")
        asked = world.simulator.slack_out.say(world.slack_id("dana"), room, f"<@{slack.bot}> delegate report")
        await world.settle()
        [told] = world.messages(lambda m: m.thread == asked.ts and m.user == slack.bot)
        assert "2.1.197 is older than 2.1.330" in told.text and "npm install" in told.text
        assert not [m for m in world.direct_messages("dana") if "worker that can only read" in m.text]


async def _fine() -> Check:
    return Check("claude code", True, "2.1.330 is installed")


@pytest.mark.anyio
async def test_the_set_up_check_asks_for_its_version_or_says_how_to_switch_it_on() -> None:
    class Program:
        check = staticmethod(_fine)

    assert (await worker(Program(), "").ask()).detail == "2.1.330 is installed"
    off = await worker(None, "CLAUDE_CODE_BIN or ANTHROPIC_API_KEY is not set: no tasks").ask()
    assert off.off and "CLAUDE_CODE_BIN" in off.detail
