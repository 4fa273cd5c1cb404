"""Where the product shall die: every commit point, before and after, at several moments, many deaths to one story."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

MOMENTS = ("before", "after")
"""On either side of a commit."""

OFTEN: Mapping[str, int] = {"accept": 3, "begin": 6, "claim": 4, "finish": 13, "note": 4, "record": 4, "settle": 6}
"""Labels that stand for many kinds of work are hit as often at least: each in another step, so that most kinds of job
and of effect are among them. Every step of the story finishes jobs of its own."""

ALIKE = "tidy_"
"""What such labels commit are steps of one job, which finds nothing to remove in a story of days: one is hit for all of
them, each time another. ``tests/contracts/stores/test_housekeeping.py`` has steps that remove something."""

CHANGES: Mapping[str, str] = {"expired": "a_lapse"}
"""Where a label that every tick commits really changes something."""

AT_A_TIME = 5
"""Deaths in one step of one story: a job must not be taken for one that kills its worker."""

Passes = Mapping[str, Mapping[str, int]]
"""By step: how often a story without a kill passes each point, in the order in which it first does."""


@dataclass(frozen=True)
class Kill:
    """Die at the ``nth`` passing of ``point`` after ``step``, or the death before in it, has begun."""

    point: str
    step: str
    nth: int = 1
    hit: int = 0
    """Which of the kills wanted at this point it is."""

    def __str__(self) -> str:
        return f"{self.point} in {self.step}"


@dataclass
class Journey:
    """The deaths of one telling of the story."""

    kills: list[Kill] = field(default_factory=list)

    def takes(self, kill: Kill) -> bool:
        """Whether there is room for it; a point is hit once in a step, or nobody could say which time it was."""
        there = [other for other in self.kills if other.step == kill.step]
        return len(there) < AT_A_TIME and all(other.point != kill.point for other in there)


def planned(labels: Iterable[str], hits: int, passes: Passes) -> list[Kill]:
    """``hits`` kills before and after each label's commit, each in another step of the story where there is one."""
    kills = list[Kill]()
    for number, like in enumerate(_groups(labels)):
        for hit in range(max(hits, OFTEN.get(like[0], 1))):
            label = like[hit % len(like)]
            for moment in MOMENTS:
                point = f"{label}:{moment}"
                there = [step for step, passed in passes.items() if passed.get(point)]
                if not there:
                    continue
                step = CHANGES.get(label) or there[(number + hit + (moment == "after")) % len(there)]
                nth = 1 + hit * passes.get(step, {}).get(point, 1) // (hit + 2)
                kills.append(Kill(point, step, nth, hit))
    return kills


def _groups(labels: Iterable[str]) -> list[list[str]]:
    """Each label for itself, those that are alike together."""
    each = list(labels)
    alike = [label for label in each if label.startswith(ALIKE)]
    return [[label] for label in each if label not in alike] + ([alike] if alike else [])


def elsewhere(kill: Kill, passes: Passes) -> Kill:
    """The same kill at the first passing in the next step that passes its point: its moment did not come."""
    there = [step for step, passed in passes.items() if passed.get(kill.point)]
    at = there.index(kill.step) + 1 if kill.step in there else 0
    return replace(kill, step=there[at % len(there)], nth=1) if there else replace(kill, nth=1)


def shuffled(kills: Sequence[Kill], luck: random.Random) -> list[Kill]:
    """In an order of chance."""
    drawn = list(kills)
    luck.shuffle(drawn)
    return drawn


def packed(kills: Iterable[Kill], passes: Passes) -> list[Journey]:
    """As few stories as these kills fit into, evenly; in a step they come in the order in which they are passed."""
    wanted = list(kills)
    crowd = max(Counter(kill.step for kill in wanted).values(), default=0)
    journeys = [Journey() for _ in range(-(-crowd // AT_A_TIME))]
    for kill in wanted:
        free = [journey for journey in journeys if journey.takes(kill)]
        if not free:
            journeys.append(Journey())
        min(free or journeys[-1:], key=lambda journey: len(journey.kills)).kills.append(kill)
    places = {step: {point: place for place, point in enumerate(passed)} for step, passed in passes.items()}
    for journey in journeys:
        journey.kills.sort(key=lambda kill: places[kill.step].get(kill.point, 0))
        _count_anew(journey)
    return journeys


def _count_anew(journey: Journey) -> None:
    """Whoever comes back after a death has passed nothing yet, and has less before them than a story without one."""
    died = Counter[str]()
    for place, kill in enumerate(journey.kills):
        if died[kill.step]:
            journey.kills[place] = replace(kill, nth=1)
        died[kill.step] += 1
