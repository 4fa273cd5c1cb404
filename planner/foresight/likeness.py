"""How much each earlier sprint has to say about this one: more, the more alike they stood."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.forecasts import Stand

SMALL = 0.05
"""Of a usual target: added to units before their logarithms are compared."""

_NEAR = 0.45
"""Of a spread: how unlike a sprint is that has a quarter of a twin's say."""
_SAME_BOARD = 10.0
"""How many sprints of other boards one of the same board outweighs."""
_FLOOR = 1e-6
"""The say of a sprint that is nothing alike: where nothing is alike, what happens usually is the answer."""
_LEAST_SPREAD = 0.3
"""Added to each spread, in logarithms: where the earlier ones are all the same, a small difference stays small."""


class Faces:
    """What the earlier sprints looked like: counts, and units beside what their board usually delivered then."""

    def __init__(self) -> None:
        """Nobody was seen yet."""
        self._boards: list[int] = []
        self._counts: list[tuple[float, ...]] = []
        self._units: list[tuple[float, ...]] = []

    def add(self, stand: Stand, usual: float) -> None:
        """One more; ``usual`` is what its board delivered usually before it."""
        self._boards.append(stand.board)
        self._counts.append(_counts(stand))
        self._units.append(_units(stand, usual))

    def say(self, stand: Stand, usual: float, measure: float) -> list[float]:
        """The weight of each, in their order, above zero; ``measure``: units of a usual target, above zero."""
        small = SMALL * measure
        units = [[math.log(each + small) for each in column] for column in zip(*self._units, strict=True)]
        theirs_all = (*units, *zip(*self._counts, strict=True))
        mine_all = (*(math.log(each + small) for each in _units(stand, usual)), *_counts(stand))
        apart = [0.0] * len(self._boards)
        for theirs, mine in zip(theirs_all, mine_all, strict=True):
            narrow = 1.0 / ((_spread(theirs) + _LEAST_SPREAD) * _NEAR) ** 2 / len(mine_all)
            steps = [(each - mine) ** 2 * narrow for each in theirs]
            apart = [so_far + step for so_far, step in zip(apart, steps, strict=True)]
        return [
            (_SAME_BOARD if board == stand.board else 1.0) / (1.0 + distance) ** 2 + _FLOOR
            for board, distance in zip(self._boards, apart, strict=True)
        ]


def _counts(stand: Stand) -> tuple[float, ...]:
    """In logarithms, so that twice as many weighs alike, however many they are."""
    counts = (stand.todo_issues, stand.done_issues, stand.start_issues, stand.added_issues, stand.removed_issues)
    return tuple(math.log1p(max(0, each)) for each in (*counts, stand.people))


def _units(stand: Stand, usual: float) -> tuple[float, ...]:
    return tuple(max(0.0, each) for each in (stand.target, stand.done, usual))


def _spread(values: Sequence[float]) -> float:
    """The standard deviation; that of ``statistics`` works with exact fractions and takes a hundred times as long."""
    middle = sum(values) / len(values)
    return math.sqrt(sum([(value - middle) ** 2 for value in values]) / len(values))
