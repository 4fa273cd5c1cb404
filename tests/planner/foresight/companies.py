"""Other kinds of companies than those whose sprints were published: made up, seeded, each with a habit of its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from random import Random

from models.forecasts import Ended
from models.ids import SprintId
from tests.planner.foresight.lore import HALF

Habit = Callable[[Random], Callable[[int], tuple[float, float, float]]]
"""Of sprint n: (target, delivered, share of the delivered that was done at half of the time)."""


def constant(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: ((target := dice.gauss(30, 2)), target * dice.gauss(0.9, 0.05), dice.gauss(0.5, 0.05))


def random_walk(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    capacity = [30.0]

    def sprint(n: int) -> tuple[float, float, float]:
        capacity.append(max(3.0, capacity[-1] + dice.gauss(0, 4)))
        return capacity[-2] * dice.gauss(1, 0.1), capacity[-1], dice.gauss(0.5, 0.15)

    return sprint


def nothing_tells(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: ((target := math.exp(dice.gauss(3, 0.6))), target + dice.gauss(-3, 8), dice.random())


def heavy_tails(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: ((target := 10 * dice.paretovariate(1.2)), target * dice.betavariate(5, 2), dice.random())


def straight_line(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: ((t := math.exp(dice.gauss(3, 0.6))), t * dice.uniform(0.4, 1.2), 0.5 * dice.gauss(1, 0.03))


def last_day(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: ((target := math.exp(dice.gauss(3, 0.6))), target * dice.choice([1, 1, 1, 0.8]), 0.0)


def nearly_always_made(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: ((t := math.exp(dice.gauss(3, 0.4))), t if dice.random() < 0.9 else 0.7 * t, 0.5 * dice.random())


def halved(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: ((t := 30 * dice.gauss(1, 0.2)), t * (1 if n < 70 else 0.4) * dice.gauss(0.9, 0.1), 0.5)


def short_by_an_amount(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: ((target := math.exp(dice.gauss(3, 0.8))), target - 8 + dice.gauss(0, 3), dice.gauss(0.5, 0.15))


def never_estimates(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: (0.0, 0.0, 0.0)


def never_delivers(dice: Random) -> Callable[[int], tuple[float, float, float]]:
    return lambda n: (math.exp(dice.gauss(3, 0.6)), 0.0, 0.0)


HABITS: Sequence[Habit] = (
    constant,
    random_walk,
    nothing_tells,
    heavy_tails,
    straight_line,
    last_day,
    nearly_always_made,
    halved,
    short_by_an_amount,
    never_estimates,
    never_delivers,
)


def company(habit: Habit, sprints: int = 120) -> list[Ended]:
    """So many of its sprints at half of their time, on two boards, oldest first."""
    dice = Random(f"{habit.__name__}")
    play = habit(dice)
    return [_ended(n, *play(n), board=dice.choice((1, 1, 1, 2))) for n in range(1, sprints + 1)]


def scaled(rows: Sequence[Ended], times: float) -> list[Ended]:
    """The same sprints in units ``times`` as small."""
    return [
        Ended(
            replace(each.stand, target=each.stand.target * times, done=each.stand.done * times), each.delivered * times
        )
        for each in rows
    ]


def _ended(number: int, target: float, delivered: float, share_done: float, *, board: int) -> Ended:
    target, delivered = (round(max(0.0, units), 1) for units in (target, delivered))
    done = min(delivered, max(0.0, round(delivered * share_done, 1)))
    undone = round((target - done) / 6) if target > done else 0
    counts: Mapping[str, int] = {"todo_issues": undone, "doing_issues": undone, "done_issues": round(done / 3)}
    stand = replace(HALF, board=board, sprint=SprintId(number), target=target, done=done, **counts)
    return Ended(replace(stand, start_issues=sum(counts.values())), delivered)
