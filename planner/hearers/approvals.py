"""The life of an ask: who may answer, who is asked first and who then, when they are reminded, until when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.cycles import History
from models.directives import Team
from models.ids import PersonId
from models.proposals import Approval, ApprovalState
from models.signals import Urgency
from models.spans import Span
from models.work import Person
from planner.bounds.limits import Place, Wait, claim, wait_for_person
from planner.bounds.worktime import Calendar, person_calendar
from planner.hearers.escalation import answer_within, clock_ends, is_here
from planner.hearers.moves import LONG
from planner.hearers.putting_off import clock_of, is_brought_again, rests

LIFETIME = Span(2, "day", business=True)
"""How long a question stands before it lapses, in the approver's working time; a lapse does nothing."""

REMINDED, PASSED_ON = 0.5, 0.75
"""The parts of that time after which its approver is reminded, and after which a deputy is asked as well."""

OWN_TIME = 0.25
"""The part of it that a deputy has at least, in the deputy's own working time."""


def approvers_of(role: str, team: Team, people: Mapping[PersonId, Person], now: datetime) -> tuple[PersonId, ...]:
    """Who may say yes for ``role``, whoever is there first: the first is asked.

    Deputies (``deputy_<role>``) stand in only while nobody who holds the role is there. Whoever wants no message they
    did not ask for may answer, but is asked only where nobody else can be.
    """
    holders = team.roles.get(role, ())
    left_alone = {member.id for member in team.members if member.per_day == 0}
    here = [person for person in holders if is_here(person, people, now) and person not in left_alone]
    standing_in = () if here else team.roles.get(f"deputy_{role}", ())
    deputies = [p for p in standing_in if is_here(p, people, now) and p not in left_alone]
    return tuple(dict.fromkeys([*here, *deputies, *holders, *standing_in]))


def may_answer(approval: Approval, person: PersonId, now: datetime) -> bool:
    """Whether this person's yes or no counts: named, while pending, before it lapses."""
    return approval.state is ApprovalState.PENDING and now < approval.expires and person in approval.approvers


def card_waits(approval: Approval, person: PersonId, at: Place, history: History) -> Wait | None:
    """Why ``person``, who is to be asked, has no card of it yet, and until when.

    ``None`` for whoever has one, or gets it at this moment.
    """
    waiting = approval.state is ApprovalState.PENDING and person in approval.asked
    if not waiting or approval.shown_to(person) is not None:
        return None
    urgency = approval.proposal.urgency
    wait = wait_for_person(person, urgency, at)
    # What was asked first had its attention when it was decided, what a person wants costs none, and one more line on
    # an open card neither.
    free = person == approval.approvers[0] or approval.proposal.asked_by is not None or person in history.open_cards
    if wait is not None or free:
        return wait
    spend = claim(person, urgency, history, at)
    return spend if isinstance(spend, Wait) else None


# --- a question nobody answers ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Course:
    """How a question goes on while nobody answers it (company time)."""

    reminder: datetime | None
    """When its approver is reminded, once; ``None`` where an answer is too urgent to be reminded of."""
    deputy: PersonId | None
    """Who is asked as well, as far as is known now; ``None`` when nobody stands in."""
    passed_on: datetime
    """When they are asked."""
    expires: datetime
    """When it lapses, and nothing is done."""


def course(
    first: PersonId,
    role: str,
    urgency: Urgency,
    asked_at: datetime,
    at: Place,
    used: timedelta = timedelta(),
) -> Course:
    """What is in store for a question to ``first``, who is asked for ``role``; the deputy has time of their own too.

    A critical one has as long as the constitution waits for an answer to such things, and no reminder. ``used`` is
    working time that its clock had run before ``asked_at``: a question that was put off.
    """
    mine = _calendar(first, at)
    deputy = stand_in(role, (first,), at)
    within = answer_within(at.directives, urgency)
    passed_on = _part(PASSED_ON, asked_at, mine, used)
    if within is not None:
        passed_on = min(passed_on, clock_ends(first, asked_at, within, at.people, at.directives, at.team))
    expires = mine.add(asked_at, LIFETIME)
    if deputy is not None:
        expires = max(expires, _part(OWN_TIME, passed_on, _calendar(deputy, at)))
    return Course(None if within else _part(REMINDED, asked_at, mine, used), deputy, passed_on, expires)


def stand_in(role: str, asked: Iterable[PersonId], at: Place) -> PersonId | None:
    """Who is asked next: a deputy of ``role`` who is there, else somebody else who holds it; ``None`` for nobody."""
    team, before = at.directives.team(at.team), frozenset(asked)
    able = (*team.roles.get(f"deputy_{role}", ()), *team.roles.get(role, ()))
    return next((p for p in able if p not in before and not is_away(p, at)), None)


def is_away(person: PersonId, at: Place) -> bool:
    """Whether they are absent for so long that an answer is not waited for."""
    known = at.people.get(person)
    absent = known.absent if known else None
    return absent is not None and absent.holds(at.now) and (absent.until is None or absent.until - at.now >= LONG)


@dataclass(frozen=True, slots=True)
class Remind:
    """The approver is reminded now, once."""


@dataclass(frozen=True, slots=True)
class PassOn:
    """``to`` is asked as well now; the question stands until ``expires`` (company time) at least."""

    to: PersonId
    expires: datetime


def next_step(approval: Approval, role: str, at: Place, history: History) -> Remind | PassOn | None:
    """What is due now for a question that waits; ``None`` for nothing. Who asked for it themselves is not chased."""
    first, gone = approval.approvers[0], is_away(approval.approvers[0], at)
    if approval.state is not ApprovalState.PENDING or at.now >= approval.expires:
        return None
    if is_brought_again(approval, at.now):
        return Remind()
    if approval.proposal.asked_by == first or (rests(approval, at.now) and not gone):
        return None
    since, used = clock_of(approval)
    ahead = course(first, role, approval.proposal.urgency, since, at, used)
    if gone or at.now >= ahead.passed_on:
        return None if approval.passed_on or ahead.deputy is None else _passed(ahead.deputy, approval, at, history)
    is_due = ahead.reminder is not None and at.now >= ahead.reminder and approval.put_off is None
    shown = approval.card is not None and approval.reminded is None
    return Remind() if is_due and shown and not approval.passed_on else None


def _passed(deputy: PersonId, approval: Approval, at: Place, history: History) -> PassOn:
    """A deputy whose hours or attention of today are over has their time from when they can be told."""
    urgency = approval.proposal.urgency
    wait = wait_for_person(deputy, urgency, at) or claim(deputy, urgency, history, at)
    told = wait.until if isinstance(wait, Wait) and deputy not in history.open_cards else at.now
    return PassOn(deputy, max(approval.expires, _part(OWN_TIME, told, _calendar(deputy, at))))


def _calendar(person: PersonId, at: Place) -> Calendar:
    return person_calendar(at.directives, at.team, at.people.get(person, person))


def _part(share: float, since: datetime, calendar: Calendar, used: timedelta = timedelta()) -> datetime:
    """When that share of a question's lifetime has passed since then, ``used`` of which was over before."""
    return calendar.add_working_time(since, calendar.length(LIFETIME) * share - used)
