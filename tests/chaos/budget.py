"""The time of one run of the programme: when it is spent nothing more is begun, and it says what is left to do."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NoReturn

import pytest

MINUTES = float(os.environ.get("CHAOS_MINUTES", "30"))
"""Of one run on both databases; ``inf`` for as long as it takes."""


class Budget:
    """Minutes, counted from now on by ``clock`` (seconds that only ever go up)."""

    def __init__(self, minutes: float, clock: Callable[[], float]) -> None:
        self._minutes, self._clock, self._began, self._longest = minutes, clock, clock(), 0.0

    def took(self, seconds: float) -> None:
        """A story took so long: what is begun from now on may take that, too."""
        self._longest = max(self._longest, seconds)

    def spent(self) -> bool:
        """Whether one more story might end too late."""
        return self._passed + self._longest > 60 * self._minutes

    def stop(self, left: str) -> NoReturn:
        """End the whole run: it has not passed, and has not failed either."""
        words = f"the {self._minutes:g} minutes (CHAOS_MINUTES) are spent: {left}; the same command goes on from here"
        pytest.exit(f"{words}. It has NOT passed yet")

    def __str__(self) -> str:
        return f"minute {self._passed / 60:.0f}" + (f" of {self._minutes:g}" if self._minutes < float("inf") else "")

    @property
    def _passed(self) -> float:
        return self._clock() - self._began
