"""The evaluation: forward in time only, with the function that answers people, beside what simple rules would say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from models.forecasts import Ended
from models.ids import SprintId
from planner.foresight import evaluation, outlook, reference
from planner.foresight.evaluation import Compared, Row, compared, means, row_of
from planner.foresight.outlook import Lore
from planner.foresight.scoring import AT_RISK, alerts
from tests.planner.foresight.companies import HABITS, Habit, company, never_estimates, random_walk, straight_line
from tests.planner.foresight.lore import MIXED, certain, ended


def _answers(rows: Sequence[Ended]) -> list[Compared]:
    return [each for each in compared(rows) if each is not None]


def _row(rows: Sequence[Ended]) -> Row:
    row = row_of("x", 50, _answers(rows))
    assert row is not None
    return row


def test_what_happens_later_changes_nothing_that_was_foretold_earlier() -> None:
    rows = company(random_walk, 60)
    changed = [*rows[:40], *(replace(each, delivered=0.0) for each in rows[40:])]
    before, after = _answers(rows), _answers(changed)
    assert [each.trial.foretold for each in before[:23]] == [each.trial.foretold for each in after[:23]]
    assert [each.rules for each in before[:23]] == [each.rules for each in after[:23]]
    assert before[-1].trial.foretold != after[-1].trial.foretold


def test_the_same_sprint_on_another_board_is_never_learned_from() -> None:
    rows = company(random_walk, 40)
    twin = replace(rows[-1].stand, board=9)
    alone = _answers(rows)[-1]
    for delivered in (0.0, 500.0):
        for order in ([*rows, Ended(twin, delivered)], [Ended(twin, delivered), *rows]):
            [own] = [each for each in _answers(order) if each.trial.ended == rows[-1]]
            assert own == alone


def test_the_first_three_tenths_are_only_learned_from_whatever_their_order_in_the_file() -> None:
    rows = company(random_walk, 50)
    told = [each.trial.ended.stand.sprint for each in _answers(rows[::-1])]
    assert told == list(range(16, 51))


def test_each_simple_rule_says_what_it_is_called() -> None:
    rows = [*(ended(n, 20 - n) for n in (1, 2, 9)), ended(20, 5, done=4.0, target=10.0)]
    rules = evaluation._rules(rows[-1], rows[:3])
    assert rules == {"mean": pytest.approx(-4), "median": -2, "linear": -2}


def test_at_the_start_no_line_can_be_drawn() -> None:
    rows = [replace(each, stand=replace(each.stand, share=0.0)) for each in company(random_walk, 20)]
    assert set(_row(rows).baselines) == {"mean", "median"}


@pytest.mark.parametrize("habit", HABITS)
def test_in_no_kind_of_company_a_simple_rule_is_better_by_more_than_chance(habit: Habit) -> None:
    row = _row(company(habit))
    assert row.n == 84 and row.ratio is not None and row.ratio <= 1.06


@pytest.mark.parametrize(
    "habit", [each for each in HABITS if not each.__name__.startswith(("never", "nearly", "last"))]
)
def test_in_every_kind_of_company_the_intervals_hold_as_often_as_they_state(habit: Habit) -> None:
    """84 sprints: 50 % may be off by ten points of a hundred by chance alone."""
    held = _row(company(habit)).coverage
    assert all(held[level] == pytest.approx(level / 100, abs=off) for level, off in ((50, 0.1), (80, 0.08), (95, 0.06)))


def test_where_nobody_estimates_nothing_is_foretold_wrong_and_the_ratio_is_one() -> None:
    row = _row(company(never_estimates, 40))
    assert (row.mae, row.ratio, row.coverage[50]) == (0.0, 1.0, 1.0)


def test_where_the_best_rule_is_never_off_there_is_no_ratio() -> None:
    row = replace(_row(company(straight_line, 40)), baselines={"mean": 0.0})
    assert row.ratio is None and means([row]).ratio is None


def test_too_few_sprints_give_no_row() -> None:
    assert list(compared(company(random_walk, 5))) == [None] * 4
    assert row_of("x", 50, []) is None


def test_alerts_are_counted_by_what_became_of_the_sprints() -> None:
    trials = [each.trial for each in _answers(company(straight_line))]
    told = alerts(trials, AT_RISK)
    short = [each for each in trials if each.ended.difference < 0]
    called = [each for each in trials if each.foretold.chance <= 1 - AT_RISK + 1e-9]
    assert (told.raised, told.short) == (len(called), len(short)) and 0 < told.right <= told.raised
    assert told.precision == told.right / told.raised and told.recall == told.right / told.short
    assert alerts([], 0.8).precision is None


def test_slash_pm_forecast_and_the_evaluation_run_the_same_function() -> None:
    assert outlook.foretell is evaluation.foretell is reference.foretell


def test_the_evaluation_of_a_sprint_says_to_the_last_figure_what_slash_pm_forecast_said_of_it() -> None:
    """A running sprint is asked about; later it has ended, and is evaluated beside the past it was asked with."""
    asked = certain(Lore(MIXED))
    over = Ended(replace(asked.stand, sprint=SprintId(24)), 17.0)
    assert _answers([*MIXED, over])[-1].trial.foretold == asked.foretold
