"""Counts in rows and columns, shaded by size; each is written where all have room."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from bot.charts.amounts import amount
from bot.charts.axes import Key, area_key, key
from bot.charts.drawing import BLUE, LINE, ORANGE, SIZE, WIDTH, Attributes, Box, Drawing
from bot.charts.letters import fit, width

COLUMNS = 31
"""At most: a month of days, narrow but apart."""
_NAMES = 112.0
"""Room for a name, at most."""
_TOP, _ROW = 40.0, 20.0
_LEVELS = 4
_OVER: dict[str, float | str] = {"fill": ORANGE, "fill_opacity": 0.75, "stroke": "currentColor", "stroke_width": 0.8}


@dataclass(frozen=True, slots=True)
class Grid:
    """What is counted, ready to be drawn."""

    title: str
    columns: tuple[str, ...]
    """At most ``COLUMNS``."""
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    """(name, one count for each column)."""
    gaps: tuple[int, ...]
    """Columns before which there is a little room."""
    most: int | None
    """Counts above it stand out."""
    sums: bool = True
    """Whether each row ends with its sum."""

    @property
    def highest(self) -> int:
        """The largest count, at least one."""
        return max((count for _, counts in self.rows for count in counts), default=0) or 1


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the cells lie."""

    left: float
    cell: int
    gaps: tuple[int, ...]

    def x(self, column: int) -> int:
        return round(self.left) + column * self.cell + 3 * sum(gap <= column for gap in self.gaps)


def drawn(of: Grid) -> Drawing:
    """``of`` with its rows in their order, sums on the right, and a key."""
    on = Drawing(_TOP + _ROW * len(of.rows) + 3 * LINE)
    sums = [amount(sum(counts)) for _, counts in of.rows]
    total = max(width(text, SIZE) for text in (*sums, "total")) if of.sums else 0.0
    names = [fit(name, SIZE, _NAMES) for name, _ in of.rows]
    left = max((width(name, SIZE) for name in names), default=0.0) + 8
    room = WIDTH - left - total - 10 - 3 * len(of.gaps)
    place = _Place(left, min(34, int(room / max(1, len(of.columns)))), of.gaps)
    on.text(2, 13, of.title, fill_opacity=0.75)
    on.text(WIDTH - 2, _TOP - 7, "total" if of.sums else "", "end", fill_opacity=0.75)
    _heads(on, of, place)
    for i, (name, text) in enumerate(zip(names, sums, strict=True)):
        y = _TOP + _ROW * i
        on.line(0, y + _ROW, WIDTH, y + _ROW, stroke_opacity=0.12)
        on.text(2, y + 14.5, name)
        on.text(WIDTH - 2, y + 14.5, text if of.sums else "", "end")
    _cells(on, of, place)
    on.height = key(on, _TOP + _ROW * len(of.rows) + LINE + 4, _keys(of))
    return on


def _heads(on: Drawing, of: Grid, place: _Place) -> None:
    """What the columns are: the first of each part, and others where there are few parts, while there is room."""
    others = () if len(of.gaps) > 1 else range(len(of.columns))
    y = _TOP - 7
    for i in dict.fromkeys((*(0, *of.gaps)[: len(of.columns)], *others)):
        x = place.x(i)
        if on.free(Box(x - 6, y - SIZE, min(WIDTH, x + width(of.columns[i], SIZE) + 6), y)):
            on.try_text(x, y, of.columns[i], fill_opacity=0.75)


def _cells(on: Drawing, of: Grid, place: _Place) -> None:
    """One path for each shade: a cell costs sixteen letters, however it looks."""
    shades: dict[int, list[str]] = {}
    for i, (_, counts) in enumerate(of.rows):
        for column, count in enumerate(counts):
            if count:
                y = round(_TOP + _ROW * i) + 2
                cell = f"M{place.x(column)} {y}h{place.cell - 1}v{_ROW - 4:.0f}h{1 - place.cell}z"
                shades.setdefault(_shade(of, count), []).append(cell)
    for shade, cells in sorted(shades.items()):
        on.put("path", {"d": "".join(cells), **_look(shade)})
    if width(str(of.highest), SIZE) < place.cell - 2:
        for i, (_, counts) in enumerate(of.rows):
            middles = [(place.x(c) + (place.cell - 1) / 2, str(count)) for c, count in enumerate(counts) if count]
            on.row(_TOP + _ROW * i + 14.5, middles)


def _step(of: Grid) -> int:
    return ceil(of.highest / _LEVELS)


def _shade(of: Grid, count: int) -> int:
    """0 is above what may be; then 1 to 4, darker."""
    return 0 if of.most is not None and count > of.most else ceil(count / _step(of))


def _look(shade: int) -> Attributes:
    return {"fill": BLUE, "fill_opacity": round(0.35 + 0.13 * shade, 2)} if shade else _OVER


def _keys(of: Grid) -> list[Key]:
    shown = sorted({_shade(of, count) for _, counts in of.rows for count in counts if count})
    step = _step(of)
    keys = []
    for shade in (s for s in shown if s):
        low, high = (shade - 1) * step + 1, min(shade * step, of.most or shade * step)
        keys.append(area_key(f"{low}" if low >= high else f"{low} to {high}", **_look(shade)))
    return [*keys, area_key(f"more than {of.most}", **_OVER)] if 0 in shown else keys
