"""Not yet: a matter is first tried with those whose move it is, and what comes back is not told again at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from models.cycles import Heard, History
from models.directives import Directives
from models.ids import PersonId
from models.signals import Signal
from models.spans import Span
from models.work import Snapshot
from planner.bounds.limits import Wait
from planner.bounds.worktime import Calendar, person_calendar
from planner.hearers.escalation import escalations, heard_by, is_here, ladder, repeat_after, try_first
from planner.hearers.foremost import DOWN

AT_MOST = Span(2, "day", business=True)
"""A step waits no longer than this, in working time, for somebody whom nothing has reached."""

Subject = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Patience:
    """What one look knows of who was told what before; asked for each Signal and each who would hear of it."""

    snapshot: Snapshot
    directives: Directives
    first: Mapping[Subject, tuple[Signal, ...]]
    """The first rungs of what is found now: whose move it is."""
    heard: Mapping[Subject, tuple[Heard, ...]]

    @classmethod
    def of(cls, signals: Iterable[Signal], snapshot: Snapshot, directives: Directives, history: History) -> Patience:
        """What ``signals`` and ``history`` say; where no line asks for patience nothing waits."""
        first: dict[Subject, tuple[Signal, ...]] = defaultdict(tuple)
        heard: dict[Subject, tuple[Heard, ...]] = defaultdict(tuple)
        for signal in signals:
            if signal.step == 0:
                first[signal.kind, signal.subject] += (signal,)
        for each in history.heard:
            heard[each.kind, each.subject] += (each,)
        return cls(snapshot, directives, first, heard)

    def wait(self, signal: Signal, person: PersonId | None) -> Wait | None:
        """Until when ``person``, or a channel, must not hear of ``signal`` yet; ``None`` when they may now."""
        return self._tried_first(signal) or (self._comes_back(signal, person) if person else None)

    def now(self, signals: Sequence[Signal], person: PersonId) -> list[Signal]:
        """Those of ``signals`` that ``person`` may hear of now; all of them when every one has to wait."""
        return [signal for signal in signals if self.wait(signal, person) is None] or list(signals)

    def wait_for_all(self, signals: Sequence[Signal], person: PersonId | None) -> Wait | None:
        """The first wait to end when every one of ``signals`` has to wait."""
        waits = [self.wait(signal, person) for signal in signals]
        return min((w for w in waits if w), key=lambda w: w.until) if all(waits) and waits else None

    def ends(self, signals: Iterable[Signal]) -> datetime | None:
        """When the first of the waits now running ends: time to look again."""
        waits = (self.wait(signal, heard_by(signal, self.snapshot, self.directives)[1]) for signal in signals)
        return min((wait.until for wait in waits if wait), default=None)

    # --- try it with the people concerned first -------------------------------------------------------------

    def _tried_first(self, signal: Signal) -> Wait | None:
        rule = try_first(self.directives)
        if rule is None or signal.step == 0:
            return None
        if all(signal.rule != name for name, _ in escalations(self.directives, signal.kind)):
            return None
        waits = [self._time_of(mate, signal, *rule) for mate in self.first.get((signal.kind, signal.subject), ())]
        return max((wait for wait in waits if wait), key=lambda wait: wait.until, default=None)

    def _time_of(self, mate: Signal, signal: Signal, rule: str, span: Span) -> Wait | None:
        """The wait for one of those whose move it is; somebody unknown or away is not waited for."""
        person, now = mate.addressee, self.snapshot.now
        if person is None or person not in self.snapshot.people or not is_here(person, self.snapshot.people, now):
            return None
        calendar, name = self._calendar(person), self.snapshot.people[person].name
        names = replace(mate, louder=True).ids_so_far
        rows = (*self.heard.get((mate.kind, mate.subject), ()), *self.heard.get((DOWN, mate.subject), ()))
        told = [h.at for h in rows if h.person == person and (h.signal in names or h.kind == DOWN)]
        since = min((at for at in told if at), default=None)
        if since is None:
            until, reason = self._longest(signal, calendar), f"{name}, whose move it is, is told first"
        else:
            until = calendar.add_working_time(since, calendar.length(span))
            reason = f"{name}, whose move it is, was told {calendar.when(since)} and has {span} to resolve it"
        return Wait(until, rule, reason) if until > now else None

    def _longest(self, signal: Signal, calendar: Calendar) -> datetime:
        """A step that was due so long ago does not wait for somebody whom nothing has reached."""
        rung = next((r for r in ladder(self.directives, signal.kind) if r.rule == signal.rule), None)
        due = calendar.add(signal.since, rung.after) if rung and rung.after else signal.since
        return calendar.add(due, AT_MOST)

    # --- what comes back ------------------------------------------------------------------------------------

    def _comes_back(self, signal: Signal, person: PersonId) -> Wait | None:
        """Another episode of what this person was told of lately, and no more urgent than it was then."""
        rule = repeat_after(self.directives)
        if rule is None:
            return None
        theirs = [h for h in self.heard.get((signal.kind, signal.subject), ()) if h.person == person and h.at]
        same = replace(signal, louder=True).ids_so_far if theirs else frozenset()
        before = [h for h in theirs if h.signal not in same]
        last = max((h.at for h in before if h.at), default=None)
        if last is None or signal.urgency > max(h.urgency for h in before if h.at == last):
            return None
        calendar = self._calendar(person)
        until = calendar.add_working_time(last, calendar.length(rule[1]))
        known = self.snapshot.people.get(person)
        reason = f"{known.name if known else person} was told of {signal.subject} {calendar.when(last)} already"
        return Wait(until, rule[0], reason) if until > self.snapshot.now else None

    def _calendar(self, person: PersonId) -> Calendar:
        return person_calendar(self.directives, self.snapshot.team, self.snapshot.people.get(person, person))
