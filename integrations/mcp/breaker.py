"""A breaker: after a few failures in a row nobody is kept waiting for a server that does not work."""

from __future__ import annotations

from enum import StrEnum

from models.clock import Clock

FAILURES = 3
"""Failures in a row after which it opens."""

OPEN_FOR = 30.0
"""Seconds it stays open before one call may try again."""

LONGEST = 900.0
"""Seconds: the longest a server may keep it open by asking us to wait; an answer can say anything."""


class State(StrEnum):
    """``closed`` lets calls through, ``open`` none, ``half_open`` the one that tries."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """The state of one server. ``admits`` asks for a turn; each turn ends in ``worked``, ``failed`` or ``unknown``."""

    def __init__(self, clock: Clock, failures: int = FAILURES, open_for: float = OPEN_FOR) -> None:
        self._clock, self._most, self._open_for = clock, failures, open_for
        self._failures = 0
        self._until: float | None = None
        self._probing = False

    @property
    def state(self) -> State:
        """How it stands now."""
        if self._until is None:
            return State.CLOSED
        return State.HALF_OPEN if self._probing or self._clock.monotonic() >= self._until else State.OPEN

    def admits(self) -> bool:
        """Whether a call may go through; while half open, exactly one may."""
        if self._until is None:
            return True
        if self._probing or self._clock.monotonic() < self._until:
            return False
        self._probing = True
        return True

    def wait(self) -> float:
        """Seconds until the next call may try."""
        return max(0.0, self._until - self._clock.monotonic()) if self._until is not None else 0.0

    def worked(self) -> None:
        """A call was answered: closed again."""
        self._failures, self._until, self._probing = 0, None, False

    def failed(self, wait: float | None = None) -> None:
        """A call was not answered; ``wait`` (seconds) is what the server asked for, and opens it at once."""
        self._failures += 1
        if wait is not None or self._probing or self._failures >= self._most:
            self._until = self._clock.monotonic() + max(self._open_for, min(wait or 0.0, LONGEST))
        self._probing = False

    def unknown(self) -> None:
        """A call ended before anything was learnt: another one may try."""
        self._probing = False
