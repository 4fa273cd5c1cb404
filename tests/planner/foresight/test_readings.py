"""The ways to read the past: what each carries over from one sprint to another, and which of them is believed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.ids import SprintId
from planner.foresight.distribution import median_of, normed
from planner.foresight.readings import READINGS, Beliefs, alike, pace, scaled, usual
from tests.planner.foresight.lore import HALF, ended

TWICE = replace(HALF, sprint=SprintId(9), target=40.0, done=16.0)


@pytest.mark.parametrize(("delivered", "difference"), [(20, 0), (8, -24), (14, -12)])
def test_by_proportion_all_stays_all_and_nothing_stays_nothing(delivered: float, difference: float) -> None:
    assert median_of(scaled(TWICE, [ended(1, delivered)], [1.0], 20.0)) == pytest.approx(difference)


def test_by_amount_five_short_stay_five_short() -> None:
    assert median_of(alike(TWICE, [ended(1, 15)], [1.0], 20.0)) == -5


def test_by_pace_it_goes_on_as_it_went_less_what_that_was_off_before() -> None:
    """At 8 of 20 at half, the line says 4 short, and it was 6 short: 2 worse. Now the line says 8 short."""
    assert median_of(pace(TWICE, [ended(1, 14)], [1.0], 20.0)) == pytest.approx(-10)


def test_before_a_tenth_of_the_time_pace_says_nothing() -> None:
    early = replace(TWICE, share=0.02, done=10.0)
    assert median_of(pace(early, [ended(1, 15, share=0.02)], [1.0], 20.0)) == -5


def test_what_is_usual_asks_nobody_how_much_alike_they_are() -> None:
    rows = [ended(1, 20), ended(2, 17), ended(3, 10)]
    assert usual(TWICE, rows, [1.0, 1.0, 100.0], 20.0) == normed([(0, 1), (-3, 1), (-10, 1)])


def test_the_reading_that_comes_nearest_is_believed_and_the_others_are_not() -> None:
    beliefs = Beliefs()
    said = [normed([(float(n), 1.0)]) for n in range(len(READINGS))]
    for _ in range(30):
        beliefs.learn(said, 2.1)
    assert beliefs.mixed(said) == normed([(2.0, 1.0)])


def test_with_nothing_to_choose_between_them_all_are_believed_alike() -> None:
    beliefs, said = Beliefs(), [normed([(float(n), 1.0)]) for n in range(len(READINGS))]
    assert [weight for _, weight in beliefs.mixed(said)] == [0.25] * 4
    for _ in range(30):
        beliefs.learn([normed([(0.0, 1.0)])] * 4, 0.0)
    assert [weight for _, weight in beliefs.mixed(said)] == [0.25] * 4
