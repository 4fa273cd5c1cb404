"""``pm backtest`` as somebody runs it: on a made-up company, with a page to mark, and an honest line if it cannot."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import cli
from bot.settings import Settings

CONSTITUTION = Path(__file__).parents[3] / "directives.yaml"


def run(*words: str, **more: str) -> Result:
    names = [name.upper() for name in Settings.model_fields]
    nothing: dict[str, str | None] = dict.fromkeys(names)
    return CliRunner(env={**nothing, "DIRECTIVES_FILE": str(CONSTITUTION), **more}).invoke(cli, ["backtest", *words])


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One sprint of a company that was made up, tried twice: by the constitution, and by one that lets more through."""
    folder = tmp_path_factory.mktemp("backtest")
    other = folder / "other.yaml"
    other.write_text(CONSTITUTION.read_text(encoding="utf-8").replace("8 hours", "4 hours"))
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


def test_a_mark_is_kept_beside_the_page_and_counted(report: Path) -> None:
    [first, *_] = json.loads(report.with_suffix(".json").read_text())["messages"]
    assert run("mark", str(report), first["id"][:8], "useful").exit_code == 0
    scored = run("score", str(report))
    assert "1 of 1 marked messages useful (100%)" in scored.output


def test_without_a_jira_it_says_which_settings_are_missing(tmp_path: Path) -> None:
    done = run("--dir", str(tmp_path), DATABASE_URL=f"sqlite:///{tmp_path}/none.db")
    assert done.exit_code == 1
    assert "ATLASSIAN_API_TOKEN" in done.output
    assert "Traceback" not in done.output
