"""Somebody who is away for long while unfinished work of the running sprint is theirs; the PM decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from models.directives import Directives
from models.ids import PersonId
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Absence, Issue, Person, Progress, Snapshot
from planner.bounds.worktime import Calendar, person_calendar, quoted
from planner.facts.observe import issues_url, running, running_sprints
from planner.hearers.addressing import calendar_of, hearer
from planner.hearers.escalation import Rung, ladder
from planner.hearers.moves import is_parked
from planner.hearers.urgency import issue_urgency

KIND = SignalKind.PERSON_AWAY

MOST_NAMED = 6
"""Tickets told one by one; the rest is counted and stands behind the link."""


def person_away(snapshot: Snapshot, directives: Directives) -> Findings:
    """Everybody whose absence lasts longer than ``after`` says: at once when its end is known, else when it has.

    An absence that was seen but once has no begin yet, and is not told.
    """
    channels = directives.team(snapshot.team).channels
    rungs = [rung for rung in ladder(directives, KIND) if rung.to not in channels]  # never told in a channel
    away = tuple(_away(snapshot)) if rungs else ()
    work = _unfinished(snapshot, directives) if away else {}
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for person, absent, since in away:
        calendar, issues = person_calendar(directives, snapshot.team, person), work.get(person.id)
        for rung in rungs if issues else ():
            at = _due(rung, absent, since, calendar)
            if at <= snapshot.now:
                signals.append(_signal(person, absent, since, issues or (), rung, snapshot, directives))
            elif absent.holds(at):
                ripening.append(at)
    return Findings(tuple(signals), min(ripening, default=None))


def _away(snapshot: Snapshot) -> Iterator[tuple[Person, Absence, datetime]]:
    for person in snapshot.people.values():
        absent = person.absent
        if absent is not None and absent.since is not None and absent.holds(snapshot.now):
            yield person, absent, absent.since


def _due(rung: Rung, absent: Absence, since: datetime, calendar: Calendar) -> datetime:
    """When the rung is reached; the first as soon as it is known that the absence lasts so long."""
    at = calendar.add(since, rung.after) if rung.after else since
    known_to_last = rung.step == 0 and absent.until is not None and at <= absent.until
    return since if known_to_last else at


def _unfinished(snapshot: Snapshot, directives: Directives) -> dict[PersonId, list[Issue]]:
    """The unfinished tickets of each, without what waits on purpose; what has been begun first."""
    team = directives.team(snapshot.team)
    found: dict[PersonId, list[Issue]] = defaultdict(list)
    for issue in sorted(running(snapshot), key=lambda i: (i.progress is not Progress.DOING, i.key)):
        person = snapshot.person(issue.assignee)
        if person is not None and not is_parked(issue, team):
            found[person.id].append(issue)
    return found


def _signal(
    person: Person,
    absent: Absence,
    since: datetime,
    issues: Sequence[Issue],
    rung: Rung,
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    """What Slack says of the reason is not passed on."""
    addressee = hearer(rung, None, snapshot, directives)
    when = calendar_of(addressee, snapshot, directives).when
    count = f"{len(issues)} unfinished ticket{'' if len(issues) == 1 else 's'} of the running sprint"
    until = f"until {when(absent.until)}" if absent.until else f"since {when(since)}, for how long is not known,"
    told = (Evidence(f"{i.key} {quoted(i.title)} is {quoted(i.status)}", i.url) for i in issues[:MOST_NAMED])
    more = [Evidence(f"and {len(issues) - MOST_NAMED} more")] if len(issues) > MOST_NAMED else []
    ends = [f"{quoted(s.name)} ends {when(s.end)}" for s in running_sprints(snapshot) if s.end]
    return Signal(
        kind=KIND,
        subject=f"person:{person.id}",
        team=snapshot.team,
        headline=f"{person.name} is away {until} with {count}",
        url=issues_url(issues),
        since=since,
        urgency=max(Urgency.MEDIUM, *(issue_urgency(issue, snapshot, directives) for issue in issues)),
        addressee=addressee,
        evidence=(Evidence("; ".join([f"Away since {when(since)}", *ends])), *told, *more),
        rule=rung.rule,
        step=rung.step,
    )
