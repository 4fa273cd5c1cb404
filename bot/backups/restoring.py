"""A backup put back: tried in a scratch database first, then in one stroke, with what was there kept aside."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from bot.backups.archive import PRIVATE
from bot.backups.folder import alone, sync
from bot.backups.manifest import Manifest
from bot.backups.resting import require_rest, require_rest_within
from bot.backups.scratch import Tried, tried
from bot.backups.sources import dialect_of, file_of, own
from models.clock import Clock
from models.copying import Return, Told, aside, copy, counted, go_back, nobody, present, take
from models.errors import DatabaseNotReady, OperatorError
from models.proposals import Unit
from models.whole import upgrade_within, whole

BESIDE = ("-wal", "-shm", "-journal")
"""Files that belong to SQLite's own and to no other."""

ROOM, LOCK = ".pm-agent-restoring-", ".pm-agent-restore.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where it is put back."""

    url: str
    pg_dump: str = ""
    """What PG_DUMP names."""
    scratch: str = ""
    """An empty PostgreSQL database to try a dump in, where none can be made."""
    replace: bool = False
    """Whether rows that are there may be put aside."""
    patience: float = 5.0
    """Seconds to wait for somebody who is writing to SQLite's file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What was put back."""

    manifest: Manifest
    rows: Mapping[str, int]
    """By table: those of the backup in this version's tables."""
    gone_back: Return
    aside: str
    """Where what was there is kept; empty when there was nothing."""


def restore(file: Path, target: Target, clock: Clock, spent: Sequence[Unit] = (), told: Told = nobody) -> Restored:
    """Put ``file`` back into ``target``: all of it, or nothing has changed.

    ``spent`` is today's attention of everybody who may have been written to since. Raises ``OperatorError``.
    """
    require_rest(target.url, clock)
    held = rows_there(target.url)
    if held and not target.replace:
        words = f"the database holds {held} rows, which would be kept aside"
        raise OperatorError(words, hint="Add --yes to replace them, or set DATABASE_URL to an empty database")
    folder = _folder(target.url, file)
    room = folder / f"{ROOM}{os.getpid()}"
    try:
        with (
            alone(folder, LOCK, ROOM, "put back in"),
            tried(file, room, target.url, named=target.scratch, pg_dump=target.pg_dump) as trial,
        ):
            coming = _Coming(file.name, trial, clock, spent, told)
            if dialect_of(target.url) == "sqlite":
                return _into_file(coming, target, room)
            return _into_server(coming, target.url, held)
    except OSError as error:
        words = f"nothing was restored: {error.strerror} ({error.filename or folder})"
        raise OperatorError(words, hint="Free space there, or check who owns it") from error


def rows_there(url: str) -> int:
    """How many rows the database at ``url`` holds; -1 when there is one that cannot be read."""
    if dialect_of(url) == "sqlite" and not file_of(url).exists():
        return 0
    try:
        with whole(url, read_only=True) as connection:
            return sum(counted(connection).values())
    except DatabaseNotReady:
        if dialect_of(url) == "sqlite":
            return -1
        raise


@dataclass(frozen=True, slots=True)
class _Coming:
    """What is to be put in place."""

    name: str
    trial: Tried
    clock: Clock
    spent: Sequence[Unit]
    told: Told

    def finish(self, connection: Connection) -> Return:
        """Where the rows are in place: what going back in time asks for."""
        taken = self.trial.manifest.made
        real, now = self.clock.real(), self.clock.now()
        return go_back(connection, file=self.name, taken=taken, real=real, now=now, spent=self.spent)

    def restored(self, gone_back: Return, kept: str) -> Restored:
        return Restored(manifest=self.trial.manifest, rows=self.trial.rows, gone_back=gone_back, aside=kept)


def _folder(url: str, file: Path) -> Path:
    """Drafts of a file lie beside the file they become, so that a rename is enough."""
    return file_of(url).parent if dialect_of(url) == "sqlite" else file.resolve().parent


# --- into a file --------------------------------------------------------------------------------------------


def _into_file(coming: _Coming, target: Target, room: Path) -> Restored:
    ready, file = _ready_file(coming, room), file_of(target.url)
    with whole(f"sqlite:///{ready}") as connection:
        gone_back = coming.finish(connection)
    with ready.open("rb+") as whole_file:
        os.fsync(whole_file.fileno())
    there = file.exists()
    ready.chmod(file.stat().st_mode & 0o777 if there else PRIVATE)
    own(ready, file if there else file.parent)
    kept = _swap(ready, target, coming.clock) if there else ""
    if not kept:
        ready.rename(file)
    sync(file.parent)
    return coming.restored(gone_back, kept)


def _ready_file(coming: _Coming, room: Path) -> Path:
    """The scratch database itself, where it is a file."""
    if dialect_of(coming.trial.url) == "sqlite":
        return file_of(coming.trial.url)
    ready = room / "ready.db"
    with whole(f"sqlite:///{ready}") as target, whole(coming.trial.url, read_only=True) as source:
        upgrade_within(target)
        copy(source, target, coming.told)
    return ready


def _swap(ready: Path, target: Target, clock: Clock) -> str:
    """Put ``ready`` in the place of the file there, which keeps a second name: at no moment is there no database."""
    file = file_of(target.url)
    _at_rest(file, target.patience)
    require_rest(target.url, clock)  # an agent that was started while the backup was tried
    kept = file.with_name(f"{file.name}.before-restore-{clock.real():%Y%m%dT%H%M%SZ}")
    os.link(file, kept)
    for ending in BESIDE:  # a journal of the old file must not be played into the new one
        with contextlib.suppress(FileNotFoundError):
            file.with_name(file.name + ending).rename(kept.with_name(kept.name + ending))
    os.replace(ready, file)
    return str(kept)


def _at_rest(file: Path, patience: float) -> None:
    """Have the file hold everything itself, with nobody in the middle of something; a damaged one is left as it is."""
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=patience, isolation_level=None)) as old:
            old.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            old.execute("BEGIN EXCLUSIVE")
            old.execute("COMMIT")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise OperatorError("somebody is writing to the database", hint="Stop the agent and try again") from error
    except sqlite3.DatabaseError:
        return


# --- into a server ------------------------------------------------------------------------------------------


def _into_server(coming: _Coming, url: str, held: int) -> Restored:
    """The old tables go aside, new ones are made and filled, in one transaction."""
    at = coming.clock.real()
    schema = f"before_restore_{at:%Y%m%dt%H%M%Sz}" if held else ""
    with whole(url, read_only=True) as connection:
        there = present(connection)
    with whole(url) as target, whole(coming.trial.url, read_only=True) as source:
        take(target, there)
        require_rest_within(target, coming.clock)  # an agent that was started while the backup was tried
        if schema:
            aside(target, schema)
        upgrade_within(target)
        copy(source, target, coming.told)
        gone_back = coming.finish(target)
    return coming.restored(gone_back, f"the schema {schema} of the same database" if schema else "")
