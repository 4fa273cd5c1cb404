"""Refused deliveries: all of them counted, few of them logged, so that a flood of forgeries cannot fill a disk."""

from __future__ import annotations

import logging

from bot.metrics import Metrics
from models.clock import Clock
from models.errors import Unwelcome

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two log lines about one source."""


class Refusals:
    """What happens to deliveries nobody wanted."""

    def __init__(self, clock: Clock, metrics: Metrics) -> None:
        self._clock = clock
        self._metrics = metrics
        self._quiet_until: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}

    def count(self, source: str, refusal: Unwelcome) -> None:
        """Count it; say it unless something was said about this source a moment ago."""
        self._metrics.delivery(source, "unavailable" if refusal.status == 503 else "refused")
        now = self._clock.monotonic()
        if now < self._quiet_until.get(source, float("-inf")):
            self._unsaid[source] = self._unsaid.get(source, 0) + 1
            return
        self._quiet_until[source] = now + EVERY
        log.warning(
            "a delivery from %s was refused: %s",
            source,
            refusal,
            extra={"action": "refused", "status": refusal.status, "unsaid": self._unsaid.pop(source, 0)},
        )
