"""``pm forecast``: will the running sprint be made, and how good are such forecasts."""

from __future__ import annotations

import click

from bot.cli.evaluate import evaluate
from bot.cli.outlooks import tell
from bot.cli.printing import json_option


@click.group(invoke_without_command=True)
@click.option("--sprint", default="", help="A sprint's name, number or Jira id, e.g. SPRINT-24; default: all.")
@json_option
@click.pass_context
def forecast(context: click.Context, sprint: str, as_json: bool) -> None:
    """How likely the running sprints are made, what carries the risk, and how often such a chance came true."""
    if context.invoked_subcommand is None:
        tell(sprint, as_json=as_json)


forecast.add_command(evaluate)
