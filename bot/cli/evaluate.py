"""``pm forecast evaluate``: how good the forecaster would have been on sprints that ended, kept in files."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from bot.cli.printing import json_option, print_columns, print_json
from bot.cli.sprint_columns import BrokenFile
from bot.cli.sprint_files import SprintFile, read_folder
from planner.foresight.evaluation import Compared, Row, compared, means, row_of
from planner.foresight.intervals import LEVELS
from planner.foresight.reference import ENOUGH
from planner.foresight.scoring import AT_RISK, DONE_BELOW, Alerts

_RULES = ("mean", "median", "linear")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--each", is_flag=True, help="With --json: what was foretold of every sprint, too.")
@click.option("--past", type=click.IntRange(min=ENOUGH), help="Learn from the latest N earlier sprints alone.")
@click.option("--once", is_flag=True, help="Leave out lines that say the same of one sprint for another board.")
@json_option
def evaluate(folder: Path, each: bool, past: int | None, once: bool, as_json: bool) -> None:
    """Try the forecaster on FOLDER's files, <project>_iteration_<stage>.csv.

    Each sprint is foretold from those of its project with smaller ids, by the function that answers /pm forecast.
    """
    try:
        files = [file.once() if once else file for file in read_folder(folder)]
    except BrokenFile as error:
        raise click.BadParameter(str(error), param_hint="FOLDER") from error
    answers = _played(files, past)
    rows = [(file, row_of(file.project, file.stage, answers[i]), answers[i]) for i, file in enumerate(files)]
    known = [row for _, row, _ in rows if row]
    if as_json:
        told = [_json(file, row, found if each else ()) for file, row, found in rows]
        print_json({"past": past, "rows": told, "mean_ratio": means(known).ratio if known else None, **_means(known)})
    else:
        _print(known, [file for file, row, _ in rows if not row])


def _played(files: Sequence[SprintFile], past: int | None) -> Sequence[Sequence[Compared]]:
    """What was foretold in each file; the bar goes to standard error, which programs do not read."""
    answers: list[Sequence[Compared]] = []
    label = f"Foretelling the sprints of {len(files)} files"
    with click.progressbar(length=sum(len(file.rows) for file in files), label=label, file=sys.stderr) as bar:
        for file in files:
            asked = []
            for answer in compared(file.rows, past):
                bar.update(1)
                asked.append(answer)
            bar.update(len(file.rows) - len(asked))
            answers.append([answer for answer in asked if answer is not None])
    return answers


def _means(rows: Sequence[Row]) -> Mapping[str, Any]:
    if not rows:
        return {}
    told = means(rows)
    held = {str(level): share for level, share in told.coverage.items()}
    return {"mean_brier": told.brier, "mean_brier_of_usual": told.brier_of_usual, "mean_coverage": held}


def _json(file: SprintFile, row: Row | None, each: Sequence[Compared]) -> Mapping[str, Any]:
    told: dict[str, Any] = {"project": file.project, "stage": file.stage}
    told |= {"lines": len(file.rows), "sprints": file.sprints}
    if row is None:
        return told | {"n": 0, "n_sprints": 0, "mae": None, "baselines": {}, "ratio": None, "coverage": {}}
    told |= {"n": row.n, "n_sprints": row.sprints, "mae": row.mae, "baselines": row.baselines, "ratio": row.ratio}
    told |= {"coverage": {str(level): share for level, share in row.coverage.items()}}
    told |= {"brier": row.brier, "brier_of_usual": row.brier_of_usual, "done_below": _alerts(row.behind)}
    told |= {"alerts": [{**_alerts(each), "default": each.threshold == AT_RISK} for each in row.alerts]}
    return told | ({"forecasts": [_forecast(one) for one in each]} if each else {})


def _alerts(alerts: Alerts) -> Mapping[str, Any]:
    return {
        "threshold": alerts.threshold,
        "raised": alerts.raised,
        "right": alerts.right,
        "precision": alerts.precision,
        "recall": alerts.recall,
    }


def _default(row: Row) -> Alerts:
    """What the line of the constitution that ships would have raised."""
    return next(each for each in row.alerts if each.threshold == AT_RISK)


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
        held = [f"{level} %" for level in LEVELS]
        titles = "project", "time gone", "rows", "sprints", "error", *_RULES, "ratio", *held
        print_columns(titles, [_errors(row) for row in rows])
        _print_means(rows)
        alarms = "alerts", "right", "found", "by done", "right", "found"
        print_columns(("project", "time gone", "brier", "usual", *alarms), [_alarms(row) for row in rows])
        click.echo(
            f"\nAlerts: a chance of {AT_RISK:.0%} or more to fall short. By done: less than {DONE_BELOW:.0%} done.\n"
            "Right: of them; found: of those short. A sprint is a row for each board that it stands on."
        )
    for file in too_few:
        lines = f"{file.sprints} sprint{'' if file.sprints == 1 else 's'} on {len(file.rows)} lines"
        click.echo(f"{file.project} at {file.stage} %: too few sprints to foretell any ({lines}).")


def _print_means(rows: Sequence[Row]) -> None:
    told = means(rows)
    held = ", ".join(f"{share:.1%} for {level} %" for level, share in told.coverage.items())
    click.echo(f"\nMean ratio to the best simple rule: {_told(told.ratio)}")
    click.echo(f"Mean Brier score: {told.brier:.3f}, usual {told.brier_of_usual:.3f}. Intervals held: {held}.\n")


def _errors(row: Row) -> tuple[object, ...]:
    rules = [f"{row.baselines[name]:.2f}" if name in row.baselines else "-" for name in _RULES]
    held = [f"{row.coverage[level]:.1%}" for level in LEVELS]
    return row.project, f"{row.stage} %", row.n, row.sprints, f"{row.mae:.2f}", *rules, _told(row.ratio), *held


def _alarms(row: Row) -> tuple[object, ...]:
    found = [
        figure
        for each in (_default(row), row.behind)
        for figure in (each.raised, _told(each.precision), _told(each.recall))
    ]
    return row.project, f"{row.stage} %", f"{row.brier:.3f}", f"{row.brier_of_usual:.3f}", *found


def _told(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.2f}"
