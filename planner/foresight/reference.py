"""What becomes of a sprint: what became of the earlier ones that stood most like it after the same share of their time.

The method (docs/forecast.md) is one for every company: nothing in it was fitted to one project. It knows no unit, so it
answers alike in points and in issues, and it is pure: the same past gives the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

from models.forecasts import Ended, Foretold, Stand
from planner.foresight.distribution import A_HAIR, Outcomes, median_of, normed, share_of
from planner.foresight.intervals import Calibration, Stated, stated
from planner.foresight.likeness import SMALL, Faces
from planner.foresight.readings import READINGS, Beliefs

ENOUGH = 5
"""Earlier sprints below which nothing is foretold: fewer say less than a look at the board does."""

_RECENT, _RECENT_OF_ALL = 8, 15
"""Earlier sprints that make a board's usual delivery: of the board itself, or of all where it has fewer than two."""


def foretell(stand: Stand, past: Sequence[Ended], course: Course | None = None) -> Foretold | None:
    """What is foretold of ``stand``; ``None`` where fewer than ``ENOUGH`` other sprints ended before it.

    Args:
        stand: Any unit; the answer is in the same.
        past: How earlier sprints of the company stood after about the same share of their time, and what they
            delivered; oldest first, the same sprint on several boards side by side. The sprint of ``stand`` itself and
            those counted in another unit are left out. Up to some 150 it takes less than 100 ms.
        course: What an earlier call made of the beginning of the same ``past``: only quicker, never another answer.
    """
    counted_alike = [each for each in past if each.stand.by_points is stand.by_points]
    others = [each for each in counted_alike if each.stand.sprint != stand.sprint]
    if len({each.stand.sprint for each in others}) < ENOUGH:
        return None
    course = course or Course()
    course.follow(others)
    return course.foretell(stand)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the past says of one stand, before its intervals are corrected."""

    readings: Sequence[Outcomes]
    outcomes: Outcomes
    stated: Stated


class Course:
    """The past in order: each sprint of it foretold from those before it alone, and compared with what became of it."""

    def __init__(self) -> None:
        """Nothing has ended yet."""
        self._begin()

    def _begin(self) -> None:
        self._past: list[Ended] = []
        self._faces = Faces()
        self._beliefs = Beliefs()
        self._calibration = Calibration()
        self._said: dict[Stand, _Said] = {}

    def follow(self, past: Sequence[Ended]) -> None:
        """Go on to the end of ``past``; from the beginning where it is not a continuation of what was followed."""
        if list(past[: len(self._past)]) != self._past:
            self._begin()
        for _, together in groupby(past[len(self._past) :], key=lambda each: each.stand.sprint):
            self._learn(list(together))

    def foretell(self, stand: Stand) -> Foretold:
        """From everything followed so far, at least one sprint."""
        said = self._said_of(stand)
        return Foretold(
            median=median_of(said.outcomes),
            chance=share_of(said.outcomes, lambda difference: difference >= -A_HAIR),
            within=self._calibration.corrected(said.stated),
            outcomes=said.outcomes,
            past=len({each.stand.sprint for each in self._past}),
        )

    def _learn(self, together: Sequence[Ended]) -> None:
        """One sprint, on each of its boards: foretold from those before it, then kept for those after it."""
        usual = [self._usual(each.stand) for each in together]
        if len(self._past) >= ENOUGH:
            self._compare(together)
        self._said.clear()
        for each, delivered in zip(together, usual, strict=True):
            self._past.append(each)
            self._faces.add(each.stand, delivered)

    def _compare(self, together: Sequence[Ended]) -> None:
        said = [self._said_of(each.stand) for each in together]
        self._calibration.learn([(own.stated, each.difference) for own, each in zip(said, together, strict=True)])
        for own, each in zip(said, together, strict=True):
            self._beliefs.learn(own.readings, each.difference)

    def _said_of(self, stand: Stand) -> _Said:
        """Kept until the past goes on: an evaluation asks before it learns."""
        if stand not in self._said:
            measure = self._measure()
            say = self._faces.say(stand, self._usual(stand), measure)
            readings = [read(stand, self._past, say, measure) for read in READINGS]
            outcomes = _done_stays_done(self._beliefs.mixed(readings), stand)
            self._said[stand] = _Said(readings, outcomes, stated(outcomes, SMALL * measure))
        return self._said[stand]

    def _measure(self) -> float:
        """Units of a usual target: what makes the answer the same in points and in tenths of points."""
        return median([each.stand.target for each in self._past if each.stand.target > 0] or [1.0])

    def _usual(self, stand: Stand) -> float:
        """Units the board delivers usually, by its last sprints; by the company's where it has next to none."""
        own = [each.delivered for each in self._past if each.stand.board == stand.board]
        recent = own[-_RECENT:] if len(own) > 1 else [each.delivered for each in self._past[-_RECENT_OF_ALL:]]
        return median(recent) if recent else 0.0


def _done_stays_done(outcomes: Outcomes, stand: Stand) -> Outcomes:
    """No less is delivered than is done already: so it was in nine of ten published sprints, or in all."""
    least = stand.done - stand.target
    return normed((max(difference, least), weight) for difference, weight in outcomes)
