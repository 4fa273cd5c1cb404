"""One call and its fate: the seconds it may take in all, and whether any of it has left this machine."""

from __future__ import annotations

from contextvars import ContextVar

from models.clock import Clock, SystemClock

TIMEOUT = 10.0
"""Seconds one call may take in all: connecting, and the last byte of the reply, included."""

MAX_REPLY = 16 * 2**20
"""Bytes of a reply, unpacked. The largest page we ask for (1,000 histories) has about a tenth of that."""


class Call:
    """Carried by the thread that makes it, so that everything below the library can ask."""

    def __init__(self, seconds: float = TIMEOUT, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._end = self._clock.monotonic() + seconds
        self.sent = False
        """Whether a request may have reached the vendor. It stays so: a call may ask more than once."""

    def left(self) -> float:
        """Seconds until it must have ended. Raises ``TimeoutError`` when there are none."""
        seconds = self._end - self._clock.monotonic()
        if seconds <= 0:
            raise TimeoutError("the call has used up its time")
        return seconds


CURRENT: ContextVar[Call] = ContextVar("call")


def current() -> Call:
    """The call this thread makes; one of the usual length when nobody has said."""
    try:
        return CURRENT.get()
    except LookupError:
        return Call()
