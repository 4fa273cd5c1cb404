"""More pull requests of one person wait for review than the constitution wants; whoever it names hears."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from models.directives import Directives
from models.ids import PersonId
from models.pulls import PullRequest
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Snapshot
from planner.bounds.worktime import Calendar, team_calendar
from planner.detect.rungs import climb, pr_name, together
from planner.hearers.escalation import watched
from planner.hearers.moves import awaited

SUBJECT = "author:"


def reviews_piling_up(snapshot: Snapshot, directives: Directives) -> Findings:
    """One Signal for each author more than so many of whose pull requests wait, since the last of them was opened."""
    watch = watched(directives, SignalKind.REVIEWS_PILING_UP)
    limit = watch[1].more_than if watch else None
    if limit is None:
        return Findings(())
    calendar = team_calendar(directives, snapshot.team)
    piles = ((author, prs) for author, prs in _waiting(snapshot, directives) if len(prs) > limit)
    signals = (_signal(author, prs, limit, calendar, snapshot) for author, prs in piles)
    return together(climb(signal, None, calendar, snapshot, directives) for signal in signals)


def _waiting(snapshot: Snapshot, directives: Directives) -> Iterator[tuple[PersonId, list[PullRequest]]]:
    """What waits for a review or a reviewer, by author, the oldest first."""
    found: dict[PersonId, list[PullRequest]] = defaultdict(list)
    for pr, _ in awaited(snapshot, directives):
        author = snapshot.person(pr.author)
        if author is not None:
            found[author.id].append(pr)
    for person, prs in found.items():
        yield person, sorted(prs, key=lambda pr: (pr.waiting_since, pr.id))


def _signal(author: PersonId, prs: list[PullRequest], limit: int, calendar: Calendar, snapshot: Snapshot) -> Signal:
    return Signal(
        kind=SignalKind.REVIEWS_PILING_UP,
        subject=f"{SUBJECT}{author}",
        team=snapshot.team,
        headline=f"{len(prs)} pull requests of {snapshot.people[author].name} wait for review",
        url=prs[0].url,
        since=prs[limit].waiting_since,
        urgency=Urgency.MEDIUM,
        addressee=None,
        evidence=tuple(Evidence(f"{pr_name(p)} since {calendar.when(p.waiting_since)}", p.url) for p in prs[:3]),
        rule="",
    )
