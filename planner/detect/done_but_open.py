"""A ticket is done and a pull request for it is still open; its author hears, whoever it waits for."""

from __future__ import annotations

from datetime import datetime

from models.directives import Directives
from models.pulls import PullRequest
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Issue, Progress, Snapshot
from planner.bounds.worktime import Calendar, quoted, watch_calendar
from planner.detect.rungs import climb, pr_name, together
from planner.facts.observe import is_ours
from planner.hearers.moves import Move, is_under_way, open_moves, to_settle


def done_but_open(snapshot: Snapshot, directives: Directives) -> Findings:
    """Pull requests that are ready, every ticket of which is done, counted from when the last of them was."""
    return together(_look(pr, move, snapshot, directives) for pr, move in open_moves(snapshot, directives))


def _look(pr: PullRequest, move: Move, snapshot: Snapshot, directives: Directives) -> Findings:
    tickets = _tickets(pr, snapshot, directives)
    if not tickets or not is_under_way(pr, move) or any(each.progress is not Progress.DONE for each in tickets):
        return Findings(())
    since = max(pr.opened or tickets[0].status_since, *(each.status_since for each in tickets))
    named = ", ".join(each.key for each in tickets[:3])
    why = f"{named} {'is' if len(tickets) == 1 else 'are'} done"
    its_author = to_settle(pr, since, why, snapshot, directives)
    calendar = watch_calendar(directives, directives.team(snapshot.team), its_author.turns[0].person)
    first = _signal(pr, tickets, since, its_author, calendar, snapshot)
    return climb(first, its_author, calendar, snapshot, directives, strangers=False)


def _tickets(pr: PullRequest, snapshot: Snapshot, directives: Directives) -> list[Issue]:
    """The team's tickets that it names; none when one of them is not known here, for it may not be done."""
    team = directives.team(snapshot.team)
    keys = [key for key in pr.issues if is_ours(key, team)]
    found = [issue for key in keys if (issue := snapshot.ticket(key)) is not None]
    return found if len(found) == len(keys) else []


def _signal(
    pr: PullRequest, tickets: list[Issue], since: datetime, move: Move, calendar: Calendar, snapshot: Snapshot
) -> Signal:
    waits = calendar.words(calendar.working_time_between(since, snapshot.now))
    done = (Evidence(f"{i.key} {quoted(i.title)} is {quoted(i.status)}", i.url) for i in tickets[:3])
    return Signal(
        kind=SignalKind.DONE_BUT_OPEN,
        subject=pr.id,
        headline=f"{pr_name(pr)} {quoted(pr.title)} is still open though {move.why}, for {waits}",
        url=pr.url,
        since=since,
        urgency=Urgency.LOW,
        addressee=None,
        evidence=(Evidence(f"Open beside its finished work since {calendar.when(since)}", pr.url), *done),
        rule="",
    )
