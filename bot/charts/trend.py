"""How the chance went, day by day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from bot.charts.amounts import finite, named, open_chance, per_cent
from bot.charts.axes import Days, marks_of_days, marks_up, room
from bot.charts.chart import Chart, Table, charted
from bot.charts.drawing import BLUE, LINE, SIZE, WIDTH, Drawing, Place
from bot.charts.letters import brief
from bot.charts.lines import thinned
from bot.charts.scales import Scale

_TOP, _BOTTOM = 30.0, 180.0
_QUARTERS = (0.0, 0.25, 0.5, 0.75, 1.0)
_DOTS = 40
"""Days up to which each has a dot."""
_ROWS = 60


@dataclass(frozen=True, slots=True)
class Chance:
    """What was foretold on one day."""

    day: date
    chance: float | None
    """From 0 to 1; ``None`` where nothing was foretold."""

    def __post_init__(self) -> None:
        """Raises ``ValueError`` where it is no chance."""
        if self.chance is not None and not 0 <= finite(self.chance) <= 1:
            raise ValueError(f"{self.chance} is no chance: a chance lies between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One sprint's chance over its days."""

    sprint: str
    starts: date
    ends: date
    chances: tuple[Chance, ...]
    """Oldest first."""

    @property
    def name(self) -> str:
        """The sprint's, as it fits a title."""
        return brief(self.sprint)

    told: bool = True
    """Whether anybody was told; else it is what was to be foretold."""

    @property
    def known(self) -> tuple[tuple[date, float], ...]:
        """The days something was foretold on."""
        return tuple((each.day, open_chance(each.chance)) for each in self.chances if each.chance is not None)


def trend(of: Trend) -> Chart:
    """The chance that all committed work is done by the sprint's end, day by day."""
    return charted(_found(of), _shown(of), _figures(of), _drawn(of))


# --- in words ---------------------------------------------------------------------------------------------------


def _found(of: Trend) -> str:
    if not of.known:
        return f"{of.name}: nothing was foretold yet"
    (day, now), before = of.known[-1], of.known[-2:-1]
    told = f"{of.name}: {per_cent(now)} on {named(day)}"
    return f"{told}, {per_cent(before[0][1])} on {named(before[0][0])}" if before else told


def _shown(of: Trend) -> str:
    when = "as it was told each day" if of.told else "as it was to be foretold at the end of each day"
    about = f"The chance that all committed work is done by the sprint's end, {when}."
    if not of.known:
        return f"{about} It is told from five earlier sprints on."
    (low_day, low), (high_day, high) = min(of.known, key=_chance), max(of.known, key=_chance)
    span = f" Lowest {per_cent(low)} on {named(low_day)}, highest {per_cent(high)} on {named(high_day)}."
    silent = sum(each.chance is None for each in of.chances)
    missing = f" On {silent} of {len(of.chances)} days nothing was foretold." if silent else ""
    return about + (span if len(of.known) > 1 else "") + missing


def _chance(known: tuple[date, float]) -> float:
    return known[1]


def _figures(of: Trend) -> Table:
    told = [
        (named(each.day), "none" if each.chance is None else per_cent(open_chance(each.chance))) for each in of.chances
    ]
    kept = told[:: max(1, -(-len(told) // _ROWS))]
    thin = "" if len(kept) == len(told) else f", {len(kept)} of {len(told)} days"
    return Table(f"{of.name}{thin}", ("Day", "Chance to finish all"), tuple(kept))


# --- drawn ------------------------------------------------------------------------------------------------------


def _drawn(of: Trend) -> Drawing:
    on = Drawing(_BOTTOM + 2 * LINE + 10)
    right = WIDTH - room(["over 99 %"]) - LINE
    up = Scale(0, 1, _BOTTOM, _TOP)
    left = marks_up(on, up, _QUARTERS, per_cent, right)
    on.text(2, 13, "chance to finish all", fill_opacity=0.75)
    days = Days(of.starts, max(of.starts, of.ends), left, right)
    for told, run in groupby(of.chances, key=lambda each: each.chance is not None):
        if told:
            places = [(days.at(each.day), up.at(each.chance or 0.0)) for each in run]
            on.path(thinned(places), stroke=BLUE, stroke_width=2.5, stroke_linejoin="round")
    _dots(on, of, days, up)
    marks_of_days(on, days, _BOTTOM, "day")
    return on


def _dots(on: Drawing, of: Trend, days: Days, up: Scale) -> None:
    shown = of.known if len(of.known) <= _DOTS else of.known[-1:]
    for day, chance in shown:
        spot: dict[str, float | str] = {"cx": days.at(day), "cy": up.at(chance), "r": 3.5, "fill": BLUE}
        on.put("circle", spot, f"{named(day)}: {per_cent(chance)}")
    if shown:
        _tell(on, (days.at(shown[-1][0]), up.at(shown[-1][1])), per_cent(shown[-1][1]))


def _tell(on: Drawing, spot: Place, text: str) -> None:
    """The last one's figure, on the right of its dot where no line goes."""
    on.text(spot[0] + 8, spot[1] + 0.35 * SIZE, text, font_weight="bold")
