"""Numbers, shares and days as people read them in a chart."""

from __future__ import annotations

from datetime import date
from math import isfinite

_MOST = 1e300
"""Larger ones cannot be added."""
_LARGE = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e5, "k"))
"""From which size on it is written how: 123 400 is 123.4 k, 99 999 stays."""


def finite(value: float) -> float:
    """``value``. Raises ``ValueError`` where it is no number that can be drawn."""
    if not isfinite(value) or abs(value) > _MOST:
        raise ValueError(f"{value} cannot be drawn: a chart takes finite numbers")
    return value


def amount(value: float) -> str:
    """``value`` in at most seven letters: ``34``, ``2.5``, ``123.4 k``, ``-1e+18``, ``2e-03``."""
    size = abs(value)
    if size >= 1e16 or 0 < size < 0.05:
        return f"{value:.0e}"
    for least, letter in _LARGE:
        if size >= least:
            return f"{_short(value / (1e3 if letter == 'k' else least))} {letter}"
    return _short(value)


def about(value: float) -> str:
    """A figure that is guessed: without tenths from ten on."""
    return amount(round(value) if 10 <= abs(value) < 1e15 else value)


def _short(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def counted(value: float, unit: str) -> str:
    """``34 points``, ``1 point``. ``unit`` is a plural in ``s``."""
    written = amount(value)
    return f"{written} {unit.removesuffix('s') if written == '1' else unit}"


_A_HAIR = 1e-9


def per_cent(share: float) -> str:
    """``62 %``; what is neither impossible nor certain is never written as 0 or 100."""
    rounded = round(share * 100)
    if rounded == 0 and share > 0:
        return "under 1 %"
    if rounded == 100 and share < 1:
        return "over 99 %"
    return f"{rounded} %"


def open_chance(chance: float) -> float:
    """``chance`` of what may still happen: never quite nothing, never quite certain."""
    return min(1 - _A_HAIR, max(_A_HAIR, chance))


def named(day: date) -> str:
    """``Fri 20 Nov``: in English on every machine."""
    return f"{_WEEKDAYS[day.weekday()]} {short(day)}"


def short(day: date) -> str:
    """``20 Nov``."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def month(day: date) -> str:
    """``Nov 2026``."""
    return f"{_MONTHS[day.month - 1]} {day.year}"


_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
