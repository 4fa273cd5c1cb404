"""From figures to places in a drawing: straight, never turning back, with round marks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, log10

_LEAST = 1e-300
"""Smaller spans have no tenth."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Figures from ``low`` to ``high`` (always further) lie between the places ``start`` and ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The place of ``value``; what lies beyond the scale stays at its edge."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def step(span: float, most: int) -> float:
    """The least of 1, 2, 5 times a power of ten that divides ``span`` into ``most`` parts or fewer."""
    rough = span / most
    tens = 10.0 ** floor(log10(rough))
    return next(tens * m for m in (1, 2, 5, 10) if tens * m >= rough * (1 - 1e-9))


def rounded(values: Iterable[float], start: float, end: float, most: int = 6) -> tuple[Scale, tuple[float, ...]]:
    """A scale with zero on it that holds ``values``, and its marks: round, from its low to its high."""
    known = (0.0, *values)
    low, high = min(known), max(known)
    if high - low < _LEAST:
        return Scale(0, 1, start, end), (0.0, 1.0)
    each = step(high - low, most)
    first, last = floor(low / each + 1e-9), ceil(high / each - 1e-9)
    return Scale(min(first * each, low), max(last * each, high), start, end), tuple(
        i * each for i in range(first, last + 1)
    )
