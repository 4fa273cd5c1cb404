"""``pm forecast evaluate``: how good the forecaster would have been on sprints that ended, kept in files."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from bot.cli.printing import json_option, print_columns, print_json
from bot.cli.sprint_files import BrokenFile, SprintFile, read_folder
from planner.foresight.evaluation import Compared, Row, compared, mean_ratio, row_of
from planner.foresight.intervals import LEVELS
from planner.foresight.scoring import AT_RISK, Alerts

_RULES = ("mean", "median", "linear")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--each", is_flag=True, help="With --json: what was foretold of every sprint, too.")
@json_option
def evaluate(folder: Path, each: bool, as_json: bool) -> None:
    """Try the forecaster on FOLDER's files, <project>_iteration_<stage>.csv.

    Each sprint is foretold from those of its project with smaller ids, by the function that answers /pm forecast.
    """
    try:
        files = read_folder(folder)
    except BrokenFile as error:
        raise click.BadParameter(str(error), param_hint="FOLDER") from error
    answers = _played(files)
    rows = [(file, row_of(file.project, file.stage, answers[i]), answers[i]) for i, file in enumerate(files)]
    if as_json:
        told = [_json(file, row, found if each else ()) for file, row, found in rows]
        print_json({"rows": told, "mean_ratio": mean_ratio([row for _, row, _ in rows if row])})
    else:
        _print([row for _, row, _ in rows if row], [file for file, row, _ in rows if not row])


def _played(files: Sequence[SprintFile]) -> Sequence[Sequence[Compared]]:
    """What was foretold in each file; the bar goes to standard error, which programs do not read."""
    answers: list[Sequence[Compared]] = []
    label = f"Foretelling the sprints of {len(files)} files"
    with click.progressbar(length=sum(len(file.rows) for file in files), label=label, file=sys.stderr) as bar:
        for file in files:
            asked = []
            for answer in compared(file.rows):
                bar.update(1)
                asked.append(answer)
            bar.update(len(file.rows) - len(asked))
            answers.append([answer for answer in asked if answer is not None])
    return answers


def _json(file: SprintFile, row: Row | None, each: Sequence[Compared]) -> Mapping[str, Any]:
    told: dict[str, Any] = {"project": file.project, "stage": file.stage, "sprints": len(file.rows)}
    if row is None:
        return told | {"n": 0, "mae": None, "baselines": {}, "ratio": None, "coverage": {}}
    told |= {"n": row.n, "mae": row.mae, "baselines": row.baselines, "ratio": row.ratio}
    told |= {"coverage": {str(level): share for level, share in row.coverage.items()}}
    told |= {"brier": row.brier, "brier_of_usual": row.brier_of_usual, "alerts": [_alerts(a) for a in row.alerts]}
    return told | ({"forecasts": [_forecast(one) for one in each]} if each else {})


def _alerts(alerts: Alerts) -> Mapping[str, Any]:
    return {
        "threshold": alerts.threshold,
        "default": alerts.threshold == AT_RISK,
        "raised": alerts.raised,
        "right": alerts.right,
        "precision": alerts.precision,
        "recall": alerts.recall,
    }


def _forecast(one: Compared) -> Mapping[str, Any]:
    ended, foretold = one.trial.ended, one.trial.foretold
    return {
        "board": ended.stand.board,
        "sprint": ended.stand.sprint,
        "difference": ended.difference,
        "foretold": foretold.median,
        "chance": foretold.chance,
        "within": {str(level): list(interval) for level, interval in foretold.within.items()},
        "past": foretold.past,
    }


def _print(rows: Sequence[Row], too_few: Sequence[SprintFile]) -> None:
    if rows:
        print_columns(
            ("project", "time gone", "sprints", "error", *_RULES, "ratio", *(f"{level} %" for level in LEVELS)),
            [_errors(row) for row in rows],
        )
        click.echo(f"\nMean ratio to the best simple rule: {_told(mean_ratio(rows))}\n")
        titles = ("project", "time gone", "brier", "usual", "alerts", "right", "found")
        print_columns(titles, [_alarms(row) for row in rows])
        click.echo(f"\nAlerts: a chance of {AT_RISK:.0%} or more to fall short. Right: of them; found: of those short.")
    for file in too_few:
        click.echo(f"{file.project} at {file.stage} %: too few sprints to foretell any ({len(file.rows)}).")


def _errors(row: Row) -> tuple[object, ...]:
    rules = [f"{row.baselines[name]:.2f}" if name in row.baselines else "-" for name in _RULES]
    held = [f"{row.coverage[level]:.1%}" for level in LEVELS]
    return row.project, f"{row.stage} %", row.n, f"{row.mae:.2f}", *rules, _told(row.ratio), *held


def _alarms(row: Row) -> tuple[object, ...]:
    found = next(each for each in row.alerts if each.threshold == AT_RISK)
    figures = f"{row.brier:.3f}", f"{row.brier_of_usual:.3f}", found.raised
    return row.project, f"{row.stage} %", *figures, _told(found.precision), _told(found.recall)


def _told(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.2f}"
