"""``pm db copy``: a company moves from SQLite to PostgreSQL, or back."""

from __future__ import annotations

import click

from bot.backups.moving import Moved, move, rows_to_move
from bot.cli.printing import json_option, print_columns, print_json
from bot.settings import Settings
from models.clock import SystemClock


@click.command("copy")
@click.option(
    "--to", "target", required=True, metavar="URL", help="An empty database: postgresql://... or sqlite:///..."
)
@json_option
def copy_database(target: str, as_json: bool) -> None:
    """Copy everything from DATABASE_URL to another database, counted and compared. The agent must not be running."""
    source, clock = Settings.from_environment(only_look=True).database_url, SystemClock()
    passes = 2 * rows_to_move(source)  # each row is written, then read back
    with click.progressbar(length=passes, label="copying", hidden=as_json) as bar:
        done = move(source, target, clock, lambda table, rows: bar.update(rows))
    if as_json:
        tables = {name: {"rows": each.rows, "content": each.content} for name, each in done.tables.items()}
        print_json({"rows": done.total, "released": done.released, "tables": tables})
    else:
        _print(done)


def _print(done: Moved) -> None:
    rows = [(name, each.rows, each.content[:12]) for name, each in sorted(done.tables.items()) if each.rows]
    print_columns(("TABLE", "ROWS", "CONTENT"), rows)
    click.echo(f"\n{done.total} rows copied and read back: every count and every content is equal")
    if done.released:
        click.echo(f"{done.released} jobs that were being worked wait there to be taken up again")
    click.echo("Next: set DATABASE_URL to the new database and start the agent.")
    click.echo("The old one is as it was; let no agent work on it any more, or people hear things twice.")
