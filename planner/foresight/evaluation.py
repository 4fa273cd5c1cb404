"""The forecaster tried on sprints that ended, forward in time only, beside what a simple rule would have said.

A sprint is foretold from those of its project with strictly smaller ids: the same sprint on another board never helps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean, median

from models.forecasts import Ended
from planner.foresight.intervals import LEVELS
from planner.foresight.reference import Course, foretell
from planner.foresight.scoring import THRESHOLDS, Alerts, Trial, alerts, brier, brier_of_usual, mean

WARM = 0.3
"""The share of a project's sprints, the earliest, that are only learned from."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One sprint foretold, and what each simple rule said of its difference, by the name of the rule."""

    trial: Trial
    rules: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """How good forecasts of one project after one share of its sprints' time were."""

    project: str
    stage: int
    """Per cent of the time that had gone."""
    n: int
    """Sprints that were foretold, from 1."""
    mae: float
    """Units the middle of the forecast was off, on average."""
    baselines: Mapping[str, float]
    """The same of each simple rule."""
    coverage: Mapping[int, float]
    """Per cent an interval was stated for to the share that it held, from 0 to 1."""
    brier: float
    brier_of_usual: float
    alerts: Sequence[Alerts]

    @property
    def ratio(self) -> float | None:
        """Our error beside that of the best simple rule; ``None`` where that rule made no error and we did."""
        best = min(self.baselines.values())
        if best > 0:
            return self.mae / best
        return None if self.mae > 0 else 1.0


def compared(rows: Sequence[Ended]) -> Iterator[Compared | None]:
    """One answer a row that is not only learned from, oldest first; ``None`` where too few sprints came before it.

    ``rows``: one project's, all after the same share of their time, in any order.
    """
    ordered = sorted(rows, key=lambda each: each.stand.sprint)
    first, course, past = int(WARM * len(ordered)), Course(), list[Ended]()
    for _, group in groupby(ordered, key=lambda each: each.stand.sprint):
        together = list(group)
        asked = together[max(0, first - len(past)) :]
        yield from [_compared(each, past, course) for each in asked]
        past = [*past, *together]


def row_of(project: str, stage: int, answers: Sequence[Compared]) -> Row | None:
    """The figures of ``answers``; ``None`` where there is none."""
    if not answers:
        return None
    trials = [each.trial for each in answers]
    names = list(answers[0].rules)
    return Row(
        project=project,
        stage=stage,
        n=len(trials),
        mae=mean([each.off for each in trials]),
        baselines={name: mean([_off(each, name) for each in answers]) for name in names},
        coverage={level: mean([float(each.held(level)) for each in trials]) for level in LEVELS},
        brier=brier(trials),
        brier_of_usual=brier_of_usual(trials),
        alerts=[alerts(trials, threshold) for threshold in THRESHOLDS],
    )


def mean_ratio(rows: Sequence[Row]) -> float | None:
    """Over the rows that have one; ``None`` where none has."""
    ratios = [row.ratio for row in rows if row.ratio is not None]
    return mean(ratios) if ratios else None


def _compared(ended: Ended, past: Sequence[Ended], course: Course) -> Compared | None:
    foretold = foretell(ended.stand, past, course)
    return None if foretold is None else Compared(Trial(ended, foretold), _rules(ended, past))


def _rules(ended: Ended, past: Sequence[Ended]) -> Mapping[str, float]:
    """What simple rules say: the mean and the median of the past, and progress drawn on in a straight line."""
    differences, stand = [each.difference for each in past], ended.stand
    rules = {"mean": fmean(differences), "median": median(differences)}
    return rules | ({"linear": stand.done / stand.share - stand.target} if stand.share > 0 else {})


def _off(answer: Compared, name: str) -> float:
    return abs(answer.rules[name] - answer.trial.ended.difference)
