"""Asks: only a pending one can change, by one conditional update, so that exactly one click wins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Connection,
    Result,
    RowMapping,
    Select,
    and_,
    bindparam,
    or_,
    select,
    tuple_,
    union_all,
    update,
)

from models.actions import AskApproval
from models.cycles import Cycle
from models.database import insert_into
from models.ids import ApprovalId, PersonId, TeamId, named
from models.keeping import effects as outbox
from models.keeping import telling
from models.keeping.owing import owe
from models.keeping.pursuing import with_copies
from models.keeping.records import dump, fingerprint, load
from models.keeping.undoing import with_undone
from models.proposals import CARD_OPEN, Approval, ApprovalState, Decided, Ending, Objection, Proposal, Verdict
from models.tables.asks import approvals, cards
from models.tables.looks import decisions, told
from models.tables.outbox import effects
from models.tables.queue import teams

LONGEST_OPEN = timedelta(days=14)
"""Longer than any question waits for an answer, holidays and all: how far back the posting of one is looked for."""

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
    return next(iter(_listed(connection, approvals.c.id == approval)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Somebody's answer to a version of a question; an empty version is whichever there is."""

    by: PersonId
    approve: bool
    note: str = ""
    version: str = ""
    objection: Objection | None = None
    again: datetime | None = None
    """Before when the same is not proposed again (company time); of anything but a no, ``None``."""


def answer(connection: Connection, approval: ApprovalId, said: Said, at: datetime, real: datetime) -> Approval | None:
    """Settle a pending ask; ``None`` when it is not pending, has lapsed, or shows another payload."""
    open_now = [approvals.c.id == approval, PENDING, approvals.c.expires > at]
    if said.version:
        open_now.append(approvals.c.payload_hash == said.version)
    state = ApprovalState.APPROVED if said.approve else ApprovalState.REJECTED
    answered = {"state": state.value, "by": said.by, "at": at, "note": said.note, "put_off": said.again}
    answered |= {"reason": said.objection.value if said.objection else "", "put_off_by": None}
    won = update(approvals).where(and_(*open_now)).values(**answered)
    row = connection.execute(won.returning(*approvals.c)).mappings().first()
    if row is None:
        return None
    outbox.redraw(connection, row["team"], row["channel"], row["ts"], real)
    settled = to_approval(row)
    if not said.approve:
        owe(connection, settled.proposal, settled.team, real)
    if said.again is not None:
        _may_come_again(connection, settled, said.again)
    return settled


def _may_come_again(connection: Connection, asked: Approval, again: datetime) -> None:
    """Its decision becomes a *defer*, and the team is looked at in time."""
    settled = and_(decisions.c.proposal_id == asked.proposal.id, decisions.c.verdict == Verdict.ASK.value)
    waits = {"verdict": Verdict.DEFER.value, "reason": "whoever was asked found it too early", "until": again}
    connection.execute(update(decisions).where(settled).values(**waits))
    connection.execute(update(teams).where(teams.c.id == asked.team, teams.c.next_look > again).values(next_look=again))


def too_early(connection: Connection, team: TeamId, now: datetime) -> tuple[Approval, ...]:
    """Questions answered with *too early*, whose time has not come yet."""
    rows = connection.execute(_too_early(), {"of": team, "now": now})
    return tuple(to_approval(row) for row in rows.mappings())


@cache
def _too_early() -> Select[Any]:
    """Put together once, as all that every look reads."""
    now = bindparam("now", type_=approvals.c.put_off.type)
    waits = and_(objected(bindparam("of"), Objection.TOO_EARLY), approvals.c.put_off > now)
    return select(approvals).where(waits).order_by(approvals.c.id)


def wrong_person(connection: Connection, team: TeamId, now: datetime) -> tuple[Approval, ...]:
    """Questions of the last two months that were answered with *wrong person*, oldest first."""
    rows = connection.execute(_wrong_person(), {"of": team, "since": now - _REMEMBERED})
    return tuple(to_approval(row) for row in rows.mappings())


@cache
def _wrong_person() -> Select[Any]:
    since = bindparam("since", type_=approvals.c.asked_at.type)
    lately = and_(objected(bindparam("of"), Objection.WRONG_PERSON), approvals.c.asked_at >= since)
    return select(approvals).where(lately).order_by(approvals.c.at, approvals.c.id)


def refused_to(connection: Connection, person: PersonId, team: TeamId, now: datetime) -> Approval | None:
    """The last question of that person's making that was answered with no, in the same time."""
    lately = and_(approvals.c.team == team, approvals.c.asked_at >= now - _REMEMBERED)
    refused = and_(lately, approvals.c.state == ApprovalState.REJECTED.value)
    found = [each for each in listed(connection, refused) if each.proposal.asked_by == person]
    return max(found, key=lambda each: each.asked_at, default=None)


_REMEMBERED = timedelta(days=60)
"""As long as a summary remembers what was refused (company time): longer than any sprint."""


def objected(team: TeamId | BindParameter[Any], objection: Objection) -> Any:
    """The team's questions that somebody said no to for that reason."""
    return and_(approvals.c.team == team, approvals.c.reason == objection.value)


def objections(connection: Connection, team: TeamId, objection: Objection) -> list[Approval]:
    """The same, oldest first."""
    rows = connection.execute(select(approvals).where(objected(team, objection)).order_by(approvals.c.at))
    return [to_approval(row) for row in rows.mappings()]


def own_yes(connection: Connection, approval: ApprovalId, by: PersonId, at: datetime, real: datetime) -> None:
    """Whoever wanted it says yes in the transaction that asks them: no card of it ever goes out."""
    won = answer(connection, approval, Said(by=by, approve=True), at, real)
    if won is not None:
        plan_approved(connection, won, at, real)


def plan_approved(connection: Connection, approval: Approval, at: datetime, real: datetime) -> None:
    """Plan what was approved, in the transaction that approved it. People wait for it: lane 0."""
    effect = outbox.planned_for(approval.proposal, approval.team, None, approval.directives_version)
    outbox.plan(connection, replace(effect, approval=approval.id), lane=0, at=at, real=real)
    for row in telling.rows_of(effect.action, approval.team, effect.id, at):
        connection.execute(insert_into(connection, told).values(**row).on_conflict_do_nothing())


def close(
    connection: Connection, which: Any, state: ApprovalState, at: datetime, real: datetime, note: str = ""
) -> list[Approval]:
    """End every pending ask of ``which`` without an answer; returns those that were still pending."""
    ended = update(approvals).where(which, PENDING).values(state=state.value, at=at, note=note)
    rows = connection.execute(ended.returning(*approvals.c)).mappings().all()
    for row in rows:
        outbox.redraw(connection, row["team"], row["channel"], row["ts"], real)
        owe(connection, load(Proposal, row["proposal"]), row["team"], real)
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
    found = _whole(connection, connection.execute(_pending_of(), {"of": team}))
    return tuple(sorted(found, key=lambda asked: asked.id))


@cache
def _pending_of() -> Select[Any]:
    return _in_order(and_(approvals.c.team == bindparam("of"), PENDING))


def pending(connection: Connection) -> list[Approval]:
    """Every ask that waits for an answer, the oldest first."""
    return _whole(connection, connection.execute(_pending()))


@cache
def _pending() -> Select[Any]:
    return _in_order(PENDING)


def lapsed(at: datetime) -> Any:
    """Asks whose time is over at ``at`` (company time)."""
    return approvals.c.expires <= at


def card_of(connection: Connection, person: PersonId) -> list[Approval]:
    """What the approver's open card shows: the pending asks and the settled ones on the same message."""
    first = select(approvals.c.id, approvals.c.channel, approvals.c.ts).where(approvals.c.asked == person)
    copy = select(cards.c.approval, cards.c.channel, cards.c.ts).where(cards.c.person == person)
    theirs = union_all(first, copy).subquery()
    waiting = select(theirs.c.channel, theirs.c.ts).join(approvals, approvals.c.id == theirs.c.id)
    open_cards = waiting.where(PENDING, theirs.c.ts.is_not(None))
    shown = select(theirs.c.id).where(tuple_(theirs.c.channel, theirs.c.ts).in_(open_cards))
    return _listed(connection, (approvals.c.id.in_(select(theirs.c.id)) & PENDING) | approvals.c.id.in_(shown))


def open_cards(connection: Connection, now: datetime) -> frozenset[PersonId]:
    """Approvers with a question of today, posted yet or not; of a copy, once it is posted."""
    given = {"opened": now - CARD_OPEN, "planned": now - LONGEST_OPEN}
    return frozenset(PersonId(person) for person in connection.execute(_open_cards(), given).scalars())


@cache
def _open_cards() -> CompoundSelect[Any]:
    """Put together once: every look asks who has a card."""
    return _cards_of(PENDING)


def _cards_of(which: ColumnElement[bool]) -> CompoundSelect[Any]:
    """Whose questions they are, and to whom copies of open ones were posted; both of today."""
    first = select(approvals.c.asked).where(which, _of_today())
    copy = select(cards.c.person).join(approvals, approvals.c.id == cards.c.approval)
    opened = bindparam("opened", type_=cards.c.at.type)
    return first.union(copy.where(PENDING, cards.c.at > opened, cards.c.ts.is_not(None)))


def shown_cards(connection: Connection, now: datetime) -> frozenset[PersonId]:
    """Approvers with a message of today that shows an open question: the next one joins it."""
    given = {"opened": now - CARD_OPEN, "planned": now - LONGEST_OPEN}
    return frozenset(PersonId(person) for person in connection.execute(_shown_cards(), given).scalars())


@cache
def _shown_cards() -> CompoundSelect[Any]:
    return _cards_of(and_(PENDING, approvals.c.ts.is_not(None)))


def _of_today() -> Any:
    """Asked today, or posted today: what waited for its reader's hours is of the day on which they see it."""
    opened = bindparam("opened", type_=approvals.c.asked_at.type)
    posted = select(effects.c.receipt["ts"].as_string()).where(
        effects.c.person == approvals.c.asked,
        effects.c.planned > bindparam("planned", type_=effects.c.planned.type),
        effects.c.kind == AskApproval.kind,
        effects.c.ended > opened,
    )
    return or_(approvals.c.asked_at > opened, approvals.c.ts.in_(posted))


def on_card(connection: Connection, channel: str, ts: str) -> list[Approval]:
    """Every ask shown on one message."""
    copies = select(cards.c.approval).where(cards.c.channel == channel, cards.c.ts == ts)
    first = and_(approvals.c.channel == channel, approvals.c.ts == ts)
    return _listed(connection, first | approvals.c.id.in_(copies))


def place(
    connection: Connection, which: Sequence[ApprovalId], channel: str, ts: str, person: PersonId | None = None
) -> None:
    """Note which message shows these asks to ``person``; without one, to whoever was asked first."""
    where = {"channel": channel, "ts": ts}
    first = approvals.c.id.in_(which) if person is None else approvals.c.id.in_(which) & (approvals.c.asked == person)
    connection.execute(update(approvals).where(first).values(**where))
    copies = and_(cards.c.approval.in_(which), cards.c.person == person)
    connection.execute(update(cards).where(copies).values(**where))


def listed(connection: Connection, which: ColumnElement[bool]) -> list[Approval]:
    """Those questions, the oldest first."""
    return _listed(connection, which)


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
        reminded=row["reminded"],
        passed_on=row["passed_on"],
        outcome=row["outcome"],
        ending=Ending(row["ending"]) if row["ending"] else None,
        card={"channel": row["channel"], "ts": row["ts"]} if row["ts"] else None,
        put_off=row["put_off"],
        put_off_by=row["put_off_by"],
        used=timedelta(seconds=row["used"]),
        objection=Objection(row["reason"]) if row["reason"] else None,
        edits=row["edits"],
    )


def _listed(connection: Connection, which: Any) -> list[Approval]:
    return _whole(connection, connection.execute(_in_order(which)))


def _in_order(which: Any) -> Select[Any]:
    return select(approvals).where(which).order_by(approvals.c.asked_at, approvals.c.id)


def _whole(connection: Connection, rows: Result[Any]) -> list[Approval]:
    """The questions that were read, with their copies and with what was undone."""
    return with_undone(connection, with_copies(connection, [to_approval(row) for row in rows.mappings()]))
