"""Who heard how much, and when? People by name, never by number: this is about the agent, not about them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.charts.amounts import counted, month, named, short
from bot.charts.chart import Chart, Table, charted
from bot.charts.grid import COLUMNS, Grid, drawn
from bot.charts.letters import clean

_PEOPLE = 24
"""Rows of people; of more people it shows how many heard how much."""
_HEARD = ("nothing", "1", "2", "3 or more")


@dataclass(frozen=True, slots=True)
class Heard:
    """What one person heard. Two people may have one name."""

    name: str
    messages: Mapping[date, int]

    def __post_init__(self) -> None:
        """Raises ``ValueError`` where a count is below none."""
        if any(count < 0 for count in self.messages.values()):
            raise ValueError("nobody gets fewer messages than none")

    @property
    def shown(self) -> str:
        """The name as it can be read."""
        return clean(self.name) or "no name"

    @property
    def total(self) -> int:
        """Messages of all days."""
        return sum(self.messages.values())


@dataclass(frozen=True, slots=True)
class Load:
    """Messages to people, unasked."""

    days: tuple[date, ...]
    """Working days looked at, oldest first; a day with a message that is not among them is added."""
    heard: tuple[Heard, ...]
    """Everybody, also who got none; in any order."""
    most: int
    """How many a day one person may get."""

    @property
    def all_days(self) -> tuple[date, ...]:
        """Every day that is shown."""
        heard = {day for each in self.heard for day, count in each.messages.items() if count}
        return tuple(sorted({*self.days, *heard}))

    @property
    def people(self) -> tuple[Heard, ...]:
        """By name; who has the same name as another stays in the order given."""
        return tuple(sorted(self.heard, key=lambda each: each.shown.casefold()))

    @property
    def total(self) -> int:
        """Messages to everybody."""
        return sum(each.total for each in self.heard)


def load(of: Load) -> Chart:
    """Messages per person and day; weeks or months where there are too many days, counts where too many people."""
    return charted(_found(of), _shown(of), _figures(of), drawn(_grid(of)))


# --- in words ---------------------------------------------------------------------------------------------------


def _found(of: Load) -> str:
    if not of.all_days:
        return "There are no days to show"
    days = counted(len(of.all_days), "days")
    if not of.total:
        return f"No message to anybody in {days}"
    reached, people = sum(each.total > 0 for each in of.heard), len(of.heard)
    whom = f"{reached} of {people} people" if people > 1 else "1 person"
    above = sum(count > of.most for each in of.heard for count in each.messages.values())
    within = f"{counted(above, 'times')} above {of.most} a day" if above else f"never more than {of.most} a day"
    return f"{counted(of.total, 'messages')} to {whom} in {days}, {within}"


def _shown(of: Load) -> str:
    if not of.all_days:
        return "Nothing was looked at."
    said = f"From {named(of.all_days[0])} to {named(of.all_days[-1])}, people by name."
    by_day = Counter[date]()
    for each in of.heard:
        by_day.update(each.messages)
    quiet = sum(not by_day[day] for day in of.all_days)
    busiest = max(of.all_days, key=lambda day: by_day[day])
    if not by_day[busiest]:
        return f"{said} Nobody got a message."
    tied = sum(count == by_day[busiest] for count in by_day.values()) > 1
    most = f" Most on one day: {by_day[busiest]}." if tied else f" Most on {named(busiest)}: {by_day[busiest]}."
    none = f" No message on {quiet} of {counted(len(of.all_days), 'days')}." if quiet else ""
    many = " With so many people it shows how many got how many." if len(of.heard) > _PEOPLE else ""
    return f"{said}{most}{none}{many}"


def _figures(of: Load) -> Table:
    columns, told, _ = _columns(of.all_days)
    rows = [
        (each.shown, *(str(count) for count in _summed(each.messages, columns)), str(each.total)) for each in of.people
    ]
    every = [sum(each.messages.get(day, 0) for each in of.people for day in column) for column in columns]
    rows.append(("Everybody", *map(str, every), str(of.total)))
    return Table("Messages", ("Person", *told, "Total"), tuple(rows))


# --- drawn ------------------------------------------------------------------------------------------------------


def _columns(days: Sequence[date]) -> tuple[list[list[date]], list[str], str]:
    """Days put together until they have room: (days of each column, its words, what a column is)."""
    made = _together(days, lambda day: day)
    if len(made) <= COLUMNS:
        return made, [short(day) for day in days], "day"
    made = _together(days, lambda day: day - timedelta(days=day.weekday()))
    if len(made) <= COLUMNS:
        return made, [short(column[0]) for column in made], "week"
    made = _together(days, lambda day: (day.year, day.month))
    if len(made) <= COLUMNS:
        return made, [month(column[0]) for column in made], "month"
    made = _together(days, lambda day: day.year)[-COLUMNS:]
    return made, [str(column[0].year) for column in made], "year"


def _together(days: Sequence[date], by: Callable[[date], Hashable]) -> list[list[date]]:
    made: dict[Hashable, list[date]] = {}
    for day in days:
        made.setdefault(by(day), []).append(day)
    return list(made.values())


def _summed(heard: Mapping[date, int], columns: Sequence[Sequence[date]]) -> list[int]:
    return [sum(heard.get(day, 0) for day in column) for column in columns]


def _grid(of: Load) -> Grid:
    columns, told, unit = _columns(of.all_days)
    weeks = (
        tuple(i for i in range(1, len(columns)) if _week(columns[i]) != _week(columns[i - 1])) if unit == "day" else ()
    )
    if len(of.heard) <= _PEOPLE:
        rows = [(each.shown, tuple(_summed(each.messages, columns))) for each in of.people]
        return Grid(f"messages by {unit}", tuple(told), tuple(rows), weeks, of.most if unit == "day" else None)
    counts = [_summed(each.messages, columns) for each in of.people]
    rows = [
        (heard, tuple(sum(_how_much(row[i]) == level for row in counts) for i in range(len(columns))))
        for level, heard in enumerate(_HEARD)
    ]
    return Grid(f"people by messages a {unit}", tuple(told), tuple(rows), weeks, None, sums=False)


def _week(column: Sequence[date]) -> tuple[int, int]:
    return column[0].isocalendar()[:2]


def _how_much(count: int) -> int:
    return min(count, len(_HEARD) - 1)
