"""How a sprint's chance went day by day, and how often what was foretold of earlier ones came true."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.forecasts import Forecast
from models.ids import SprintId
from planner.foresight.distribution import A_HAIR

ENOUGH_SCORED = 5
"""Sprints below which no hit rate is told: of fewer it says next to nothing."""

ENOUGH_NEAR = 3
"""Sprints given about the same chance below which no rate of them is told."""

HALF = 0.5
"""Of a sprint's forecasts, which are much alike, the one nearest to half of its time counts."""

NEARBY = 0.15
"""How far apart two chances are that still say the same."""

_LEVEL = 80


@dataclass(frozen=True, slots=True)
class Record:
    """How what was foretold compares with what became of it: one forecast a sprint, of about half of its time."""

    sprints: int
    held: int
    """Of them, how often what was delivered lay in the 80 % range."""
    brier: float
    """Mean squared distance of the chance from what happened: 0 is perfect, 0.25 is what *always 50 %* gets."""
    error: float
    """Units the middle of the forecast was off, on average."""
    by_points: bool
    near: int
    """How many said about as much as is said now."""
    came: int
    """Of these, how many came true."""


def record_of(scored: Sequence[Forecast], chance: float) -> Record | None:
    """The hit rate, as told beside ``chance``; ``None`` below ``ENOUGH_SCORED`` sprints counted in one unit."""
    every = _at_half(scored)
    latest = max(every, key=lambda each: each.at, default=None)
    told = [each for each in every if latest is not None and each.stand.by_points is latest.stand.by_points]
    if latest is None or len(told) < ENOUGH_SCORED:
        return None
    near = [each for each in told if abs(each.chance - chance) <= NEARBY]
    return Record(
        sprints=len(told),
        held=sum(_held(each) for each in told),
        brier=_mean([(each.chance - bool(each.came_true)) ** 2 for each in told]),
        error=_mean([abs(each.median - (each.difference or 0.0)) for each in told]),
        by_points=latest.stand.by_points,
        near=len(near),
        came=sum(bool(each.came_true) for each in near),
    )


def _at_half(scored: Sequence[Forecast]) -> list[Forecast]:
    """Of each sprint the forecast made nearest to half of its time."""
    best: Mapping[SprintId, Forecast] = {}
    for each in scored:
        known = best.get(each.sprint)
        if each.delivered is not None and (known is None or _off(each) < _off(known)):
            best = {**best, each.sprint: each}
    return list(best.values())


def _off(each: Forecast) -> float:
    return abs(each.stand.share - HALF)


def _held(each: Forecast) -> bool:
    low, high = each.within[_LEVEL]
    return each.difference is not None and low - A_HAIR <= each.difference <= high + A_HAIR


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
