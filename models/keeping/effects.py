"""Effects: planned with their job in one transaction, begun before the call, settled after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, case, delete, null, select, update

from models.actions import (
    Action,
    AskApproval,
    AskIdentity,
    Asking,
    DelegateTask,
    Escalate,
    PostDigest,
    PostToOtherChannel,
    RemindPerson,
    ShadowLog,
    TellAdmins,
    addressee,
)
from models.database import insert_into, insert_new
from models.ids import ApprovalId, CycleId, EffectId, TeamId
from models.keeping import jobs as queue
from models.keeping.jobs import NewJob
from models.keeping.owing import owe
from models.keeping.records import dump, fingerprint, load, load_union
from models.keeping.restoring import gone_back
from models.proposals import ApprovalState, Effect, EffectState, Ending, Outcome, Proposal, Verdict, ask_of, effect_of
from models.tables.asks import approvals, cards
from models.tables.looks import decisions, reminders, told
from models.tables.outbox import effects
from models.tables.queue import teams

IN_FLIGHT = (EffectState.SENDING, EffectState.UNKNOWN)

TASK_LANE = 2

ENDED = (EffectState.SENT, EffectState.CANCELLED, EffectState.DEAD)

_STATE_AFTER = {
    Ending.DONE: EffectState.SENT,
    Ending.FOUND: EffectState.SENT,
    Ending.CHANGED: EffectState.CANCELLED,
    Ending.FORBIDDEN: EffectState.CANCELLED,
    Ending.DEFERRED: EffectState.CANCELLED,
    Ending.UNCLEAR: EffectState.UNKNOWN,
    Ending.FAILED: EffectState.DEAD,
}


def target_of(action: Action, team: TeamId) -> str:
    """Where the action lands; effects on one target go out in order, one at a time."""
    match action:
        case RemindPerson() | AskApproval() | AskIdentity():
            return f"slack:dm:{action.person}"
        case TellAdmins(person=str(person)) | ShadowLog(person=person):
            return f"slack:dm:{person}"
        case PostDigest() | Escalate() | PostToOtherChannel() | TellAdmins():
            return f"slack:channel:{team}:{action.channel}"
        case DelegateTask():
            return f"task:{team}"
        case _:
            return f"jira:{action.issue}"


def effect_name(proposal: Proposal) -> EffectId:
    """The one id of carrying out ``proposal``, however often that is decided."""
    return effect_of(proposal.id)


def ask_name(approval: ApprovalId) -> EffectId:
    """The one id of showing ``approval`` to its first approver."""
    return ask_of(approval)


def plan(connection: Connection, effect: Effect, *, lane: int, at: datetime, real: datetime) -> bool:
    """Keep an effect and its job; ``False`` when it was planned before. ``at`` is company time.

    One whose decision was taken back and taken anew is opened again; a try it has had must be looked up.
    """
    is_new = insert_new(
        connection,
        effects,
        id=effect.id,
        team=effect.team,
        cycle=effect.cycle,
        approval=effect.approval,
        kind=effect.action.kind,
        person=addressee(effect.action),
        target=target_of(effect.action, effect.team),
        action=dump(effect.action),
        proposal=dump(effect.proposal),
        payload_hash=fingerprint(effect.action),
        directives_version=effect.directives_version,
        state=EffectState.PLANNED.value,
        planned=at,
        receipt={},
    )
    if not is_new and not _opened_again(connection, effect, at):
        return False
    if isinstance(effect.action, DelegateTask):  # minutes of work must not stand in the slot kept for people
        lane = TASK_LANE
    key = target_of(effect.action, effect.team)
    queue.put(connection, NewJob("effect", key, effect.team, lane, {"effect": effect.id}), real)
    return True


def begin(connection: Connection, effect: EffectId, real: datetime) -> Effect | None:
    """Note the intent to send; the effect as it was before, or ``None`` when it has ended.

    A first try is *sending*; any later one is *unknown* until the world has said which it is, so that a
    definite no for now cannot make us forget that an earlier try may have arrived. After an older state was put back
    a first try is one as well: it may have been sent in the time that is gone.
    """
    row = _held(connection, effect)
    if row is None or row["state"] in ENDED:
        return None
    first = row["state"] == EffectState.PLANNED
    since = gone_back(connection, real) if first else None
    connection.execute(
        update(effects)
        .where(effects.c.id == effect)
        .values(
            state=(EffectState.SENDING if first and since is None else EffectState.UNKNOWN).value,
            tries=row["tries"] + 1,
            first_try=since or row["first_try"] or real,
        )
    )
    begun = with_yes(connection, [to_effect(row)])[0]
    return begun if since is None else replace(begun, state=EffectState.UNKNOWN, first_try=since)


def settle(connection: Connection, effect: EffectId, outcome: Outcome, at: datetime, real: datetime) -> None:
    """Note how it ended this time; one that nobody has heard of gives back the attention it had taken."""
    row = _held(connection, effect)
    if row is None or row["state"] not in IN_FLIGHT:
        return
    state = _state_after(outcome, EffectState(row["state"]))
    changes: dict[str, Any] = {"state": state.value, "words": outcome.words}
    if outcome.receipt is not None:
        changes["receipt"] = dict(outcome.receipt.ref)
    if state is EffectState.CANCELLED:
        _give_back(connection, effect)
    if state is EffectState.DEAD and row["state"] == EffectState.SENDING:  # no earlier try can have arrived
        changes["gave_back"] = _give_back(connection, effect)
    if state in ENDED:
        changes["ended"] = at
        _conclude(connection, to_effect(row), outcome, at, real)
    connection.execute(update(effects).where(effects.c.id == effect).values(**changes))


def reopen(connection: Connection, effect: EffectId) -> None:
    """Somebody has put right what a dead effect was refused for: look before doing it, as after any doubt.

    It takes again the attention it gave back; when its reader was told meanwhile, it stays dead.
    """
    row = _held(connection, effect)
    if row is None or row["state"] != EffectState.DEAD or not _taken_again(connection, row["gave_back"] or {}):
        return
    again = {"state": EffectState.UNKNOWN.value, "ended": None, "gave_back": null()}
    connection.execute(update(effects).where(effects.c.id == effect).values(**again))
    if row["kind"] == AskApproval.kind and row["action"].get("asking", Asking.FIRST) == Asking.FIRST:
        # Withdrawn because of this; what the world has overtaken since stays over.
        by_this = and_(approvals.c.note == row["words"], approvals.c.at == row["ended"])
        is_over = approvals.c.state == ApprovalState.SUPERSEDED.value
        withdrawn = and_(_unshown(row["action"]["approval"]), is_over, by_this)
        opened = {"state": ApprovalState.PENDING.value, "at": None, "note": ""}
        connection.execute(update(approvals).where(withdrawn).values(**opened))


def redraw(connection: Connection, team: TeamId, channel: str | None, ts: str | None, real: datetime) -> None:
    """Have the approval card on that message drawn again, and every copy of what it asks.

    It belongs to the change it must show: in one transaction.
    """
    if not channel or not ts:
        return
    here = select(approvals.c.id).where(approvals.c.channel == channel, approvals.c.ts == ts)
    copies = select(cards.c.channel, cards.c.ts).where(cards.c.approval.in_(here), cards.c.ts.is_not(None)).distinct()
    places = [(channel, ts), *((row.channel, row.ts) for row in connection.execute(copies))]
    for where, at in dict.fromkeys(places):
        job = NewJob("card", f"card:{where}:{at}", team, lane=0, payload={"channel": where, "ts": at}, coalesce=True)
        queue.put(connection, job, real)


def to_effect(row: RowMapping) -> Effect:
    """The value a row stands for."""
    return Effect(
        id=EffectId(row["id"]),
        team=TeamId(row["team"]),
        cycle=CycleId(row["cycle"]) if row["cycle"] else None,
        proposal=load(Proposal, row["proposal"]),
        action=load_union(Action, row["action"]),
        state=EffectState(row["state"]),
        tries=row["tries"],
        first_try=row["first_try"],
        planned=row["planned"],
        approval=ApprovalId(row["approval"]) if row["approval"] else None,
        directives_version=row["directives_version"],
        receipt=row["receipt"],
        ended=row["ended"],
    )


def with_yes(connection: Connection, found: Sequence[Effect]) -> list[Effect]:
    """The same effects, each with who approved it."""
    which = [effect.approval for effect in found if effect.approval is not None]
    if not which:
        return list(found)
    asked = select(approvals.c.id, approvals.c.by, approvals.c.edits).where(approvals.c.id.in_(which))
    said = {row.id: (row.by, row.edits is not None) for row in connection.execute(asked)}
    each = ((effect, *said.get(effect.approval, (None, False))) for effect in found)
    return [replace(effect, said_yes=by, edited=edited) for effect, by, edited in each]


def planned_for(proposal: Proposal, team: TeamId, cycle: CycleId | None, version: str) -> Effect:
    """The effect that carries out ``proposal``."""
    return Effect(
        id=effect_name(proposal),
        team=team,
        cycle=cycle,
        proposal=proposal,
        action=proposal.action,
        state=EffectState.PLANNED,
        directives_version=version,
    )


def showing(effect: Effect, approval: ApprovalId, action: AskApproval) -> Effect:
    """The effect that shows the ask about ``effect``'s proposal to its first approver."""
    return replace(effect, id=ask_name(approval), action=action)


def _held(connection: Connection, effect: EffectId) -> RowMapping | None:
    return connection.execute(select(effects).where(effects.c.id == effect).with_for_update()).mappings().first()


def _state_after(outcome: Outcome, state: EffectState) -> EffectState:
    """Where a try leaves an effect; *later* says nothing of the tries before."""
    again = EffectState.PLANNED if state is EffectState.SENDING else EffectState.UNKNOWN
    return _STATE_AFTER.get(outcome.ending, again)


def _conclude(connection: Connection, effect: Effect, outcome: Outcome, at: datetime, real: datetime) -> None:
    """What else an ended effect changes: its decision, its question, its approval's card."""
    if outcome.ending is Ending.DEFERRED and _is_open(connection, effect.action):
        _take_back(connection, effect, outcome, at)
    if _STATE_AFTER[outcome.ending] is not EffectState.SENT:
        _withdraw(connection, effect, outcome, at)
    _tell_approval(connection, effect, outcome, real)
    _tell_undone(connection, effect, outcome, real)
    shown = isinstance(effect.action, AskApproval) and _STATE_AFTER[outcome.ending] is EffectState.SENT
    if outcome.ending is not Ending.DEFERRED and not shown:
        owe(connection, effect.proposal, effect.team, real)


def _give_back(connection: Connection, effect: EffectId) -> Mapping[str, Any]:
    """Free the attention an effect had taken; returns the rows, by table."""
    freed = {}
    for table in (told, reminders):
        rows = connection.execute(delete(table).where(table.c.effect == effect).returning(*table.c)).mappings().all()
        freed[table.name] = dump([dict(row) for row in rows])
    return freed


def _taken_again(connection: Connection, freed: Mapping[str, Any]) -> bool:
    """Take the attention that was given back; ``False`` when somebody else has told the reader."""
    for row in freed.get(told.name, ()):
        heard = and_(told.c.person == row["person"], told.c.signal == row["signal"])
        if connection.execute(select(told.c.effect).where(heard)).first() is not None:
            return False
    for table in (told, reminders):
        for row in freed.get(table.name, ()):
            taken = insert_into(connection, table).values(**row | {"at": datetime.fromisoformat(row["at"])})
            connection.execute(taken.on_conflict_do_nothing())
    return True


def _opened_again(connection: Connection, effect: Effect, at: datetime) -> bool:
    ended = and_(effects.c.id == effect.id, effects.c.state == EffectState.CANCELLED.value)
    tried = case((effects.c.tries > 0, EffectState.UNKNOWN.value), else_=EffectState.PLANNED.value)
    anew = {"state": tried, "cycle": effect.cycle, "planned": at, "ended": None, "words": ""}
    return connection.execute(update(effects).where(ended).values(**anew)).rowcount == 1


def _is_open(connection: Connection, action: Action) -> bool:
    """Whether there is anything to decide anew: a question that was answered or overtaken meanwhile is settled."""
    if not isinstance(action, AskApproval):
        return True
    waits = and_(approvals.c.id == action.approval, approvals.c.state == ApprovalState.PENDING.value)
    return connection.execute(select(approvals.c.id).where(waits)).first() is not None


def _take_back(connection: Connection, effect: Effect, outcome: Outcome, at: datetime) -> None:
    """The decision becomes a *defer*, and the team is looked at in time."""
    settled = and_(decisions.c.proposal_id == effect.proposal.id, decisions.c.verdict != Verdict.DEFER.value)
    waiting = {"verdict": Verdict.DEFER.value, "reason": outcome.words, "until": outcome.until}
    connection.execute(update(decisions).where(settled).values(**waiting))
    later = and_(teams.c.id == effect.team, teams.c.next_look > outcome.until)
    connection.execute(update(teams).where(later).values(next_look=outcome.until))


def _withdraw(connection: Connection, effect: Effect, outcome: Outcome, at: datetime) -> None:
    """A question that will not be shown is nobody's to answer; one that will be asked anew is not asked twice."""
    if isinstance(effect.action, AskApproval) and effect.action.asking is Asking.FIRST:
        anew = outcome.ending is Ending.DEFERRED
        asked = approvals.c.id == effect.action.approval if anew else _unshown(effect.action.approval)
        withdrawn = {"state": ApprovalState.SUPERSEDED.value, "at": at, "note": outcome.words}
        pending = approvals.c.state == ApprovalState.PENDING.value
        connection.execute(update(approvals).where(asked, pending).values(**withdrawn))


def _unshown(approval: str) -> ColumnElement[bool]:
    return and_(approvals.c.id == approval, approvals.c.channel.is_(None))


def _tell_approval(connection: Connection, effect: Effect, outcome: Outcome, real: datetime) -> None:
    """Write what became of an approved action beside its approval and on its card; note where a card is shown."""
    if effect.approval is not None:
        words = {"outcome": outcome.words or outcome.ending.value, "ending": outcome.ending.value}
        told_of = update(approvals).where(approvals.c.id == effect.approval).values(**words)
        shown = connection.execute(told_of.returning(approvals.c.channel, approvals.c.ts)).first()
        if shown is not None:
            redraw(connection, effect.team, shown.channel, shown.ts, real)
    card: Mapping[str, str] = outcome.receipt.ref if outcome.receipt else {}
    if isinstance(effect.action, AskApproval) and {"channel", "ts"} <= card.keys():
        _place(connection, effect.action, {"channel": card["channel"], "ts": card["ts"]}, real)


def _place(connection: Connection, action: AskApproval, card: Mapping[str, str], real: datetime) -> None:
    """Note which message shows the question, unless that is known; a reminder of it shows nothing."""
    first = and_(approvals.c.id == action.approval, approvals.c.channel.is_(None))
    copy = and_(cards.c.approval == action.approval, cards.c.person == action.person, cards.c.channel.is_(None))
    asked = select(approvals.c.team, approvals.c.channel, approvals.c.ts).where(approvals.c.id == action.approval)
    match action.asking:
        case Asking.FIRST:
            connection.execute(update(approvals).where(first).values(**card))
        case Asking.DEPUTY:
            connection.execute(update(cards).where(copy).values(**card))
            for row in connection.execute(asked):  # the other card says now that they were asked, no longer when
                redraw(connection, row.team, row.channel, row.ts, real)


def _tell_undone(connection: Connection, effect: Effect, outcome: Outcome, real: datetime) -> None:
    """The card of what was taken back says so, and whoever had asked for it hears that it is not so any more."""
    if effect.proposal.undoes is None:
        return
    if _STATE_AFTER[outcome.ending] is EffectState.SENT:
        was = select(effects.c.proposal).where(effects.c.id == effect.proposal.undoes)
        owe(connection, load(Proposal, connection.execute(was).scalar_one()), effect.team, real)
    first = select(effects.c.approval).where(effects.c.id == effect.proposal.undoes).scalar_subquery()
    shown = select(approvals.c.team, approvals.c.channel, approvals.c.ts).where(approvals.c.id == first)
    for row in connection.execute(shown):
        redraw(connection, row.team, row.channel, row.ts, real)
