"""What lessons change in one look: the order of equals, the way of one message, its moment. Never whether it may be.

A message that is put off keeps its claim on the day's attention, so that nothing else goes out sooner for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from models.actions import CommentOnIssue, RemindPerson, addressee
from models.directives import Directives, Team
from models.ids import IssueKey, PersonId, SignalId
from models.lessons import Lessons, Way, What
from models.proposals import Decision, Proposal, Verdict
from models.signals import Signal, Urgency
from models.spans import Span
from planner.bounds.limits import Place, Wait, named, none_left
from planner.bounds.worktime import Calendar, contact_calendar, person_calendar
from planner.hearers.escalation import ladder
from planner.lessons.learning import MOST_PATIENT, line_of
from planner.policy.law import law_in
from planner.reasoning import comment
from planner.still.factcheck import Ground

PATIENT = Urgency.MEDIUM
"""The most urgent that may wait for somebody's preferred hour."""

Weight = Callable[[Signal], float]
"""How useful its reader has found what a Signal's rule told them, from 0 to 1."""


def weight_for(person: PersonId, lessons: Lessons) -> Weight:
    """What orders Signals of one urgency in a message to ``person``."""
    return lambda signal: lessons.useful.get((person, signal.rule), 1.0)


def in_order(proposals: Sequence[Proposal], lessons: Lessons) -> list[Proposal]:
    """Comments to one person of one urgency, the most useful first, in the places they had; all else stays."""
    places: dict[tuple[PersonId, Urgency], list[int]] = defaultdict(list)
    for place, each in enumerate(proposals):
        if isinstance(each.action, CommentOnIssue):
            places[each.action.person, each.urgency].append(place)
    ordered = list(proposals)
    for (person, _), own in places.items():
        best = sorted((proposals[p] for p in own), key=lambda each: -lessons.useful.get((person, each.rule), 1.0))
        for place, each in zip(own, best, strict=True):
            ordered[place] = each
    return ordered


def by_their_way(proposal: Proposal, signals: Sequence[Signal], ground: Ground, lessons: Lessons) -> Proposal:
    """The reminder, or a comment in Jira for somebody who answers those, where one comment says as much.

    Only where directives.yaml leaves the channel open, and where a comment needs nobody's yes that a message
    would not need too.
    """
    who, team = addressee(proposal.action), ground.directives.team(ground.snapshot.team)
    issue = ground.issues.get(IssueKey(signals[0].subject)) if len(signals) == 1 else None
    if who is None or issue is None or not _likes_comments(who, team, ground, lessons):
        return proposal
    commented = comment(signals[0], issue, who, ground.directives)
    message, other = (law_in(each.action, team, ground.directives, each.rule) for each in (proposal, commented))
    same = (message.verdict, message.role) == (other.verdict, other.role)
    return commented if same and other.verdict is not Verdict.DENY else proposal


def _likes_comments(who: PersonId, team: Team, ground: Ground, lessons: Lessons) -> bool:
    habits, person = lessons.people.get(who), ground.snapshot.people.get(who)
    member = next((member for member in team.members if member.id == who), None)
    is_open = member is not None and member.channel is None
    known = person is not None and person.account is not None
    return is_open and known and habits is not None and habits.channel is Way.JIRA


def in_their_time(decision: Decision, proposal: Proposal, ground: Ground, lessons: Lessons) -> Decision:
    """The decision, or the same put off: until their hours of today, or because the rule speaks too early here.

    At most to the begin of those hours on this working day, and to twice the rule's own time; never past the next
    step of the ladder, and never for anything urgent.
    """
    who = addressee(proposal.action)
    if decision.verdict is not Verdict.ALLOW or who is None or not _can_wait(proposal):
        return decision
    signals = [signal for name in _told(proposal) for signal in ground.by_id.get(name, ())[:1]]
    if not signals or any(signal.step for signal in signals):
        return decision
    waits = [_wait(signal, who, ground, lessons) for signal in signals]
    if any(wait is None for wait in waits):
        return decision
    wait = min((wait for wait in waits if wait is not None), key=lambda wait: wait.until)
    return replace(decision, verdict=Verdict.DEFER, rule=wait.rule, reason=wait.reason, until=wait.until, spend=None)


def honestly(decision: Decision, kept: Mapping[PersonId, str], at: Place) -> Decision:
    """The decision; where it says that the day's messages were had, and one is only kept, it says that it is kept.

    ``kept`` is why the message of each such person waits for a better hour.
    """
    for person, why in kept.items():
        had = none_left(person, at)
        if decision.verdict is Verdict.DEFER and (decision.rule, decision.reason) == (had.rule, had.reason):
            return replace(decision, reason=f"today's message to {named(person, at)} is kept for a better hour: {why}")
    return decision


def _can_wait(proposal: Proposal) -> bool:
    is_message = isinstance(proposal.action, RemindPerson | CommentOnIssue)
    asked_for = proposal.asked_by is not None or proposal.promised is not None
    return is_message and not asked_for and proposal.urgency <= PATIENT


def _told(proposal: Proposal) -> Iterator[SignalId]:
    match proposal.action:
        case RemindPerson(items=items):
            yield from (item.signal for item in items)
        case CommentOnIssue(item=item):
            yield item.signal


def _wait(signal: Signal, who: PersonId, ground: Ground, lessons: Lessons) -> Wait | None:
    """Until when experience would put off telling ``who`` of it; ``None`` for not at all."""
    now, directives = ground.snapshot.now, ground.directives
    calendar = person_calendar(directives, ground.snapshot.team, ground.snapshot.people.get(who, who))
    latest = _latest(signal, calendar, directives)
    for wait in (_patience(signal, calendar, directives, lessons), _hour(who, calendar, now, ground, lessons)):
        until = min(wait.until, latest or wait.until) if wait is not None else now
        if wait is not None and until > now:
            return replace(wait, until=until)
    return None


def _patience(signal: Signal, calendar: Calendar, directives: Directives, lessons: Lessons) -> Wait | None:
    factor, after = lessons.patience.get(signal.rule, 1.0), _own_time(signal, directives)
    if factor <= 1.0 or after is None:
        return None
    reason = f"people here have called `{signal.rule}` too early"
    return Wait(_stretched(signal.since, after, factor, calendar), line_of(What.FEEDBACK, directives), reason)


def _hour(who: PersonId, calendar: Calendar, now: datetime, ground: Ground, lessons: Lessons) -> Wait | None:
    """Until their hours begin today, while they are still to come."""
    reached = contact_calendar(ground.directives, ground.snapshot.team, ground.snapshot.people.get(who, who))
    habits, worked = lessons.people.get(who), reached.worked_on(calendar.local_day(now))
    if habits is None or habits.hours is None or worked is None:
        return None
    begin = calendar.local(now).replace(hour=habits.hours[0], minute=0, second=0, microsecond=0)
    if not worked[0] < begin < worked[1]:
        return None
    name = next((m.name for m in ground.directives.team(ground.snapshot.team).members if m.id == who), who)
    reason = f"{name} answers mostly between {habits.hours[0]}:00 and {habits.hours[1]}:00"
    return Wait(begin, line_of(What.HOUR, ground.directives), reason)


def _latest(signal: Signal, calendar: Calendar, directives: Directives) -> datetime | None:
    """The end of all patience; ``None`` for what has no time of its own."""
    after = _own_time(signal, directives)
    if after is None:
        return None
    end = _stretched(signal.since, after, MOST_PATIENT, calendar)
    further = [rung.after for rung in ladder(directives, signal.kind) if rung.step and rung.after is not None]
    return min([end, *(calendar.add(signal.since, span) for span in further)])


def _own_time(signal: Signal, directives: Directives) -> Span | None:
    return next((rung.after for rung in ladder(directives, signal.kind) if rung.step == 0), None)


def _stretched(since: datetime, span: Span, factor: float, calendar: Calendar) -> datetime:
    if span.business:
        return calendar.add_working_time(since, calendar.length(span) * factor)
    return since + span.elapsed * factor
