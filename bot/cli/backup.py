"""``pm backup``: make one beside a working agent, list them, try one."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from bot import status
from bot.backups import standing
from bot.backups.beside import files
from bot.backups.folder import Entry, Source, entries, make, rotate
from bot.backups.manifest import Manifest
from bot.backups.rotation import Keep
from bot.backups.scratch import tried, up_to_date
from bot.cli.printing import json_option, print_columns, print_json, span
from bot.settings import Settings
from models.clock import SystemClock
from models.database import Database
from models.errors import DatabaseNotReady, OperatorError
from models.store import Store

USUAL = Path("var/backups")
"""Where backups go when neither --to nor BACKUP_FOLDER says."""

TO = click.option("--to", "folder", type=click.Path(path_type=Path), help="The folder; default: BACKUP_FOLDER.")
SCRATCH = click.option("--scratch", default="", metavar="URL", help="An empty PostgreSQL to try a dump in.")


@click.group(invoke_without_command=True)
@TO
@click.option("--keep", default="", metavar="'D W M'", help="Keep the newest of so many days, weeks, months; or all.")
@json_option
@click.pass_context
def backup(context: click.Context, folder: Path | None, keep: str, as_json: bool) -> None:
    """Make a backup of the database, the constitution and the MCP pins; the agent may be at work."""
    context.obj = folder
    if context.invoked_subcommand is not None:
        return
    settings, clock = Settings.from_environment(only_look=True), SystemClock()
    wanted, place = Keep.read(keep or settings.backup_keep), folder or settings.backup_folder or USUAL
    try:
        made = make(source_of(settings), place, clock)
    except OperatorError as error:
        asyncio.run(note(settings, None, error.args[0]))
        raise
    assert made.manifest is not None  # it has just been read back
    asyncio.run(note(settings, made, ""))
    gone, left = _tidied(place, made.manifest, wanted, clock.real())
    if as_json:
        print_json({**_as_data(made), "deleted": [str(file) for file in gone]})
    else:
        click.echo(f"{made.file}: {made.manifest.total} rows, {_size(made.size)}, checksum verified")
        click.echo(f"{len(gone)} older ones deleted; try it: pm backup verify {made.file}")
    if left is not None:
        raise left


def _tidied(folder: Path, new: Manifest, keep: Keep, now: datetime) -> tuple[Sequence[Path], OperatorError | None]:
    """What was deleted, or why nothing could be: the new backup is good all the same."""
    try:
        return rotate(folder, new.database, keep, now), None
    except OperatorError as error:
        return (), error


@backup.command("list")
@TO
@json_option
@click.pass_obj
def list_all(above: Path | None, folder: Path | None, as_json: bool) -> None:
    """Every backup in the folder, the newest first."""
    place = folder or above or Settings.from_environment(only_look=True).backup_folder or USUAL
    found, now = entries(place), SystemClock().real()
    if as_json:
        print_json([_as_data(each) for each in found])
    elif found:
        ages = [span((now - each.manifest.made).total_seconds()) if each.manifest else "" for each in found]
        rows = [_row(each, age) for each, age in zip(found, ages, strict=True)]
        print_columns(("FILE", "MADE (UTC)", "AGE", "SIZE", "ROWS", "VERSION", "OF"), rows)
    else:
        click.echo(f"no backups in {place}: pm backup")


@backup.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@SCRATCH
@json_option
def verify(file: Path, scratch: str, as_json: bool) -> None:
    """Try a backup: its checksum, then all of it in a scratch database, counted and brought to this version."""
    settings = Settings.from_environment(only_look=True)
    with tempfile.TemporaryDirectory(prefix="pm-agent-verify-") as folder:
        room, server = Path(folder) / "room", settings.database_url
        with tried(file, room, server, named=scratch, pg_dump=settings.pg_dump) as trial:
            manifest, rows = trial.manifest, trial.rows
    if as_json:
        print_json({"file": str(file), "good": True, **asdict(manifest), "rows_now": dict(rows)})
        return
    now = "is of this version" if up_to_date(manifest) else f"migrates from {manifest.schema} to this version"
    click.echo(f"{file} is good: {manifest.total} rows in {len(manifest.rows)} tables, counted one by one")
    click.echo(f"made {manifest.made:%Y-%m-%d %H:%M} UTC by pm-agent {manifest.version} ({manifest.engine}); it {now}")


def source_of(settings: Settings) -> Source:
    """What is backed up, by the settings."""
    beside = files(settings.directives_file, settings.mcp_config)
    version, url = status.version(), settings.database_url
    return Source(url=url, version=version, beside=beside, pg_dump=settings.pg_dump)


async def note(settings: Settings, made: Entry | None, trouble: str) -> None:
    """Have the agent's own status tell of it; a database that cannot be written must not undo the backup."""
    clock = SystemClock()
    with contextlib.suppress(DatabaseNotReady):
        database = Database(settings.database_url, clock)
        try:
            await database.check_version()
            store = Store(database, clock)
            if made is not None:
                await standing.note_made(store, made)
            else:
                await standing.note_failed(store, clock.real(), trouble)
        finally:
            await database.close()


def _row(each: Entry, age: str) -> tuple[str, ...]:
    about = each.manifest
    if about is None:
        return each.file.name, "", "", _size(each.size), "", "", each.trouble
    when, of = f"{about.made:%Y-%m-%d %H:%M}", about.database
    return each.file.name, when, age, _size(each.size), str(about.total), about.version, of


def _as_data(each: Entry) -> Mapping[str, Any]:
    about = asdict(each.manifest) if each.manifest else None
    return {"file": str(each.file), "bytes": each.size, "trouble": each.trouble, "backup": about}


def _size(count: int) -> str:
    for unit, length in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if count >= length:
            return f"{count / length:.1f} {unit}"
    return f"{count} bytes"
