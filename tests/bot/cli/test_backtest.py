"""``pm backtest`` as somebody runs it: on a made-up company, with a page to mark, and an honest line if it cannot."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.backtest.folder import Folder
from bot.cli import cli
from bot.cli.backtest import _print
from bot.settings import Settings
from tests.backtest.records import message, record
from tests.backtest.test_report import BOB

CONSTITUTION = Path(__file__).parents[3] / "directives.yaml"


def run(*words: str, command: Sequence[str] = ("backtest",), **more: str) -> Result:
    names = [name.upper() for name in Settings.model_fields]
    nothing: dict[str, str | None] = dict.fromkeys(names)
    return CliRunner(env={**nothing, "DIRECTIVES_FILE": str(CONSTITUTION), **more}).invoke(cli, [*command, *words])


def looser() -> str:
    """A draft that lets people be reached earlier and later, and reminds them sooner."""
    text = CONSTITUTION.read_text(encoding="utf-8")
    assert "hours: 09:00-18:00" in text and "8 business hours" in text
    return text.replace("hours: 09:00-18:00", "hours: 07:00-21:00").replace("8 business hours", "4 business hours")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One sprint of a company that was made up, tried twice: by the constitution, and by one that lets more through."""
    folder = tmp_path_factory.mktemp("backtest")
    other = folder / "other.yaml"
    other.write_text(looser())
    out = folder / "report.html"
    words = ("--demo", "--last", "1", "--dir", str(folder / "kept"), "--out", str(out), "--against", str(other))
    done = run(*words, "--json")
    assert done.exit_code == 0, done.output
    (folder / "told.json").write_text(done.stdout)
    return out


def test_it_tells_every_message_and_the_totals_as_data(report: Path) -> None:
    told = json.loads((report.parent / "told.json").read_text())
    assert told["totals"]["messages"] == len(told["messages"]) > 5
    assert {"to", "at", "why", "rule", "text"} <= told["messages"][0].keys()


def test_it_compares_two_constitutions_in_one_line(report: Path) -> None:
    told = json.loads((report.parent / "told.json").read_text())
    before, after = told["totals"]["messages"], told["against"]["totals"]["messages"]
    assert told["compared"]["words"].startswith(f"{before} -> {after} messages, ")


def test_a_draft_is_tried_on_the_same_made_up_company_whether_first_or_second(report: Path) -> None:
    told = json.loads((report.parent / "told.json").read_text())
    words = ("--constitution", str(report.parent / "other.yaml"), "--dir", str(report.parent / "kept"))
    alone = json.loads(run("--demo", "--last", "1", *words, "--json").stdout)
    assert (alone["begin"], alone["end"]) == (told["begin"], told["end"])
    assert [m["id"] for m in alone["messages"]] == [m["id"] for m in told["against"]["messages"]]


def test_a_mark_is_kept_beside_the_page_and_counted(report: Path) -> None:
    shown = re.findall(r'<span class="small">(\w+)</span></p></article>', report.read_text())
    told = json.loads(report.with_suffix(".record.json").read_text())["messages"]
    assert len(shown) == len(told) and all(each["id"].startswith(id) for each, id in zip(told, shown, strict=True))
    assert run("mark", str(report), shown[0], "useful").exit_code == 0
    scored = run("score", str(report))
    assert "1 of 1 marked messages useful (100%)" in scored.output


def test_the_table_shows_the_ids_that_mark_wants_and_who_heard_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    _print(record(message(1, id="3fa1aa"), message(2, id="3fa1bb", costs=False, person=BOB)))
    shown = capsys.readouterr().out
    assert re.findall(r"^3fa1\w", shown, re.MULTILINE) == ["3fa1a", "3fa1b"]
    assert re.search(r"^ann +1 +1 +1 +0.20$", shown, re.MULTILINE | re.IGNORECASE)
    assert re.search(r"^bob +1 +0 +0 +0.00$", shown, re.MULTILINE | re.IGNORECASE)
    assert "2 messages to 2 people and 0 in channels, in 1 sprint; none out of hours" in shown
    assert "0 of 2 people would have heard nothing" in shown


def test_a_working_day_is_one_of_somebodys_own_team(capsys: pytest.CaptureFixture[str]) -> None:
    _print(record(message(1), worked={message(1).person: 2}))
    assert re.search(r"^Ann +1 +1 +1 +0.50$", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(
    ("out", "words"), [("gone/report.html", "is no folder"), ("notes.json", "is called .json"), ("x.html", "no marks")]
)
def test_where_the_page_cannot_be_written_nothing_is_lived_through(tmp_path: Path, out: str, words: str) -> None:
    (tmp_path / "x.marks.json").write_text("{")
    done = run("--demo", "--dir", str(tmp_path / "kept"), "--out", str(tmp_path / out))
    assert (done.exit_code, words in done.output, (tmp_path / "kept").exists()) == (1, True, False)


def test_what_lies_beside_the_page_is_left_alone(report: Path) -> None:
    assert not report.with_suffix(".json").exists()


def test_when_all_is_told_the_walks_are_gone_and_both_constitutions_are_kept(report: Path) -> None:
    kept = [file.name for file in (report.parent / "kept").iterdir()]
    assert not [name for name in kept if name.startswith("walk-")]
    assert len([name for name in kept if name.startswith("kept-")]) == 4


def test_one_sprint_and_the_last_so_many_are_not_wanted_together(tmp_path: Path) -> None:
    done = run("--sprint", "23", "--last", "2", "--dir", str(tmp_path))
    assert (done.exit_code, "give one of them" in done.output) == (2, True)


def test_a_second_one_in_the_same_folder_is_told_of_the_first(tmp_path: Path) -> None:
    with Folder(tmp_path).alone():
        done = run("--demo", "--dir", str(tmp_path))
    assert done.exit_code == 1
    assert "another back-test runs in" in done.output


def test_a_diff_says_what_the_words_say_also_where_nothing_can_be_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    other = tmp_path / "other.yaml"
    other.write_text(looser())
    done = run(str(CONSTITUTION), str(other), "--backtest", command=("directives", "diff"))
    assert done.exit_code == 1, done.output
    assert done.output.index("becomes looser") < done.output.index("there is no Jira to read the past from")


def test_without_a_jira_it_says_which_settings_are_missing(tmp_path: Path) -> None:
    done = run("--dir", str(tmp_path), DATABASE_URL=f"sqlite:///{tmp_path}/none.db")
    assert done.exit_code == 1
    assert "ATLASSIAN_API_TOKEN" in done.output
    assert "Traceback" not in done.output
