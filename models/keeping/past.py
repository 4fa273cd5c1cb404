"""What policy is shown of the past: the attention of today, and whatever is kept of what was told, settled and raised.

What still goes on may have been told long ago: how old it may grow is for retention alone to say, never for what is
shown. It is read at every look, so its statements are put together once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, or_, select

from models.ids import PersonId, ProposalId, SignalId, TeamId
from models.proposals import Verdict
from models.tables.looks import decisions, reminders, told
from models.tables.mirror import facts

TODAY = timedelta(days=2)
"""So far back lies every zone's today; units of a day that is still open are all policy asks about."""


def spent(connection: Connection, now: datetime) -> Mapping[tuple[PersonId, str, str], int]:
    """Units of attention, by person, day and budget."""
    rows = connection.execute(_spent(), {"first": (now - TODAY).date().isoformat()})
    return {(PersonId(person), day, budget): count for person, day, budget, count in rows}


def told_to(connection: Connection, team: TeamId) -> frozenset[tuple[PersonId, SignalId]]:
    """Who was told of which episode; of the team's people whatever another team has told them too."""
    return frozenset((PersonId(p), SignalId(s)) for p, s in connection.execute(_told(), {"team": team}).all())


def settled(connection: Connection, team: TeamId) -> Mapping[ProposalId, Verdict]:
    """The proposals that were allowed, asked or denied."""
    verdicts = {verdict.value: verdict for verdict in Verdict}
    return {ProposalId(p): verdicts[v] for p, v in connection.execute(_settled(), {"team": team}).all()}


def raised(connection: Connection, team: TeamId) -> frozenset[tuple[PersonId, SignalId, Verdict]]:
    """The episodes somebody was to be told of, where that was asked of an approver or denied."""
    rows = connection.execute(_raised(), {"team": team}).all()
    return frozenset((PersonId(p), SignalId(s), Verdict(v)) for p, v, signals in rows for s in signals)


@cache
def _spent() -> Select[Any]:
    unit = (reminders.c.person, reminders.c.day, reminders.c.budget)
    return select(*unit, func.count()).where(reminders.c.day >= bindparam("first")).group_by(*unit)


@cache
def _told() -> Select[Any]:
    theirs = select(facts.c.id).where(facts.c.team == bindparam("team"), facts.c.kind == "person")
    return select(told.c.person, told.c.signal).where(or_(told.c.team == bindparam("team"), told.c.person.in_(theirs)))


@cache
def _settled() -> Select[Any]:
    decided = select(decisions.c.proposal_id, decisions.c.verdict)
    return decided.where(_of_team(), decisions.c.verdict != Verdict.DEFER.value)


@cache
def _raised() -> Select[Any]:
    known = decisions.c.verdict.in_([Verdict.ASK.value, Verdict.DENY.value])
    wanted = select(decisions.c.person, decisions.c.verdict, decisions.c.signals)
    return wanted.where(_of_team(), decisions.c.person.is_not(None), known)


def _of_team() -> ColumnElement[bool]:
    return decisions.c.team == bindparam("team")
