"""How good forecasts were: error, coverage, Brier score, and how often an alert was right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.forecasts import Ended, Foretold
from planner.foresight.distribution import A_HAIR

AT_RISK = 0.8
"""The chance of falling short from which the constitution that ships calls a sprint at risk (``chance_below: 20%``):
with a long past, fewer than one alert in twenty was wrong at half of the time and later (docs/forecast.md)."""

DONE_BELOW = 0.6
"""The share done below which it does where nothing is foretold (``done_below: 60%``)."""

THRESHOLDS = (0.5, 0.6, 0.7, AT_RISK, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Trial:
    """What was foretold of a sprint, and how it ended."""

    ended: Ended
    foretold: Foretold

    @property
    def came_true(self) -> bool:
        """Whether all of the target was delivered."""
        return self.ended.difference >= -A_HAIR

    @property
    def off(self) -> float:
        """Units between the middle of the forecast and what happened."""
        return abs(self.foretold.median - self.ended.difference)

    def held(self, level: int) -> bool:
        """Whether what happened lay in the interval of ``level`` per cent."""
        low, high = self.foretold.within[level]
        return low - A_HAIR <= self.ended.difference <= high + A_HAIR


@dataclass(frozen=True, slots=True)
class Alerts:
    """What comes of calling every sprint at risk that fits ``threshold``."""

    threshold: float
    """Of the chance to fall short, or of the share done."""
    raised: int
    right: int
    short: int
    """Sprints that fell short, called or not."""

    @property
    def precision(self) -> float | None:
        """Of the alerts, the share that was right; ``None`` without alerts."""
        return self.right / self.raised if self.raised else None

    @property
    def recall(self) -> float | None:
        """Of the sprints that fell short, the share that was called; ``None`` where none did."""
        return self.right / self.short if self.short else None


def mean(values: Sequence[float]) -> float:
    """The mean of at least one value."""
    return sum(values) / len(values)


def brier(trials: Sequence[Trial]) -> float:
    """Mean squared distance of the chance from what happened: 0 is perfect. At least one trial."""
    return mean([(each.foretold.chance - each.came_true) ** 2 for each in trials])


def brier_of_usual(trials: Sequence[Trial]) -> float:
    """What saying the share that came true each time would get, known only afterwards. At least one trial."""
    usual = mean([float(each.came_true) for each in trials])
    return usual * (1 - usual)


def alerts(trials: Sequence[Trial], threshold: float) -> Alerts:
    """How alerts at ``threshold``, from 0 to 1, come out."""
    return _called(trials, threshold, [each for each in trials if 1 - each.foretold.chance >= threshold - A_HAIR])


def behind(trials: Sequence[Trial], share: float) -> Alerts:
    """How calling those come out of which less than ``share`` (0 to 1) of the target was done; no forecast is asked."""
    stands = [(each, each.ended.stand) for each in trials]
    return _called(trials, share, [each for each, stand in stands if stand.done < share * stand.target - A_HAIR])


def _called(trials: Sequence[Trial], threshold: float, raised: Sequence[Trial]) -> Alerts:
    right = sum(not each.came_true for each in raised)
    return Alerts(threshold, len(raised), right, sum(not each.came_true for each in trials))
