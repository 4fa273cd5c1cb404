"""Will we make it? What was to do, what is done, and where sprints like this one ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bot.charts.amounts import about, amount, counted, finite, named, open_chance, per_cent
from bot.charts.axes import Days, Key, apart, area_key, key, line_key, mark_day, marks_of_days, marks_up, room
from bot.charts.chart import Chart, Table, charted
from bot.charts.drawing import BLUE, LINE, SIZE, WIDTH, Anchor, Drawing, Place
from bot.charts.letters import brief
from bot.charts.lines import thinned
from bot.charts.scales import Scale, rounded
from models.forecasts import Forecast, Foretold

_TOP, _BOTTOM = 32.0, 210.0
_SHADE = 0.22
"""Of each interval; the inner ones lie on the outer ones."""
_EDGE: dict[str, float | str] = {"stroke": BLUE, "stroke_width": 0.7, "stroke_opacity": 0.7}
_ROWS = 60
"""Days in the table, at most."""


@dataclass(frozen=True, slots=True)
class Point:
    """What was counted at the end of a day."""

    day: date
    value: float

    def __post_init__(self) -> None:
        """Raises ``ValueError`` where ``value`` is no finite number."""
        finite(self.value)


@dataclass(frozen=True, slots=True)
class Cone:
    """Where the sprint will end: units delivered at its end."""

    chance: float
    """From 0 to 1: that all of what is the target now is delivered."""
    median: float
    within: Mapping[int, tuple[float, float]]
    """Per cent to the interval that shall hold what is delivered that often."""

    def __post_init__(self) -> None:
        """Raises ``ValueError`` where one of them is no finite number."""
        for value in (self.chance, self.median, *(end for pair in self.within.values() for end in pair)):
            finite(value)


def cone(told: Foretold | Forecast, target: float) -> Cone:
    """What is foretold of a sprint whose target is ``target`` units, in units delivered: never less than none."""
    within = {level: (max(0.0, target + low), max(0.0, target + high)) for level, (low, high) in told.within.items()}
    return Cone(open_chance(told.chance), max(0.0, target + told.median), within)


@dataclass(frozen=True, slots=True, kw_only=True)
class BurnUp:
    """One sprint, counted day by day."""

    sprint: str
    unit: str
    """A plural: ``points`` or ``issues``."""
    starts: date
    ends: date
    today: date
    target: tuple[Point, ...]
    """What was to be delivered, oldest first."""
    done: tuple[Point, ...]
    """Of it, oldest first. What lies after ``today`` is drawn as what became of it."""
    cone: Cone | None = None
    mark: str = "today"
    """What ``today`` is called."""

    @property
    def later(self) -> Point | None:
        """What was done last, where that was after ``today`` and is known."""
        return self.done[-1] if self.done and self.done[-1].day > self.today and not self.over else None

    @property
    def name(self) -> str:
        """The sprint's, as it fits a title."""
        return brief(self.sprint)

    @property
    def over(self) -> bool:
        """Whether nothing of it is left to foretell."""
        return self.today >= self.ends

    @property
    def aim(self) -> float:
        """Units to deliver, as of today."""
        return _as_of(self.target, max(self.today, self.target[0].day)) if self.target else 0.0

    @property
    def reached(self) -> float:
        """Units done, as of today."""
        return _as_of(self.done, self.today)


def _as_of(points: Sequence[Point], day: date) -> float:
    known = [point.value for point in points if point.day <= day]
    return known[-1] if known else 0.0


def burn_up(of: BurnUp) -> Chart:
    """The sprint's burn-up: as it stands, and with a forecast as it will end."""
    return charted(_found(of), _shown(of), _figures(of), _drawn(of))


# --- in words ---------------------------------------------------------------------------------------------------


def _found(of: BurnUp) -> str:
    if not of.target and not of.done:
        return f"{of.name}: nothing is counted yet"
    if of.over:
        return f"{of.name}: {amount(of.reached)} of {counted(of.aim, of.unit)} done when it ended on {named(of.ends)}"
    if of.aim <= 0:
        return f"{of.name}: nothing to do is counted"
    if of.cone and of.later:
        told = f"{per_cent(of.cone.chance)} on {named(of.today)} to finish all {counted(of.aim, of.unit)}"
        return f"{of.name}: {told}; in the end {amount(of.later.value)} were done"
    if of.cone:
        return f"{of.name}: {per_cent(of.cone.chance)} to finish all {counted(of.aim, of.unit)} by {named(of.ends)}"
    if of.today < of.starts:
        return f"{of.name}: {counted(of.aim, of.unit)} planned, it begins on {named(of.starts)}"
    return f"{of.name}: {amount(of.reached)} of {counted(of.aim, of.unit)} done, it ends on {named(of.ends)}"


def _shown(of: BurnUp) -> str:
    said = [f"From {named(of.starts)} to {named(of.ends)}."]
    if of.today < of.starts:
        said.append(f"It has not begun; {counted(of.aim, of.unit)} are planned.")
    elif of.target or of.done:
        said.append(f"On {named(min(of.today, of.ends))} {amount(of.reached)} of {counted(of.aim, of.unit)} were done.")
    added = of.aim - of.target[0].value if of.target else 0.0
    if added:
        said.append(f"Since the first count {counted(abs(added), of.unit)} were {'added' if added > 0 else 'removed'}.")
    if of.cone and not of.over:
        said.append(_foretold(of.cone, of.unit))
    if of.later:
        said.append(f"On {named(of.later.day)} {amount(of.later.value)} were done.")
    return " ".join(said)


def _foretold(cone: Cone, unit: str) -> str:
    said = f"At the end about {about(cone.median)} {unit} are likely to be done"
    ranges = [f"{about(low)} to {about(high)} with {level} %" for level, (low, high) in sorted(cone.within.items())]
    return f"{said}: {', '.join(ranges)}." if ranges else f"{said}."


def _figures(of: BurnUp) -> Table:
    days = sorted({point.day for point in (*of.target, *of.done)})
    kept = days[:: max(1, -(-len(days) // _ROWS))]
    kept += days[-1:] if days and kept[-1] != days[-1] else []
    rows = [(named(day), amount(_as_of(of.target, day)), amount(_as_of(of.done, day))) for day in kept]
    if of.cone and not of.over:
        rows += [
            (f"At the end, {level} % likely", amount(of.aim), f"{about(low)} to {about(high)}")
            for level, (low, high) in sorted(of.cone.within.items())
        ]
    thinned = "" if len(kept) == len(days) else f", {len(kept)} of {len(days)} days"
    head = ("End of day", f"Target ({of.unit})", f"Done ({of.unit})")
    return Table(f"{of.name}{thinned}", head, tuple(rows))


# --- drawn ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Plot:
    on: Drawing
    days: Days
    up: Scale

    def places(self, points: Sequence[Point]) -> list[Place]:
        return thinned([(self.days.at(point.day), self.up.at(point.value)) for point in points])


def _drawn(of: BurnUp) -> Drawing:
    on = Drawing(_BOTTOM + 5 * LINE)
    labels = _labels(of)
    right = WIDTH - room(text for _, text in labels)
    up, marks = rounded(_heights(of), _BOTTOM, _TOP)
    left = marks_up(on, up, marks, amount, right)
    on.text(2, 13, of.unit, fill_opacity=0.75)
    plot = _Plot(on, Days(of.starts, max(of.starts, of.ends), left, right), up)
    for (value, text), y in zip(labels, _beside(plot, labels), strict=True):
        on.line(right, up.at(value), right + 5, y, stroke_opacity=0.4)
        on.text(right + 7, y + 0.35 * SIZE, text)
    if of.cone and not of.over:
        _cone(plot, of, of.cone)
    _lines(plot, of)
    marks_of_days(on, plot.days, _BOTTOM, "end of day")
    if of.starts <= of.today < of.ends:
        mark_day(on, plot.days.at(of.today), _TOP, _BOTTOM, of.mark)
    _reached(plot, of)
    on.height = key(on, _BOTTOM + 3 * LINE + 12, _keys(of))
    return on


def _heights(of: BurnUp) -> list[float]:
    ends = [end for pair in of.cone.within.values() for end in pair] if of.cone and not of.over else []
    return [point.value for point in (*of.target, *of.done)] + ends


def _labels(of: BurnUp) -> list[tuple[float, str]]:
    """What is written beside the end of the sprint: (height, words)."""
    made = [(of.aim, f"target {amount(of.aim)}")] if of.target else []
    if of.over and of.done:
        return [*made, (of.reached, f"done {amount(of.reached)}")]
    if of.cone and not of.over:
        made.append((of.cone.median, f"likely {about(of.cone.median)}"))
    return made


def _beside(plot: _Plot, labels: Sequence[tuple[float, str]]) -> list[float]:
    return apart([plot.up.at(value) for value, _ in labels], LINE, _TOP, _BOTTOM)


def _cone(plot: _Plot, of: BurnUp, cone: Cone) -> None:
    begins = max(of.today, of.starts)
    x, y, end = plot.days.at(begins), plot.up.at(of.reached), plot.days.at(of.ends)
    for _, (low, high) in sorted(cone.within.items(), reverse=True):
        corners = [(x, y), (end, plot.up.at(high)), (end, plot.up.at(low))]
        plot.on.path(corners, closed=True, fill=BLUE, fill_opacity=_SHADE, **_EDGE)
    likely: dict[str, float | str] = {"stroke": BLUE, "stroke_opacity": 1, "stroke_width": 2, "stroke_dasharray": "1 3"}
    plot.on.line(x, y, end, plot.up.at(cone.median), **likely)


def _lines(plot: _Plot, of: BurnUp) -> None:
    known = [point for point in of.target if of.starts <= point.day <= of.ends]
    if known and not of.over:
        known.append(Point(of.ends, known[-1].value))
    plot.on.path(_across(plot, plot.places(known)), stroke="currentColor", stroke_width=2, stroke_dasharray="7 4")
    done = [point for point in of.done if of.starts <= point.day <= of.ends]
    now = [point for point in done if point.day <= of.today]
    became = done[max(0, len(now) - 1) :]
    if not of.over:
        plot.on.path(plot.places(became), stroke=BLUE, stroke_width=1.5)
    plot.on.path(plot.places(now), stroke=BLUE, stroke_width=3, stroke_linejoin="round")


def _reached(plot: _Plot, of: BurnUp) -> None:
    """A dot where what is done stands now, and how much that is where no label at the end tells it."""
    now = [point for point in of.done if of.starts <= point.day <= min(of.today, of.ends)]
    if not now:
        return
    x, y = plot.places(now[-1:])[0]
    told = f"{named(now[-1].day)}: {counted(now[-1].value, of.unit)}"
    plot.on.put("circle", {"cx": x, "cy": y, "r": 4.5, "fill": BLUE}, told)
    if not of.over:
        _tell(plot, x, y, f"{amount(now[-1].value)} done")


def _across(plot: _Plot, places: list[Place]) -> list[Place]:
    """``places``; a single one is a level from edge to edge."""
    return [(plot.days.start, places[0][1]), (plot.days.end, places[0][1])] if len(places) == 1 else places


def _tell(plot: _Plot, x: float, y: float, text: str) -> None:
    """What is done, beside its dot: above it on the left, where the line has not been yet, or below."""
    beside: tuple[tuple[float, float, Anchor], ...] = ((-6, -8, "end"), (8, 17, "start"), (6, -10, "start"))
    for dx, dy, anchor in beside:
        if _TOP < y + dy < _BOTTOM - 4 and plot.on.try_text(x + dx, y + dy, text, anchor, font_weight="bold"):
            return


def _keys(of: BurnUp) -> list[Key]:
    keys = [
        line_key("done", stroke=BLUE, stroke_width=3),
        line_key("target", stroke="currentColor", stroke_width=2, stroke_dasharray="7 4"),
    ]
    if of.over or not of.cone:
        return keys
    levels = sorted(of.cone.within)
    for i, level in enumerate(levels):
        shade = 1 - (1 - _SHADE) ** (len(levels) - i)
        text = f"{level} % likely to end here" if i == len(levels) - 1 else f"{level} %"
        keys.append(area_key(text, fill=BLUE, fill_opacity=shade))
    return keys
