"""What the ledger still knows of what people did, read back in the order in which they did it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, func, select

from models.database import insert_into
from models.events import Reason
from models.ids import ApprovalId, CycleId, EffectId, HushId, PersonId, ProposalId, TeamId
from models.keeping.hushes import to_hush
from models.keeping.observations import ABSENCES
from models.keeping.pursuing import PUT_OFF
from models.keeping.records import dump, load
from models.lessons import Observation, What
from models.pauses import Pause
from models.presses import (
    Answered,
    Away,
    Edited,
    Hushed,
    Lifted,
    Press,
    Pressed,
    PutOffTill,
    Rested,
    Skipped,
    SteppedBack,
    Taught,
    Trusted,
    Wished,
)
from models.proposals import ApprovalState, Objection, Proposal
from models.tables.asks import approvals, hushes, observations
from models.tables.looks import cycles, decisions, told
from models.tables.mirror import facts, memory
from models.tables.outbox import audit
from models.trust import Cause, StepBack
from models.work import Absence, Person

_SKIPS = ("digest_skipped", "digest_resumed")

_TRUST = ("stepped_back", "trusted_again")

_ANSWERS = (ApprovalState.APPROVED.value, ApprovalState.REJECTED.value)


def presses(connection: Connection, team: TeamId, since: datetime, until: datetime) -> list[Press]:
    """What the people of ``team`` did from ``since`` up to and with ``until`` (company time), oldest first."""
    found = [press for read in _READERS for press in read(connection, team, since, until)]
    return sorted(found, key=lambda press: (press.at, _ORDER[type(press)]))


_ORDER: dict[type, int] = {
    kind: place
    for place, kind in enumerate(
        (
            SteppedBack,
            Away,
            Rested,
            Skipped,
            Trusted,
            Wished,
            Hushed,
            Lifted,
            Edited,
            Answered,
            PutOffTill,
            Taught,
            Pressed,
        ),
    )
}
"""Of what bears the same moment: what is asked for comes before its answer, the press before what it counts as."""


def note_absences(connection: Connection, team: TeamId, people: list[Person], now: datetime, real: datetime) -> None:
    """Remember who is away otherwise than the mirror holds; called before it takes up ``people``."""
    ids = [str(person.id) for person in people]
    held = select(facts.c.id, facts.c.value).where(facts.c.team == team, facts.c.kind == "person", facts.c.id.in_(ids))
    before = {name: load(Person, value).absent for name, value in connection.execute(held)}
    for person in people:
        if person.absent == before.get(str(person.id)):
            continue
        absent = dump(person.absent) if person.absent is not None else None
        value = {"person": person.id, "at": now.isoformat(), "absent": absent}
        row = {"team": team, "about": ABSENCES, "key": f"{now.isoformat()} {person.id}"[:120], "value": value}
        new = insert_into(connection, memory).values(**row, at=real)
        names = [memory.c.team, memory.c.about, memory.c.key]
        connection.execute(new.on_conflict_do_update(index_elements=names, set_={"value": value, "at": real}))


def _within(column: ColumnElement[Any], since: datetime, until: datetime) -> ColumnElement[bool]:
    return and_(column >= since, column <= until)


def _answers(connection: Connection, team: TeamId, since: datetime, until: datetime) -> Iterator[Press]:
    """Yes and no; what was confirmed as it was asked for comes with the wish."""
    given = and_(approvals.c.team == team, approvals.c.state.in_(_ANSWERS), approvals.c.by.is_not(None))
    wanted = select(approvals).where(given, _within(approvals.c.at, since, until))
    for row in connection.execute(wanted).mappings():
        if row["edits"] is not None:
            yield _edited(connection, row)
        elif not _own_yes(row):
            yield Answered(
                at=row["at"],
                team=team,
                proposal=ProposalId(row["proposal_id"]),
                by=PersonId(row["by"]),
                approve=row["state"] == ApprovalState.APPROVED.value,
                note=row["note"],
                objection=Objection(row["reason"]) if row["reason"] else None,
                again=row["put_off"] if row["state"] == ApprovalState.REJECTED.value else None,
            )


def _own_yes(row: RowMapping) -> bool:
    return bool(row["at"] == row["asked_at"] and row["proposal"].get("asked_by") == row["by"])


def _edited(connection: Connection, row: RowMapping) -> Edited:
    first = select(approvals.c.proposal_id).where(approvals.c.id == row["edits"])
    return Edited(
        at=row["at"],
        team=TeamId(row["team"]),
        proposal=ProposalId(connection.execute(first).scalar_one()),
        by=PersonId(row["by"]),
        became=load(Proposal, row["proposal"]),
    )


def _puts_off(connection: Connection, team: TeamId, since: datetime, until: datetime) -> Iterator[Press]:
    said = and_(audit.c.team == team, audit.c.what == PUT_OFF, _within(audit.c.at, since, until))
    for row in connection.execute(select(audit).where(said)).mappings():
        about = select(approvals.c.proposal_id).where(approvals.c.id == ApprovalId(row["about"]))
        proposal = connection.execute(about).scalar()
        if proposal is not None:
            when, by = datetime.fromisoformat(row["detail"]), PersonId(row["who"])
            yield PutOffTill(at=row["at"], team=team, proposal=ProposalId(proposal), by=by, until=when)


def _hushes(connection: Connection, team: TeamId, since: datetime, until: datetime) -> Iterator[Press]:
    """What was put off, and what its owner has ended: neither by itself nor by saying something else of the same."""
    rows = connection.execute(select(hushes).where(hushes.c.team == team, hushes.c.at <= until)).mappings().all()
    begun = {(row["person"], row["subject"], row["rule"], row["at"]) for row in rows}
    for row in rows:
        hush, ended = to_hush(row), row["ended"]
        if since <= row["at"]:
            yield Hushed(at=row["at"], team=team, hush=hush)
        replaced = (row["person"], row["subject"], row["rule"], ended) in begun
        if ended is not None and since <= ended <= until and not row["why"] and not replaced:
            yield Lifted(at=ended, team=team, person=hush.person, hush=HushId(hush.id))


def _pressed(connection: Connection, team: TeamId, since: datetime, until: datetime) -> Iterator[Press]:
    seen = (told.c.person, told.c.effect, told.c.answered)
    wanted = select(*seen).where(told.c.team == team, _within(told.c.answered, since, until)).distinct()
    for person, effect, at in connection.execute(wanted):
        yield Pressed(at=at, team=team, person=PersonId(person), effect=EffectId(effect))


def _taught(connection: Connection, team: TeamId, since: datetime, until: datetime) -> Iterator[Press]:
    said = and_(observations.c.team == team, observations.c.what.in_([What.FEEDBACK.value, What.SAID.value]))
    wanted = select(observations).where(said, _within(observations.c.at, since, until))
    for row in connection.execute(wanted).mappings():
        fields = {name: row[name] for name in ("team", "person", "about", "source", "value", "at")}
        yield Taught(at=row["at"], team=team, observation=Observation(what=What(row["what"]), **fields))


def _wishes(connection: Connection, team: TeamId, since: datetime, until: datetime) -> Iterator[Press]:
    """What was asked for, but for edits, which are told of with their answers."""
    asked = and_(cycles.c.team == team, cycles.c.reason == Reason.REQUEST.value, _within(cycles.c.at, since, until))
    wanted = select(decisions.c.proposal, decisions.c.proposal_id, cycles.c.at, cycles.c.id).join(
        cycles, cycles.c.id == decisions.c.cycle
    )
    for row in connection.execute(wanted.where(asked).order_by(decisions.c.id)).mappings():
        about = approvals.c.proposal_id == row["proposal_id"]
        answers = connection.execute(select(approvals).where(about)).mappings().all()
        if not any(answer["edits"] is not None for answer in answers):
            own = any(_own_yes(answer) for answer in answers)
            proposal, cycle = load(Proposal, row["proposal"]), CycleId(row["id"])
            yield Wished(at=row["at"], team=team, proposal=proposal, cycle=cycle, own_yes=own)


def _rests(connection: Connection, team: TeamId, since: datetime, until: datetime) -> Iterator[Press]:
    """Pauses as the audit has them; one that ended by itself ends by itself again."""
    said = and_(audit.c.team == team, audit.c.what.in_(["paused", "resumed"]), _within(audit.c.at, since, until))
    for row in connection.execute(select(audit).where(said).order_by(audit.c.id)).mappings():
        by, end = PersonId(row["who"]), row["detail"].removeprefix("until ")
        if row["what"] == "paused":
            ends = datetime.fromisoformat(end) if end else None
            yield Rested(at=row["at"], team=team, pause=Pause(by=by, since=row["at"], until=ends), by=by)
        elif not row["detail"]:
            yield Rested(at=row["at"], team=team, pause=None, by=by)


def _skips(connection: Connection, team: TeamId, since: datetime, until: datetime) -> Iterator[Press]:
    said = and_(audit.c.team == team, audit.c.what.in_(_SKIPS), _within(audit.c.at, since, until))
    for row in connection.execute(select(audit).where(said).order_by(audit.c.id)).mappings():
        yield Skipped(at=row["at"], team=team, by=row["who"], skip=row["what"] == _SKIPS[0])


def _steps(connection: Connection, team: TeamId, since: datetime, until: datetime) -> Iterator[Press]:
    """What an admin gave back, and what the agent had stepped back from before: a later no or undo does it anew."""
    said = and_(audit.c.team == team, audit.c.what.in_(_TRUST), audit.c.at <= until)
    held: dict[str, RowMapping] = {}
    for row in connection.execute(select(audit).where(said).order_by(audit.c.id)).mappings():
        if row["at"] >= since and row["what"] == _TRUST[1]:
            yield Trusted(at=row["at"], team=team, kind=row["about"])
        elif row["what"] == _TRUST[1]:
            held.pop(row["about"], None)
        elif row["at"] < since:
            held[row["about"]] = row
    for kind, row in held.items():
        cause = Cause.REJECTION if _was_refused(connection, row["detail"]) else Cause.UNDO
        by = PersonId(row["who"]) if row["who"] != "nobody" else None
        yield SteppedBack(at=row["at"], team=team, step=StepBack(kind, cause, row["at"], by, row["detail"]))


def _was_refused(connection: Connection, proposal: str) -> bool:
    state = select(approvals.c.state).where(approvals.c.proposal_id == proposal)
    return ApprovalState.REJECTED.value in connection.execute(state).scalars()


def contacts(connection: Connection, until: datetime) -> dict[PersonId, datetime]:
    """When everybody last changed how they may be contacted (company time); not of whom has done so since ``until``."""
    last = select(audit.c.about, func.max(audit.c.at)).where(audit.c.what == "contact").group_by(audit.c.about)
    return {PersonId(person): at for person, at in connection.execute(last) if at <= until}


def _away(connection: Connection, team: TeamId, since: datetime, until: datetime) -> Iterator[Press]:
    """All that is kept before too: who was away when it begins is away then."""
    kept = select(memory.c.value).where(memory.c.team == team, memory.c.about == ABSENCES)
    for value in connection.execute(kept.order_by(memory.c.key)).scalars():
        at, absent = datetime.fromisoformat(value["at"]), value["absent"]
        if at <= until:
            person = PersonId(value["person"])
            yield Away(at=at, team=team, person=person, absent=load(Absence, absent) if absent else None)


_READERS: tuple[Callable[[Connection, TeamId, datetime, datetime], Iterator[Press]], ...] = (
    _away,
    _rests,
    _skips,
    _steps,
    _wishes,
    _hushes,
    _answers,
    _puts_off,
    _taught,
    _pressed,
)
