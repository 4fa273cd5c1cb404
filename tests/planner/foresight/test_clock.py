"""The chance hears the clock, however few sprints are known: what never was delivered that late is not foretold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from models.forecasts import Ended, Foretold
from planner.foresight.reference import foretell
from tests.planner.foresight.lore import HALF, ended

FEW = (5, 6, 8, 10, 12, 20)
SEEDS = range(20)


def _asked(past: Sequence[Ended], **now: Any) -> Foretold:
    told = foretell(replace(HALF, sprint=ended(999, 0).stand.sprint, **now), past)
    assert told is not None
    return told


def _as_it_stood(number: int, dice: Random) -> Ended:
    """One that ended exactly as it stood when its time was over: half of them were made."""
    target = dice.randint(28, 44)
    done = target if dice.random() < 0.5 else target - dice.randint(1, 12)
    left = {"todo_issues": (target - done) // 3, "done_issues": done // 3}
    return ended(number, done, share=1.0, target=float(target), done=float(done), **left)


def _never_more_than_three(number: int, dice: Random) -> Ended:
    """One that delivered at most three more points in the last tenth of its time."""
    target = dice.randint(28, 44)
    done = target - dice.randint(0, 6)
    delivered = done + min(target - done, dice.randint(0, 3))
    left = {"todo_issues": (target - done) // 3, "done_issues": done // 3}
    return ended(number, delivered, share=0.9, target=float(target), done=float(done), **left)


@pytest.mark.parametrize("few", FEW)
def test_when_time_is_over_what_is_open_stays_open_where_it_always_did(few: int) -> None:
    for seed in SEEDS:
        dice = Random(seed)
        past = [_as_it_stood(n, dice) for n in range(1, few + 1)]
        assert _asked(past, share=1.0, target=36.0, done=26.0).chance == 0


@pytest.mark.parametrize("few", FEW)
def test_who_never_delivered_more_than_three_that_late_is_not_foretold_to_deliver_fifteen(few: int) -> None:
    for seed in SEEDS:
        dice = Random(seed)
        past = [_never_more_than_three(n, dice) for n in range(1, few + 1)]
        assert _asked(past, share=0.9, target=36.0, done=21.0).chance == 0


def test_who_delivers_everything_on_the_last_day_is_still_foretold_to() -> None:
    past = [ended(n, 20, share=0.9, done=0.0, done_issues=0) for n in range(1, 7)]
    assert _asked(past, share=0.9, done=0.0, done_issues=0).chance > 0.9


def test_what_is_left_of_the_time_may_bring_what_it_usually_brings() -> None:
    """20 points a sprint: at nine tenths 2 more may come beyond what ever came so late, and at the end none."""
    past = [ended(n, 20, share=0.9, done=20.0, todo_issues=0, doing_issues=0) for n in range(1, 7)]
    assert _asked(past, share=0.9, target=22.0, done=20.0).chance > 0.5
    assert _asked(past, share=0.9, target=22.5, done=20.0).chance == 0


def test_a_team_that_has_grown_is_measured_by_what_it_delivers_now() -> None:
    """Who delivered 5 of 10 late may deliver 20 of 40 late, and not 35."""
    small = [ended(n, 10, share=0.8, target=10.0, done=5.0) for n in range(1, 11)]
    large = [ended(n, 40, share=0.8, target=40.0, done=40.0, todo_issues=0) for n in range(11, 19)]
    now = {"share": 0.8, "target": 40.0}
    assert _asked([*small, *large], done=20.0, **now).chance > 0
    assert _asked([*small, *large], done=5.0, **now).chance == 0


def test_no_later_moment_is_likelier_with_as_much_left() -> None:
    """The same work, the same past, later and later: every chance is as small as the one before, or smaller."""
    for seed in SEEDS:
        dice, chances = Random(seed), list[float]()
        whole = [(t := dice.randint(28, 44), t if dice.random() < 0.5 else t - dice.randint(1, 12)) for _ in range(6)]
        for share in (0.8, 0.9, 1.0):
            past = [
                ended(n, delivered, share=share, target=float(target), done=delivered * share, done_issues=2)
                for n, (target, delivered) in enumerate(whole, 1)
            ]
            chances.append(_asked(past, share=share, target=36.0, done=22.0).chance)
        assert chances == sorted(chances, reverse=True) and chances[-1] == 0
