"""Where nobody could work on a task, nobody is asked to approve one: the reason is said at once, with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import build
from bot.connections.claude import worker
from bot.delegating import TaskHand
from bot.hands import SwitchedOff
from bot.settings import Settings
from integrations.health import Check
from models.actions import DelegateTask

HAND = DelegateTask.kind
KEY = {"ANTHROPIC_API_KEY": "sk-ant-0001"}


def hand(environment: pytest.MonkeyPatch, **variables: str) -> object:
    for name, value in variables.items():
        environment.setenv(name, value)
    return build(Settings.from_environment(None)).hands[HAND]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "set CLAUDE_CODE_BIN and ANTHROPIC_API_KEY"),
        (KEY, "set CLAUDE_CODE_BIN and ANTHROPIC_API_KEY"),
        ({"CLAUDE_CODE_BIN": "sh"}, "set CLAUDE_CODE_BIN and ANTHROPIC_API_KEY"),
        (
            KEY | {"CLAUDE_CODE_BIN": "no-such-program"},
            "CLAUDE_CODE_BIN names no-such-program, which is no program here",
        ),
    ],
)
def test_without_a_key_or_a_program_it_is_off_with_the_remedy(
    environment: pytest.MonkeyPatch, variables: dict[str, str], words: str
) -> None:
    off = hand(environment, **variables | ({} if "ANTHROPIC_API_KEY" in variables else {"ANTHROPIC_API_KEY": ""}))
    assert isinstance(off, SwitchedOff) and off.why.startswith("Delegating is off: ") and words in off.why


def test_with_both_it_is_on(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert isinstance(hand(environment, **KEY, CLAUDE_CODE_BIN="sh"), TaskHand)


async def _fine() -> Check:
    return Check("claude code", True, "2.1.330 is installed")


@pytest.mark.anyio
async def test_the_set_up_check_asks_for_its_version_or_says_how_to_switch_it_on() -> None:
    class Program:
        check = staticmethod(_fine)

    assert (await worker(Program(), "").ask()).detail == "2.1.330 is installed"
    off = await worker(None, "CLAUDE_CODE_BIN or ANTHROPIC_API_KEY is not set: no tasks").ask()
    assert off.off and "CLAUDE_CODE_BIN" in off.detail
