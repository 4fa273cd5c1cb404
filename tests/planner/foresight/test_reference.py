"""The reference class: what became of sprints like this one, whatever the unit, and nothing below five of them."""

from __future__ import annotations

import time
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from models.forecasts import Ended
from models.ids import SprintId
from planner.foresight.reference import Course, foretell
from tests.planner.foresight.companies import HABITS, Habit, company, heavy_tails, random_walk, scaled
from tests.planner.foresight.lore import HALF, MIXED, ended, past

NOW = replace(HALF, sprint=SprintId(999))


def test_below_five_ended_sprints_nothing_is_foretold_and_boards_do_not_count_twice() -> None:
    on_two_boards = [ended(n, 20, board=board) for n in (1, 2, 3, 4) for board in (1, 2)]
    assert foretell(NOW, on_two_boards) is None
    told = foretell(NOW, [*on_two_boards, ended(5, 20)])
    assert told is not None and told.past == 5


def test_sprints_that_stood_alike_have_the_say() -> None:
    """Those that were far on delivered all; those that had done little fell short by half."""
    mixed = [
        ended(n, 20, done=16, done_issues=5) if n % 2 else ended(n, 10, done=2, done_issues=1) for n in range(1, 31)
    ]
    far, behind = (foretell(replace(NOW, done=d, done_issues=i), mixed) for d, i in ((16, 5), (2, 1)))
    assert far is not None and behind is not None
    assert far.median == pytest.approx(0, abs=0.1) and far.chance > 0.9
    assert behind.median == pytest.approx(-10, abs=0.5) and behind.chance < 0.1


def test_the_same_board_has_more_say_than_others() -> None:
    rows = [ended(n, 20 if n % 2 else 10, board=n % 2) for n in range(1, 41)]
    chances = [told.chance for board in (0, 1) if (told := foretell(replace(NOW, board=board), rows)) is not None]
    assert chances[0] < 0.25 and chances[1] > 0.75


@pytest.mark.parametrize("habit", HABITS)
@pytest.mark.parametrize(("times", "near"), [(8.0, 1e-6), (10.0, 0.01)], ids=["exactly", "but for rounding"])
def test_the_unit_changes_nothing(habit: Habit, times: float, near: float) -> None:
    """Tenths do not add up exactly in binary, and which of two equal outcomes comes first then moves a quantile."""
    rows = company(habit, 40)
    small, large = (foretell(each[-1].stand, each[:-1]) for each in (rows, scaled(rows, times)))
    assert small is not None and large is not None
    assert large.median / times == pytest.approx(small.median, rel=near, abs=near)
    assert large.chance == pytest.approx(small.chance, abs=near)
    for level, interval in small.within.items():
        assert [end / times for end in large.within[level]] == pytest.approx(interval, rel=near, abs=near)


@pytest.mark.parametrize("habit", HABITS)
def test_what_is_told_is_a_distribution_with_its_intervals_one_inside_the_other(habit: Habit) -> None:
    rows = company(habit, 60)
    told = foretell(rows[-1].stand, rows[:-1])
    assert told is not None
    assert sum(weight for _, weight in told.outcomes) == pytest.approx(1)
    assert told.chance == pytest.approx(sum(weight for value, weight in told.outcomes if value >= -1e-9), abs=1e-9)
    ends = [end for level in (95, 80, 50) for end in told.within[level][:1]]
    assert ends == sorted(ends) and told.within[50][0] <= told.within[50][1]
    assert told.within[50][1] <= told.within[80][1] <= told.within[95][1]


def test_a_course_that_went_along_makes_it_quicker_and_says_the_same() -> None:
    rows, course = company(random_walk, 40), Course()
    for n in (10, 11, 25, 39):
        for stand in (NOW, rows[n].stand):
            assert foretell(stand, rows[:n], course) == foretell(stand, rows[:n])


def test_a_course_that_followed_something_else_begins_anew() -> None:
    course, rows = Course(), company(random_walk, 30)
    foretell(NOW, company(heavy_tails, 20), course)
    assert foretell(NOW, rows, course) == foretell(NOW, rows)


def test_neither_its_own_sprint_on_another_board_nor_one_counted_in_another_unit_is_learned_from() -> None:
    without = foretell(NOW, MIXED)
    own, other = ended(999, 0, board=8), ended(11, 0, by_points=False)
    assert foretell(NOW, (*MIXED, own, other)) == without
    assert foretell(NOW, (*MIXED, ended(11, 0))) != without


def test_a_sprint_on_two_boards_is_foretold_from_neither_when_it_is_learned_from() -> None:
    """Each looks like no other and ends anyhow: were one board's end known, the other's would hardly be missed."""
    dice = Random("two boards")
    ends = [dice.gauss(0, 4) for _ in range(40)]
    looks: list[dict[str, Any]] = [{"target": 5.0 * 1.2**n, "done": 0.0, "people": n} for n in range(40)]
    rows = [
        Ended(replace(HALF, sprint=SprintId(n), board=board, **looks[n]), looks[n]["target"] + ends[n])
        for n in range(40)
        for board in (1, 2)
    ]
    told = foretell(replace(NOW, target=100.0, done=0.0, people=20), rows)
    assert told is not None and told.within[95][1] - told.within[95][0] > 20


def test_with_everything_alike_the_answer_is_what_happens_usually() -> None:
    told = foretell(NOW, past(*[20.0] * 8, *[17.0] * 2))
    assert told is not None and told.chance == pytest.approx(0.8, abs=0.02) and told.median == 0


def test_what_is_done_stays_done_so_a_sprint_with_nothing_left_is_made_for_certain() -> None:
    short = past(10.0, 12.0, 14.0, 9.0, 16.0, 11.0)
    told = foretell(replace(HALF, sprint=SprintId(99), done=HALF.target, todo_issues=0, doing_issues=0), short)
    assert told is not None and told.chance == pytest.approx(1.0) and told.median >= 0.0
    assert min(difference for difference, _ in told.outcomes) >= 0.0


def test_a_team_with_sixty_sprints_behind_it_waits_less_than_a_tenth_of_a_second() -> None:
    rows: list[Ended] = company(random_walk, 61)
    taken = []
    for _ in range(3):
        began = time.process_time()
        foretell(rows[-1].stand, rows[:-1])
        taken.append(time.process_time() - began)
    assert min(taken) < 0.1
