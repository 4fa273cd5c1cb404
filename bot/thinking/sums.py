"""What thinking came to, summed by day, by purpose and by model: for ``pm costs``, the Home and whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.bills import Bill, BillState
from models.money import Money
from models.thoughts import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What several calls came to."""

    calls: int
    unused: int
    """Of them those whose answer was not used."""
    cost: Money
    usage: Usage

    @property
    def cache_hits(self) -> float | None:
        """The share of all that was read which came from the cache; ``None`` when nothing was read."""
        read = self.usage.read + self.usage.cached + self.usage.kept + self.usage.kept_long
        return self.usage.cached / read if read else None

    def as_json(self) -> Mapping[str, Any]:
        """For programs: dollars, tokens, and the share of cache hits."""
        used = self.usage
        tokens = {
            "read": used.read,
            "cached": used.cached,
            "kept": used.kept + used.kept_long,
            "written": used.written,
        }
        return {
            "calls": self.calls,
            "unused": self.unused,
            "usd": self.cost.dollars,
            "tokens": tokens,
            "cache_hits": self.cache_hits,
        }


def summed(bills: Iterable[Bill]) -> Sum:
    """All of them together."""
    calls = unused = 0
    cost, usage = Money(), Usage()
    for bill in bills:
        calls += 1
        unused += bool(bill.trouble)
        cost, usage = cost + bill.cost, usage + bill.usage
    return Sum(calls=calls, unused=unused, cost=cost, usage=usage)


def by_day(bill: Bill) -> str:
    """The team's own day."""
    return bill.day.isoformat()


def by_purpose(bill: Bill) -> str:
    """What it was for."""
    return bill.purpose.value


def by_model(bill: Bill) -> str:
    """Which model; of a call under way the one that was wanted."""
    return bill.model or f"{bill.size} ({BillState.HELD})"


def summed_by(bills: Sequence[Bill], key: Callable[[Bill], str]) -> Mapping[str, Sum]:
    """One sum for each name that ``key`` gives, in the order of the names."""
    names = sorted({key(bill) for bill in bills})
    return {name: summed(bill for bill in bills if key(bill) == name) for name in names}
