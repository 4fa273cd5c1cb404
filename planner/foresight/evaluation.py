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
from planner.foresight.scoring import (
    DONE_BELOW,
    THRESHOLDS,
    Alerts,
    Trial,
    alerts,
    behind,
    brier,
    brier_of_usual,
    mean,
)

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
    """Rows that were foretold, from 1: a sprint counts once for each board that it stands on."""
    sprints: int
    """Different sprints among them."""
    mae: float
    """Units the middle of the forecast was off, on average."""
    baselines: Mapping[str, float]
    """The same of each simple rule."""
    coverage: Mapping[int, float]
    """Per cent an interval was stated for to the share that it held, from 0 to 1."""
    brier: float
    brier_of_usual: float
    alerts: Sequence[Alerts]
    behind: Alerts
    """What comes of looking at what is done instead, with no forecast."""

    @property
    def ratio(self) -> float | None:
        """Our error beside that of the best simple rule; ``None`` where that rule made no error and we did."""
        best = min(self.baselines.values())
        if best > 0:
            return self.mae / best
        return None if self.mae > 0 else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The figures of several rows, each row counting alike."""

    ratio: float | None
    """``None`` where no row has one."""
    brier: float
    brier_of_usual: float
    coverage: Mapping[int, float]


def compared(rows: Sequence[Ended], latest: int | None = None) -> Iterator[Compared | None]:
    """One answer a row that is not only learned from, oldest first; ``None`` where too few sprints came before it.

    Args:
        rows: One project's, all after the same share of their time, in any order.
        latest: How many earlier sprints are known to the forecaster and to the simple rules, the latest ones, as in a
            company that is read anew; without it every one.
    """
    ordered = sorted(rows, key=lambda each: each.stand.sprint)
    first, course, before, known = int(WARM * len(ordered)), Course(), 0, list[list[Ended]]()
    for _, group in groupby(ordered, key=lambda each: each.stand.sprint):
        together = list(group)
        past = [each for sprint in known for each in sprint]
        yield from [_compared(each, past, course) for each in together[max(0, first - before) :]]
        before, known = before + len(together), [*known, together][-latest if latest is not None else 0 :]


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
        sprints=len({each.ended.stand.sprint for each in trials}),
        mae=mean([each.off for each in trials]),
        baselines={name: mean([_off(each, name) for each in answers]) for name in names},
        coverage={level: mean([float(each.held(level)) for each in trials]) for level in LEVELS},
        brier=brier(trials),
        brier_of_usual=brier_of_usual(trials),
        alerts=[alerts(trials, threshold) for threshold in THRESHOLDS],
        behind=behind(trials, DONE_BELOW),
    )


def means(rows: Sequence[Row]) -> Means:
    """Over all of at least one row; the ratio over those that have one."""
    ratios = [row.ratio for row in rows if row.ratio is not None]
    return Means(
        ratio=mean(ratios) if ratios else None,
        brier=mean([row.brier for row in rows]),
        brier_of_usual=mean([row.brier_of_usual for row in rows]),
        coverage={level: mean([row.coverage[level] for row in rows]) for level in LEVELS},
    )


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
