"""Asks: only a pending one can change, by one conditional update, so that exactly one click wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, select, tuple_, update

from models.actions import addressee
from models.cycles import Cycle
from models.database import insert_into
from models.ids import ApprovalId, PersonId, TeamId, named
from models.keeping import effects as outbox
from models.keeping.records import dump, fingerprint, load
from models.proposals import Approval, ApprovalState, Decided, Ending, Proposal, Verdict
from models.tables import approvals, decisions, told

PENDING = approvals.c.state == ApprovalState.PENDING.value


def approval_name(proposal: Proposal, cycle: Cycle) -> ApprovalId:
    """The one id of asking about ``proposal`` in ``cycle``."""
    return ApprovalId(named("approval", proposal.id, cycle.id))


def keep(connection: Connection, cycle: Cycle, decided: Decided) -> ApprovalId:
    """Keep a pending ask. Raises ``ValueError`` when nobody may answer it or it never lapses."""
    proposal, decision = decided.proposal, decided.decision
    if not decision.approvers or decision.expires is None:
        raise ValueError(f"the ask for {proposal.id} names no approver or no expiry")
    name = approval_name(proposal, cycle)
    row = insert_into(connection, approvals).values(
        id=name,
        team=cycle.trigger.team,
        proposal_id=proposal.id,
        proposal=dump(proposal),
        payload_hash=fingerprint(proposal.action),
        approvers=list(decision.approvers),
        asked=decision.approvers[0],
        rule=decision.rule,
        directives_version=cycle.directives_version,
        state=ApprovalState.PENDING.value,
        asked_at=cycle.at,
        expires=decision.expires,
    )
    connection.execute(row)
    return name


def get(connection: Connection, approval: ApprovalId) -> Approval | None:
    """The ask of that id."""
    row = connection.execute(select(approvals).where(approvals.c.id == approval)).mappings().first()
    return to_approval(row) if row else None


def answer(
    connection: Connection,
    approval: ApprovalId,
    by: PersonId,
    approve: bool,
    note: str,
    version: str,
    at: datetime,
    real: datetime,
) -> Approval | None:
    """Settle a pending ask; ``None`` when it is not pending, has lapsed, or shows another payload."""
    open_now = [approvals.c.id == approval, PENDING, approvals.c.expires > at]
    if version:
        open_now.append(approvals.c.payload_hash == version)
    state = ApprovalState.APPROVED if approve else ApprovalState.REJECTED
    won = update(approvals).where(and_(*open_now)).values(state=state.value, by=by, at=at, note=note)
    row = connection.execute(won.returning(*approvals.c)).mappings().first()
    if row is None:
        return None
    outbox.redraw(connection, row["team"], row["channel"], row["ts"], real)
    return to_approval(row)


def plan_approved(connection: Connection, approval: Approval, at: datetime, real: datetime) -> None:
    """Plan what was approved, in the transaction that approved it. People wait for it: lane 0."""
    effect = outbox.planned_for(approval.proposal, approval.team, None, approval.directives_version)
    outbox.plan(connection, replace(effect, approval=approval.id), lane=0, at=at, real=real)
    person = addressee(effect.action)
    for signal in approval.proposal.signals if person else ():
        row = insert_into(connection, told).values(
            person=person, signal=signal, team=approval.team, effect=effect.id, at=at
        )
        connection.execute(row.on_conflict_do_nothing())


def close(
    connection: Connection, which: Any, state: ApprovalState, at: datetime, real: datetime, note: str = ""
) -> list[Approval]:
    """End every pending ask of ``which`` without an answer; returns those that were still pending."""
    ended = update(approvals).where(which, PENDING).values(state=state.value, at=at, note=note)
    rows = connection.execute(ended.returning(*approvals.c)).mappings().all()
    for row in rows:
        outbox.redraw(connection, row["team"], row["channel"], row["ts"], real)
    return sorted((to_approval(row) for row in rows), key=lambda a: (a.asked_at, a.id))


def overtake(connection: Connection, which: Sequence[ApprovalId], at: datetime, real: datetime) -> None:
    """Withdraw pending asks whose matter is over. Should the same be found again, it may be asked again."""
    if not which:
        return
    note = "the situation changed"
    for approval in close(connection, approvals.c.id.in_(which), ApprovalState.SUPERSEDED, at, real, note):
        asked = and_(decisions.c.proposal_id == approval.proposal.id, decisions.c.verdict == Verdict.ASK.value)
        connection.execute(update(decisions).where(asked).values(verdict=Verdict.DEFER.value, reason=note))


def pending_of(connection: Connection, team: TeamId) -> tuple[Approval, ...]:
    """The team's asks that wait for an answer, by id."""
    found = select(approvals).where(approvals.c.team == team, PENDING).order_by(approvals.c.id)
    return tuple(to_approval(row) for row in connection.execute(found).mappings())


def lapsed(at: datetime) -> Any:
    """Asks whose time is over at ``at`` (company time)."""
    return approvals.c.expires <= at


def card_of(connection: Connection, person: PersonId) -> list[Approval]:
    """What the approver's open card shows: the pending asks and the settled ones on the same message."""
    theirs = approvals.c.asked == person
    open_cards = select(approvals.c.channel, approvals.c.ts).where(theirs, PENDING, approvals.c.ts.is_not(None))
    shown = tuple_(approvals.c.channel, approvals.c.ts).in_(open_cards)
    return _listed(connection, and_(theirs, PENDING | shown))


def on_card(connection: Connection, channel: str, ts: str) -> list[Approval]:
    """Every ask shown on one message."""
    return _listed(connection, and_(approvals.c.channel == channel, approvals.c.ts == ts))


def place(connection: Connection, which: Sequence[ApprovalId], channel: str, ts: str) -> None:
    """Note which message shows these asks."""
    connection.execute(update(approvals).where(approvals.c.id.in_(which)).values(channel=channel, ts=ts))


def to_approval(row: RowMapping) -> Approval:
    """The value a row stands for."""
    return Approval(
        id=ApprovalId(row["id"]),
        team=TeamId(row["team"]),
        proposal=load(Proposal, row["proposal"]),
        approvers=tuple(PersonId(person) for person in row["approvers"]),
        state=ApprovalState(row["state"]),
        asked_at=row["asked_at"],
        expires=row["expires"],
        decision_rule=row["rule"],
        directives_version=row["directives_version"],
        payload_hash=row["payload_hash"],
        by=row["by"],
        at=row["at"],
        note=row["note"],
        outcome=row["outcome"],
        ending=Ending(row["ending"]) if row["ending"] else None,
        card={"channel": row["channel"], "ts": row["ts"]} if row["ts"] else None,
    )


def _listed(connection: Connection, which: Any) -> list[Approval]:
    rows = connection.execute(select(approvals).where(which).order_by(approvals.c.asked_at, approvals.c.id))
    return [to_approval(row) for row in rows.mappings()]
