"""``pm forecast evaluate``: files of any project are read as they are, and its figures told to people and programs.

The published sprints lie in ``shared/payloads`` beside the checkout; without them the tests of their figures skip.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.bot.cli.test_commands import pm
from tests.planner.foresight.companies import Habit, company, random_walk, straight_line

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = ROOT.parent / "shared" / "payloads" / "history" / "sprint-outcomes"
PAGE = ROOT / "docs" / "forecast.md"
HEADER = "boardid,sprintid,name,vel_diff,planday,n,v,n,v,n,v,n,v,n,v,n,v,no_admin,no_teammember"


def _lines(habit: Habit, sprints: int) -> list[str]:
    """The sprints of a made-up company, as such a file holds them, with commas in their names."""
    lines = [HEADER]
    for each in company(habit, sprints):
        stand = each.stand
        issues = f"{stand.todo_issues},0,{stand.doing_issues},0,{stand.done_issues},{stand.done}"
        start = f"{stand.start_issues},{stand.target - 4},0,7,0,3"
        named = f"{stand.board},{stand.sprint},Sprint, the {stand.sprint}., with commas"
        lines.append(f"{named},{each.difference},10,{start},{issues},1,{stand.people}")
    return lines


def _write(folder: Path, name: str, lines: list[str]) -> None:
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_the_target_is_what_it_began_with_and_what_was_added_less_what_was_removed(tmp_path: Path) -> None:
    """A straight line ends where its pace leads: with another target the line would miss by points."""
    _write(tmp_path, "x_iteration_50.csv", _lines(straight_line, 60))
    [row] = _told(tmp_path)["rows"]
    assert row["baselines"]["linear"] < 1


def _told(folder: Path, *options: str) -> Mapping[str, Any]:
    told: Mapping[str, Any] = json.loads(pm("forecast", "evaluate", str(folder), "--json", *options).stdout)
    return told


def test_every_file_of_the_folder_becomes_a_row_by_project_and_stage(tmp_path: Path) -> None:
    _write(tmp_path, "our_own_iteration_50.csv", _lines(random_walk, 40))
    _write(tmp_path, "our_own_iteration_0.csv", _lines(random_walk, 40))
    _write(tmp_path, "notes.csv", ["nothing of ours"])
    told = _told(tmp_path)
    assert [(row["project"], row["stage"], row["n"]) for row in told["rows"]] == [
        ("our_own", 0, 28),
        ("our_own", 50, 28),
    ]
    assert set(told["rows"][0]["baselines"]) == {"mean", "median"}
    assert set(told["rows"][1]["baselines"]) == {"mean", "median", "linear"}
    for row in told["rows"]:
        assert row["ratio"] == pytest.approx(row["mae"] / min(row["baselines"].values()))
        assert set(row["coverage"]) == {"50", "80", "95"} and 0 <= row["brier"] <= 1
    assert told["mean_ratio"] == pytest.approx(sum(row["ratio"] for row in told["rows"]) / 2)


def test_each_forecast_can_be_had_and_makes_up_the_error(tmp_path: Path) -> None:
    _write(tmp_path, "x_iteration_50.csv", _lines(straight_line, 40))
    [row] = _told(tmp_path, "--each")["rows"]
    off = [abs(each["foretold"] - each["difference"]) for each in row["forecasts"]]
    assert sum(off) / row["n"] == pytest.approx(row["mae"]) and len(off) == row["n"]
    assert "forecasts" not in _told(tmp_path)["rows"][0]


def test_people_get_a_table_and_what_was_too_short_for_one(tmp_path: Path) -> None:
    _write(tmp_path, "x_iteration_50.csv", _lines(random_walk, 40))
    _write(tmp_path, "young_iteration_50.csv", _lines(random_walk, 4))
    ran = pm("forecast", "evaluate", str(tmp_path))
    assert ran.exit_code == 0 and ran.stdout.startswith("project  time gone  sprints  error")
    assert "Mean ratio to the best simple rule: " in ran.stdout
    assert "young at 50 %: too few sprints to foretell any (4)." in ran.stdout
    assert _told(tmp_path)["rows"][1]["mae"] is None


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        ("x_iteration_50.csv", [*_lines(random_walk, 6), "1,7,cut off,3"], "x_iteration_50.csv line 8: 19 columns"),
        ("x_iteration_50.csv", [HEADER, _lines(random_walk, 1)[1] + "x"], "x_iteration_50.csv line 2: '3x' is not a"),
        ("x_iteration_50.csv", [HEADER, "nan" + _lines(random_walk, 1)[1]], "x_iteration_50.csv line 2: 'nan1' is not"),
        ("x_iteration_50.csv", _lines(random_walk, 6)[1:], "x_iteration_50.csv line 1: the names of the columns"),
        ("x_iteration_50.csv", [HEADER], "x_iteration_50.csv holds no sprint below its header"),
        ("x_iteration_101.csv", _lines(random_walk, 6), "x_iteration_101.csv: its stage is 101"),
        ("other.csv", _lines(random_walk, 6), "no file named <project>_iteration_<stage>.csv in"),
    ],
)
def test_what_cannot_be_read_is_named_by_file_and_line(tmp_path: Path, name: str, lines: list[str], said: str) -> None:
    _write(tmp_path, name, lines)
    ran = pm("forecast", "evaluate", str(tmp_path))
    assert ran.exit_code == 2 and said in ran.stderr


def test_a_folder_that_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    assert pm("forecast", "evaluate", str(tmp_path / "none")).exit_code == 2


@pytest.fixture(scope="module")
def published() -> Mapping[tuple[str, int], Mapping[str, Any]]:
    """The figures of all published sprints, by project and stage."""
    if not PUBLISHED.is_dir():
        pytest.skip("the published sprints (shared/payloads/history/sprint-outcomes) are absent")
    return {(row["project"], row["stage"]): row for row in _told(PUBLISHED)["rows"]}


Published = Mapping[tuple[str, int], Mapping[str, Any]]


def test_on_published_sprints_no_simple_rule_is_better_and_the_mean_ratio_is_below_three_quarters(
    published: Published,
) -> None:
    pinned = {"apache": (0.56, 0.54, 0.60, 0.63), "spring": (0.89, 0.83, 0.85, 0.91)}
    assert len(published) == 8
    for (project, stage), row in published.items():
        known = pinned[project][(0, 30, 50, 80).index(stage)]
        assert row["ratio"] < 1 and row["ratio"] == pytest.approx(known, abs=0.02), (project, stage)
    assert sum(row["ratio"] for row in published.values()) / 8 <= 0.735


def test_on_published_sprints_each_interval_holds_within_four_points_of_what_it_states(published: Published) -> None:
    for key, row in published.items():
        for level, share in row["coverage"].items():
            assert share == pytest.approx(int(level) / 100, abs=0.04), (key, level)


@pytest.mark.parametrize("stage", [50, 80])
@pytest.mark.parametrize(("project", "found"), [("apache", 0.7), ("spring", 0.03)])
def test_on_published_sprints_fewer_than_one_alert_in_twenty_is_false(
    published: Published, project: str, stage: int, found: float
) -> None:
    [default] = [each for each in published[project, stage]["alerts"] if each["default"]]
    assert default["precision"] > 0.95 and default["recall"] >= found and default["raised"] >= 5


def test_on_published_sprints_the_chance_says_more_than_how_often_sprints_are_made(published: Published) -> None:
    assert all(row["brier"] < 0.9 * row["brier_of_usual"] for row in published.values())


def test_the_page_shows_the_figures_that_come_out(published: Published) -> None:
    shown = re.findall(
        r"^(\w+) +(\d+) % +(\d+) +([\d.]+) .* ([\d.]+) +[\d.]+% +[\d.]+% +([\d.]+)%$", PAGE.read_text(), re.M
    )
    assert len(shown) == 8
    for project, stage, n, error, ratio, held in shown:
        row = published[project, int(stage)]
        assert (row["n"], f"{row['mae']:.1f}") == (int(n), f"{float(error):.1f}")
        assert row["ratio"] == pytest.approx(float(ratio), abs=0.011)
        assert row["coverage"]["95"] == pytest.approx(float(held) / 100, abs=0.011)
