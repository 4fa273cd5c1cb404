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
from planner.moves import Move, Step, Turn, awaited
from planner.urgency import review_urgency
from planner.worktime import Calendar, quoted, team_calendar, watch_calendar


def review_overdue(snapshot: Snapshot, directives: Directives) -> Findings:
    """One Signal for each person a review is awaited of, and one for an author whose reviews pile up."""
    rungs = ladder(directives, SignalKind.REVIEW_OVERDUE)
    signals: list[Signal] = []
    ripening: list[datetime] = []
    for pr, move in awaited(snapshot, directives):
        for turn in move.told:
            calendar = watch_calendar(directives, directives.team(snapshot.team), turn.person)
            reached, then = climbed(rungs, turn.since, calendar, snapshot.now)
            signals += [_signal(pr, move, rung, turn, calendar, snapshot, directives) for rung in reached]
            ripening += [then] if then else []
    signals += _piled_up(snapshot, directives)
    return Findings(tuple(signals), min(ripening, default=None))


def _signal(
    pr: PullRequest,
    move: Move,
    rung: Rung,
    turn: Turn,
    calendar: Calendar,
    snapshot: Snapshot,
    directives: Directives,
) -> Signal:
    waits = calendar.words(calendar.working_time_between(turn.since, snapshot.now))
    what = "has had no reviewer" if move.step is Step.ASK_REVIEW else "has waited for review"
    addressee = turn.person.id if turn.person else None
    if rung.to is not None:
        addressee = destination(rung.to, directives.team(snapshot.team), snapshot.people, snapshot.now)[1]
    return Signal(
        kind=SignalKind.REVIEW_OVERDUE,
        subject=pr.id,
        headline=f"{_short(pr)} {quoted(pr.title)} {what} for {waits}",
        url=pr.url,
        since=turn.since,
        urgency=max(Urgency.MEDIUM, review_urgency(pr, snapshot, directives)),
        addressee=addressee,
        evidence=_evidence(pr, move, turn, calendar),
        rule=rung.rule,
        step=rung.step,
    )


def _evidence(pr: PullRequest, move: Move, turn: Turn, calendar: Calendar) -> tuple[Evidence, ...]:
    told = [Evidence(f"Open for review since {calendar.when(turn.since)}", pr.url), Evidence(_sentence(move.why))]
    return (*told, Evidence(f"For {', '.join(pr.issues[:3])}")) if pr.issues else tuple(told)


def _sentence(why: str) -> str:
    return f"{why[:1].upper()}{why[1:]}"


def _short(pr: PullRequest) -> str:
    """``payments-api#88``: the workspace is the same for all."""
    return f"PR {pr.id.rpartition('/')[2]}"


def _piled_up(snapshot: Snapshot, directives: Directives) -> Iterator[Signal]:
    """Whoever the constitution names hears when more than so many pull requests of one person wait."""
    waiting: dict[AccountId, list[PullRequest]] = defaultdict(list)
    for pr, _ in awaited(snapshot, directives):
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
