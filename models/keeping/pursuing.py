"""A question nobody answers: its one reminder, its copy for a deputy, each once; and attention taken as it begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, delete, select, update

from models.actions import AskApproval, Asking
from models.database import insert_new
from models.ids import ApprovalId, EffectId, PersonId, TeamId, named
from models.keeping import effects as outbox
from models.keeping import spending
from models.keeping.records import load
from models.proposals import Approval, ApprovalState, Proposal, Unit
from models.tables import approvals, cards, reminders

_PENDING = approvals.c.state == ApprovalState.PENDING.value


def with_copies(connection: Connection, asked: Sequence[Approval]) -> list[Approval]:
    """The same asks; those that were shown to others too say to whom, in that order."""
    passed = [a.id for a in asked if a.passed_on is not None]
    if not passed:
        return list(asked)
    found: dict[str, dict[PersonId, Mapping[str, str] | None]] = defaultdict(dict)
    rows = connection.execute(select(cards).where(cards.c.approval.in_(passed)).order_by(cards.c.at, cards.c.person))
    for row in rows.mappings():
        place = {"channel": row["channel"], "ts": row["ts"]} if row["ts"] else None
        found[row["approval"]][PersonId(row["person"])] = place
    return [replace(a, copies=found[a.id]) if a.id in found else a for a in asked]


def remind(connection: Connection, approval: ApprovalId, at: datetime, real: datetime) -> bool:
    """Plan the one reminder of a pending ask; ``False`` when it was planned before or the ask is over.

    It reminds of everything that waits on the same card.
    """
    unreminded = and_(_PENDING, approvals.c.reminded.is_(None), approvals.c.expires > at)
    won = update(approvals).where(approvals.c.id == approval, unreminded).values(reminded=at)
    asked = connection.execute(won.returning(*approvals.c)).mappings().first()
    if asked is None:
        return False
    beside = and_(approvals.c.channel == asked["channel"], approvals.c.ts == asked["ts"])
    connection.execute(update(approvals).where(beside, unreminded).values(reminded=at))
    return _plan(connection, asked, PersonId(asked["asked"]), Asking.AGAIN, at, real)


def pass_on(
    connection: Connection, approval: ApprovalId, to: PersonId, expires: datetime, at: datetime, real: datetime
) -> bool:
    """Ask ``to`` as well, until ``expires`` (company time); ``False`` when somebody was, or the ask is over."""
    open_now = and_(approvals.c.id == approval, _PENDING, approvals.c.passed_on.is_(None), approvals.c.expires > at)
    row = connection.execute(update(approvals).where(open_now).values(passed_on=at).returning(*approvals.c))
    asked = row.mappings().first()
    if asked is None or not insert_new(connection, cards, approval=approval, person=to, at=at):
        return False
    longer = {"expires": max(expires, asked["expires"]), "approvers": list(dict.fromkeys([*asked["approvers"], to]))}
    connection.execute(update(approvals).where(approvals.c.id == approval).values(**longer))
    outbox.redraw(connection, TeamId(asked["team"]), asked["channel"], asked["ts"], real)
    return _plan(connection, asked, to, Asking.DEPUTY, at, real)


def _plan(
    connection: Connection, asked: RowMapping, person: PersonId, asking: Asking, at: datetime, real: datetime
) -> bool:
    """Plan showing an ask once more; the attention it costs is taken when it begins."""
    approval, proposal = ApprovalId(asked["id"]), load(Proposal, asked["proposal"])
    effect = outbox.planned_for(proposal, TeamId(asked["team"]), None, asked["directives_version"])
    name = EffectId(named("ask", approval, asking, person))
    action = AskApproval(approval=approval, person=person, asking=asking)
    return outbox.plan(connection, replace(effect, id=name, action=action), lane=1, at=at, real=real)


def take(connection: Connection, effect: EffectId, units: Sequence[Unit], at: datetime) -> bool:
    """One unit of attention for what is about to begin, of the first of ``units`` that has one left.

    What it has of that day already is enough; what it had of another day was not used, and is given back.
    ``False`` when nothing is left: then nothing is changed.
    """
    return any(_take(connection, effect, unit, at) for unit in units)


def _take(connection: Connection, effect: EffectId, unit: Unit, at: datetime) -> bool:
    own = reminders.c.effect == effect
    if connection.execute(select(reminders.c.effect).where(spending.of_day(unit), own)).first():
        return True
    if not spending.take(connection, unit, effect, at):
        return False
    earlier = and_(own, reminders.c.day != unit.day.isoformat())
    connection.execute(delete(reminders).where(earlier))
    return True
