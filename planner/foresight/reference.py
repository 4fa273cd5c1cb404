"""What becomes of a sprint: what became of the earlier ones that stood most like it after the same share of their time.

The method (docs/forecast.md) is one for every company: nothing in it was fitted to one project. It knows no unit, so it
answers alike in points and in issues, and it is pure: the same past gives the same answer on every machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import median

from models.forecasts import Ended, Foretold, Stand
from planner.foresight.distribution import A_HAIR, Outcomes, median_of, normed, share_of
from planner.foresight.intervals import Calibration, Stated, Within, stated
from planner.foresight.likeness import SMALL, Faces
from planner.foresight.readings import QUARTER, READINGS, Beliefs

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


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was said of one sprint, on each of its boards, at the moment it is counted at."""

    usual: Sequence[float]
    said: Sequence[_Said]
    """Empty while too few had ended."""
    within: Sequence[Within]


class Course:
    """The past in order: each sprint of it foretold from those that had ended by then, and compared with its own end.

    Where no moments are known that is from those before it.
    """

    def __init__(self) -> None:
        """Nothing has ended yet."""
        self._begin()

    def _begin(self) -> None:
        self._past: list[Ended] = []
        self._faces = Faces()
        self._beliefs = Beliefs()
        self._calibration = Calibration()
        self._said: dict[Stand, _Said] = {}
        self._until: datetime | None = None

    def follow(self, past: Sequence[Ended]) -> None:
        """Go on to the end of ``past``; from the beginning where it is not a continuation of what was followed."""
        too_late = any(_is_before(each, self._until) for each in self._new(past))
        if too_late or list(past[: len(self._past)]) != self._past:
            self._begin()
        groups = [list(group) for _, group in groupby(self._new(past), key=lambda each: each.stand.sprint)]
        asked: dict[int, _Asked] = {}
        for place, together in enumerate(groups):
            ended = together[0].ended
            due = [n for n in range(place, len(groups)) if n == place or _is_before(groups[n][0], ended)]
            asked |= {n: self._ask(groups[n]) for n in due if n not in asked}
            self._learn(together, asked[place])

    def _new(self, past: Sequence[Ended]) -> Sequence[Ended]:
        return past[len(self._past) :]

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

    def _ask(self, together: Sequence[Ended]) -> _Asked:
        """One sprint, on each of its boards: foretold from what has ended so far."""
        said = [self._said_of(each.stand) for each in together] if len(self._past) >= ENOUGH else []
        within = [self._calibration.corrected(each.stated) for each in said]
        return _Asked([self._usual(each.stand) for each in together], said, within)

    def _learn(self, together: Sequence[Ended], asked: _Asked) -> None:
        """It has ended: compared with what was said of it, then kept for those after it."""
        if asked.said:
            told = [(said.stated, each.difference) for said, each in zip(asked.said, together, strict=True)]
            self._calibration.learn(told, asked.within)
            for said, each in zip(asked.said, together, strict=True):
                self._beliefs.learn(said.readings, each.difference)
        self._said.clear()
        for each, usual in zip(together, asked.usual, strict=True):
            self._past.append(each)
            self._faces.add(each.stand, usual)
            self._until = each.ended

    def _said_of(self, stand: Stand) -> _Said:
        """Kept until the past goes on: an evaluation asks before it learns."""
        if stand not in self._said:
            measure, usual = self._measure(), self._usual(stand)
            say = self._faces.say(stand, usual, measure)
            readings = [read(stand, self._past, say, measure) for read in READINGS]
            outcomes = _within(self._beliefs.mixed(readings), stand, self._furthest(stand, usual, QUARTER * measure))
            self._said[stand] = _Said(readings, outcomes, stated(outcomes, SMALL * measure))
        return self._said[stand]

    def _furthest(self, stand: Stand, usual: float, small: float) -> float:
        """Units that can still be delivered: the most that ever was after that share of the time, and what is usual
        in the time that is left.

        A sprint that has taken on more than one had is measured by how much more. Few sprints have not shown
        everything, hence the second part; at the end of the time there is nothing of it.
        """
        most = max(_still_to_come(each) * _larger(stand, each.stand, small) for each in self._past)
        return most + (1.0 - stand.share) * usual

    def _measure(self) -> float:
        """Units of a usual target: what makes the answer the same in points and in tenths of points."""
        return median([each.stand.target for each in self._past if each.stand.target > 0] or [1.0])

    def _usual(self, stand: Stand) -> float:
        """Units the board delivers usually, by its last sprints; by the company's where it has next to none."""
        own = [each.delivered for each in self._past if each.stand.board == stand.board]
        recent = own[-_RECENT:] if len(own) > 1 else [each.delivered for each in self._past[-_RECENT_OF_ALL:]]
        return median(recent) if recent else 0.0


def _is_before(ended: Ended, when: datetime | None) -> bool:
    """Whether it was counted before ``when``; not where either is unknown."""
    return ended.at is not None and when is not None and ended.at < when


def _within(outcomes: Outcomes, stand: Stand, furthest: float) -> Outcomes:
    """No less is delivered than is done already, as in nine of ten published sprints or all; nor more than can be."""
    least, most = stand.done - stand.target, stand.done - stand.target + furthest
    return normed((min(max(difference, least), most), weight) for difference, weight in outcomes)


def _still_to_come(ended: Ended) -> float:
    """Units that it delivered after the moment of its stand."""
    return max(0.0, ended.delivered - ended.stand.done)


def _larger(stand: Stand, other: Stand, small: float) -> float:
    """How many times as much it has taken on, at least once."""
    return max(1.0, (stand.target + small) / (other.target + small))
