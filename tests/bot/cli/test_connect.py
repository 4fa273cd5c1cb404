"""``pm test-connections``: one line per thing, JSON for programs, exit 1 when something needed is wrong."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.cli.company import pm
from tests.world import World, running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.chdir(tmp_path)  # no .env of the developer's
    async with running(tmp_path, work=False) as opened:
        yield opened


async def test_all_is_well_and_exits_0(world: World) -> None:
    done = await pm(world, "test-connections")
    assert done.exit_code == 0, done.output
    assert "slack scopes" in done.output and "0 failed" not in done.output and "checks:" in done.output


async def test_what_is_wrong_is_one_line_and_exits_1(world: World) -> None:
    done = await pm(world, "test-connections", ATLASSIAN_API_TOKEN="wrong")
    [told] = [line for line in done.output.splitlines() if line.startswith("FAILED")]
    assert done.exit_code == 1 and "jira token" in told and "ATLASSIAN_API_TOKEN" in told
    assert "not asked before this is right: jira token" in done.output


async def test_quiet_tells_only_what_is_wrong(world: World) -> None:
    done = await pm(world, "test-connections", "--quiet", SLACK_BOT_TOKEN="xoxb-wrong")
    lines = [line for line in done.output.splitlines() if line]
    assert lines[0].startswith("FAILED") and "slack token" in lines[0] and not any(w.startswith("ok ") for w in lines)


async def test_programs_get_name_ok_detail_and_remedy(world: World) -> None:
    done = await pm(world, "test-connections", "--json", BITBUCKET_TOKEN="wrong")
    said = json.loads(done.stdout)
    bad = [check for check in said["checks"] if check["state"] == "failed"]
    assert done.exit_code == 1 and said["ok"] is False
    assert [check["name"] for check in bad] == ["bitbucket token"] and bad[0]["remedy"] and not bad[0]["ok"]


async def test_no_secret_is_ever_printed(world: World) -> None:
    secrets = world.simulator.secrets
    for words in (["test-connections"], ["test-connections", "--json"]):
        output = (await pm(world, *words)).output
        assert secrets.slack_bot_token not in output and secrets.atlassian_token not in output
        assert secrets.jira_webhook_secret not in output and secrets.slack_signing_secret not in output


@pytest.mark.parametrize("words", [["test-connections"], ["test-connections", "--json"]], ids=["people", "programs"])
async def test_a_secret_that_got_into_a_line_is_taken_out(world: World, words: list[str]) -> None:
    done = await pm(world, *words, SLACK_SIGNING_SECRET="engineering")
    assert "slack channel" in done.output and "engineering" not in done.output


async def test_a_service_that_is_off_says_what_would_turn_it_on_and_is_no_failure(world: World) -> None:
    off = dict.fromkeys(("BITBUCKET_TOKEN", "BITBUCKET_EMAIL", "BITBUCKET_WORKSPACE", "BITBUCKET_WEBHOOK_SECRET"))
    done = await pm(world, "test-connections", **off)
    assert done.exit_code == 0 and "BITBUCKET_TOKEN are not set" in done.output


async def test_a_broken_constitution_is_the_one_line(world: World, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("constitution: 1\nsurprise: 1\n")
    done = await pm(world, "test-connections", DIRECTIVES_FILE=str(broken))
    [told] = [line for line in done.output.splitlines() if line.startswith("FAILED")]
    assert done.exit_code == 1 and "broken.yaml" in told and "pm directives check" in told


async def test_a_database_of_another_version_is_named(world: World, tmp_path: Path) -> None:
    (tmp_path / "fresh.db").touch()
    done = await pm(world, "test-connections", DATABASE_URL=f"sqlite:///{tmp_path / 'fresh.db'}")
    [told] = [line for line in done.output.splitlines() if line.startswith("FAILED")]
    assert done.exit_code == 1 and "database" in told and "pm db upgrade" in told


async def test_without_a_public_address_and_without_an_agent_nothing_is_pretended(world: World) -> None:
    await world.stop()
    done = await pm(world, "test-connections", PUBLIC_URL=None)
    assert done.exit_code == 0 and "PUBLIC_URL is not set and no agent runs here" in done.output
    assert "jira webhook secret" in done.output and "not tried" in done.output


async def test_the_check_with_a_wrong_secret_leaves_no_mark_on_the_running_agent(world: World) -> None:
    wrong = {"SLACK_SIGNING_SECRET": "wrong", "JIRA_WEBHOOK_SECRET": "wrong"}
    assert (await pm(world, "test-connections", **wrong)).exit_code == 1
    done = await pm(world, "test-connections", "--json")
    told = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert told["slack signing secret"]["state"] == told["jira webhook secret"]["state"] == "ok"


async def test_looking_makes_no_database_and_no_folder(world: World, tmp_path: Path) -> None:
    done = await pm(world, "test-connections", DATABASE_URL=f"sqlite:///{tmp_path / 'nowhere' / 'foo.db'}")
    assert done.exit_code == 0 and "no database yet" in done.output and not (tmp_path / "nowhere").exists()


async def test_people_and_programs_read_the_same_order(world: World) -> None:
    checks = json.loads((await pm(world, "test-connections", "--json")).stdout)["checks"]
    told = (await pm(world, "test-connections")).output.splitlines()[: len(checks)]
    assert [name for line, name in zip(told, (c["name"] for c in checks), strict=True) if name not in line] == []


async def test_all_wrong_settings_are_told_at_once_also_to_programs(world: World) -> None:
    bad = {"PORT": "eighty", "LOG_LEVEL": "LOUD", "SLACK_SIGNING_SECRET": None}
    people, programs = await pm(world, "test-connections", **bad), await pm(world, "test-connections", "--json", **bad)
    names = ["setting SLACK_SIGNING_SECRET", "setting LOG_LEVEL", "setting PORT"]
    assert sorted(c["name"] for c in json.loads(programs.stdout)["checks"]) == sorted(names)
    assert people.exit_code == programs.exit_code == 1 and people.output.count("FAILED   setting") == 3
    assert "valid" not in people.output and "nput" not in people.output


async def test_a_refused_token_of_bitbucket_is_not_explained_by_a_setting_of_jira(world: World) -> None:
    done = await pm(world, "test-connections", BITBUCKET_TOKEN="wrong")
    assert "ATLASSIAN_CLOUD_ID" not in done.output and "bitbucket member" not in done.output


async def test_a_look_says_when_nobody_is_there_to_take_it_up(world: World, tmp_path: Path) -> None:
    await world.stop()
    assert "no agent answers" in (await pm(world, "trigger")).output
    none = await pm(world, "trigger", DATABASE_URL=f"sqlite:///{tmp_path / 'none.db'}")
    assert none.exit_code == 1 and "no worker is running" in none.output and not (tmp_path / "none.db").exists()
