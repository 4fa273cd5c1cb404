"""What a daily summary tells anew, and whose move each of it is: what is known is counted, and nobody away is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from models.directives import Directives
from models.ids import IssueKey, SignalId
from models.signals import Signal, SignalKind, Urgency
from models.work import Issue, Snapshot
from planner.facts.observe import running_sprints
from planner.hearers.addressing import holder
from planner.hearers.escalation import PM
from planner.hearers.moves import Move, awaited, is_away, whose_move
from planner.reports.pace import pace_of

UNOWNED = "needs an owner"


def to_tell(signals: Iterable[Signal], snapshot: Snapshot) -> tuple[list[Signal], int]:
    """One Signal a subject, on the step its episode has reached; and how many further subjects are known already.

    Known is what stood in an earlier summary, or what somebody has refused to act upon, in this very episode and on
    this very step, unless it has become more urgent since.
    """
    first: dict[str, Signal] = {}
    for signal in signals:
        best = first.setdefault(signal.subject, replace(signal, louder=False))
        if (signal.kind, signal.since) == (best.kind, best.since) and signal.step > best.step:
            first[signal.subject] = replace(best, step=signal.step)
    fresh = [signal for signal in first.values() if not _is_known(signal, snapshot)]
    return fresh, len(first) - len(fresh)


def _is_known(signal: Signal, snapshot: Snapshot) -> bool:
    names: tuple[SignalId, ...] = (signal.id, replace(signal, louder=True).id)
    return any(signal.urgency <= snapshot.known[name] for name in names if name in snapshot.known)


def still_known(
    known: Mapping[SignalId, Urgency], signals: Iterable[Signal], snapshot: Snapshot, directives: Directives
) -> Mapping[SignalId, Urgency]:
    """What need not be told again: in the last two working days of a sprint an open blocker of it is told each day."""
    paces = {sprint.id: pace_of(sprint, snapshot, directives) for sprint in running_sprints(snapshot)}
    ending = {sprint for sprint, pace in paces.items() if pace is not None and pace.is_ending}
    inside = {issue.key for issue in snapshot.unfinished if issue.sprint in ending}
    blockers = [s for s in signals if s.kind is SignalKind.BLOCKED_TOO_LONG and IssueKey(s.subject) in inside]
    again = {name for each in blockers for name in (each.id, replace(each, louder=True).id)}
    return {name: urgency for name, urgency in known.items() if name not in again}


def whose(signal: Signal, snapshot: Snapshot, directives: Directives) -> str:
    """Who acts next, by name: of what is blocked its owner, of a review who it waits for, else who hears of it first.

    Instead of somebody away it names whoever stands in; what nobody owns ``needs an owner``.
    """
    issue = _lacking(signal, snapshot)
    if issue is not None and issue.assignee is None:
        return UNOWNED
    if issue is not None and signal.kind is SignalKind.BLOCKED_TOO_LONG:
        return _movers(whose_move(issue, snapshot, directives), snapshot, directives)
    review = next((move for pr, move in awaited(snapshot, directives) if pr.id == signal.subject), None)
    if review is not None:
        return _movers(review, snapshot, directives)
    person = snapshot.people.get(signal.addressee) if signal.addressee else None
    return person.name if person and not is_away(person, snapshot.now) else ""


def _lacking(signal: Signal, snapshot: Snapshot) -> Issue | None:
    """The ticket whose owner is to act; an incident may be outside the sprint."""
    key = IssueKey(signal.subject)
    return snapshot.ticket(key) if signal.kind is SignalKind.PRODUCTION_DOWN else snapshot.issue(key)


def _movers(move: Move, snapshot: Snapshot, directives: Directives) -> str:
    """``Li Wei, Noor Rahman``; of more than two the first and how many more; the PM's role where all are away."""
    people = [turn.person for turn in move.told if turn.person]
    names = list(dict.fromkeys(person.name for person in people if not is_away(person, snapshot.now)))
    if len(names) > 2:
        return f"{names[0]} and {len(names) - 1} more"
    if names or not people:
        return ", ".join(names) or "not on the team"
    stand_in = holder(PM, snapshot, directives)
    known = snapshot.people.get(stand_in) if stand_in else None
    return known.name if known else ""
