"""The life of an ask: who may answer, who is asked first, until when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from models.directives import Directives, Team
from models.ids import PersonId, TeamId
from models.proposals import Approval, ApprovalState
from models.spans import Span
from models.work import Person
from planner.escalation import is_here
from planner.worktime import person_calendar

LIFETIME = Span(2, "day", business=True)
"""How long a question stands before it lapses, in the approver's working time; a lapse does nothing."""


def approvers_of(role: str, team: Team, people: Mapping[PersonId, Person], now: datetime) -> tuple[PersonId, ...]:
    """Who may say yes for ``role``, whoever is there first: the first is asked.

    Deputies (``deputy_<role>``) stand in only while nobody who holds the role is there.
    """
    holders = team.roles.get(role, ())
    here = [person for person in holders if is_here(person, people, now)]
    standing_in = () if here else team.roles.get(f"deputy_{role}", ())
    deputies = [person for person in standing_in if is_here(person, people, now)]
    return tuple(dict.fromkeys([*here, *deputies, *holders, *standing_in]))


def expiry(
    approver: PersonId, team: TeamId, people: Mapping[PersonId, Person], directives: Directives, now: datetime
) -> datetime:
    """When a question asked now lapses (company time)."""
    return person_calendar(directives, team, people.get(approver, approver)).add(now, LIFETIME)


def may_answer(approval: Approval, person: PersonId, now: datetime) -> bool:
    """Whether this person's yes or no counts: named, while pending, before it lapses."""
    return approval.state is ApprovalState.PENDING and now < approval.expires and person in approval.approvers
