"""Which backups stay: the newest of each of the last days, weeks and months, and whatever is younger than a day."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.errors import OperatorError

YOUNG = timedelta(days=1)
"""What is younger stays in any case: somebody may have made it for a reason."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Of how many days, weeks and months (UTC) that have a backup the newest one is kept."""

    days: int = 7
    weeks: int = 4
    months: int = 6
    everything: bool = False

    @classmethod
    def read(cls, words: str) -> Keep:
        """``7 4 6``, or ``all``. Raises ``OperatorError``."""
        if words.strip().lower() == "all":
            return cls(everything=True)
        numbers = words.replace(",", " ").split()
        if len(numbers) != 3 or not all(number.isdecimal() and len(number) < 5 for number in numbers):
            hint = "Write how many days, weeks and months, for example '7 4 6', or all"
            raise OperatorError(f"{words!r} does not say what to keep", hint=hint)
        days, weeks, months = map(int, numbers)
        return cls(days, weeks, months)


def kept(made: Iterable[datetime], keep: Keep, now: datetime) -> frozenset[datetime]:
    """Those of ``made`` (UTC) that stay; the newest always does.

    One that is of the future, because a clock was wrong, stays and takes no other's place.
    """
    there = frozenset(made)
    known = sorted((each for each in there if each <= now), reverse=True)
    if keep.everything:
        return there
    ahead = there.difference(known)
    young = {each for each in known if each > now - YOUNG}
    days = _newest(known, lambda at: at.date().isoformat(), keep.days)
    weeks = _newest(known, lambda at: "{}-{:02}".format(*at.isocalendar()), keep.weeks)
    months = _newest(known, lambda at: f"{at:%Y-%m}", keep.months)
    return frozenset({*ahead, *known[:1], *young, *days, *weeks, *months})


def _newest(known: list[datetime], name: Callable[[datetime], str], most: int) -> list[datetime]:
    """The newest of each of the last ``most`` spans that have any."""
    first: dict[str, datetime] = {}
    for at in known:
        first.setdefault(name(at), at)
    return list(first.values())[:most]
