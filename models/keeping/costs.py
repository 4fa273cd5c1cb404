"""The money of model calls, row by row: one row a day holds what is spent, and whoever changes it holds that row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from models.bills import Bill, BillState, Caps, Wanted, size_for
from models.database import insert_new
from models.errors import NotThought, Silence
from models.ids import CycleId, PersonId, TeamId
from models.money import Money
from models.tables import model_calls, model_days
from models.thoughts import Purpose, Size, Usage


def hold(connection: Connection, wanted: Wanted, caps: Caps) -> Size:
    """Keep the worst case of one call; which model may take it. Raises ``NotThought`` where none may."""
    spent = _locked(connection, wanted.team, wanted.day)
    by_person = _of_person(connection, wanted) if wanted.asker is not None else Money()
    size = _fitting(wanted, caps, spent, by_person)
    worst = wanted.worst[size]
    _add(connection, wanted.team, wanted.day, worst)
    connection.execute(insert(model_calls).values(**_row(wanted, size, worst)))
    return size


def _fitting(wanted: Wanted, caps: Caps, spent: Money, by_person: Money) -> Size:
    size = size_for(wanted.size, spent.share(caps.team), asked=wanted.asker is not None)
    if size is None:
        raise NotThought(Silence.BUDGET, f"{spent} of {caps.team} a day is spent")
    sizes = dict.fromkeys((size, Size.SMALL))
    for each in sizes:
        if wanted.asker is not None and by_person + wanted.worst[each] > caps.person:
            continue
        if spent + wanted.worst[each] <= caps.team:
            return each
    if wanted.asker is not None and by_person + wanted.worst[Size.SMALL] > caps.person:
        raise NotThought(Silence.PERSON, f"{by_person} of {caps.person} a person and day is spent")
    raise NotThought(Silence.BUDGET, f"{spent} of {caps.team} a day is spent, and this might cost more than the rest")


def settle(connection: Connection, id: str, bill: Mapping[str, Any], cost: Money | None, state: BillState) -> None:
    """What it came to instead of the worst case; without ``cost`` the worst case stays. Once: a second word is none."""
    found = select(model_calls.c.team, model_calls.c.day, model_calls.c.cost)
    row = connection.execute(found.where(model_calls.c.id == id, model_calls.c.state == BillState.HELD.value)).first()
    if row is None:
        return
    _locked(connection, TeamId(row.team), date.fromisoformat(row.day))
    values = {"state": state.value, **bill} | ({} if cost is None else {"cost": cost.nano})
    still = (model_calls.c.id == id) & (model_calls.c.state == BillState.HELD.value)
    changed = connection.execute(update(model_calls).where(still).values(**values)).rowcount
    if changed and cost is not None:
        _add(connection, TeamId(row.team), date.fromisoformat(row.day), cost - Money(row.cost))


def spent_on(connection: Connection, team: TeamId, day: date) -> Money:
    """What counts against the day's cap."""
    of_day = (model_days.c.team == team) & (model_days.c.day == day.isoformat())
    return Money(connection.execute(select(model_days.c.spent).where(of_day)).scalar() or 0)


def bills(connection: Connection, since: date, team: TeamId | None = None) -> Sequence[Bill]:
    """Every call since that day of its team's own, oldest first."""
    wanted = select(model_calls).where(model_calls.c.day >= since.isoformat())
    if team is not None:
        wanted = wanted.where(model_calls.c.team == team)
    return [_bill(row) for row in connection.execute(wanted.order_by(model_calls.c.at, model_calls.c.id))]


def of_cycle(connection: Connection, cycle: CycleId) -> Money:
    """What thinking of one look cost."""
    total = select(func.sum(model_calls.c.cost)).where(model_calls.c.cycle == cycle)
    return Money(int(connection.execute(total).scalar() or 0))


def drop_calls(connection: Connection, before: datetime, most: int) -> int:
    """Forget calls made before then, and the days they were made on."""
    old = select(model_calls.c.id).where(model_calls.c.at < before).order_by(model_calls.c.at).limit(most)
    gone = connection.execute(delete(model_calls).where(model_calls.c.id.in_(old))).rowcount
    connection.execute(delete(model_days).where(model_days.c.day < before.date().isoformat()))
    return gone


def _locked(connection: Connection, team: TeamId, day: date) -> Money:
    """What is spent, and nobody else changes it before we have committed."""
    insert_new(connection, model_days, team=team, day=day.isoformat(), spent=0)
    row = (model_days.c.team == team) & (model_days.c.day == day.isoformat())
    return Money(connection.execute(select(model_days.c.spent).where(row).with_for_update()).scalar_one())


def _of_person(connection: Connection, wanted: Wanted) -> Money:
    theirs = (model_calls.c.team == wanted.team) & (model_calls.c.day == wanted.day.isoformat())
    theirs &= model_calls.c.purpose != Purpose.TASK.value  # somebody's yes paid for that
    total = select(func.sum(model_calls.c.cost)).where(theirs, model_calls.c.asker == wanted.asker)
    return Money(int(connection.execute(total).scalar() or 0))


def _add(connection: Connection, team: TeamId, day: date, more: Money) -> None:
    row = (model_days.c.team == team) & (model_days.c.day == day.isoformat())
    connection.execute(update(model_days).where(row).values(spent=model_days.c.spent + more.nano))


def _row(wanted: Wanted, size: Size, worst: Money) -> dict[str, Any]:
    return {
        "id": wanted.id,
        "team": wanted.team,
        "day": wanted.day.isoformat(),
        "at": wanted.at,
        "asker": wanted.asker,
        "cycle": wanted.cycle,
        "purpose": wanted.purpose.value,
        "prompt": wanted.prompt,
        "size": size.value,
        "state": BillState.HELD.value,
        "cost": worst.nano,
    }


def _bill(row: Row[Any]) -> Bill:
    return Bill(
        id=row.id,
        team=TeamId(row.team),
        day=date.fromisoformat(row.day),
        at=row.at,
        purpose=Purpose(row.purpose),
        prompt=row.prompt,
        size=Size(row.size),
        state=BillState(row.state),
        cost=Money(row.cost),
        asker=PersonId(row.asker) if row.asker else None,
        cycle=CycleId(row.cycle) if row.cycle else None,
        model=row.model,
        usage=Usage(read=row.read, written=row.written, cached=row.cached, kept=row.kept, kept_long=row.kept_long),
        stop=row.stop,
        request=row.request,
        seconds=row.seconds,
        trouble=row.trouble,
    )
