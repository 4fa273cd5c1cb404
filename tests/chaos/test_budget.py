"""A run of the programme ends when its time is spent, says what is left, and is no success while anything is."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.chaos.product import ROOT
from tests.chaos.budget import Budget

INTERRUPTED = 2
"""pytest's exit code for it: neither passed nor failed."""


class Hands:
    """A clock that is set."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_nothing_is_begun_that_might_end_too_late() -> None:
    clock = Hands()
    budget = Budget(30, clock)
    assert not budget.spent()
    budget.took(100)
    budget.took(40)
    clock.seconds = 1700.0
    assert not budget.spent() and str(budget) == "minute 28 of 30"
    clock.seconds = 1701.0
    assert budget.spent()


def test_without_an_end_it_is_never_spent() -> None:
    clock = Hands()
    budget = Budget(math.inf, clock)
    clock.seconds = 1e9
    assert not budget.spent() and " of " not in str(budget)


def test_who_stops_says_what_is_left_and_that_it_goes_on() -> None:
    with pytest.raises(
        pytest.exit.Exception, match=r"30 minutes .* 3 of 134 kills; the same command goes on .* NOT passed"
    ):
        Budget(30, Hands()).stop("sqlite: 3 of 134 kills")


def test_a_run_whose_time_is_spent_has_not_passed(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "pytest", "-m", "chaos", "-o", f"cache_dir={tmp_path}", "tests/chaos/test_storm.py"]
    told = {**os.environ, "CHAOS_MINUTES": "0", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=ROOT, env=told, capture_output=True, text=True, timeout=120)
    assert done.returncode == INTERRUPTED, done.stdout + done.stderr
    assert "storm 1 is left" in done.stdout and "NOT passed" in done.stdout and "1 passed" not in done.stdout
