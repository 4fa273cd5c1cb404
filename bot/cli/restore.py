"""``pm restore``: put a backup back, and say what to do next."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from bot.backups import archive
from bot.backups.beside import attention_of_today, law_of, put_back
from bot.backups.folder import Entry
from bot.backups.restoring import Restored, Target, restore
from bot.cli.backup import SCRATCH, note
from bot.cli.printing import json_option, print_json
from bot.settings import Settings
from models.clock import Clock, SharedClock, SystemClock
from models.copying import LOOK_FIRST
from models.directives_file import load
from models.errors import OperatorError
from models.proposals import Unit


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Replace what the database holds; it is kept aside.")
@SCRATCH
@json_option
def restore_one(file: Path, yes: bool, scratch: str, as_json: bool) -> None:
    """Put a backup back into DATABASE_URL, tried in a scratch database first. The agent must not be running."""
    settings = Settings.from_environment()
    clock: Clock = SharedClock(settings.clock_file) if settings.clock_file else SystemClock()
    archive.check(file)
    parts = archive.beside(file)
    spent, unknown = _spent(settings.directives_file, parts, clock)
    target = Target(url=settings.database_url, pg_dump=settings.pg_dump, scratch=scratch, replace=yes)
    done = restore(file, target, clock, spent)
    written = put_back(parts, settings.directives_file, settings.mcp_config)
    asyncio.run(note(settings, Entry(file, file.stat().st_size, done.manifest), ""))  # it has forgotten that itself
    if as_json:
        print_json(_as_data(done, written))
    else:
        _print(done, written, unknown)


def _spent(directives: Path, parts: Mapping[str, bytes], clock: Clock) -> tuple[Sequence[Unit], str]:
    """Today's attention of everybody, by the constitution here, or else by that of the backup."""
    try:
        if directives.exists():
            return attention_of_today(load(directives), clock), ""
        return attention_of_today(law_of(parts), clock), ""
    except OperatorError as error:
        return (), error.args[0].splitlines()[0]


def _print(done: Restored, written: Sequence[Path], unknown: str) -> None:
    about, back = done.manifest, done.gone_back
    total = sum(done.rows.values())
    click.echo(f"restored: {total} rows in {len(done.rows)} tables, as they were at {about.made:%Y-%m-%d %H:%M} UTC")
    if done.aside:
        click.echo(f"what was there is kept: {done.aside}")
    for file in written:
        click.echo(f"{file} was missing and is back")
    click.echo("\nWhat happens now (docs/backups.md):")
    click.echo(f"- what went out since then is looked up before it is said again, for {LOOK_FIRST.days} days")
    if unknown:
        click.echo(f"- people may get a second message today: {unknown}")
    else:
        click.echo("- nobody is written to unasked today: who was since then is not known")
    if back.unanswered:
        click.echo(f"- {back.unanswered} questions or presses that waited then are dead letters: pm dead-letters list")
    click.echo("- what was asked of people since then may be asked anew; an old card says it is not on record")
    click.echo("- everybody must sign in to the dashboard again")
    click.echo("Next: pm start, then pm status")


def _as_data(done: Restored, written: Sequence[Path]) -> dict[str, Any]:
    return {
        "made": done.manifest.made,
        "version": done.manifest.version,
        "schema": done.manifest.schema,
        "rows": dict(done.rows),
        "aside": done.aside,
        "written": [str(file) for file in written],
        "released": done.gone_back.released,
        "unanswered": done.gone_back.unanswered,
        "quiet": done.gone_back.quiet,
    }
