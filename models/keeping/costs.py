"""The money of model calls, row by row: one row a day holds what is spent, and whoever changes it holds that row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, true, update

from models.bills import UNDER_WAY, Bill, BillState, Caps, Spending, Wanted, size_for
from models.database import insert_new
from models.errors import NotThought, Silence
from models.ids import CycleId, PersonId, TeamId
from models.money import Money
from models.tables.costs import model_calls, model_days
from models.thoughts import Purpose, Size, Usage

TOMORROW, SOON = "Ask again tomorrow", "Ask again when that has ended"
CAPS = "Raise daily_cap_usd and daily_cap_per_person_usd in directives.yaml to allow it"


def hold(connection: Connection, wanted: Wanted, caps: Caps) -> Size:
    """Keep the worst case of one call; which model may take it. Raises ``NotThought`` where none may."""
    spent = _locked(connection, wanted.team, wanted.day)
    by_person = _of_person(connection, wanted) if wanted.asker is not None else Money()
    size = _fitting(wanted, caps, spent, by_person)
    if size is None:
        raise _refusal(connection, wanted, caps, by_person)
    worst = wanted.worst[size]
    _add(connection, wanted.team, wanted.day, worst)
    connection.execute(insert(model_calls).values(**_row(wanted, size, worst)))
    return size


def _fitting(wanted: Wanted, caps: Caps, spent: Money, by_person: Money) -> Size | None:
    """The model that may be asked: the smaller one where the larger might cross a cap."""
    size = size_for(wanted.size, spent.share(caps.team), asked=wanted.asker is not None)
    for each in dict.fromkeys((size, Size.SMALL)) if size is not None else ():
        of_person = wanted.asker is None or by_person + wanted.worst[each] <= caps.person
        if of_person and spent + wanted.worst[each] <= caps.team:
            return each
    return None


def _refusal(connection: Connection, wanted: Wanted, caps: Caps, by_person: Money) -> NotThought:
    """Why none may be asked: what is spent is told apart from what is only held."""
    least = wanted.worst[Size.SMALL]
    if wanted.asker is not None and by_person + least > caps.person:
        held = _held(connection, wanted.team, wanted.day, wanted.at, _questions_of(wanted))
        spending = Spending(gone=by_person - held, held=held)
        return _silence(Silence.PERSON, "for your questions ", spending, caps.person, least)
    return _silence(Silence.BUDGET, "", spending_of(connection, wanted.team, wanted.day, wanted.at), caps.team, least)


def _silence(why: Silence, whose: str, spending: Spending, cap: Money, least: Money) -> NotThought:
    if not cap:
        return NotThought(why, "nothing may be spent on it", hint=CAPS)
    more = ""
    if spending.counted + least <= cap:
        more = ", and the rest is kept for people's questions"
    elif spending.counted < cap:
        more = ", too little for this question"
    hint = SOON if spending.held and spending.gone + least <= cap else TOMORROW
    return NotThought(why, f"{whose}{spending.told(cap)}{more}", hint=hint)


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


def spending_of(connection: Connection, team: TeamId, day: date, now: datetime) -> Spending:
    """What counts against the day's cap at ``now`` (company time)."""
    of_day = (model_days.c.team == team) & (model_days.c.day == day.isoformat())
    counted = Money(connection.execute(select(model_days.c.spent).where(of_day)).scalar() or 0)
    held = _held(connection, team, day, now, true())
    return Spending(gone=counted - held, held=held)


def _held(connection: Connection, team: TeamId, day: date, now: datetime, whose: ColumnElement[bool]) -> Money:
    calls = model_calls.c
    under_way = (calls.state == BillState.HELD.value) & (calls.at > now - UNDER_WAY)
    theirs = (calls.team == team) & (calls.day == day.isoformat()) & whose
    total = connection.execute(select(func.sum(calls.cost)).where(under_way, theirs)).scalar()
    return Money(int(total or 0))


def bills(connection: Connection, since: date, team: TeamId | None = None) -> Sequence[Bill]:
    """Every call since that day of its team's own, oldest first."""
    wanted = select(model_calls).where(model_calls.c.day >= since.isoformat())
    if team is not None:
        wanted = wanted.where(model_calls.c.team == team)
    return [to_bill(row) for row in connection.execute(wanted.order_by(model_calls.c.at, model_calls.c.id))]


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
    of_day = (model_calls.c.team == wanted.team) & (model_calls.c.day == wanted.day.isoformat())
    total = select(func.sum(model_calls.c.cost)).where(of_day, _questions_of(wanted))
    return Money(int(connection.execute(total).scalar() or 0))


def _questions_of(wanted: Wanted) -> ColumnElement[bool]:
    """What counts against the asker's share; a task does not, because somebody's yes paid for that."""
    return (model_calls.c.asker == wanted.asker) & (model_calls.c.purpose != Purpose.TASK.value)


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


def to_bill(row: Row[Any]) -> Bill:
    """The value a row stands for."""
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
