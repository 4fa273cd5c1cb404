"""The charts of a back-test: how each sprint went, what was to be foretold of it, and what that was worth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property

from bot.backtest.days import Days
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
from planner.foresight.standing import ended_at_tenths, moments_of, stand_of

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
                told = {day: self._foretold(stand, self.calendar.over(day)) for day, stand in stands.items()}
                yield self._burn_up(history, stands, told)
                if any(told.values()):
                    yield _trend(history, told)

    def record(self) -> Chart:
        """What was to be foretold of every sprint at half of its time from those before it, and what became of it."""
        trials = self.foretold_at_half()
        pairs = ((min(1.0, max(0.0, each.foretold.chance)), each.came_true) for each in trials)
        return calibration(grouped(pairs), brier(trials) if trials else None)

    def foretold_at_half(self) -> list[Trial]:
        """Of every sprint what was to be foretold at half of its time, from those that had ended by then."""
        half = [each for each in self.ended if abs(each.stand.share - _HALF / 10) < 0.05]
        told = ((each, self._foretold(each.stand, each.at)) for each in half if each.at is not None)
        return [Trial(each, made) for each, made in told if made is not None]

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
                found += ended_at_tenths(self.past, history.sprint.id, self.calendar)
        return tuple(sorted(found, key=lambda each: (self._end_of(each), each.stand.sprint)))

    def _end_of(self, each: Ended) -> datetime:
        return self._ends.get(each.stand.sprint) or each.ended or LONG_AGO

    @cached_property
    def _ends(self) -> Mapping[SprintId, datetime]:
        return {each.sprint.id: _ended(each) for each in self.past.sprints if each.ended is not None}

    def _daily(self, history: SprintHistory) -> dict[date, Stand]:
        """How it stood at the end of each day, in the unit in which it was counted then."""
        return self._counted(history, None)

    def _counted(self, history: SprintHistory, points: bool | None) -> dict[date, Stand]:
        assert history.began is not None and history.sprint.end is not None
        span, sprint = Span(history.began, min(_ended(history), history.sprint.end), self.calendar), history.sprint.id
        ends = ((day, self.calendar.over(day)) for day in span.days)
        stands = ((day, stand_of(self.past, sprint, at, self.calendar, points=points)) for day, at in ends)
        return {day: stand for day, stand in stands if stand is not None}

    def _foretold(self, stand: Stand, at: datetime) -> Foretold | None:
        """From the sprints that were over by then."""
        before = [each for each in self.ended if self._end_of(each) <= at]
        return foretell(stand, alike(before, stand))

    # --- drawn --------------------------------------------------------------------------------------------------

    def _burn_up(self, history: SprintHistory, stands: Mapping[date, Stand], told: _Told) -> Chart:
        half = self.calendar.local_day(moments_of(history, self.calendar)[_HALF])
        foretold, (starts, ends) = told.get(half), (min(stands), max(stands))
        unit = (stands.get(half) or stands[ends]).by_points  # one for all days: that of the forecast that is drawn
        stands = self._counted(history, unit)
        drawn = BurnUp(
            sprint=history.sprint.name,
            unit="points" if unit else "issues",
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
            past = replace(telling, watched=_that_count(telling, days.begin))
            gallery = Gallery(past, team_calendar(law, team), days.ended.get(team, ()))
            made += [*gallery.sprints(), gallery.record()]
    return tuple(made)


def _that_count(past: Past, begin: datetime) -> frozenset[SprintId]:
    """The sprints that began in the days that count, of those that were read."""
    read = (each for each in past.sprints if past.watched is None or each.sprint.id in past.watched)
    return frozenset(each.sprint.id for each in read if each.began is not None and each.began >= begin)


_Told = Mapping[date, Foretold | None]


def _trend(history: SprintHistory, told: _Told) -> Chart:
    chances = (Chance(day, min(1.0, max(0.0, each.chance)) if each is not None else None) for day, each in told.items())
    drawn = Trend(sprint=history.sprint.name, starts=min(told), ends=max(told), chances=tuple(chances), told=False)
    return trend(drawn)


def _ended(history: SprintHistory) -> datetime:
    assert history.ended is not None
    return history.ended
