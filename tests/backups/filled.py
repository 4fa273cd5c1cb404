"""A row with every column set in every table there is, whatever tables there will be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    insert,
    select,
)

from models.tables.everything import all_tables
from models.tables.kinds import Instant

AT = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
NUMBER = 900_001
"""Of the rows that are counted: above those of the company."""

LAWFUL: Mapping[str, Any] = {
    "jobs.state": "done",
    "jobs.lane": 2,
    "identities.standing": "certain",
    "decisions.verdict": "allow",
    "approvals.state": "approved",
    "effects.state": "sent",
    "model_calls.state": "settled",
    "documents.state": "done",
    "processes.kind": "worker",
    "forecasts.chance": 0.25,
}
"""Where a constraint asks for one of a few."""

LATER = ("until", "ended", "told", "beat", "seen", "renewed")
"""Instants that may not lie before another one of their row."""


def fill(connection: Connection) -> None:
    """Add it to each; a new table whose constraints want something else has to be named above."""
    for table in all_tables().sorted_tables:
        connection.execute(insert(table).values({column.name: _value(table, column) for column in table.c}))


def _value(table: Table, column: Column[Any]) -> Any:
    if (name := f"{table.name}.{column.name}") in LAWFUL:
        return LAWFUL[name]
    if column.foreign_keys:
        (key,) = column.foreign_keys
        return _value(key.column.table, key.column)
    match column.type:
        case Instant():
            return AT + timedelta(hours=column.name in LATER)
        case JSON():
            return {"é\u2028": [1, 0.1, None, {"n": 2**53}], "of": name}
        case LargeBinary():
            return bytes(range(256)) + name.encode()
        case Boolean():
            return True
        case Float():
            return 0.1
        case Integer():
            return NUMBER
        case String() as kind:
            return f"{column.name} of {table.name}"[: kind.length] if kind.length else f"{name}: ü\u202e😀\n'\"\\"
    raise TypeError(f"{name}: no value for a {column.type!r}")


Rows = Mapping[str, frozenset[tuple[Any, ...]]]


def rows_of(connection: Connection) -> Rows:
    """Every row of every table, value by value."""
    return {table.name: frozenset(_rows(connection, table)) for table in all_tables().sorted_tables}


def _rows(connection: Connection, table: Table) -> Iterator[tuple[Any, ...]]:
    """In the order of the table's columns; JSON as text that two databases spell alike."""
    for row in connection.execute(select(table)):
        yield tuple(json.dumps(v, sort_keys=True) if isinstance(v, dict | list) else v for v in row)
