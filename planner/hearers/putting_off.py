"""*Ask me later*: when a question is brought again, and how long it may stand for that; two cards there never are.

The clock of a question that was put off stands still until it is brought again: nobody is reminded, no deputy is asked,
and what was left of its time is left of it then. However often that is done, it lapses after ``MOST`` of its first
approver's working time since it was asked, so that nothing waits for ever; a daily summary ends with its day all the
same. A critical question cannot be put off: others are told when nobody answers it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from models.actions import PostDigest
from models.cycles import History
from models.ids import PersonId
from models.proposals import Approval, ApprovalState, Proposal, PutOff
from models.signals import Urgency
from models.spans import Span
from planner.bounds.limits import Place, Wait
from planner.bounds.times import NotUnderstood, moment_of
from planner.bounds.worktime import Calendar, contact_calendar, person_calendar

MOST = Span(4, "day", business=True)
"""Twice the time a question has when nobody puts it off."""

LEAST = Span(4, "hour", business=True)
"""What is left of its time at least when it is brought again: nobody is shown a question that is over."""

CRITICAL = "A critical question cannot be put off: the next person is asked when nobody answers. Nothing was changed."
PAST = "That time has passed. Choose another; the question waits as it did."


def later_choices(person: PersonId, at: Place) -> tuple[tuple[str, str], ...]:
    """What is offered: words for the reader, and what comes back. The last is their next working morning by name."""
    calendar = contact_calendar(at.directives, at.team, at.people.get(person, person))
    morning = calendar.next_morning(at.now)
    local = calendar.local(morning)
    return (
        ("In 3 hours", "3 hours"),
        ("Tomorrow 10:00", "tomorrow 10:00"),
        (f"{local:%a} {local.day} {local:%b %H:%M}", morning.isoformat()),
    )


def put_off(approval: Approval, chosen: str, by: PersonId, at: Place) -> PutOff | str:
    """What becomes of a pending question that ``by`` wants to hear again at ``chosen``; or why it stays as it is."""
    if approval.proposal.urgency is Urgency.CRITICAL:
        return CRITICAL
    until = _moment(chosen, contact_calendar(at.directives, at.team, at.people.get(by, by)), at.now)
    if until is None or until <= at.now:
        return PAST
    mine = _calendar(approval.approvers[0], at)
    last = latest(approval, at)
    if until >= last:
        return f"It cannot be put off for so long: it lapses {mine.when(last)} at the latest. It waits as it did."
    since, used = clock_of(approval)
    left = mine.working_time_between(max(at.now, since), approval.expires)
    ends = mine.add_working_time(until, max(left, mine.length(LEAST)))
    return PutOff(until, used + mine.working_time_between(since, at.now), min(ends, last))


def latest(approval: Approval, at: Place) -> datetime:
    """When it lapses at the latest, however often it is put off."""
    if isinstance(approval.proposal.action, PostDigest):
        return approval.expires
    return max(approval.expires, _calendar(approval.approvers[0], at).add(approval.asked_at, MOST))


def clock_of(approval: Approval) -> tuple[datetime, timedelta]:
    """Since when its clock runs, and how long it had run before that."""
    if approval.put_off is None:
        return approval.asked_at, timedelta()
    return approval.put_off, approval.used


def rests(approval: Approval, now: datetime) -> bool:
    """Whether it was put off until later than ``now``."""
    pending = approval.state is ApprovalState.PENDING
    return pending and approval.put_off is not None and now < approval.put_off


def is_brought_again(approval: Approval, now: datetime) -> bool:
    """Whether its reader asked to hear of it by now, and has not."""
    due = approval.put_off is not None and approval.put_off <= now
    return due and approval.reminded is None and bool(approval.places)


def too_early(proposal: Proposal, history: History, now: datetime) -> Wait | None:
    """The wait for what somebody found too early to propose: the same, under whatever name it comes again."""
    for said in history.early:
        same = said.proposal.id == proposal.id or said.proposal.action == proposal.action
        if same and said.put_off is not None and now < said.put_off:
            return Wait(said.put_off, said.decision_rule, "whoever was asked found it too early")
    return None


def _moment(chosen: str, calendar: Calendar, now: datetime) -> datetime | None:
    """The working moment that was chosen; ``None`` when it cannot be read. What comes back may be anything."""
    try:
        meant = datetime.fromisoformat(chosen)
    except ValueError:
        try:
            meant = moment_of(chosen, calendar, now)
        except NotUnderstood:
            return None
    try:
        return calendar.next_working_moment(meant) if meant.tzinfo is not None and meant > now else None
    except OverflowError:  # on the last days that a calendar has
        return None


def _calendar(person: PersonId, at: Place) -> Calendar:
    return person_calendar(at.directives, at.team, at.people.get(person, person))
