"""How ``pm chaos`` has a process die at a commit point of its choice; an operator's never does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

from models.database import nothing

DONE = "done"
"""What the orders say once they are carried out: whoever is started after that lives."""


def at_commit_points(orders: str, traced: str) -> Callable[[str], None]:
    """What is done at every commit point: a line in the file ``traced``, a death as the file ``orders`` says."""
    die = _death(Path(orders)) if orders else nothing
    if not traced:
        return die
    trace = Path(traced)

    def at_commit(point: str) -> None:
        with trace.open("a") as lines:
            lines.write(f"{point}\n")
        die(point)

    return at_commit


def _death(orders: Path) -> Callable[[str], None]:
    """While the orders say ``label:before:n`` this process dies at the n-th passing of that point from now on."""
    known, wanted, left = "", "", 0

    def at_commit(point: str) -> None:
        nonlocal known, wanted, left
        told = _told(orders)
        if told != known:
            known, (wanted, _, number) = told, told.rpartition(":")
            left = int(number) if number.isdecimal() else 0
        if point != wanted:
            return
        left -= 1
        if left == 0:
            orders.write_text(f"{DONE} {point}")
            os.kill(os.getpid(), signal.SIGKILL)

    return at_commit


def _told(orders: Path) -> str:
    try:
        return orders.read_text()
    except OSError:
        return ""
