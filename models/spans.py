"""A Span is a length of time as the constitution writes it, for example ``8 business hours`` or ``30 minutes``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

_PATTERN = re.compile(r"^(\d{1,4})\s+(business\s+)?(minute|hour|day|week)s?$", re.IGNORECASE)
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


@dataclass(frozen=True, slots=True)
class Span:
    """``count`` units, counted in working time when ``business``."""

    count: int
    unit: str
    business: bool

    @classmethod
    def parse(cls, text: str) -> Span:
        """Read ``1 business day``. Raises ``ValueError`` naming the accepted forms."""
        match = _PATTERN.match(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not a length of time; write for example '8 business hours' or '30 minutes'")
        unit = match[3].lower()
        business = match[2] is not None
        if business and unit == "week":
            raise ValueError(f"{text!r}: write business weeks as business days, five to the week")
        return cls(int(match[1]), unit, business)

    @property
    def elapsed(self) -> timedelta:
        """The length on the wall clock. Raises ``ValueError`` for business time, which needs a calendar."""
        if self.business:
            raise ValueError(f"{self} is working time: planner.worktime measures it")
        return self.count * _UNITS[self.unit]

    def __str__(self) -> str:
        return f"{self.count} {'business ' if self.business else ''}{self.unit}{'' if self.count == 1 else 's'}"
