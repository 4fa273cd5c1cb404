"""The charts of a back-test: how each sprint went, what was to be foretold of it, and what that was worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from bot.backtest.trial import Days
from bot.charts import (
    BurnUp,
    Chance,
    Chart,
    Point,
    Trend,
    burn_up,
    calibration,
    cone,
    grouped,
    trend,
)
from models.directives import Directives
from models.forecasts import Ended, Foretold, Stand
from models.histories import Past, SprintHistory
from models.ids import SprintId
from planner.bounds.worktime import Calendar, team_calendar
from planner.foresight.outlook import alike
from planner.foresight.reference import foretell
from planner.foresight.scoring import Trial, brier
from planner.foresight.standing import began_in_points, ended_at_tenths, moments_of, stand_of

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""When a sprint ended that is kept but no longer listed."""
_HALF = 5
"""Of the tenths of a sprint's time: where its forecast is drawn and scored."""


@dataclass(frozen=True, slots=True)
class Span:
    """The days that were looked at, on the team's calendar."""

    begin: datetime
    end: datetime
    calendar: Calendar

    @property
    def days(self) -> tuple[date, ...]:
        """All of them."""
        first, last = self.calendar.local_day(self.begin), self.calendar.local_day(self.end)
        return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


@dataclass(frozen=True)
class Gallery:
    """Charts of the sprints of one team, drawn from their histories; nothing is foretold from what came later."""

    past: Past
    calendar: Calendar
    kept: Sequence[Ended] = ()
    """How earlier sprints went, as far as it is kept; what ``past`` itself tells is added."""

    def sprints(self) -> Iterator[Chart]:
        """Of each sprint that is over its burn-up, as foretold at half of its time, and the trend of its chance."""
        for history in self._over:
            stands = self._daily(history)
            if stands:
                told = {day: self._foretold(stand, day) for day, stand in stands.items()}
                yield self._burn_up(history, stands, told)
                if any(told.values()):
                    yield _trend(history, told)

    def record(self) -> Chart:
        """What was to be foretold of every sprint at half of its time from those before it, and what became of it."""
        half = [each for each in self.ended if abs(each.stand.share - _HALF / 10) < 0.05]
        told = ((each, foretell(each.stand, half[:place])) for place, each in enumerate(half))
        trials = [Trial(each, made) for each, made in told if made is not None]
        pairs = ((min(1.0, max(0.0, each.foretold.chance)), each.came_true) for each in trials)
        return calibration(grouped(pairs), brier(trials) if trials else None)

    # --- what is known ------------------------------------------------------------------------------------------

    @cached_property
    def _over(self) -> tuple[SprintHistory, ...]:
        read = self.past.watched
        closed = (each for each in self.past.sprints if each.ended is not None)
        mine = (each for each in closed if read is None or each.sprint.id in read)
        return tuple(sorted((each for each in mine if moments_of(each, self.calendar)), key=_ended))

    @cached_property
    def ended(self) -> tuple[Ended, ...]:
        """Every sprint known, those that ended first first."""
        known = {each.stand.sprint for each in self.kept}
        found = [*self.kept]
        for history in self._over:
            if history.sprint.id not in known:
                points = began_in_points(self.past, history.sprint.id)
                found += ended_at_tenths(self.past, history.sprint.id, self.calendar, points=points)
        return tuple(sorted(found, key=lambda each: (self._ends.get(each.stand.sprint, LONG_AGO), each.stand.sprint)))

    @cached_property
    def _ends(self) -> Mapping[SprintId, datetime]:
        return {each.sprint.id: _ended(each) for each in self.past.sprints if each.ended is not None}

    def _daily(self, history: SprintHistory) -> dict[date, Stand]:
        """How it stood at the end of each day."""
        assert history.began is not None and history.sprint.end is not None
        points = began_in_points(self.past, history.sprint.id)
        span = Span(history.began, min(_ended(history), history.sprint.end), self.calendar)
        stands = ((day, self._at(history, day, points=points)) for day in span.days)
        return {day: stand for day, stand in stands if stand is not None}

    def _at(self, history: SprintHistory, day: date, *, points: bool) -> Stand | None:
        return stand_of(self.past, history.sprint.id, self.calendar.over(day), self.calendar, points=points)

    def _foretold(self, stand: Stand, day: date) -> Foretold | None:
        """From the sprints that were over by then."""
        at = self.calendar.over(day)
        before = [each for each in self.ended if self._ends.get(each.stand.sprint, LONG_AGO) <= at]
        return foretell(stand, alike(before, stand))

    # --- drawn --------------------------------------------------------------------------------------------------

    def _burn_up(self, history: SprintHistory, stands: Mapping[date, Stand], told: _Told) -> Chart:
        half = self.calendar.local_day(moments_of(history, self.calendar)[_HALF])
        foretold, (starts, ends) = told.get(half), (min(stands), max(stands))
        drawn = BurnUp(
            sprint=history.sprint.name,
            unit="points" if stands[starts].by_points else "issues",
            starts=starts,
            ends=ends,
            today=half if foretold is not None else ends,
            mark="half time",
            target=tuple(Point(day, stand.target) for day, stand in stands.items()),
            done=tuple(Point(day, stand.done) for day, stand in stands.items()),
            cone=cone(foretold, stands[half].target) if foretold is not None else None,
        )
        return burn_up(drawn)


def drawn(days: Days, law: Directives) -> tuple[Chart, ...]:
    """Of each team that was lived through its sprints, and what forecasts of them were worth."""
    made: list[Chart] = []
    for team, telling in days.tellings.items():
        if isinstance(telling, Past):
            gallery = Gallery(telling, team_calendar(law, team), days.ended.get(team, ()))
            made += [*gallery.sprints(), gallery.record()]
    return tuple(made)


_Told = Mapping[date, Foretold | None]


def _trend(history: SprintHistory, told: _Told) -> Chart:
    chances = (Chance(day, min(1.0, max(0.0, each.chance)) if each is not None else None) for day, each in told.items())
    return trend(Trend(sprint=history.sprint.name, starts=min(told), ends=max(told), chances=tuple(chances)))


def _ended(history: SprintHistory) -> datetime:
    assert history.ended is not None
    return history.ended
