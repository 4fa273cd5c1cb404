"""A process that ``pm chaos`` kills dies at the passing it was told, and at no other."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.dying import DONE
from tests.bot.knocking import ROOT

PASSES = """
import sys
from bot.dying import at_commit_points
at_commit = at_commit_points(*sys.argv[1:3])
for point in sys.argv[3:]:
    at_commit(point)
"""
HERE, THERE = "settle:before", "settle:after"


def passed(folder: Path, orders: str, *points: str) -> tuple[int, list[str]]:
    """How a process ended that was to pass these commit points, and which it passed."""
    told, trace = folder / "orders", folder / "trace"
    told.write_text(orders)
    trace.write_text("")
    asked = [sys.executable, "-c", PASSES, str(told), str(trace), *points]
    ended = subprocess.run(asked, cwd=ROOT, timeout=60).returncode
    return ended, trace.read_text().split()


@pytest.mark.parametrize("nth", [1, 3])
def test_it_dies_at_the_passing_it_was_told_and_whoever_comes_after_lives(tmp_path: Path, nth: int) -> None:
    ways = (HERE, THERE) * 4
    assert passed(tmp_path, f"{HERE}:{nth}", *ways) == (-signal.SIGKILL, list(ways[: 2 * nth - 1]))
    done = (tmp_path / "orders").read_text()
    assert done == f"{DONE} {HERE}"
    assert passed(tmp_path, done, *ways) == (0, list(ways))


def test_without_orders_nobody_dies(tmp_path: Path) -> None:
    assert passed(tmp_path, "", HERE, THERE) == (0, [HERE, THERE])
