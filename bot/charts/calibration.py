"""Did what we said come true as often as we said?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from bot.charts.amounts import counted, finite, per_cent
from bot.charts.axes import Key, dot_key, key, line_key, marks_up
from bot.charts.chart import Chart, Table, charted
from bot.charts.drawing import BLUE, LINE, WIDTH, Box, Drawing
from bot.charts.scales import Scale

_TOP, _BOTTOM = 30.0, 300.0
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_FEW, _TOO_FEW = 5, 10
"""Forecasts in one group that say little, and in all groups that say nothing yet."""
_USUAL, _SURE = 1.96, 2.58
"""Of the interval (Wilson's) that holds the real share 19 times of 20, or 99 of 100. The second decides what is said:
of five groups one lies outside of the first by chance every fourth time."""


@dataclass(frozen=True, slots=True)
class Group:
    """Forecasts that said about the same, and what became of them."""

    stated: float
    """Their mean chance, from 0 to 1."""
    kept: int
    """How many of them came true."""
    of: int
    """How many there are: at least one, no fewer than came true."""

    def __post_init__(self) -> None:
        """Raises ``ValueError`` where this cannot be."""
        if not (0 <= finite(self.stated) <= 1 and 0 <= self.kept <= self.of and self.of):
            raise ValueError(f"no group of forecasts: {self}")

    @property
    def share(self) -> float:
        """How often they came true, from 0 to 1."""
        return self.kept / self.of

    @property
    def within(self) -> tuple[float, float]:
        """Where the real share may lie, given so few."""
        return self._interval(_USUAL)

    @property
    def off(self) -> bool:
        """Whether what was said is surely wrong."""
        low, high = self._interval(_SURE)
        return not low <= self.stated <= high

    def _interval(self, z: float) -> tuple[float, float]:
        centre = self.share + z**2 / (2 * self.of)
        half = z * sqrt(self.share * (1 - self.share) / self.of + z**2 / (4 * self.of**2))
        whole = 1 + z**2 / self.of
        return max(0.0, (centre - half) / whole), min(1.0, (centre + half) / whole)


def grouped(forecasts: Iterable[tuple[float, bool]], groups: int = 5) -> tuple[Group, ...]:
    """(chance, came true) pairs put together in ``groups`` equal parts of 0 to 1, empty ones left out."""
    parts: dict[int, list[tuple[float, bool]]] = {}
    for chance, true in forecasts:
        parts.setdefault(min(groups - 1, int(chance * groups)), []).append((chance, true))
    return tuple(
        Group(sum(chance for chance, _ in part) / len(part), sum(true for _, true in part), len(part))
        for _, part in sorted(parts.items())
    )


def calibration(groups: Sequence[Group], brier: float | None = None) -> Chart:
    """What was said against what came true. ``brier``: their Brier score, 0 for always right and sure."""
    told = tuple(sorted(groups, key=lambda group: group.stated))
    return charted(_found(told), _shown(told, brier), _figures(told), _drawn(told))


# --- in words ---------------------------------------------------------------------------------------------------


def _found(groups: Sequence[Group]) -> str:
    total, kept = sum(group.of for group in groups), sum(group.kept for group in groups)
    if not total:
        return "No forecast has come due yet"
    if total < _TOO_FEW:
        return f"Too few forecasts to judge: {kept} of {total} came true"
    off = [group for group in groups if group.off]
    if not off:
        return f"What was said came true about as often as said, over {total} forecasts"
    worst = max(off, key=lambda group: abs(group.share - group.stated))
    much = "too much" if worst.share < worst.stated else "too little"
    return f"Said {much}: {per_cent(worst.stated)} came true {worst.kept} of {worst.of} times"


def _shown(groups: Sequence[Group], brier: float | None) -> str:
    if not groups:
        return "Forecasts are compared with what became of them when their sprint has ended."
    said = [f"{per_cent(group.stated)} came true {group.kept} of {group.of} times" for group in groups]
    score = "" if brier is None else f" Brier score {brier:.2f}: 0 is always right and sure, 0.25 is a coin."
    told = "; ".join(said)
    return (
        f"{told[:1].upper()}{told[1:]}. On the dashed line things come true as often as said, below it less often. "
        f"An upright line is where the real share may lie: the fewer the forecasts, the longer.{score}"
    )


def _figures(groups: Sequence[Group]) -> Table:
    rows = tuple(
        (per_cent(g.stated), f"{g.kept} of {g.of}", per_cent(g.share), " to ".join(map(per_cent, g.within)))
        for g in groups
    )
    return Table(
        "Forecasts and what became of them", ("Said", "Came true", "Share", "Real share, 19 times of 20"), rows
    )


# --- drawn ------------------------------------------------------------------------------------------------------


def _drawn(groups: Sequence[Group]) -> Drawing:
    on = Drawing(_BOTTOM + 5 * LINE)
    up = Scale(0, 1, _BOTTOM, _TOP)
    left = marks_up(on, up, _QUARTERS, per_cent, WIDTH - 34)
    on.text(2, 13, "how often it came true", fill_opacity=0.75)
    across = Scale(0, 1, left, WIDTH - 34)
    for mark in _QUARTERS:
        on.line(across.at(mark), _TOP, across.at(mark), _BOTTOM, stroke_opacity=0.1)
        on.text(across.at(mark), _BOTTOM + LINE + 3, per_cent(mark), "middle", fill_opacity=0.75)
    on.text((left + WIDTH - 34) / 2, _BOTTOM + 2 * LINE + 3, "how likely we said it was", "middle", fill_opacity=0.75)
    on.line(across.at(0), up.at(0), across.at(1), up.at(1), stroke_opacity=0.7, stroke_dasharray="7 4")
    for group in groups:
        _dot(on, across.at(group.stated), up, group)
    for group in groups:
        _count(on, across.at(group.stated), up.at(group.share), f"{group.kept} of {group.of}")
    on.height = key(on, _BOTTOM + 3 * LINE + 12, _keys(groups))
    return on


def _dot(on: Drawing, x: float, up: Scale, group: Group) -> None:
    low, high = group.within
    on.line(x, up.at(low), x, up.at(high), stroke=BLUE, stroke_opacity=0.6, stroke_width=2)
    look: dict[str, float | str] = {"fill": BLUE} if group.of >= _FEW else _HOLLOW
    told = f"{per_cent(group.stated)} came true {group.kept} of {counted(group.of, 'times')}"
    y, r = up.at(group.share), min(9.0, 4 + sqrt(group.of) / 2)
    on.put("circle", {"cx": x, "cy": y, "r": r, **look}, told)
    on.taken += [Box(x - 1, up.at(high), x + 1, up.at(low)), Box(x - r, y - r, x + r, y + r)]


_HOLLOW: dict[str, float | str] = {"fill": "none", "stroke": BLUE, "stroke_width": 2}


def _count(on: Drawing, x: float, y: float, text: str) -> None:
    """How many, beside the dot where there is room; the table has it in any case."""
    for dx, dy in ((12, 4.5), (-12, 4.5), (8, -10), (-8, -10), (8, 20), (-8, 20)):
        if _TOP - 12 < y + dy < _BOTTOM - 3 and on.try_text(x + dx, y + dy, text, "start" if dx > 0 else "end"):
            return


def _keys(groups: Sequence[Group]) -> list[Key]:
    keys = [line_key("as often as said", stroke_opacity=0.7, stroke_dasharray="7 4")]
    if any(group.of >= _FEW for group in groups):
        keys.append(dot_key(f"{_FEW} forecasts or more", fill=BLUE))
    if any(group.of < _FEW for group in groups):
        keys.append(dot_key("fewer: says little", **_HOLLOW))
    return keys
