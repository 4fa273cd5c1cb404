"""What a calibration plot says, and how sure it is."""

from __future__ import annotations

import pytest

from bot.charts import Group, calibration, grouped
from tests.bot.charts.reading import Read


def test_a_promise_kept_less_often_than_said_is_told_with_its_counts() -> None:
    told = calibration([Group(0.8, 6, 14), Group(0.3, 3, 9)])
    assert told.title == "Said too much: 80 % came true 6 of 14 times"


def test_a_promise_kept_more_often_than_said_is_told_too() -> None:
    assert calibration([Group(0.2, 9, 12)]).title == "Said too little: 20 % came true 9 of 12 times"


def test_what_few_forecasts_could_show_by_chance_is_not_held_against_them() -> None:
    assert calibration([Group(0.8, 9, 14)]).title == "What was said came true about as often as said, over 14 forecasts"


def test_too_few_forecasts_are_not_judged() -> None:
    assert calibration([Group(0.9, 0, 4), Group(0.1, 5, 5)]).title == "Too few forecasts to judge: 5 of 9 came true"
    assert calibration([]).title == "No forecast has come due yet"


def test_a_small_group_looks_unlike_a_large_one() -> None:
    dots = [
        (dot.attrib["fill"], len(dot))
        for dot in Read(calibration([Group(0.2, 1, 4), Group(0.8, 4, 5)]).svg).all("circle")
    ]
    small, large = (fill for fill, told in dots if told)
    assert (small == "none", large == "none") == (True, False)


def test_the_fewer_the_forecasts_the_longer_the_line_of_doubt() -> None:
    few, many = Group(0.5, 2, 4).within, Group(0.5, 200, 400).within
    assert few[0] < many[0] < 0.5 < many[1] < few[1]
    assert many == pytest.approx((0.4512, 0.5488), abs=1e-3)


def test_forecasts_are_put_together_by_what_they_said() -> None:
    made = grouped([(0.75, True), (0.625, False), (0.1, False), (1.0, True), (0.0, False)])
    assert made == (Group(0.05, 0, 2), Group(0.6875, 1, 2), Group(1.0, 1, 1))


@pytest.mark.parametrize("impossible", [(1.2, 1, 2), (0.5, 3, 2), (0.5, 0, 0), (float("nan"), 0, 1)])
def test_a_group_that_cannot_be_is_refused(impossible: tuple[float, int, int]) -> None:
    with pytest.raises(ValueError, match="group of forecasts|finite"):
        Group(*impossible)
