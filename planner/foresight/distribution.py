"""Weighted outcomes: their quantiles, and the share of them that has a property."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import accumulate

Outcomes = tuple[tuple[float, float], ...]
"""(value, weight), values ascending, weights adding up to 1; never empty."""

A_HAIR = 1e-9
"""What two equal sums of points may differ by."""


def normed(pairs: Iterable[tuple[float, float]]) -> Outcomes:
    """``pairs`` of a value and a positive weight, ascending, with weights that add up to 1. At least one."""
    ordered = sorted(pairs)
    whole = math.fsum([weight for _, weight in ordered])
    return tuple([(value, weight / whole) for value, weight in ordered])


def quantiles(outcomes: Outcomes, shares: Sequence[float]) -> list[float]:
    """The values below which each of ``shares`` of the weight lies; between two values it runs straight."""
    middles = [upto - weight / 2 for upto, (_, weight) in zip(_upto(outcomes), outcomes, strict=True)]
    return [_at(outcomes, middles, share) for share in shares]


def median_of(outcomes: Outcomes) -> float:
    """The value in the middle of the weight."""
    return quantiles(outcomes, (0.5,))[0]


def share_of(outcomes: Outcomes, holds: Callable[[float], bool]) -> float:
    """From 0 to 1: the weight of the outcomes for which ``holds``."""
    return min(1.0, sum(weight for value, weight in outcomes if holds(value)))


def _upto(outcomes: Outcomes) -> Iterable[float]:
    return accumulate([weight for _, weight in outcomes])


def _at(outcomes: Outcomes, middles: Sequence[float], share: float) -> float:
    place = bisect_left(middles, share)
    if place == 0:
        return outcomes[0][0]
    if place == len(middles):
        return outcomes[-1][0]
    below, above, gap = outcomes[place - 1][0], outcomes[place][0], middles[place] - middles[place - 1]
    return below + (above - below) * (share - middles[place - 1]) / gap if gap > 0 else above
