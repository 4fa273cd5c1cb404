"""Units of somebody's attention: never more of a day than there are, and none left lying while another is wanted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from models.database import insert_new
from models.ids import EffectId
from models.proposals import Unit
from models.tables.looks import reminders


def take(connection: Connection, unit: Unit, effect: EffectId, at: datetime) -> bool:
    """Take the smallest free ordinal of that budget and day; ``False`` when none is left.

    Whoever loses one of them to another takes the next: what was given back may be any of them.
    """
    of_unit = and_(of_day(unit), reminders.c.budget == unit.budget)
    for _ in range(unit.most):
        taken = set(connection.execute(select(reminders.c.ordinal).where(of_unit)).scalars())
        free = next((n for n in range(1, unit.most + 1) if n not in taken), None)
        if free is None or len(taken) >= unit.most:
            return False
        row = {"person": unit.person, "day": unit.day.isoformat(), "budget": unit.budget, "ordinal": free}
        if insert_new(connection, reminders, **row, effect=effect, at=at):
            return True
    return False


def of_day(unit: Unit) -> ColumnElement[bool]:
    """What has been taken of that person's day, out of whatever budget."""
    return and_(reminders.c.person == unit.person, reminders.c.day == unit.day.isoformat())
