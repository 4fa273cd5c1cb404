"""A Span is a length of time as the constitution writes it, for example ``8 business hours`` or ``30 minutes``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches

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
            raise ValueError(f"{text!r} is not a length of time; {_hint(text)}")
        unit = match[3].lower()
        business = match[2] is not None
        if business and unit == "week":
            raise ValueError(f"{text!r}: write business weeks as business days, five to the week")
        return cls(int(match[1]), unit, business)

    @property
    def elapsed(self) -> timedelta:
        """The length on the wall clock. Raises ``ValueError`` for business time, which needs a calendar."""
        if self.business:
            raise ValueError(f"{self} is working time: planner.bounds.worktime measures it")
        return self.count * _UNITS[self.unit]

    def __str__(self) -> str:
        return f"{self.count} {'business ' if self.business else ''}{self.unit}{'' if self.count == 1 else 's'}"


_SHORT = {"h": "hour", "hr": "hour", "hrs": "hour", "m": "minute", "min": "minute", "d": "day", "w": "week"}
_SAID = re.compile(r"(\d{1,4})\s*([a-z]*)\s*([a-z]*)", re.IGNORECASE)


def _hint(text: str) -> str:
    """What may have been meant, else examples."""
    said = _SAID.fullmatch(text.strip())
    if said is None:
        return "write for example '8 business hours' or '30 minutes'"
    count, first, last = said[1], said[2].lower(), said[3].lower()
    if not first:
        return f"it has no unit: write for example '{count} business hours' or '{count} minutes'"
    unit = _SHORT.get(last or first) or _near(last or first, _UNITS)
    working = "business " if last and _near(first, ("business",)) else ""
    if unit is None or (last and not working) or (working and unit == "week"):
        return "write for example '8 business hours' or '30 minutes'"
    return f"did you mean '{Span(int(count), unit, bool(working))}'?"


def _near(word: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(word.removesuffix("s"), [k.removesuffix("s") for k in known], n=1)), None)
