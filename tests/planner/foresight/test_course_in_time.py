"""Of parallel sprints each is foretold, when it teaches, from those alone that had ended by its own moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from models.forecasts import Ended
from models.ids import SprintId
from planner.foresight.intervals import Try
from planner.foresight.reference import Course, foretell
from tests.planner.foresight.lore import HALF

BEGIN, WEEK = datetime(2026, 1, 5, 9, tzinfo=UTC), timedelta(days=7)
NOW = replace(HALF, sprint=SprintId(999))


def one(number: int, delivered: float, at: float, ended: float, *, board: int = 7) -> Ended:
    """A sprint that stood alike in week ``at`` and ended in week ``ended``."""
    stand = replace(HALF, sprint=SprintId(number), board=board)
    return Ended(stand, delivered, at=BEGIN + at * WEEK, ended=BEGIN + ended * WEEK)


def base() -> list[Ended]:
    """Twenty sprints, one after the other, in the first forty weeks."""
    dice = Random("in time")
    return [one(n, round(dice.gauss(17, 2), 2), 2 * n + 1, 2 * n + 2) for n in range(20)]


def past(*, at: float, other: float = 0.0) -> list[Ended]:
    """A long sprint whose moment is in week ``at`` and another board's that ended in week 43, before the long one."""
    return [*base(), one(20, other, 42, 43, board=8), one(21, 25.0, at, 46)]


def undated(rows: list[Ended]) -> list[Ended]:
    return [replace(each, at=None, ended=None) for each in rows]


def taught(rows: list[Ended]) -> Try:
    """What the last sprint of ``rows`` taught."""
    course = Course()
    course.follow(rows)
    return course._calibration._tries[-1]


def test_a_sprint_teaches_nothing_that_was_known_only_after_its_moment() -> None:
    assert taught(past(at=41, other=0.0)) == taught(past(at=41, other=20.0))
    assert taught(past(at=44, other=0.0)) != taught(past(at=44, other=20.0))


def test_one_after_the_other_the_moments_change_nothing() -> None:
    assert foretell(NOW, past(at=44)) == foretell(NOW, undated(past(at=44)))
    assert foretell(NOW, past(at=41)) != foretell(NOW, undated(past(at=41)))


@pytest.mark.parametrize("at", [41, 44])
def test_a_course_that_went_along_with_parallel_sprints_says_the_same(at: float) -> None:
    rows, course = past(at=at), Course()
    for n in (10, 20, 21, 22):
        assert foretell(NOW, rows[:n], course) == foretell(NOW, rows[:n])


def test_a_sprint_of_which_no_moment_is_known_is_foretold_from_those_before_it() -> None:
    rows = past(at=41)
    rows[-1] = replace(rows[-1], at=None)
    assert foretell(NOW, rows) == foretell(NOW, undated(rows))
