"""A clock that is set: it stands still until it is told what time it is."""

from __future__ import annotations

from datetime import datetime


class SetClock:
    """``models.clock.Clock`` of days gone by; company time and real time are the same."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """See ``Clock.now``."""
        return self.at

    def real(self) -> datetime:
        """See ``Clock.real``."""
        return self.at

    def monotonic(self) -> float:
        """See ``Clock.monotonic``."""
        return self.at.timestamp()
