"""The rows of reports: one a task, whatever becomes of its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from models.database import insert_new
from models.ids import TeamId
from models.tables.costs import documents

DONE = "done"


def begin(connection: Connection, new: Mapping[str, Any], most: int, nano: int) -> Mapping[Any, Any]:
    """The row as it was found, but for this run counted; what is done, or has had its ``most`` runs, is not counted on.

    ``nano`` is added to the cost of one that has cost nothing: whoever comes second finds that it has.
    """
    insert_new(connection, documents, **new, state="broken", runs=0, summary=[], body=[], shown={})
    row = _held(connection, str(new["id"]))
    if row["state"] == DONE or row["runs"] > most:
        return row
    values = {"state": "running", "runs": row["runs"] + 1}
    claimed = {} if row["cost"] else {"cost": nano}
    connection.execute(update(documents).where(documents.c.id == new["id"]).values(**values, **claimed))
    return {**row, **values}


def change(connection: Connection, id: str, values: Mapping[str, Any]) -> None:
    """How a run ended; what is done stays."""
    open_ = (documents.c.id == id) & (documents.c.state != DONE)
    connection.execute(update(documents).where(open_).values(**values))


def spend(connection: Connection, id: str, nano: int) -> None:
    """Add to its cost."""
    connection.execute(update(documents).where(documents.c.id == id).values(cost=documents.c.cost + nano))


def place(connection: Connection, id: str, shown: Mapping[str, str]) -> None:
    """Where it is told of."""
    connection.execute(update(documents).where(documents.c.id == id).values(shown=dict(shown)))


def of(connection: Connection, id: str) -> Mapping[Any, Any] | None:
    """One row, whole."""
    return connection.execute(select(documents).where(documents.c.id == id)).mappings().first()


def latest(connection: Connection, limit: int, team: TeamId | None) -> Sequence[Mapping[Any, Any]]:
    """The newest first, without their text."""
    wanted = select(*(column for column in documents.c if column.name not in ("body", "markdown")))
    wanted = wanted.where(documents.c.team == team) if team is not None else wanted
    return connection.execute(wanted.order_by(documents.c.begun.desc(), documents.c.id).limit(limit)).mappings().all()


def drop_documents(connection: Connection, before: datetime, most: int) -> int:
    """Forget what was begun before then."""
    old = select(documents.c.id).where(documents.c.begun < before).order_by(documents.c.begun).limit(most)
    return connection.execute(delete(documents).where(documents.c.id.in_(old))).rowcount


def _held(connection: Connection, id: str) -> Mapping[Any, Any]:
    return connection.execute(select(documents).where(documents.c.id == id).with_for_update()).mappings().one()
