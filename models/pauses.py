"""A pause: somebody lets nothing unasked leave, until a time or until somebody resumes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from models.ids import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """Who has paused a team, and since when (company time)."""

    by: PersonId | None
    """``None`` where only the switch is known, not who has thrown it."""
    since: datetime | None = None
    until: datetime | None = None
    """Company time at which it ends by itself; ``None`` until somebody resumes."""

    def holds(self, now: datetime) -> bool:
        """Whether it lasts at ``now`` (company time)."""
        return self.until is None or now < self.until
