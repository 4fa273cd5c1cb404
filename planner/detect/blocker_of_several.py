"""A ticket that holds up several others and does not move; whoever can move it hears."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from models.directives import Directives
from models.ids import IssueKey
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Issue, Progress, Snapshot
from planner.bounds.worktime import Calendar, quoted, watch_calendar
from planner.facts.observe import running, running_sprints, worked_on
from planner.hearers.addressing import calendar_of, hearer
from planner.hearers.escalation import Rung, climbed, ladder, watched
from planner.hearers.moves import is_parked, whose_move
from planner.hearers.urgency import issue_urgency, levels

KIND = SignalKind.BLOCKER_OF_SEVERAL


def blocker_of_several(snapshot: Snapshot, directives: Directives) -> Findings:
    """Tickets, of this sprint or another, for which more unfinished ones wait than the constitution allows."""
    watch = watched(directives, KIND)
    if watch is None:
        return Findings(())
    rungs, team = ladder(directives, KIND), directives.team(snapshot.team)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for blocker, held in _blockers(snapshot, directives, watch[1].more_than or 0):
        since = _stuck_since(blocker, held, snapshot)
        calendar = watch_calendar(directives, team, snapshot.person(blocker.assignee))
        reached, then = climbed(rungs, since, calendar, snapshot.now)
        signals += [_signal(blocker, held, since, rung, calendar, snapshot, directives) for rung in reached]
        ripening += [then] if then else []
    return Findings(tuple(signals), min(ripening, default=None))


def _blockers(snapshot: Snapshot, directives: Directives, most: int) -> Iterator[tuple[Issue, Sequence[Issue]]]:
    """What holds up more than ``most`` others, and those: neither counts while it waits on purpose."""
    team = directives.team(snapshot.team)
    waiting: dict[IssueKey, list[Issue]] = defaultdict(list)
    for issue in running(snapshot):
        if issue.blocked_by and not is_parked(issue, team):
            for key in dict.fromkeys(issue.blocked_by):
                waiting[key].append(issue)
    for key, held in waiting.items():
        blocker = snapshot.ticket(key)
        if blocker is None or blocker.progress is Progress.DONE or is_parked(blocker, team):
            continue
        if len(held) > most:
            yield blocker, held


def _stuck_since(blocker: Issue, held: Sequence[Issue], snapshot: Snapshot) -> datetime:
    """Its last progress: another status, or work on its pull requests. Before the sprint nobody waited for it."""
    waiting = {issue.sprint for issue in held}
    starts = [sprint.start for sprint in running_sprints(snapshot) if sprint.id in waiting and sprint.start]
    return max(blocker.status_since, *worked_on(blocker, snapshot), *([min(starts)] if starts else []))


def _signal(
    blocker: Issue,
    held: Sequence[Issue],
    since: datetime,
    rung: Rung,
    calendar: Calendar,
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    move = whose_move(blocker, snapshot, directives)
    addressee = hearer(rung, move, snapshot, directives)
    waits = calendar.words(calendar.working_time_between(since, snapshot.now))
    when = calendar_of(addressee, snapshot, directives).when
    owner = snapshot.person(blocker.assignee)
    return Signal(
        kind=KIND,
        subject=blocker.key,
        headline=f"{blocker.key} {quoted(blocker.title)} holds up {len(held)} tickets and has not moved for {waits}",
        url=blocker.url,
        since=since,
        urgency=_urgency(blocker, len(held), since, calendar, snapshot, directives),
        addressee=addressee,
        evidence=(
            Evidence(f"In status {quoted(blocker.status)} since {when(blocker.status_since)}", blocker.url),
            Evidence(f"No progress since {when(since)}: {move.why}"),
            Evidence(f"Held up: {_named(held)}"),
            Evidence(f"Assignee: {owner.name}" if owner else "Nobody on the team is the assignee"),
        ),
        rule=rung.rule,
        step=rung.step,
    )


def _named(held: Sequence[Issue]) -> str:
    more = f" and {len(held) - 5} more" if len(held) > 5 else ""
    return ", ".join(issue.key for issue in held[:5]) + more


def _urgency(
    blocker: Issue, held: int, since: datetime, calendar: Calendar, snapshot: Snapshot, directives: Directives
) -> Urgency:
    """The highest level whose rule speaks of a blocker that has stood so long and holds up so much."""
    found = [Urgency.MEDIUM, issue_urgency(blocker, snapshot, directives)]
    for level, rule in levels(directives):
        if rule.blocked_for is not None and held >= (rule.blocker_of or 1):
            found += [level] if calendar.passed(since, rule.blocked_for, snapshot.now) else []
    return max(found)
