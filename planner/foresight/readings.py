"""Four ways to read the past, and how far each is believed: by how near it came so far."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from models.forecasts import Ended, Stand
from planner.foresight.distribution import A_HAIR, Outcomes, median_of, normed

Reading = Callable[[Stand, Sequence[Ended], Sequence[float], float], Outcomes]
"""(stand, past, say of each of the past, units of a usual target) -> what becomes of the stand."""

QUARTER = 0.25
"""Of a usual target: added to what two sprints have before one is scaled to the other."""
_SOON = 0.1
"""Of a sprint's time: before that its pace says nothing."""
_HALF_LIFE = 60.0
"""Forecasts after which a miss counts half."""
_SHARPNESS = 0.5
"""How fast belief goes: a reading that misses by a tenth more is believed about 1/60 after 60 half-lives' worth."""
_FROM = 3
"""Forecasts below which all are believed alike."""
_FURTHEST = 50.0
_UNHEARD = 1e-4
"""Belief below which a reading is left out of the mixture."""


def scaled(stand: Stand, past: Sequence[Ended], say: Sequence[float], measure: float) -> Outcomes:
    """Sprints alike, by proportion: half of what was left undone then is half of what is left now."""
    small = QUARTER * measure
    return normed(zip([_scaled(each, stand.rest, small) for each in past], say, strict=True))


def alike(stand: Stand, past: Sequence[Ended], say: Sequence[float], measure: float) -> Outcomes:
    """Sprints alike, by amount: five units short then is five units short now."""
    return normed(zip([each.difference for each in past], say, strict=True))


def usual(stand: Stand, past: Sequence[Ended], say: Sequence[float], measure: float) -> Outcomes:
    """All earlier sprints, alike or not: right where what is on the board says nothing about the end."""
    return normed((each.difference, 1.0) for each in past)


def pace(stand: Stand, past: Sequence[Ended], say: Sequence[float], measure: float) -> Outcomes:
    """What comes out if it goes on as it went, corrected by how far that was off in sprints alike."""
    own = _at_this_pace(stand)
    off = [each.difference - _at_this_pace(each.stand) + own for each in past]
    return normed(zip(off, say, strict=True))


READINGS: Sequence[Reading] = (scaled, alike, usual, pace)


class Beliefs:
    """How far each reading is believed, by its misses so far, the latest counting most."""

    def __init__(self) -> None:
        """Nothing is known of any."""
        self._missed = [0.0] * len(READINGS)
        self._weight = 0.0
        self._seen = 0

    def learn(self, readings: Sequence[Outcomes], outcome: float) -> None:
        """What each of ``READINGS`` said, and what happened."""
        fade = 0.5 ** (1 / _HALF_LIFE)
        misses = [abs(median_of(each) - outcome) for each in readings]
        self._missed = [fade * before + miss for before, miss in zip(self._missed, misses, strict=True)]
        self._weight = fade * self._weight + 1.0
        self._seen += 1

    def mixed(self, readings: Sequence[Outcomes]) -> Outcomes:
        """One distribution of all that are believed."""
        pairs = zip(readings, self._shares(), strict=True)
        return normed((value, weight * share) for each, share in pairs if share > _UNHEARD for value, weight in each)

    def _shares(self) -> list[float]:
        best = min(self._missed)
        if self._seen < _FROM or max(self._missed) <= best:
            return [1 / len(READINGS)] * len(READINGS)
        worse = [(missed - best) / best if best > 0 else _FURTHEST * (missed > 0) for missed in self._missed]
        raw = [math.exp(-_SHARPNESS * self._weight * min(_FURTHEST, each)) for each in worse]
        return [each / sum(raw) for each in raw]


def _scaled(ended: Ended, rest: float, small: float) -> float:
    """The difference of ``ended`` for a sprint with ``rest`` left: all delivered stays all, nothing stays nothing."""
    difference, theirs = ended.difference, ended.stand.rest
    larger = (rest + small) / (theirs + small)
    if difference > -A_HAIR:
        return difference * larger
    return difference * rest / theirs if difference > -theirs else (difference + theirs) * larger - rest


def _at_this_pace(stand: Stand) -> float:
    return stand.done / stand.share - stand.target if stand.share >= _SOON else 0.0
