"""``pm directives`` and ``pm db``: what is set up before the agent runs."""

from __future__ import annotations

from pathlib import Path

import click

from bot.cli.printing import json_option, print_columns, print_json
from bot.settings import Settings
from models.database import upgrade
from models.directives_file import explain, load
from models.errors import DirectivesError


@click.group()
def directives() -> None:
    """The constitution: directives.yaml."""


@directives.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def check(file: Path | None, as_json: bool) -> None:
    """Is it valid, and which lines does code enforce? Without FILE: the configured one."""
    chosen = file or Settings.from_environment().directives_file
    try:
        loaded = load(chosen)
    except DirectivesError as error:
        if not as_json:
            raise
        print_json({"valid": False, "complaints": [{"line": c.line, "message": c.message} for c in error.complaints]})
        raise SystemExit(1) from None
    lines = explain(loaded)
    if as_json:
        print_json({"valid": True, "version": loaded.version, "lines": [line._asdict() for line in lines]})
        return
    print_columns(("LINE", "KEPT BY", "SAYS"), [(line.id, line.kept, line.says) for line in lines])
    enforced = sum(line.kept.startswith("enforced") for line in lines)
    click.echo(f"\n{chosen} is valid: {len(lines)} lines, {enforced} enforced by code; version {loaded.version}")


@click.group()
def db() -> None:
    """The agent's own database."""


@db.command("upgrade")
@json_option
def upgrade_tables(as_json: bool) -> None:
    """Create or change the tables so that they fit this version. Safe to repeat."""
    upgrade(Settings.from_environment().database_url)
    if as_json:
        print_json({"status": "current"})
    else:
        click.echo("the database is at this version")
