"""What shadow mode has recorded, and what was marked of it; which of our own questions were answered, and how."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, bindparam, delete, select, tuple_

from models.database import insert_into
from models.ids import PersonId, ProposalId, TeamId
from models.keeping import approvals as asks
from models.keeping.records import load
from models.proposals import CARD_OPEN, Approval, ApprovalState, Decision, Proposal, Supposed, Verdict
from models.tables.asks import approvals
from models.tables.looks import decisions
from models.tables.trust import marks
from models.trust import Mark, Recorded

RECENT = timedelta(days=2)
"""So far back lies every zone's today."""


def recorded(connection: Connection, team: TeamId, since: datetime, until: datetime) -> list[Recorded]:
    """Every decision of shadow mode after ``since`` and up to ``until`` (company time), oldest first."""
    of_then = and_(decisions.c.team == team, decisions.c.at > since, decisions.c.at <= until)
    return _listed(connection, of_then)


def recorded_one(connection: Connection, proposal: ProposalId) -> Recorded | None:
    """What was decided last of the proposal of that id, if shadow mode has recorded it."""
    return next(iter(_listed(connection, decisions.c.proposal_id == proposal)[-1:]), None)


def _listed(connection: Connection, which: ColumnElement[bool]) -> list[Recorded]:
    wanted = select(decisions).where(which, decisions.c.supposed.is_not(None)).order_by(decisions.c.at, decisions.c.id)
    return [_recorded(row) for row in connection.execute(wanted).mappings()]


def _recorded(row: RowMapping) -> Recorded:
    decision = Decision(
        verdict=Verdict(row["verdict"]),
        rule=row["rule"],
        reason=row["reason"],
        until=row["until"],
        supposed=load(Supposed, row["supposed"]),
    )
    proposal = load(Proposal, row["proposal"])
    return Recorded(team=TeamId(row["team"]), proposal=proposal, decision=decision, at=row["at"])


def attention(
    connection: Connection, team: TeamId, now: datetime
) -> tuple[Mapping[tuple[PersonId, str, str], int], frozenset[PersonId]]:
    """Attention that what was only recorded would have taken of today; and who would have a card of today."""
    spent: dict[tuple[PersonId, str, str], int] = {}
    cards: set[PersonId] = set()
    for at, value in connection.execute(_lately(), {"team": team, "first": now - RECENT}):
        supposed = load(Supposed, value)
        if supposed.asked is not None and at > now - CARD_OPEN:
            cards.add(supposed.asked)
        if (spend := supposed.spend) is not None:
            key = (spend.person, spend.day.isoformat(), spend.budget)
            spent[key] = spent.get(key, 0) + 1
    return spent, frozenset(cards)


@cache
def _lately() -> Select[Any]:
    told = and_(decisions.c.supposed.is_not(None), decisions.c.verdict == Verdict.DENY.value)
    of_today = and_(decisions.c.team == bindparam("team"), decisions.c.at >= bindparam("first"))
    return select(decisions.c.at, decisions.c.supposed).where(of_today, told)


# --- marks ------------------------------------------------------------------------------------------------------


def mark(connection: Connection, said: Mark) -> None:
    """Keep an admin's word on one message, instead of an earlier one of theirs."""
    row = {name: getattr(said, name) for name in ("proposal", "person", "team", "rule", "useful", "sent", "at")}
    new = insert_into(connection, marks).values(**row)
    newer = {name: row[name] for name in ("useful", "sent", "at")}
    connection.execute(new.on_conflict_do_update(index_elements=[marks.c.proposal, marks.c.person], set_=newer))


def marked(connection: Connection, team: TeamId) -> list[Mark]:
    """Every mark of a team, oldest first."""
    wanted = select(marks).where(marks.c.team == team).order_by(marks.c.at, marks.c.proposal, marks.c.person)
    return [Mark(**row) for row in connection.execute(wanted).mappings()]


def drop_marks(connection: Connection, before: datetime, most: int) -> int:
    """Marks from before that moment (company time), at most so many."""
    key = tuple_(marks.c.proposal, marks.c.person)
    old = select(marks.c.proposal, marks.c.person).where(marks.c.at < before).order_by(marks.c.at).limit(most)
    return connection.execute(delete(marks).where(key.in_(old))).rowcount


# --- answers ----------------------------------------------------------------------------------------------------


_ANSWERS = (ApprovalState.APPROVED.value, ApprovalState.REJECTED.value, ApprovalState.SUPERSEDED.value)


def answered(connection: Connection, team: TeamId, rules: Collection[str]) -> Sequence[Approval]:
    """The team's questions that one of ``rules`` had asked and a person has answered, in the order of the answers."""
    said = and_(approvals.c.state.in_(_ANSWERS), approvals.c.by.is_not(None))
    which = and_(approvals.c.team == team, approvals.c.rule.in_(sorted(rules)), said)
    return sorted(asks.listed(connection, which), key=lambda each: (each.at or each.asked_at, each.id))
