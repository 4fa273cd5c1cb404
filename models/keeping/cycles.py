"""Cycles and their decisions: recorded whole or not at all, each proposal settled once, attention taken once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, bindparam, case, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.dml import Insert, Update

from models.actions import AskApproval, addressee
from models.cycles import Cycle, WhyRecord
from models.database import insert_into, insert_new, inserting
from models.events import NO_LOOK, Reason
from models.ids import CycleId, EffectId, ProposalId, TeamId, fresh
from models.keeping import approvals as asks
from models.keeping import effects as outbox
from models.keeping import spending, telling
from models.keeping.records import dump, load
from models.keeping.undoing import undone_of
from models.proposals import Decided, Decision, Effect, EffectState, Proposal, Unit, Verdict, effect_of
from models.signals import Signal
from models.tables.asks import approvals
from models.tables.looks import cycles, decisions, told
from models.tables.outbox import effects
from models.tables.queue import inbox, teams

FIRST = "another message reached this person first"
HEARD = "they have just heard of a part of it"
"""Why a decision is put off that another look or team was quicker with: their attention, or what it was to tell."""


def keep(connection: Connection, cycle: Cycle, real: datetime) -> list[Decided]:
    """Record a cycle with everything that follows from it; returns what was really recorded."""
    cycle = _keep_cycle(connection, cycle)
    _account_for(connection, cycle)
    if cycle.trigger.reason not in NO_LOOK:
        _plan_look(connection, cycle)
    kept = (_keep_decision(connection, cycle, decided, real) for decided in cycle.decided)
    return [decided for decided in kept if decided is not None]


def note(connection: Connection, cycle: Cycle) -> None:
    """Record a cycle and its decisions alone: whoever calls brings about what follows from them."""
    cycle = _keep_cycle(connection, cycle)
    for decided in cycle.decided:
        connection.execute(insert(decisions).values(**_decision_row(cycle, decided)))


def why(connection: Connection, name: str) -> WhyRecord | None:
    """The record behind a proposal, effect or approval id."""
    proposal = _proposal_behind(connection, name)
    settled_first = case((decisions.c.verdict == Verdict.DEFER.value, 1), else_=0)
    found = (
        select(decisions, cycles.c.directives_version, cycles.c.signals.label("seen"))
        .join(cycles, cycles.c.id == decisions.c.cycle)
        .where(decisions.c.proposal_id == proposal)
        .order_by(settled_first, decisions.c.id.desc())
        .limit(1)
    )
    row = connection.execute(found).mappings().first()
    return record_of(connection, row) if row else None


def carried_out(connection: Connection, name: str) -> Effect | None:
    """The effect that carried out the proposal behind a proposal, effect or approval id."""
    effect = effect_of(ProposalId(_proposal_behind(connection, name)))
    row = connection.execute(select(effects).where(effects.c.id == effect)).mappings().first()
    return outbox.to_effect(row) if row else None


def _keep_cycle(connection: Connection, cycle: Cycle) -> Cycle:
    """Insert the cycle; a second one of the same reason and instant gets a name of its own."""
    if insert_new(connection, cycles, **_cycle_row(cycle)):
        return cycle
    cycle = replace(cycle, id=CycleId(fresh()))
    connection.execute(insert(cycles).values(**_cycle_row(cycle)))
    return cycle


def _cycle_row(cycle: Cycle) -> dict[str, Any]:
    return {
        "id": cycle.id,
        "team": cycle.trigger.team,
        "reason": cycle.trigger.reason.value,
        "at": cycle.at,
        "directives_version": cycle.directives_version,
        "signals": dump(cycle.signals),
        "urgency": int(cycle.urgency),
        "next_look": cycle.next_look,
        "thought_by": cycle.thought_by,
        "cost_usd": cycle.cost_usd,
        "pressing": cycle.pressing,
        "sprint": cycle.trigger.sprint,
    }


def _account_for(connection: Connection, cycle: Cycle) -> None:
    """Mark the deliveries this cycle has seen; one that another cycle saw stays with that one."""
    if cycle.trigger.deliveries:
        seen = and_(inbox.c.id.in_(cycle.trigger.deliveries), inbox.c.cycle.is_(None))
        connection.execute(update(inbox).where(seen).values(cycle=cycle.id))


def _plan_look(connection: Connection, cycle: Cycle) -> None:
    row = {"id": cycle.trigger.team, "next_look": cycle.next_look, "urgency": int(cycle.urgency)}
    connection.execute(_planning(connection.dialect.name), row)


@cache
def _planning(dialect: str) -> Insert:
    new = inserting(dialect, teams)
    changes = {"next_look": new.excluded.next_look, "urgency": new.excluded.urgency}
    return new.on_conflict_do_update(index_elements=[teams.c.id], set_=changes)


class _Lost(Exception):
    """What was decided cannot be any more, and why, in words."""


def _keep_decision(connection: Connection, cycle: Cycle, decided: Decided, real: datetime) -> Decided | None:
    """Keep one decision and its consequences; *defer* when another was quicker to its reader meanwhile.

    ``None`` when the proposal had been settled before: it is settled once.
    """
    row = _decision_row(cycle, decided)
    if decided.decision.verdict is Verdict.DEFER and _deferred_again(connection, row):
        return decided
    try:
        with connection.begin_nested():
            _keep_decided(connection, cycle, decided, real, row)
    except _Lost as lost:
        decided = _put_off(decided, str(lost), cycle)
    except IntegrityError:
        if _settled(connection, decided.proposal.id):
            return None
        if not _heard(connection, decided):
            raise
        # The next look is shown what they have heard, and proposes what is left.
        decided = _put_off(decided, HEARD, cycle)
    else:
        return decided
    row = _decision_row(cycle, decided)
    if not _deferred_again(connection, row):
        _keep_decided(connection, cycle, decided, real, row)
    return decided


def _put_off(decided: Decided, reason: str, cycle: Cycle) -> Decided:
    changes: dict[str, Any] = {"approvers": (), "expires": None, "spend": None}
    later = replace(decided.decision, verdict=Verdict.DEFER, reason=reason, until=cycle.next_look, **changes)
    return replace(decided, decision=later)


def _keep_decided(connection: Connection, cycle: Cycle, decided: Decided, real: datetime, row: dict[str, Any]) -> None:
    connection.execute(insert(decisions).values(**row))
    match decided.decision.verdict:
        case Verdict.ALLOW:
            _allow(connection, cycle, decided, real)
        case Verdict.ASK:
            _ask(connection, cycle, decided, real)
        case Verdict.DEFER | Verdict.DENY:
            pass


def _deferred_again(connection: Connection, row: dict[str, Any]) -> bool:
    """Move the last decision on when it said just the same; a hundred looks in one evening leave one row."""
    last = connection.execute(_latest_word(), {"about": row["proposal_id"]}).mappings().first()
    if last is None or any(last[column.name] != row[column.name] for column in _WORD):
        return False
    newer = [name for name in ("cycle", "person", "proposal", "signals", "at", "supposed") if name in row]
    connection.execute(_moving(tuple(newer)), {"which": last["id"], **{f"new_{name}": row[name] for name in newer}})
    return True


@cache
def _moving(names: tuple[str, ...]) -> Update:
    newer = {name: bindparam(f"new_{name}", type_=decisions.c[name].type) for name in names}
    return update(decisions).where(decisions.c.id == bindparam("which")).values(newer)


_WORD = (decisions.c.verdict, decisions.c.rule, decisions.c.reason, decisions.c.until)


@cache
def _latest_word() -> Select[Any]:
    """Put together once: it is asked for everything that is put off, at every look."""
    said = select(decisions.c.id, *_WORD).where(decisions.c.proposal_id == bindparam("about"))
    return said.order_by(decisions.c.id.desc()).limit(1)


def _decision_row(cycle: Cycle, decided: Decided) -> dict[str, Any]:
    proposal, decision = decided.proposal, decided.decision
    return {
        "proposal_id": proposal.id,
        "cycle": cycle.id,
        "team": cycle.trigger.team,
        "verdict": decision.verdict.value,
        "rule": decision.rule,
        "reason": decision.reason,
        "until": decision.until,
        "person": addressee(proposal.action),
        "proposal": dump(proposal),
        "signals": [item.signal for item in telling.told_by(proposal.action)],
        "at": cycle.at,
        **({"supposed": dump(decision.supposed)} if decision.supposed is not None else {}),
    }


def _allow(connection: Connection, cycle: Cycle, decided: Decided, real: datetime) -> None:
    proposal = decided.proposal
    effect = outbox.planned_for(proposal, cycle.trigger.team, cycle.id, cycle.directives_version)
    _take_attention(connection, cycle, decided.decision, effect.id)
    for row in telling.rows_of(proposal.action, cycle.trigger.team, effect.id, cycle.at):
        new = insert_into(connection, told).values(**row)
        # What somebody had put off they may hear of again, although they have heard of it.
        connection.execute(new.on_conflict_do_nothing() if proposal.promised else new)
    outbox.plan(connection, effect, lane=0 if proposal.asked_by else 1, at=cycle.at, real=real)


def _ask(connection: Connection, cycle: Cycle, decided: Decided, real: datetime) -> None:
    approval = asks.keep(connection, cycle, decided)
    proposal, decision = decided.proposal, decided.decision
    if cycle.own_yes and proposal.asked_by is not None:
        asks.own_yes(connection, approval, proposal.asked_by, cycle.at, real)
        return
    card = AskApproval(approval=approval, person=decision.approvers[0])
    effect = outbox.planned_for(proposal, cycle.trigger.team, cycle.id, cycle.directives_version)
    effect = outbox.showing(effect, approval, card)
    _take_attention(connection, cycle, decision, effect.id)
    outbox.plan(connection, effect, lane=0 if proposal.asked_by else 1, at=cycle.at, real=real)


def _take_attention(connection: Connection, cycle: Cycle, decision: Decision, effect: EffectId) -> None:
    if decision.spend is None:
        return
    spend = decision.spend
    unit = Unit(person=spend.person, day=spend.day, budget=spend.budget, most=max(spend.most, spend.ordinal))
    if not spending.take(connection, unit, effect, cycle.at):
        raise _Lost(FIRST)


def _settled(connection: Connection, proposal: ProposalId) -> bool:
    done = and_(decisions.c.proposal_id == proposal, decisions.c.verdict != Verdict.DEFER.value)
    return connection.execute(select(decisions.c.id).where(done).limit(1)).first() is not None


def _heard(connection: Connection, decided: Decided) -> bool:
    """Whether somebody else has told the reader of one of the episodes."""
    action = decided.proposal.action
    names = [item.signal for item in telling.told_by(action)]
    heard = and_(told.c.person == addressee(action), told.c.signal.in_(names))
    return connection.execute(select(told.c.person).where(heard).limit(1)).first() is not None


def _proposal_behind(connection: Connection, name: str) -> str:
    """The proposal id that ``name`` belongs to: an effect's, an approval's, a request's, or its own."""
    asked = connection.execute(select(approvals.c.proposal_id).where(approvals.c.id == name)).scalar()
    sent = connection.execute(select(effects.c.proposal).where(effects.c.id == name)).scalar()
    request = and_(cycles.c.id == name, cycles.c.reason == Reason.REQUEST.value)
    wished = select(decisions.c.proposal_id).join(cycles, cycles.c.id == decisions.c.cycle).where(request)
    return str(asked or (sent or {}).get("id") or connection.execute(wished).scalar() or name)


def record_of(connection: Connection, row: RowMapping) -> WhyRecord:
    """The record of one decision, from its row joined with its cycle's signals (``seen``) and constitution."""
    proposal = load(Proposal, row["proposal"])
    asked = select(approvals).where(approvals.c.proposal_id == proposal.id).order_by(approvals.c.asked_at.desc())
    approval = connection.execute(asked.limit(1)).mappings().first()
    done = connection.execute(select(effects).where(effects.c.id == outbox.effect_name(proposal))).mappings().first()
    signals = load(tuple[Signal, ...], row["seen"])
    verdict, until = Verdict(row["verdict"]), row["until"]
    return WhyRecord(
        team=TeamId(row["team"]),
        proposal=proposal,
        decision=Decision(verdict=verdict, rule=row["rule"], reason=row["reason"], until=until),
        at=row["at"],
        directives_version=row["directives_version"],
        signals=tuple(signal for signal in signals if signal.id in proposal.signals),
        effect=EffectState(done["state"]) if done else None,
        outcome=done["words"] if done else "",
        approval=asks.to_approval(approval) if approval else None,
        undone=undone_of(connection, proposal.id),
    )
