"""How the chaos suite has a process die at a commit point of its choice; an operator's never does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from models.database import nothing


def at_commit_points(kill_at: str, kill_once: str, traced: str) -> Callable[[str], None]:
    """What is done at every commit point: a line in the file ``traced``, a death at ``kill_at``; as the settings."""
    die = _death(kill_at, Path(kill_once)) if kill_at else nothing
    if not traced:
        return die
    trace = Path(traced)

    def at_commit(point: str) -> None:
        with trace.open("a") as lines:
            lines.write(f"{point}\n")
        die(point)

    return at_commit


def _death(kill_at: str, done: Path) -> Callable[[str], None]:
    """With ``label:n`` this process dies at the n-th passing of that point, once; none counts while ``done`` exists."""
    wanted, _, number = kill_at.rpartition(":")
    left = int(number)

    def at_commit(point: str) -> None:
        nonlocal left
        if point != wanted or done.exists():
            return
        left -= 1
        if left == 0:
            done.write_text(point)
            os.kill(os.getpid(), signal.SIGKILL)

    return at_commit
