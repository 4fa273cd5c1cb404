"""A clock that is wrong, or that a test moves on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from models.clock import SystemClock

COMPANY = datetime(2026, 11, 17, 14, 40, tzinfo=UTC)


class Moved(SystemClock):
    """Real time by ``by`` ahead; company time stands still at ``COMPANY``."""

    def __init__(self, by: timedelta = timedelta()) -> None:
        self.by = by

    def real(self) -> datetime:
        return super().real() + self.by

    def now(self) -> datetime:
        return COMPANY

    def monotonic(self) -> float:
        return super().monotonic() + self.by.total_seconds()
