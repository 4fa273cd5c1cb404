"""A pull request whose review is awaited for too long; only those whose move it is hear of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from models.directives import Directives
from models.ids import AccountId, PersonId
from models.signals import Evidence, Findings, Signal, SignalKind, Urgency
from models.work import Person, PullRequest, Snapshot
from planner.escalation import Rung, climbed, destination, escalations, ladder
from planner.observe import Move, next_move
from planner.urgency import review_urgency
from planner.worktime import Calendar, quoted, team_calendar, watch_calendar


def review_overdue(snapshot: Snapshot, directives: Directives) -> Findings:
    """One Signal for each person a review is awaited of, and one for an author whose reviews pile up."""
    rungs = ladder(directives, SignalKind.REVIEW_OVERDUE)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for pr, move in awaited(snapshot):
        for person in movers(move, snapshot):
            calendar = watch_calendar(directives, directives.team(snapshot.team), person)
            reached, then = climbed(rungs, pr.waiting_since, calendar, snapshot.now)
            signals += [_signal(pr, move, rung, person, calendar, snapshot, directives) for rung in reached]
            ripening += [then] if then else []
    signals += _piled_up(snapshot, directives)
    return Findings(tuple(signals), min(ripening, default=None))


def awaited(snapshot: Snapshot) -> Iterator[tuple[PullRequest, Move]]:
    """The pull requests that wait for a review or a reviewer."""
    for pr in snapshot.pull_requests:
        move = next_move(pr)
        if move is not None:
            yield pr, move


def movers(move: Move, snapshot: Snapshot) -> tuple[Person | None, ...]:
    """The people we know among those awaited; one unknown stands for all when we know none."""
    known = tuple(person for account in move.accounts if (person := snapshot.person(account)))
    return known or (None,)


def _signal(
    pr: PullRequest,
    move: Move,
    rung: Rung,
    person: Person | None,
    calendar: Calendar,
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    waits = calendar.words(calendar.working_time_between(pr.waiting_since, snapshot.now))
    what = "has had no reviewer" if move.needs_reviewer else "has waited for review"
    addressee = person.id if person else None
    if rung.to is not None:
        addressee = destination(rung.to, directives.team(snapshot.team), snapshot.people, snapshot.now)[1]
    return Signal(
        kind=SignalKind.REVIEW_OVERDUE,
        subject=pr.id,
        headline=f"{_short(pr)} {quoted(pr.title)} {what} for {waits}",
        url=pr.url,
        since=pr.waiting_since,
        urgency=max(Urgency.MEDIUM, review_urgency(pr, snapshot, directives)),
        addressee=addressee,
        evidence=_evidence(pr, move, calendar),
        rule=rung.rule,
        step=rung.step,
    )


def _evidence(pr: PullRequest, move: Move, calendar: Calendar) -> tuple[Evidence, ...]:
    state = "Has no reviewer" if move.needs_reviewer else _open_reviews(len(move.accounts), len(pr.reviews))
    told = [Evidence(f"Open for review since {calendar.when(pr.waiting_since)}", pr.url), Evidence(state)]
    return (*told, Evidence(f"For {', '.join(pr.issues[:3])}")) if pr.issues else tuple(told)


def _open_reviews(waiting: int, reviews: int) -> str:
    return f"{waiting} of {reviews} review{'' if reviews == 1 else 's'} {'is' if waiting == 1 else 'are'} open"


def _short(pr: PullRequest) -> str:
    """``payments-api#88``: the workspace is the same for all."""
    return f"PR {pr.id.rpartition('/')[2]}"


def _piled_up(snapshot: Snapshot, directives: Directives) -> Iterator[Signal]:
    """Whoever the constitution names hears when more than so many pull requests of one person wait."""
    waiting: dict[AccountId, list[PullRequest]] = defaultdict(list)
    for pr, _ in awaited(snapshot):
        if pr.author is not None:
            waiting[pr.author].append(pr)
    for rule, said in escalations(directives, SignalKind.REVIEW_OVERDUE):
        for account, prs in waiting.items():
            author = snapshot.person(account)
            if author and said.more_than is not None and len(prs) > said.more_than:
                listener = destination(said.to, directives.team(snapshot.team), snapshot.people, snapshot.now)[1]
                yield _pile(author, prs, said.more_than, rule, listener, team_calendar(directives, snapshot.team))


def _pile(
    author: Person, prs: list[PullRequest], limit: int, rule: str, listener: PersonId | None, calendar: Calendar
) -> Signal:
    oldest = sorted(prs, key=lambda pr: (pr.waiting_since, pr.id))
    told = (Evidence(f"{_short(p)} since {calendar.when(p.waiting_since)}", p.url) for p in oldest[:3])
    return Signal(
        kind=SignalKind.REVIEW_OVERDUE,
        subject=f"author:{author.id}",
        headline=f"{len(prs)} pull requests of {author.name} wait for review",
        url=oldest[0].url,
        since=oldest[limit].waiting_since,
        urgency=Urgency.MEDIUM,
        addressee=listener,
        evidence=tuple(told),
        rule=rule,
        step=1,
    )
