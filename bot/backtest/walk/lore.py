"""How the sprints of a team went that were over, and from when on the agent knew it: its forecasts rest on that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.forecasts import Ended
from models.histories import Past, SprintHistory
from models.ids import SprintId
from planner.bounds.worktime import Calendar
from planner.foresight.standing import ended_at_tenths

UNREAD = timedelta(minutes=2)
"""How long after its end a sprint is read in life (``bot.scheduler.PAST``: between one and two minutes)."""

READING = timedelta(minutes=10)
"""So soon after one another sprints are read in one go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """One sprint that was over."""

    sprint: SprintId
    ended: datetime
    known: datetime
    """When it had been read (company time)."""
    stands: tuple[Ended, ...]
    """How it went, at ascending shares of its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of when the agent came to know of sprints."""

    begin: datetime
    end: datetime
    read: Mapping[SprintId, datetime]
    """When it read them itself, as far as it did."""

    def when(self, sprint: SprintId, ended: datetime) -> datetime:
        """What it read itself in those days it knew from then on; everything else as though it had been there."""
        read = self.read.get(sprint)
        if read is not None and read <= self.end:
            return read
        return self.begin if ended <= self.begin else ended + UNREAD


def lore_of(past: Past, earlier: Sequence[Ended], calendar: Calendar, known: Known) -> tuple[Finished, ...]:
    """What was known when, soonest known first: of the sprints of ``earlier``, and of those of ``past`` that ended."""
    inside = tuple(_inside(past, calendar, known))
    there = {each.sprint for each in inside}
    before = (each for each in _before(past, earlier, known) if each.sprint not in there)
    return tuple(_together(sorted((*before, *inside), key=lambda each: (each.known, each.ended, each.sprint))))


def _together(found: Sequence[Finished]) -> list[Finished]:
    """What is read one after the other is known when the last is read: no forecast is made in between."""
    done: list[Finished] = []
    for each in reversed(found):
        later = done[-1].known if done else None
        known = later if later is not None and later - each.known <= READING else each.known
        done.append(replace(each, known=known))
    return done[::-1]


def _before(past: Past, earlier: Iterable[Ended], known: Known) -> Iterator[Finished]:
    stands: dict[SprintId, list[Ended]] = {}
    for each in earlier:
        stands.setdefault(each.stand.sprint, []).append(each)
    for sprint, told in stands.items():
        history = past.sprint(sprint)
        ended = (history.ended if history is not None else None) or known.begin
        yield Finished(sprint=sprint, ended=ended, known=known.when(sprint, ended), stands=tuple(told))


def _inside(past: Past, calendar: Calendar, known: Known) -> Iterator[Finished]:
    for history in past.sprints:
        if history.ended is not None and known.begin < history.ended and _is_read(history, past):
            sprint = history.sprint.id
            stands = ended_at_tenths(past, sprint, calendar)
            when = known.when(sprint, history.ended)
            yield Finished(sprint=sprint, ended=history.ended, known=when, stands=stands)


def _is_read(history: SprintHistory, past: Past) -> bool:
    return past.watched is None or history.sprint.id in past.watched
