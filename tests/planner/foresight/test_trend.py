"""How often what was foretold came true: counted by sprints, and told from enough of them on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.forecasts import Forecast
from models.ids import SprintId
from planner.foresight.trend import record_of
from tests.planner.foresight.lore import told
from tests.planner.world import DAY


def over(*pairs: tuple[float, float]) -> list[Forecast]:
    """Sprints 1, 2, ...: the chance that was told, and what was delivered of 20 points."""
    return [told(9, chance, number=n, delivered=units) for n, (chance, units) in enumerate(pairs, 1)]


FIVE = ((0.8, 20.0), (0.8, 20.0), (0.8, 16.0), (0.2, 13.0), (0.9, 21.0))


def test_below_five_sprints_no_hit_rate_is_told() -> None:
    assert record_of(over(*FIVE[:4]), 0.8) is None


def test_the_record_counts_what_held_how_far_off_it_was_and_what_such_a_chance_came_to() -> None:
    record = record_of(over(*FIVE), 0.8)
    assert record is not None and record.sprints == 5
    assert record.held == 3  # within -6 to 0 points: not 7 short, not 1 over
    assert (record.near, record.came) == (4, 3)
    assert record.brier == pytest.approx((0.04 + 0.04 + 0.64 + 0.04 + 0.01) / 5)
    assert record.error == pytest.approx((2 + 2 + 2 + 5 + 3) / 5)


def test_a_sprint_counts_once_by_its_forecast_nearest_to_half_time() -> None:
    every = over(*FIVE)
    late, early = (
        [replace(each, chance=0.0, stand=replace(each.stand, share=share)) for each in every] for share in (0.9, 0.1)
    )
    assert record_of([*early, *late, *every, *late, *early], 0.8) == record_of(every, 0.8)


def test_sprints_of_another_unit_are_counted_apart() -> None:
    before = [
        replace(each, sprint=SprintId(each.sprint + 50), at=each.at - DAY, stand=replace(each.stand, by_points=False))
        for each in over(*FIVE)
    ]
    record = record_of([*before, *over(*FIVE)], 0.8)
    assert record is not None and (record.sprints, record.by_points) == (5, True)
    assert record_of([*before, *over(*FIVE[:4])], 0.8) is None


def test_the_end_of_a_range_is_within_it_as_in_the_published_table() -> None:
    """0.1 + 0.2 - 0.3 is not nought: sums of points are told apart by more than that."""
    rows = over((0.5, 14.0 - 1e-12), (0.5, 20.0 + 1e-12), (0.5, 15.0), (0.5, 16.0), (0.5, 13.9))
    record = record_of(rows, 0.5)
    assert record is not None and record.held == 4
