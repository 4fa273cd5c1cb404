"""``pm directives explain`` and ``diff``: for people on a terminal, for programs as JSON, exit code 1 when broken."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import cli
from models.database import Database
from models.ids import TeamId
from models.store import Store
from models.trust import Cause, StepBack
from planner.hearers.contact import ALL_TEAMS
from planner.policy.trust import STEPS, kept_of, key_of
from tests.bot.knocking import ROOT
from tests.contracts.stores.values import FakeClock
from tests.world import empty_database

SHIPPED = ROOT / "directives.yaml"


def pm(*words: object) -> Result:
    return CliRunner().invoke(cli, ["directives", *map(str, words)])


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """A constitution with more reminders."""
    file = tmp_path / "new.yaml"
    text = SHIPPED.read_text(encoding="utf-8")
    file.write_text(
        text.replace("{limit: reminders, per_person_per_day: 1", "{limit: reminders, per_person_per_day: 3")
    )
    return file


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    file = tmp_path / "bad.yaml"
    file.write_text("constitution: 1\nrole: {title: x}\nsurprise: 1\n")
    return file


def test_explain_tells_each_line_under_its_section() -> None:
    text = pm("explain", "--file", SHIPPED).output
    assert text.index("AUTONOMY, NEEDS CONFIRMATION") < text.index("confirm-reassign: ") < text.index("AUTONOMY, NEVER")
    assert "advice: only the model reads it" in text and "enforced by: " in text


def test_explain_of_one_line_tells_only_that_line_and_an_example() -> None:
    done = pm("explain", "--file", SHIPPED, "review-8-hours")
    assert done.exit_code == 0 and "for example" in done.output and "signal review_overdue" in done.output
    assert "blocked-1-day" not in done.output


def test_explain_speaks_json_to_programs() -> None:
    (line,) = json.loads(pm("explain", "--json", "--file", SHIPPED, "confirm-reassign").output)["lines"]
    assert (line["section"], line["effect"]) == ("autonomy.needs_confirmation", "action reassign")


def test_explain_of_an_unknown_line_names_the_nearest() -> None:
    done = pm("explain", "--file", SHIPPED, "confirm-reasign")
    assert done.exit_code == 1 and "did you mean 'confirm-reassign'?" in done.stderr


def test_diff_groups_what_changes_and_names_both_versions(other: Path) -> None:
    done = pm("diff", SHIPPED, other)
    versions = json.loads(pm("diff", "--json", SHIPPED, other).output)["versions"]
    assert done.exit_code == 0
    assert "becomes looser\n  one-reminder-a-day: reminders per person and day: 1 -> 3" in done.output
    assert all(version in done.output for version in versions.values()) and versions["old"] != versions["new"]


def test_diff_of_one_text_says_so() -> None:
    assert "the two are the same text" in pm("diff", SHIPPED, SHIPPED).output


def test_diff_says_when_nothing_enforced_changes(tmp_path: Path) -> None:
    text, layout, words = SHIPPED.read_text(encoding="utf-8"), tmp_path / "layout.yaml", tmp_path / "words.yaml"
    layout.write_text(text + "\n# a comment\n")
    words.write_text(text.replace("Likes direct messages", "Likes tea"))
    assert "nothing changes but comments, layout and order" in pm("diff", SHIPPED, layout).output
    assert "1 difference; nothing that code enforces changes" in pm("diff", SHIPPED, words).output


def test_diff_tells_programs_what_is_enforced(other: Path) -> None:
    told = json.loads(pm("diff", "--json", SHIPPED, other).output)
    (only,) = told["differences"]
    assert told["enforced_changes"] is True
    assert (only["group"], only["subject"], only["enforced"]) == ("looser", "one-reminder-a-day", True)


@pytest.mark.parametrize("first", [True, False])
def test_a_broken_file_is_exit_code_1_with_its_lines(first: bool, broken: Path) -> None:
    files = (broken, SHIPPED) if first else (SHIPPED, broken)
    people, programs = pm("diff", *files), pm("diff", "--json", *files)
    assert people.exit_code == programs.exit_code == 1 and "bad.yaml:3:" in people.stderr
    assert 3 in [complaint["line"] for complaint in json.loads(programs.stdout)["complaints"]]


def test_two_broken_files_are_both_complained_about(broken: Path, tmp_path: Path) -> None:
    second = tmp_path / "worse.yaml"
    second.write_text("constitution: 2\n")
    told = pm("diff", broken, second).stderr
    assert "bad.yaml:" in told and "worse.yaml:" in told


def test_check_warns_of_an_allow_that_a_never_about_closing_takes_back(tmp_path: Path) -> None:
    shipped, file = SHIPPED.read_text(encoding="utf-8"), tmp_path / "free.yaml"
    file.write_text(
        shipped.replace("{allow: transition_issue, when: pull_request_merged}", "{allow: transition_issue}")
    )
    warned = "warning: line 'status-follows-merges' allows every change of status; into one that ends a ticket, line "
    assert f"{warned}'never-delete-or-close' decides" in pm("check", file).output
    assert len(json.loads(pm("check", "--json", file).output)["warnings"]) == 1
    assert "warning" not in pm("check", SHIPPED).output


def test_explain_says_what_the_agent_has_stepped_back_from(tmp_path: Path) -> None:
    clock, url = FakeClock(), f"sqlite:///{tmp_path / 'pm.db'}"
    (tmp_path / "pm.db").write_bytes(empty_database())
    step = StepBack("transition_issue", Cause.UNDO, clock.now())

    async def keep() -> None:
        database = Database(url, clock)
        await Store(database, clock).remember(ALL_TEAMS, STEPS, key_of(TeamId("payments"), step.kind), kept_of(step))
        await database.close()

    asyncio.run(keep())
    words = ["directives", "explain", "status-follows-merges"]
    told = CliRunner().invoke(cli, words, env={"DATABASE_URL": url, "DIRECTIVES_FILE": str(SHIPPED)})
    assert told.exit_code == 0 and "in payments it asks again: stepped back after an undo on" in told.output
    assert "asks again" not in pm("explain", "--file", SHIPPED, "status-follows-merges").output
