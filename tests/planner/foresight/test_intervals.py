"""Intervals hold what they state: those that were too narrow are widened, those too wide narrowed, by what happened."""

from __future__ import annotations

from random import Random

import pytest

from planner.foresight.distribution import normed
from planner.foresight.intervals import LEVELS, Calibration, stated


def _bell(width: float) -> list[tuple[float, float]]:
    dice = Random("bell")
    return [(dice.gauss(0, width), 1.0) for _ in range(200)]


def _held(width: float, outcomes: list[float]) -> dict[int, float]:
    """How often each level held, over what came after the first 50, where ``width`` was stated throughout."""
    calibration, told = Calibration(), stated(normed(_bell(width)), 0.1)
    held: dict[int, list[bool]] = {level: [] for level in LEVELS}
    for outcome in outcomes:
        for level, (low, high) in calibration.corrected(told).items():
            held[level].append(low - 1e-9 <= outcome <= high + 1e-9)
        calibration.learn([(told, outcome)])
    return {level: sum(all_[50:]) / len(all_[50:]) for level, all_ in held.items()}


@pytest.mark.parametrize("width", [0.3, 1.0, 3.0])
def test_too_narrow_or_too_wide_they_come_to_hold_as_often_as_they_state(width: float) -> None:
    dice = Random("outcomes")
    held = _held(width, [dice.gauss(0, 1) for _ in range(300)])
    assert all(share == pytest.approx(level / 100, abs=0.05) for level, share in held.items())


def test_with_half_of_the_outcomes_exactly_none_they_still_hold_as_often_as_they_state() -> None:
    dice = Random("heaps")
    held = _held(1.0, [0.0 if dice.random() < 0.4 else dice.gauss(0, 2) for _ in range(300)])
    assert all(share == pytest.approx(level / 100, abs=0.05) for level, share in held.items())


def test_when_a_company_changes_they_follow_within_some_sprints() -> None:
    dice = Random("change")
    held = _held(1.0, [*(dice.gauss(0, 1) for _ in range(100)), *(dice.gauss(0, 5) for _ in range(200))])
    assert held[80] == pytest.approx(0.8, abs=0.05)


def test_below_ten_outcomes_they_are_told_as_they_are() -> None:
    calibration, told = Calibration(), stated(normed(_bell(1.0)), 0.1)
    calibration.learn([(told, 50.0)] * 9)
    assert calibration.corrected(told) == told.intervals
    calibration.learn([(told, 50.0)])
    assert calibration.corrected(told)[80][1] > 10 * told.intervals[80][1]


def test_they_are_never_inside_out_and_the_surer_ones_are_around_the_others() -> None:
    calibration, told = Calibration(), stated(normed(_bell(5.0)), 0.1)
    calibration.learn([(told, 0.01)] * 40)
    within = calibration.corrected(told)
    peaked = calibration.corrected(stated(normed([*[(0.0, 1.0)] * 6, (-9.0, 1.0), (9.0, 1.0)]), 0.1))
    assert all(low <= high for low, high in (*within.values(), *peaked.values()))
    assert within[95][0] <= within[80][0] <= within[50][0] and within[50][1] <= within[80][1] <= within[95][1]
