"""What happened, read back for people: looks and their stories, questions, attention, and who did what."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, func, or_, select

from models.bills import Bill
from models.cycles import WhyRecord
from models.ids import CycleId, PersonId, TeamId
from models.keeping import approvals as asks
from models.keeping import costs as money
from models.keeping.cycles import record_of, why
from models.keeping.looks import IS_LOOK, last_whole
from models.keeping.records import load
from models.keeping.restoring import EFFECT as SPENT
from models.proposals import Approval
from models.signals import Signal
from models.tables.asks import approvals
from models.tables.costs import model_calls
from models.tables.looks import cycles, decisions, reminders
from models.tables.mirror import facts
from models.tables.outbox import audit
from models.work import Sprint

Looked = tuple[RowMapping, Mapping[str, int]]


def looks(
    connection: Connection, teams: Collection[TeamId], limit: int, before: tuple[datetime, str] | None
) -> list[Looked]:
    """The newest looks of these teams, or those before that instant and id, each with its decisions by verdict."""
    wanted = select(cycles).where(cycles.c.team.in_(list(teams)), IS_LOOK)
    if before is not None:
        at, name = before
        wanted = wanted.where(or_(cycles.c.at < at, and_(cycles.c.at == at, cycles.c.id < name)))
    rows = connection.execute(wanted.order_by(cycles.c.at.desc(), cycles.c.id.desc()).limit(limit)).mappings().all()
    verdicts = _verdicts(connection, [row["id"] for row in rows])
    return [(row, verdicts.get(row["id"], {})) for row in rows]


def look(connection: Connection, name: CycleId) -> Looked | None:
    """One of them."""
    row = connection.execute(select(cycles).where(cycles.c.id == name, IS_LOOK)).mappings().first()
    return (row, _verdicts(connection, [name]).get(name, {})) if row is not None else None


def _verdicts(connection: Connection, names: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
    counted = select(decisions.c.cycle, decisions.c.verdict, func.count()).where(decisions.c.cycle.in_(names))
    found: dict[str, dict[str, int]] = {}
    for name, verdict, count in connection.execute(counted.group_by(decisions.c.cycle, decisions.c.verdict)):
        found.setdefault(name, {})[verdict] = count
    return found


def records(connection: Connection, name: CycleId, most: int) -> list[WhyRecord]:
    """What one cycle has decided, in the order it did."""
    found = (
        select(decisions, cycles.c.directives_version, cycles.c.signals.label("seen"))
        .join(cycles, cycles.c.id == decisions.c.cycle)
        .where(decisions.c.cycle == name)
        .order_by(decisions.c.id)
        .limit(most)
    )
    return [record_of(connection, row) for row in connection.execute(found).mappings().all()]


def signals_of(row: RowMapping) -> tuple[Signal, ...]:
    """What a cycle has found."""
    return load(tuple[Signal, ...], row["signals"])


def calls_of(connection: Connection, name: CycleId) -> list[Bill]:
    """What models were asked in that cycle, the first first."""
    wanted = select(model_calls).where(model_calls.c.cycle == name).order_by(model_calls.c.at, model_calls.c.id)
    return [money.to_bill(row) for row in connection.execute(wanted)]


def found_last(connection: Connection, team: TeamId) -> tuple[datetime, tuple[Signal, ...]] | None:
    """What the team's last look at everything found, and when (company time)."""
    row = connection.execute(last_whole(team, cycles.c.at, cycles.c.signals)).mappings().first()
    return (row["at"], signals_of(row)) if row is not None else None


def sprints(connection: Connection, team: TeamId) -> list[Sprint]:
    """The sprints of a team's mirror, and nothing else of it."""
    wanted = select(facts.c.value).where(facts.c.team == team, facts.c.kind == "sprint").order_by(facts.c.id)
    return [load(Sprint, value) for value in connection.execute(wanted).scalars()]


def asked(
    connection: Connection, teams: Collection[TeamId], most: int, limit: int
) -> list[tuple[Approval, WhyRecord | None]]:
    """The teams' questions: ``most`` that wait, then the ``limit`` that ended last; each with its record."""
    mine = approvals.c.team.in_(list(teams))
    waiting = select(approvals).where(mine, asks.PENDING).order_by(approvals.c.asked_at)
    over = (
        select(approvals).where(mine, ~asks.PENDING).order_by(func.coalesce(approvals.c.at, approvals.c.expires).desc())
    )
    parts = (waiting.limit(most), over.limit(limit))
    return [_with_record(connection, row) for part in parts for row in _rows(connection, part)]


def _with_record(connection: Connection, row: RowMapping) -> tuple[Approval, WhyRecord | None]:
    return asks.to_approval(row), why(connection, row["id"])


def _rows(connection: Connection, wanted: Select[Any]) -> Sequence[RowMapping]:
    return connection.execute(wanted).mappings().all()


def attention(
    connection: Connection, people: Collection[PersonId], since: date
) -> Mapping[PersonId, Mapping[date, int]]:
    """How many unasked messages each of them got on which day of theirs, since then; nobody without any is named.

    What a restore has spent, so that nobody is written to twice, was no message.
    """
    mine = and_(reminders.c.person.in_(list(people)), reminders.c.day >= since.isoformat(), reminders.c.effect != SPENT)
    counted = select(reminders.c.person, reminders.c.day, func.count()).where(mine)
    found: dict[PersonId, dict[date, int]] = {}
    for person, day, count in connection.execute(counted.group_by(reminders.c.person, reminders.c.day)):
        found.setdefault(PersonId(person), {})[date.fromisoformat(day)] = count
    return found


def deeds(connection: Connection, teams: Collection[str], limit: int) -> list[RowMapping]:
    """What people did or were refused, the latest first."""
    wanted = select(audit).where(audit.c.team.in_(list(teams))).order_by(audit.c.id.desc()).limit(limit)
    return list(_rows(connection, wanted))
