"""One worker is enough for a SQLite file: a second one is told so, and works all the same."""

from __future__ import annotations

import contextlib
import fcntl
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from bot.cli.tables import file_of
from models.errors import OperatorError

log = logging.getLogger(__name__)

REMEDY = "keep one pm start, or move to PostgreSQL: docs/scaling.md"


@contextlib.contextmanager
def only_worker(database_url: str) -> Iterator[None]:
    """While the block runs this process works on ``database_url``; warns when another does so on the same file.

    Nothing is wrong with two: SQLite lets one of them write at a time, so that they are slower than one. Raises
    ``OperatorError`` where the folder takes no file.
    """
    if not database_url.startswith("sqlite"):
        yield
        return
    with _mark(Path(f"{file_of(database_url)}.worker")) as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            words = "another worker works on this SQLite file, which makes both slower; %s"
            log.warning(words, REMEDY, extra={"action": "two_workers"})
        yield


def _mark(file: Path) -> IO[str]:
    """A file of its own: closing the database's would drop the locks SQLite holds on it."""
    try:
        return file.open("w")
    except OSError as error:
        words = f"the folder of DATABASE_URL, {file.parent}, cannot be written: {error.strerror}"
        raise OperatorError(words, hint="Let this process write to the folder and to the file") from None


def require_one_door(database_url: str, processes: int) -> None:
    """Raise ``OperatorError`` when several web processes would share a SQLite file."""
    if processes > 1 and database_url.startswith("sqlite"):
        words = f"WEB_CONCURRENCY is {processes}, but a SQLite file has one writer"
        raise OperatorError(words, hint="Leave WEB_CONCURRENCY out, or move to PostgreSQL: docs/scaling.md")
