"""Folders of our own: gone at the end, however it ends; the next run removes what one that was killed has left."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "pm-chaos-"

MARK = ".pm-chaos"
"""Stands in a folder of ours, locked for as long as its run lives. Without it a folder may be anybody's."""


@contextlib.contextmanager
def room(parent: Path | None = None) -> Iterator[Path]:
    """A new folder in ``parent``, or in the one for passing things. Raises ``OSError`` where none can be made."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    try:
        with (folder / f"{MARK}.draft").open("w") as mark:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)  # let go by the system however this process ends
            Path(mark.name).rename(folder / MARK)  # only now: one that is not locked is nobody's any more
            _remove_left(folder.parent)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left(parent: Path) -> None:
    for folder in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # another user's, without a mark, or of a run that lives
            mark = os.open(folder / MARK, os.O_RDWR | os.O_NOFOLLOW)
            try:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(mark)
