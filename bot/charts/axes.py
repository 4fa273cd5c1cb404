"""What stands around the figures: marks with their words, days, a key, and labels that make room for each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.charts.amounts import month, short
from bot.charts.drawing import LINE, SIZE, WIDTH, Box, Drawing
from bot.charts.letters import width
from bot.charts.scales import Scale

_LONG = timedelta(days=300)
"""From which span on a day is told by its month and year."""
_SWATCH, _GAP = 16.0, 14.0
_APART = 8.0
"""Between one day's word and the next."""


@dataclass(frozen=True, slots=True)
class Days:
    """The days from ``first`` to ``last`` between two places."""

    first: date
    last: date
    start: float
    end: float

    def at(self, day: date) -> float:
        """The place of ``day``; a single day stands in the middle."""
        span = (self.last - self.first).days
        share = (min(max(day, self.first), self.last) - self.first).days / span if span else 0.5
        return self.start + share * (self.end - self.start)

    def told(self, day: date) -> str:
        """``20 Nov``, or ``Nov 2026`` where it is one of many."""
        return month(day) if self.last - self.first > _LONG else short(day)

    def all(self) -> Iterable[date]:
        """First, last, then those between in ever smaller steps: whoever labels them stops where it is full."""
        span = (self.last - self.first).days
        yield from dict.fromkeys((self.first, self.last))
        for parts in (2, 4, 8, 16):
            yield from (self.first + timedelta(days=span * i // parts) for i in range(1, parts, 2))


def room(texts: Iterable[str]) -> float:
    """How much room beside a plot these labels take."""
    return max((width(text, SIZE) for text in texts), default=0.0) + 8


def marks_up(on: Drawing, scale: Scale, marks: Sequence[float], told: Callable[[float], str], right: float) -> float:
    """Faint lines across, to ``right``, with their words at the left edge; the place where the plot begins."""
    left = room(map(told, marks))
    for mark in marks:
        y = scale.at(mark)
        on.line(left, y, right, y)
        on.text(left - 5, y + 0.35 * SIZE, told(mark), "end", fill_opacity=0.75)
    return left


def marks_of_days(on: Drawing, days: Days, y: float, title: str) -> None:
    """The days below a plot whose lower edge is ``y``, as many as have room, and what they are."""
    said = set[str]()
    for day in days.all():
        x, text = days.at(day), days.told(day)
        if text not in said and _somewhere(on, x, y + LINE + 4, text, fill_opacity=0.75):
            on.line(x, y, x, y + 4, stroke_opacity=0.5)
            said.add(text)
    on.text((days.start + days.end) / 2, y + 2 * LINE + 4, title, "middle", fill_opacity=0.75)


def _somewhere(on: Drawing, x: float, y: float, text: str, **attributes: float | str) -> bool:
    """Write ``text`` below ``x``, moved aside where it would leave the drawing; whether there was room."""
    half = width(text, SIZE) / 2
    middle = min(max(x, half + 1), WIDTH - half - 1)
    fits = on.free(Box(max(0.0, middle - half - _APART), y - SIZE, min(WIDTH, middle + half + _APART), y))
    return fits and on.try_text(middle, y, text, "middle", **attributes)


def mark_day(on: Drawing, x: float, top: float, bottom: float, text: str) -> None:
    """An upright line with a word above it, beside whatever is there already."""
    on.line(x, top, x, bottom, stroke_opacity=0.6, stroke_dasharray="2 3")
    wide = width(text, SIZE)
    for moved in (0, wide / 2 + 3, -wide / 2 - 3, wide + 6, -wide - 6):
        if on.try_text(x + moved, top - 5, text, "middle"):
            return


def apart(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near ``wanted``, in its order, at least ``gap`` apart, inside ``low`` to ``high`` if they fit."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    places = [0.0] * len(wanted)
    least = low
    for i in order:
        places[i] = least = max(wanted[i], least)
        least += gap
    most = high
    for i in reversed(order):
        places[i] = most = min(places[i], most)
        most -= gap
    return places


@dataclass(frozen=True, slots=True)
class Key:
    """One line of what means what."""

    text: str
    draw: Callable[[Drawing, float, float], None]
    """Draws the sign, ``_SWATCH`` wide, from a place on the left whose middle is the second figure."""


def line_key(text: str, **look: float | str) -> Key:
    """A piece of a line."""
    return Key(text, lambda on, x, y: on.line(x, y, x + _SWATCH, y, **{"stroke_opacity": 1, **look}))


def area_key(text: str, **look: float | str) -> Key:
    """A piece of an area."""
    return Key(text, lambda on, x, y: on.put("rect", {"x": x, "y": y - 6, "width": _SWATCH, "height": 12, **look}))


def dot_key(text: str, **look: float | str) -> Key:
    """A dot."""
    return Key(text, lambda on, x, y: on.put("circle", {"cx": x + _SWATCH / 2, "cy": y, "r": 5, **look}))


def key(on: Drawing, y: float, keys: Sequence[Key]) -> float:
    """What means what, from ``y`` down in as many lines as it takes; where the drawing may end."""
    x = 2.0
    for each in keys:
        wide = _SWATCH + 5 + width(each.text, SIZE)
        if x > 2 and x + wide > WIDTH:
            x, y = 2.0, y + LINE + 1
        each.draw(on, x, y - 4.5)
        on.text(x + _SWATCH + 5, y, each.text)
        x += wide + _GAP
    return y + 7
