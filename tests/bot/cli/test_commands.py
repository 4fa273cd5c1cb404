"""``pm``: exit codes, one-line errors, tables for people and JSON for programs."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import SECTIONS, cli
from bot.sync.progress import Progress
from models.clock import SystemClock
from models.database import Database
from models.directives_file import load
from models.events import Source
from models.ids import JobId
from models.mailbox import Mailbox, NewJob
from models.store import Store
from tests.bot.knocking import ROOT

TEAM = load(ROOT / "directives.yaml").teams[0].id


def pm(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


@pytest.fixture
def dead_letter(environment: pytest.MonkeyPatch, tmp_path: Path) -> JobId:
    """One job that was given up."""

    async def bury() -> JobId:
        database = Database(f"sqlite:///{tmp_path / 'pm.db'}", SystemClock())
        mailbox = Mailbox(database, SystemClock())
        await mailbox.put(NewJob(kind="cycle", key="team:x", team=TEAM))
        job = await mailbox.claim((0, 1, 2), 30)
        assert job is not None
        await mailbox.bury(job, "Refused: no\nand more")
        await database.close()
        return job.id

    return asyncio.run(bury())


def test_help_lists_every_command_under_what_it_is_for() -> None:
    text = pm("--help").output
    places = [text.index(f"{title}:") for title in SECTIONS]
    assert places == sorted(places)
    assert all(name in text for section in SECTIONS.values() for name in section)


@pytest.mark.parametrize(
    "command",
    [["start"], ["worker"], ["status"], ["trigger"], ["directives"], ["directives", "check"], ["db", "upgrade"]]
    + [["dead-letters"], ["dead-letters", "list"], ["dead-letters", "retry"], ["dead-letters", "drop"]],
    ids=" ".join,
)
def test_every_command_explains_itself(command: list[str]) -> None:
    done = pm(*command, "--help")
    assert done.exit_code == 0 and "Usage:" in done.output


@pytest.mark.parametrize(
    "words", [["fly"], ["status", "--loud"], ["dead-letters", "retry"], ["dead-letters", "retry", "x"], ["db"]]
)
def test_bad_usage_is_exit_code_2(words: list[str]) -> None:
    assert pm(*words).exit_code == 2


def test_help_loads_nothing_heavy() -> None:
    heavy = "('anthropic', 'mcp', 'atlassian', 'sqlalchemy', 'slack_bolt', 'gunicorn', 'pydantic')"
    code = (
        "import sys\nfrom bot.cli import cli\ntry: cli(['--help'])\nexcept SystemExit: pass\n"
        f"print([m for m in {heavy} if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.rstrip().endswith("[]")


def test_the_module_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "bot", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0 and "pm [OPTIONS]" in done.stdout


@pytest.mark.parametrize("command", ["start", "worker"])
def test_starting_with_nothing_to_watch_is_one_line_that_names_what_is_missing(
    environment: pytest.MonkeyPatch, command: str
) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "ATLASSIAN_DOMAIN", "ATLASSIAN_EMAIL"):
        environment.setenv(name, "")
    for name in ("ATLASSIAN_API_TOKEN", "BITBUCKET_WORKSPACE", "BITBUCKET_EMAIL", "BITBUCKET_TOKEN"):
        environment.setenv(name, "")
    environment.setenv("JIRA_WEBHOOK_SECRET", "")
    environment.setenv("BITBUCKET_WEBHOOK_SECRET", "")
    done = pm(command)
    assert done.exit_code == 1
    assert done.stderr.startswith("error: SLACK_BOT_TOKEN") and done.stderr.count("\n") == 1


def test_a_setting_that_is_wrong_is_one_line(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("PORT", "eighty")
    done = pm("status")
    assert (done.exit_code, done.stderr.count("\n")) == (1, 1) and "PORT" in done.stderr


def test_a_database_without_tables_names_the_command_that_makes_them(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'new.db'}")
    done = pm("status")
    assert done.exit_code == 1 and "pm db upgrade" in done.stderr
    assert pm("db", "upgrade").exit_code == 0
    assert pm("status").exit_code == 0


def test_status_for_people_and_for_programs_tell_the_same(environment: pytest.MonkeyPatch) -> None:
    people, programs = pm("status"), pm("status", "--json")
    assert people.exit_code == programs.exit_code == 0
    assert json.loads(programs.output)["teams"][0]["id"] == TEAM and TEAM in people.output


def test_status_says_how_far_a_first_reading_has_come(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = "Sprint 24: 312 of 500 issues"

    async def begin() -> None:
        database = Database(f"sqlite:///{tmp_path / 'pm.db'}", SystemClock())
        await Progress(Store(database, SystemClock()), SystemClock()).say(TEAM, Source.JIRA, words)
        await database.close()

    asyncio.run(begin())
    assert f"{TEAM}: reading jira: {words}" in pm("status").output
    assert json.loads(pm("status", "--json").output)["teams"][0]["reading"] == {"jira": words}


def test_trigger_puts_a_look_into_the_queue(environment: pytest.MonkeyPatch) -> None:
    assert json.loads(pm("trigger", "--sprint", "SPRINT-24", "--json").output)["status"] == "queued"
    assert json.loads(pm("status", "--json").output)["queue"]["waiting"]["events"] >= 1


def test_the_constitution_says_line_by_line_what_code_enforces(environment: pytest.MonkeyPatch) -> None:
    done = pm("directives", "check")
    assert done.exit_code == 0
    assert "enforced by" in done.output and "advice" in done.output and "is valid" in done.output


def test_complaints_about_a_constitution_carry_their_lines(tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("constitution: 1\nrole: {title: x}\nsurprise: 1\n")
    people, programs = pm("directives", "check", str(file)), pm("directives", "check", "--json", str(file))
    assert people.exit_code == programs.exit_code == 1
    assert "bad.yaml:3:" in people.stderr
    assert 3 in [c["line"] for c in json.loads(programs.stdout)["complaints"]]


def test_a_dead_letter_is_listed_tried_again_and_gone(dead_letter: JobId) -> None:
    assert f"{dead_letter}" in pm("dead-letters", "list").output
    assert json.loads(pm("dead-letters", "list", "--json").output)[0]["id"] == dead_letter
    assert pm("dead-letters", "retry", str(dead_letter)).exit_code == 0
    assert "no dead letters" in pm("dead-letters", "list").output


def test_a_dead_letter_is_dropped_once(dead_letter: JobId) -> None:
    assert pm("dead-letters", "drop", str(dead_letter)).exit_code == 0
    again = pm("dead-letters", "drop", str(dead_letter))
    assert again.exit_code == 1 and "pm dead-letters list" in again.stderr
