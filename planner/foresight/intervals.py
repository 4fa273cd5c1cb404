"""Intervals that hold what they state: widened or narrowed by how far off those of earlier forecasts were.

This is conformal prediction with feedback. An earlier interval's *error* is how far what happened lay outside of it
(below zero: how far inside), measured in the width of that forecast. A new interval is moved by the error that the
stated share of earlier ones stayed under, the recent ones counting most, and by whether they held too often or too
seldom of late. No assumption about the shape of anything is made.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from planner.foresight.distribution import A_HAIR, Outcomes, quantiles

LEVELS = (50, 80, 95)
"""Per cent: what intervals are stated for."""

Interval = tuple[float, float]
Within = Mapping[int, Interval]
"""Per cent to the interval that is told for it."""

_WIDTH_OF = 80
_FROM = 10
"""Earlier forecasts below which intervals are told as they are."""
_FADE = math.log(2) / 40
"""After 40 forecasts an error counts half."""
_LOOK_BACK = 150
"""Forecasts that are looked back at."""
_GAIN = 0.02
"""How much one hit too few raises the share that is aimed at."""
_AIMED = (0.02, 0.999)
_DOUBT = 5.0
"""Forecasts' worth of belief that an interval need not be widened."""
_SAME = 9
"""Decimals to which two errors are one."""
_A_STEP = 0.02
"""Of a width: the most an interval goes past a value that many earlier errors share."""


@dataclass(frozen=True, slots=True)
class Stated:
    """What a distribution says by itself: an interval for each level, and the width errors are measured in."""

    intervals: Mapping[int, Interval]
    width: float


@dataclass(frozen=True, slots=True)
class Try:
    """How one earlier forecast came out: by level, its error, and whether the corrected interval held."""

    errors: Mapping[int, float]
    held: Mapping[int, bool]


def stated(outcomes: Outcomes, least: float) -> Stated:
    """The intervals of ``outcomes``; ``least`` is the smallest width errors are measured in, above zero."""
    ends = [(1 - level / 100) / 2 for level in LEVELS]
    values = quantiles(outcomes, [*ends, *(1 - end for end in ends)])
    intervals = {level: (values[i], values[i + len(LEVELS)]) for i, level in enumerate(LEVELS)}
    low, high = intervals[_WIDTH_OF]
    return Stated(intervals, max(least, high - low))


class Calibration:
    """What earlier forecasts teach about a new one's intervals."""

    def __init__(self) -> None:
        """Nothing was tried yet."""
        self._tries: list[Try] = []
        self._more: Mapping[int, float] = {}

    def learn(self, told: Sequence[tuple[Stated, float]], within: Sequence[Within] | None = None) -> None:
        """What was stated at one moment, and what happened in each case; ``within`` if not what is told by now."""
        corrected = within or [self.corrected(each) for each, _ in told]
        self._tries.extend([_tried(*each, own) for each, own in zip(told, corrected, strict=True)])
        if len(self._tries) >= _FROM:
            self._more = {level: self._to_add(level) for level in LEVELS}

    def corrected(self, told: Stated) -> Within:
        """The intervals as they are told: never inside out, the surer ones around the less sure."""
        within: dict[int, Interval] = {}
        for level in LEVELS:
            low, high = self._corrected(level, told.intervals[level], told.width)
            inner = list(within.values())[-1:]
            within[level] = min([low, *(each[0] for each in inner)]), max([high, *(each[1] for each in inner)])
        return within

    def _corrected(self, level: int, interval: Interval, width: float) -> Interval:
        more = self._more.get(level, 0.0) * width
        low, high = interval[0] - more, interval[1] + more
        return (low, high) if low <= high else ((low + high) / 2, (low + high) / 2)

    def _to_add(self, level: int) -> float:
        """Widths to add at either end; below zero to take away."""
        latest = self._tries[-_LOOK_BACK:]
        weighed = [(each.errors[level], math.exp(-age * _FADE)) for age, each in enumerate(reversed(latest))]
        error, whole = _reached(weighed, self._aimed(level)), sum(weight for _, weight in weighed)
        return error * whole / (whole + _DOUBT) if error > 0 else error

    def _aimed(self, level: int) -> float:
        """The share to stay under: the level, corrected by how often earlier intervals held."""
        share = level / 100
        missed = sum(share - each.held[level] for each in self._tries[-_LOOK_BACK:])
        return min(_AIMED[1], max(_AIMED[0], share + _GAIN * missed))


def _tried(told: Stated, outcome: float, within: Within) -> Try:
    off = {level: max(low - outcome, outcome - high) for level, (low, high) in told.intervals.items()}
    return Try(
        {level: round(distance / told.width, _SAME) for level, distance in off.items()},
        {level: low - A_HAIR <= outcome <= high + A_HAIR for level, (low, high) in within.items()},
    )


def _reached(weighed: Sequence[tuple[float, float]], share: float) -> float:
    """The error whose share of the weight comes nearest to ``share``.

    Many sprints end exactly as an interval ends, so errors come in heaps and a share can often not be met: a heap is
    then taken or left, whichever is nearer, and leaving it means ending just before it.
    """
    whole, upto = sum(weight for _, weight in weighed), 0.0
    before: float | None = None
    for error, heap in groupby(sorted(weighed), key=_first):
        missing, upto = share - upto, upto + sum(weight for _, weight in heap) / whole
        if upto >= share and before is not None and missing < upto - share:
            return (before + min(error, before + _A_STEP)) / 2
        if upto >= share:
            return error
        before = error
    return before or 0.0


def _first(pair: tuple[float, float]) -> float:
    return pair[0]
