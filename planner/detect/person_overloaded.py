"""Somebody with more tickets in progress at once than the constitution allows; told privately, and of them alone."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from models.directives import Directives, Team
from models.ids import AccountId, PersonId
from models.once import once
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Issue, Person, Progress, Snapshot
from planner.bounds.worktime import person_calendar, quoted
from planner.facts.observe import issues_url, running_sprints
from planner.hearers.addressing import calendar_of, hearer
from planner.hearers.escalation import Rung, climbed, ladder, watched
from planner.hearers.moves import REVIEWING, awaited, is_away, is_parked

KIND = SignalKind.PERSON_OVERLOADED


def person_overloaded(snapshot: Snapshot, directives: Directives) -> Findings:
    """Everybody who is here with more than so many tickets in progress, without those in review or parked."""
    watch = watched(directives, KIND)
    if watch is None:
        return Findings(())
    most, channels = watch[1].more_than or 0, directives.team(snapshot.team).channels
    rungs = [rung for rung in ladder(directives, KIND) if rung.to not in channels]  # never told in a channel
    doing, done = _by_person(snapshot, directives)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for person, issues in doing.items():
        if len(issues) > most:
            since = _since(issues, done[person], most, snapshot)
            known = snapshot.people[person]
            calendar = person_calendar(directives, snapshot.team, known)
            reached, then = climbed(rungs, since, calendar, snapshot.now)
            signals += [_signal(known, issues, since, rung, snapshot, directives) for rung in reached]
            ripening += [then] if then else []
    return Findings(tuple(signals), min(ripening, default=None))


def _by_person(
    snapshot: Snapshot, directives: Directives
) -> tuple[dict[PersonId, list[Issue]], dict[PersonId, list[datetime]]]:
    """What each of the team has in hand; and when each finished what they have finished in these sprints."""
    team, active = directives.team(snapshot.team), {sprint.id for sprint in running_sprints(snapshot)}
    in_review = {key for pull, move in awaited(snapshot, directives) if move.step in REVIEWING for key in pull.issues}
    doing: dict[PersonId, list[Issue]] = defaultdict(list)
    done: dict[PersonId, list[datetime]] = defaultdict(list)
    for account, issues in _begun_by(snapshot.issues, team).items():
        person = snapshot.person(account)
        if person is None or is_away(person, snapshot.now):
            continue
        theirs = [issue for issue in issues if issue.sprint in active]
        done[person.id] += [_begun(issue) for issue in theirs if issue.progress is Progress.DONE]
        doing[person.id] += [i for i in theirs if i.progress is Progress.DOING and i.key not in in_review]
    return doing, done


@once
def _begun_by(issues: tuple[Issue, ...], team: Team) -> Mapping[AccountId, Sequence[Issue]]:
    """What each account has begun or finished, without what is begun and waits on purpose."""
    found: dict[AccountId, list[Issue]] = defaultdict(list)
    for issue in issues:
        begun = issue.progress is Progress.DONE or (issue.progress is Progress.DOING and not is_parked(issue, team))
        if begun and issue.assignee is not None:
            found[issue.assignee].append(issue)
    return found


def _begun(issue: Issue) -> datetime:
    return issue.progress_since or issue.status_since


def _since(doing: Sequence[Issue], done: Sequence[datetime], most: int, snapshot: Snapshot) -> datetime:
    """When it became more than ``most`` without a break, counting what was finished meanwhile.

    So finishing one of too many is not the begin of another episode. What reaches back before the sprint counts
    from its start.
    """
    begun, ended = sorted(map(_begun, doing)), sorted(done)
    start = min((s.start for s in running_sprints(snapshot) if s.start), default=begun[0])
    for at in reversed(begun):
        if bisect_left(begun, at) + len(ended) - bisect_right(ended, at) <= most:
            return max(at, start)
    return start


def _signal(
    person: Person, issues: Sequence[Issue], since: datetime, rung: Rung, snapshot: Snapshot, directives: Directives
) -> Signal:
    addressee = hearer(rung, None, snapshot, directives)
    when = calendar_of(addressee, snapshot, directives).when
    oldest = sorted(issues, key=lambda issue: (_begun(issue), issue.key))
    told = (Evidence(f"{i.key} {quoted(i.title)} in progress since {when(_begun(i))}", i.url) for i in oldest[:6])
    return Signal(
        kind=KIND,
        subject=f"person:{person.id}",
        team=snapshot.team,
        headline=f"{person.name} has {len(issues)} tickets in progress at once",
        url=issues_url(oldest),
        since=since,
        urgency=Urgency.LOW,
        addressee=addressee,
        evidence=(Evidence(f"So since {when(since)}"), *told),
        rule=rung.rule,
        step=rung.step,
    )
