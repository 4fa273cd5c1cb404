"""``pm db``: the database is set up before the agent runs."""

from __future__ import annotations

import click

from bot.cli.moving import copy_database
from bot.cli.printing import json_option, print_json
from bot.settings import Settings
from models.database import upgrade


@click.group()
def db() -> None:
    """The agent's own database."""


db.add_command(copy_database)


@db.command("upgrade")
@json_option
def upgrade_tables(as_json: bool) -> None:
    """Create or change the tables so that they fit this version. Safe to repeat."""
    upgrade(Settings.from_environment().database_url)
    if as_json:
        print_json({"status": "current"})
    else:
        click.echo("the database is at this version")
