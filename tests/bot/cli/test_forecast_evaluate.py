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

from bot.cli.sprint_columns import NAMES
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


def _changed(place: int, cell: str) -> str:
    """A line with another word in one of its columns, counted as they are read."""
    cells = _lines(straight_line, 1)[1].split(",")
    cells[place] = cell
    return ",".join(cells)


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
    assert ran.exit_code == 0 and ran.stdout.startswith("project  time gone  rows  sprints  error")
    assert "Mean ratio to the best simple rule: " in ran.stdout and "Mean Brier score: " in ran.stdout
    assert "young at 50 %: too few sprints to foretell any (4 sprints on 4 lines)." in ran.stdout
    assert _told(tmp_path)["rows"][1]["mae"] is None


@pytest.mark.parametrize(
    ("name", "lines", "said"),
    [
        ("x_iteration_50.csv", [*_lines(random_walk, 6), "1,7,cut off,3"], "x_iteration_50.csv line 8: 19 columns"),
        ("x_iteration_50.csv", [HEADER, _lines(random_walk, 1)[1] + "x"], "x_iteration_50.csv line 2: '3x' is not a"),
        ("x_iteration_50.csv", [HEADER, "nan" + _lines(random_walk, 1)[1]], "x_iteration_50.csv line 2: 'nan1' is not"),
        ("x_iteration_50.csv", _lines(random_walk, 6)[1:], "x_iteration_50.csv line 1: the names of the columns"),
        ("x_iteration_50.csv", [HEADER], "x_iteration_50.csv holds no sprint below its header"),
        ("x_iteration_50.csv", [HEADER, _changed(1, "1.7")], "line 2: 1.7 is no whole number (sprintid)"),
        (
            "x_iteration_50.csv",
            [HEADER, _changed(-16, "1e308")],
            "line 2: '1e308' is too large; vel_diff is at most 1,",
        ),
        ("x_iteration_50.csv", [HEADER, _changed(1, "9" * 400)], "9999…' is too large; sprintid"),
        ("x_iteration_50.csv", [HEADER, _changed(-13, "-900")], "line 2: its target is below zero (-896)"),
        ("A_Iteration_50.CSV", _lines(random_walk, 6), "A_Iteration_50.CSV would be one in small letters"),
        ("x_iteration_101.csv", _lines(random_walk, 6), "x_iteration_101.csv: its stage is 101"),
        ("other.csv", _lines(random_walk, 6), "no file named <project>_iteration_<stage>.csv in"),
    ],
)
def test_what_cannot_be_read_is_named_by_file_and_line(tmp_path: Path, name: str, lines: list[str], said: str) -> None:
    _write(tmp_path, name, lines)
    ran = pm("forecast", "evaluate", str(tmp_path))
    assert ran.exit_code == 2 and said in ran.stderr


def _moved(lines: list[str], order: list[str]) -> list[str]:
    """The same file with its columns in another order; names without commas."""
    cells = [line.replace("Sprint, the ", "S").replace("., with commas", "").split(",") for line in lines[1:]]
    return [",".join(order), *(",".join(line[NAMES.index(name)] for name in order) for line in cells)]


@pytest.mark.parametrize(
    "order",
    [
        [*(name for name in NAMES if name != "vel_diff"), "vel_diff"],
        ["sprintid", "boardid", *NAMES[2:]],
        ["name", *NAMES[:2], *NAMES[3:]],
        [name for name in NAMES if name not in ("name", "planday")],
    ],
)
def test_columns_are_found_by_their_names_wherever_they_stand(tmp_path: Path, order: list[str]) -> None:
    plain, moved = tmp_path / "plain", tmp_path / "moved"
    for folder, lines in ((plain, _lines(random_walk, 20)), (moved, _moved(_lines(random_walk, 20), order))):
        folder.mkdir()
        _write(folder, "x_iteration_50.csv", lines)
    assert _told(moved) == _told(plain)


@pytest.mark.parametrize(
    ("titles", "said"),
    [
        ([*NAMES[:3], *NAMES[4:], "result"], "line 1: the column vel_diff is missing, or called otherwise"),
        ([*NAMES[:3], "sprintid", *NAMES[4:]], "line 1: the column sprintid stands there twice"),
        ([*NAMES, "vel_done"], "line 1: the column vel_done stands there twice"),
        (["sprintid", "boardid", *NAMES[2:18], "people"], "line 1: the column no_teammember is missing"),
    ],
)
def test_names_that_are_known_and_in_another_place_are_refused_where_some_are_missing(
    tmp_path: Path, titles: list[str], said: str
) -> None:
    _write(tmp_path, "x_iteration_50.csv", [",".join(titles), *_lines(random_walk, 6)[1:]])
    ran = pm("forecast", "evaluate", str(tmp_path))
    assert ran.exit_code == 2 and said in ran.stderr


def test_without_any_known_name_the_columns_are_counted_from_the_right(tmp_path: Path) -> None:
    _write(tmp_path, "x_iteration_50.csv", ["any,titles", *_lines(random_walk, 20)[1:]])
    _write(tmp_path, "y_iteration_50.csv", _lines(random_walk, 20))
    first, second = _told(tmp_path)["rows"]
    assert first["mae"] == second["mae"] and first["n"] == second["n"] == 14


def test_two_files_of_one_stage_are_refused(tmp_path: Path) -> None:
    for name in ("x_iteration_5.csv", "x_iteration_05.csv"):
        _write(tmp_path, name, _lines(random_walk, 20))
    ran = pm("forecast", "evaluate", str(tmp_path))
    assert ran.exit_code == 2 and "x_iteration_05.csv and x_iteration_5.csv are of the same stage" in ran.stderr


def _on_two_boards(lines: list[str]) -> list[str]:
    """Every sprint twice, on another board with the same figures, but for the last, which differs there."""
    twins = [re.sub(r"^\d+", "9", line) for line in lines[1:]]
    return [*lines, *twins[:-1], twins[-1].replace(",10,", ",11,").replace(",7,0,3,", ",8,0,3,")]


def test_rows_are_told_apart_from_sprints_and_one_on_several_boards_can_count_once(tmp_path: Path) -> None:
    _write(tmp_path, "x_iteration_50.csv", _on_two_boards(_lines(random_walk, 20)))
    [every], [once] = _told(tmp_path)["rows"], _told(tmp_path, "--once")["rows"]
    assert (every["lines"], every["sprints"], every["n"], every["n_sprints"]) == (40, 20, 28, 14)
    assert (once["lines"], once["sprints"]) == (21, 20)


def test_with_few_past_sprints_only_the_latest_are_learned_from(tmp_path: Path) -> None:
    """What the earlier ones were does not matter, and what the latest ones were does."""
    lines = _lines(random_walk, 30)
    for name, change in (("a", slice(0, 0)), ("b", slice(1, 10)), ("c", slice(20, 30))):
        other = [re.sub(r"commas,[-\d.]+", "commas,77", line) if line in lines[change] else line for line in lines]
        _write(tmp_path, f"{name}_iteration_50.csv", other)
    asked = [row["forecasts"][-1] for row in _told(tmp_path, "--past", "8", "--each")["rows"]]
    assert asked[0]["foretold"] == asked[1]["foretold"] != asked[2]["foretold"] and asked[0]["past"] == 8
    assert pm("forecast", "evaluate", str(tmp_path), "--past", "4").exit_code == 2


def test_alerts_by_what_is_done_are_told_beside_those_of_the_chance(tmp_path: Path) -> None:
    _write(tmp_path, "x_iteration_50.csv", _lines(straight_line, 60))
    [row] = _told(tmp_path)["rows"]
    [default] = [each for each in row["alerts"] if each["default"]]
    assert default["threshold"] == 0.8 and row["done_below"]["threshold"] == 0.6
    assert row["done_below"]["raised"] > default["raised"] > 0


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
    """The other tables of the page take as long again each: tests/bench/test_forecast_tables.py."""
    page = PAGE.read_text().split("$ pm forecast evaluate FOLDER\n")[1].split("```")[0]
    errors = re.findall(
        r"^(\w+) +(\d+) % +(\d+) +(\d+) +([\d.]+) .* ([\d.]+) +[\d.]+% +[\d.]+% +([\d.]+)%$", page, re.M
    )
    alarms = re.findall(
        r"^(\w+) +(\d+) % +([\d.]+) +[\d.]+ +(\d+) +([\d.]+) +[\d.]+ +(\d+) +([\d.]+) +[\d.]+$", page, re.M
    )
    assert len(errors) == len(alarms) == 8
    for project, stage, n, sprints, error, ratio, held in errors:
        row = published[project, int(stage)]
        assert (row["n"], row["n_sprints"], f"{row['mae']:.1f}") == (int(n), int(sprints), f"{float(error):.1f}")
        assert row["ratio"] == pytest.approx(float(ratio), abs=0.011)
        assert row["coverage"]["95"] == pytest.approx(float(held) / 100, abs=0.011)
    for project, stage, brier, raised, right, by_done, right_by_done in alarms:
        row = published[project, int(stage)]
        [default] = [each for each in row["alerts"] if each["default"]]
        assert (default["raised"], row["done_below"]["raised"]) == (int(raised), int(by_done))
        told = (row["brier"], default["precision"], row["done_below"]["precision"])
        assert told == pytest.approx((float(brier), float(right), float(right_by_done)), abs=0.011)
