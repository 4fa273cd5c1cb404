"""The folder of backups: written under another name first, listed, kept by age; what is not ours is left alone."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.backups import archive
from bot.backups.archive import PRIVATE, Stopped, never
from bot.backups.manifest import Manifest
from bot.backups.rotation import Keep, kept
from bot.backups.sources import copy_out, dialect_of, drafts, name_of
from models.clock import Clock
from models.errors import OperatorError

NAME = re.compile(r"pm-agent-\d{8}T\d{6}Z(-\d+)?\.tar")
PARTIAL, LOCK = ".pm-agent-partial-", ".pm-agent.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a backup is made of."""

    url: str
    version: str
    """Of the agent."""
    beside: Mapping[str, bytes]
    """Files that are kept with it, by name."""
    pg_dump: str = ""
    """What PG_DUMP names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the folder that bears a backup's name."""

    file: Path
    size: int
    manifest: Manifest | None
    """``None`` when it cannot be read."""
    trouble: str = ""


def make(source: Source, folder: Path, clock: Clock, stopped: Stopped = never) -> Entry:
    """Make one backup and read it back; under its own name it is whole and on the disk.

    Whatever goes wrong, nothing of it is left and earlier ones are as they were. Raises ``OperatorError`` and ``Stop``.
    """
    try:
        with alone(folder, LOCK, PARTIAL, "made in"), drafts(folder / f"{PARTIAL}{os.getpid()}") as room:
            made, database = clock.real(), room / "database"
            taken = copy_out(source.url, database, source.pg_dump, stopped)
            manifest = Manifest(
                made=made,
                version=source.version,
                schema=taken.schema,
                dialect=dialect_of(source.url),
                engine=taken.engine,
                database=name_of(source.url),
                rows=taken.rows,
                place=taken.place,
            )
            archive.pack(room / "whole", manifest, database, source.beside)
            archive.check(room / "whole")
            file = _publish(room / "whole", folder, made)
            return Entry(file, file.stat().st_size, manifest)
    except OSError as error:
        raise _not_written(error, folder) from error
    except OperatorError as error:
        raise type(error)(f"no backup was made: {error.args[0]}", hint=error.hint) from error


def entries(folder: Path) -> list[Entry]:
    """Every backup in ``folder``, the newest first; those that cannot be read stand at the end, with the reason."""
    files = sorted(_ours(folder))
    found = [_entry(file) for file in files]
    return sorted(found, key=lambda e: e.manifest.made.timestamp() if e.manifest else 0.0, reverse=True)


def rotate(folder: Path, database: str, keep: Keep, now: datetime) -> Sequence[Path]:
    """Delete the backups of ``database`` that ``keep`` lets go; returns them. To be called after a good one was made.

    What cannot be read, or is of another database, stays. Raises ``OperatorError``.
    """
    mine = {e.file: e.manifest.made for e in entries(folder) if e.manifest and e.manifest.database == database}
    stay = kept(mine.values(), keep, now)
    gone = [file for file, made in mine.items() if made not in stay]
    try:
        for file in gone:
            file.unlink()
    except OSError as error:
        words = f"an old backup cannot be deleted: {error.strerror}"
        raise OperatorError(words, hint=f"Check who owns {folder}") from error
    return gone


@contextlib.contextmanager
def alone(folder: Path, name: str, leftovers: str, doing: str) -> Iterator[None]:
    """One at a time in ``folder``, by the lock ``name``; ``leftovers``, as what a killed one left begins, go.

    Raises ``OperatorError`` where another one is ``doing`` it, and ``OSError``.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(folder / name, os.O_RDWR | os.O_CREAT, PRIVATE), "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            words = f"another backup is being {doing} {folder}"
            raise OperatorError(words, hint="Wait until it is done") from None
        for left in folder.glob(f"{leftovers}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _publish(draft: Path, folder: Path, made: datetime) -> Path:
    """Give it its name, on the disk as well; never that of another."""
    for number in range(1, 1_000):
        file = folder / f"pm-agent-{made:%Y%m%dT%H%M%SZ}{f'-{number}' if number > 1 else ''}.tar"
        if not file.exists():  # nobody else makes one here: the lock is ours
            draft.rename(file)
            sync(folder)
            return file
    raise OperatorError("a thousand backups in one second are too many", hint="Wait a second")


def sync(folder: Path) -> None:
    """Have the names in ``folder`` on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _ours(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if NAME.fullmatch(file.name) and file.is_file()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise OperatorError(f"{folder} cannot be read: {error.strerror}", hint="Check BACKUP_FOLDER") from error


def _entry(file: Path) -> Entry:
    try:
        return Entry(file, file.stat().st_size, archive.read_manifest(file))
    except OSError as error:
        return Entry(file, 0, None, str(error.strerror))
    except OperatorError as error:
        return Entry(file, file.stat().st_size, None, error.args[0])


def _not_written(error: OSError, folder: Path) -> OperatorError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    words = f"no backup was made: {error.strerror} ({folder}); earlier ones are as they were"
    return OperatorError(words, hint="Free space there" if full else "Check BACKUP_FOLDER and who owns it")
