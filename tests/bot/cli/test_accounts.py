"""``pm people map`` believes no id that Jira or Slack can tell is nobody's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from integrations.simulator.nouns import Colleague
from integrations.simulator.server import Simulator
from models.directives_file import load
from tests.bot.cli.company import pm
from tests.world import CONSTITUTION, World, running

pytestmark = pytest.mark.anyio

SOMEBODY = Colleague(account="712020:somebody", name="lw", zone="Etc/UTC", email="li@example.com")
LEFT = replace(SOMEBODY, account="712020:left", active=False)
APP = replace(SOMEBODY, account="712020:app", app=True)
LI_SLACK = str(load(CONSTITUTION).teams[0].member("li").slack)  # type: ignore[arg-type]


def without_li() -> str:
    """The constitution with Li's e-mail address in place of all their ids."""
    lines = CONSTITUTION.read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if LI_SLACK in line)
    return "".join([*lines[:at], "        email: li@example.com\n", *lines[at + 3 :]])


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    def prepare(simulator: Simulator) -> None:
        for who in (SOMEBODY, LEFT, APP):
            simulator.company.people[who.account] = who
        users = simulator.workspace.users
        somebody = next(user for user in users.values() if not user.bot)
        users[LI_SLACK] = replace(somebody, id=LI_SLACK)
        users["U0LEFT00000"] = replace(somebody, id="U0LEFT00000", deleted=True)

    monkeypatch.chdir(tmp_path)  # no .env of the developer's
    async with running(tmp_path, text=without_li(), prepare=prepare, work=False) as opened:
        yield opened


async def known(world: World) -> list[tuple[str, str]]:
    return sorted((each.service.value, each.account) for each in await world.app.store.identities())


async def test_an_active_persons_ids_are_kept_and_nothing_is_called_unchecked(world: World) -> None:
    done = await pm(world, "people", "map", "li", "--slack", LI_SLACK, "--jira", SOMEBODY.account)
    assert done.exit_code == 0 and "not checked" not in done.output, done.output
    assert await known(world) == [("jira", SOMEBODY.account), ("slack", LI_SLACK)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--jira", "banana"], "Jira knows no account banana. If it is right all the same"),
        (["--bitbucket", "banana"], "Jira knows no account banana"),
        (["--jira", LEFT.account], "712020:left is deactivated in Jira"),
        (["--bitbucket", APP.account], "712020:app is an app in Jira"),
        (["--slack", "U0FAKE0000"], "Slack knows no member U0FAKE0000"),
        (["--slack", "U0LEFT00000"], "U0LEFT00000 is deactivated in Slack"),
        (["--jira", SOMEBODY.account, "--slack", "U0FAKE0000"], "Slack knows no member U0FAKE0000"),
    ],
)
async def test_what_is_nobodys_is_refused_in_one_line_and_nothing_is_kept(
    world: World, words: list[str], said: str
) -> None:
    done = await pm(world, "people", "map", "li", *words)
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1) and said in done.stderr, done.output
    assert await known(world) == []


async def test_the_agents_own_accounts_are_refused(world: World) -> None:
    assert world.app.jira is not None
    done = await pm(world, "people", "map", "li", "--jira", await world.app.jira.myself())
    assert done.exit_code == 1 and "is the account this agent works with" in done.stderr
    done = await pm(world, "people", "map", "li", "--slack", world.simulator.workspace.bot)
    assert done.exit_code == 1 and "is a bot in Slack" in done.stderr
    assert await known(world) == []


async def test_a_vendor_that_does_not_answer_keeps_the_word_and_says_so(world: World) -> None:
    done = await pm(world, "people", "map", "li", "--jira", "banana", ATLASSIAN_API_TOKEN="wrong")
    assert done.exit_code == 0 and "not checked: jira banana, because Jira did not answer: " in done.output
    assert await known(world) == [("jira", "banana")]
