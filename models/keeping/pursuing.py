"""A question nobody answers: its one reminder, its copy for a deputy, each once; and attention taken as it begins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, and_, delete, insert, or_, select, update

from models.actions import AskApproval, Asking
from models.database import insert_new
from models.ids import ApprovalId, EffectId, PersonId, TeamId, named
from models.keeping import effects as outbox
from models.keeping import spending
from models.keeping.records import load
from models.proposals import Approval, ApprovalState, Proposal, PutOff, Unit
from models.tables.asks import approvals, cards
from models.tables.looks import reminders
from models.tables.outbox import audit

PUT_OFF = "put_off"
"""What the audit calls a question that was put off; its detail is until when."""

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

    It reminds of everything that waits on the same card, once there is one.
    """
    awake = or_(approvals.c.put_off.is_(None), approvals.c.put_off <= at)
    unreminded = and_(_PENDING, approvals.c.reminded.is_(None), approvals.c.expires > at, awake)
    won = update(approvals).where(approvals.c.id == approval, unreminded).values(reminded=at)
    asked = connection.execute(won.returning(*approvals.c)).mappings().first()
    if asked is None:
        return False
    shown = and_(approvals.c.channel.is_not(None), approvals.c.ts.is_not(None))
    beside = and_(shown, approvals.c.channel == asked["channel"], approvals.c.ts == asked["ts"])
    same = approvals.c.put_off_by.is_not_distinct_from(asked["put_off_by"])
    connection.execute(update(approvals).where(beside, unreminded, same).values(reminded=at))
    if asked["put_off"] is None:
        return _plan(connection, asked, PersonId(asked["asked"]), Asking.AGAIN, at, real)
    return _plan(connection, asked, PersonId(asked["put_off_by"]), Asking.PROMISED, at, real)


def put_off(connection: Connection, seen: Approval, to: PutOff, by: PersonId, at: datetime, real: datetime) -> bool:
    """Bring a pending ask again because ``by`` wants that; ``False`` when it is over, or not as it was ``seen``."""
    here = and_(approvals.c.id == seen.id, _PENDING, approvals.c.expires > at)
    same = and_(approvals.c.payload_hash == seen.payload_hash, approvals.c.put_off.is_not_distinct_from(seen.put_off))
    later = {"put_off": to.until, "put_off_by": by, "used": round(to.used.total_seconds()), "expires": to.expires}
    changed = update(approvals).where(here, same).values(**later, reminded=None)
    row = connection.execute(changed.returning(approvals.c.team, approvals.c.channel, approvals.c.ts)).first()
    if row is None:
        return False
    outbox.redraw(connection, TeamId(row.team), row.channel, row.ts, real)
    said = {"team": row.team, "who": by, "what": PUT_OFF, "about": seen.id, "detail": to.until.isoformat()}
    connection.execute(insert(audit).values(**said, at=real))
    return True


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
    # Each time it was put off is brought again once.
    again = [asked["put_off"].isoformat()] if asking is Asking.PROMISED else []
    name = EffectId(named("ask", approval, asking, person, *again))
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
