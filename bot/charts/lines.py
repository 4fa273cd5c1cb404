"""A line of many figures with no more corners than anybody could see."""

from __future__ import annotations

from collections.abc import Sequence

from bot.charts.drawing import Place

_CORNERS, _COLUMN = 300, 2
"""Beyond so many corners each column of so many units keeps its first, lowest, highest and last."""


def thinned(places: Sequence[Place]) -> list[Place]:
    """``places`` without those on the straight line of their neighbours, and few enough to be drawn."""
    bent = [p for i, p in enumerate(places) if i in (0, len(places) - 1) or not _straight(*places[i - 1 : i + 2])]
    if len(bent) <= _CORNERS:
        return bent
    column: dict[int, list[Place]] = {}
    for x, y in bent:
        column.setdefault(int(x / _COLUMN), []).append((x, y))
    return [p for of in column.values() for p in dict.fromkeys((of[0], min(of, key=_y), max(of, key=_y), of[-1]))]


def _y(place: Place) -> float:
    return place[1]


def _straight(before: Place, at: Place, after: Place) -> bool:
    (ax, ay), (bx, by), (cx, cy) = before, at, after
    return abs((by - ay) * (cx - ax) - (cy - ay) * (bx - ax)) < 1e-6
