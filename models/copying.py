"""Whole databases: their rows counted, compared and copied to another of either kind, all of them or none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    Insert,
    MetaData,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
)
from sqlalchemy import inspect as look_at
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema

from models.errors import OperatorError
from models.keeping import jobs as queue
from models.keeping.restoring import LOOK_FIRST, Return, go_back, gone_back, set_sequence
from models.running import ALIVE
from models.tables.everything import all_tables
from models.tables.operations import processes
from models.tables.queue import jobs

__all__ = [
    "LOOK_FIRST",
    "Return",
    "Tally",
    "Told",
    "aside",
    "at_work",
    "copy",
    "counted",
    "go_back",
    "gone_back",
    "present",
    "release",
    "rows",
    "take",
    "tally",
]

BATCH, HEAVY = 1_000, 8 << 20
"""Rows read and written at once, and the letters and bytes after which fewer are."""

FETCHED = 50
"""Rows a database hands over in one go: a delivery may be a megabyte."""

VERSION_TABLE = "alembic_version"

Row = tuple[Any, ...]

Told = Callable[[str, int], None]
"""Is told of which table how many more rows are done."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What a table holds: how many rows, and one word for exactly these rows in whatever order."""

    rows: int
    content: str


def nobody(table: str, rows: int) -> None:
    """The default of ``told``."""


def present(connection: Connection) -> list[str]:
    """The tables of ours that are there, and the one that names their version; of any version, in name order."""
    ours = {*all_tables().tables, VERSION_TABLE}
    return sorted(ours.intersection(look_at(connection).get_table_names()))


def counted(connection: Connection) -> Mapping[str, int]:
    """Rows by table, of whatever version the tables are."""
    tables = [Table(name, MetaData()) for name in present(connection) if name != VERSION_TABLE]
    return {table.name: connection.execute(_count(table)).scalar_one() for table in tables}


def rows(connection: Connection, *names: str) -> Mapping[str, list[dict[str, Any]]]:
    """Every row of these tables of this version, by table: for whoever checks a small database from outside."""
    chosen = {name: select(all_tables().tables[name]) for name in names}
    return {name: [dict(row) for row in connection.execute(q).mappings()] for name, q in chosen.items()}


def tally(connection: Connection, table: str, told: Told = nobody) -> Tally:
    """Count the rows of a table of this version and sum up their content; equal on both kinds of database."""
    sums = _Sum(all_tables().tables[table])
    for batch in _batches(connection, all_tables().tables[table]):
        for row in batch:
            sums.add(row)
        told(table, len(batch))
    return sums.tally


def copy(source: Connection, target: Connection, told: Told = nobody) -> Mapping[str, Tally]:
    """Copy every row of ``source`` into the empty tables of ``target`` and read it back; both are of this version.

    Belongs into one transaction of ``target``: then all is there or nothing. Raises ``OperatorError`` when the target
    is not empty, a row does not fit there, or what is read back is something else.
    """
    if held := sum(counted(target).values()):
        raise OperatorError(f"the target holds {held} rows already", hint="Name an empty database")
    tallies = {table.name: _copy(source, target, table, told) for table in all_tables().sorted_tables}
    for table in all_tables().sorted_tables:
        if tally(target, table.name, told) != tallies[table.name]:
            words = f"{table.name} reads back otherwise than it was written, so nothing was copied"
            raise OperatorError(words, hint="Run it again; if it stays so, the target's disk or memory is at fault")
        if _counts_itself(table):
            set_sequence(target, table)
    return tallies


def release(connection: Connection, real: datetime) -> int:
    """Put jobs that were being worked back in line; how many. ``real`` is real time."""
    return queue.release(connection, real)


def at_work(connection: Connection, real: datetime) -> list[str]:
    """Who seems to be working on this database at ``real`` (real time), in words; empty when nobody does."""
    there = present(connection)
    found = list[str]()
    if "processes" in there:
        lately = processes.c.beat.between(real - ALIVE, real + ALIVE)  # what lies further ahead is of a wrong clock
        since = and_(processes.c.ended.is_(None), lately)
        rows = connection.execute(select(processes.c.kind, processes.c.host, processes.c.pid).where(since))
        found += [f"pm {row.kind} on {row.host} (process {row.pid})" for row in rows]
    if "jobs" in there and not found:
        held = select(func.count()).where(jobs.c.state == "running", jobs.c.lease_until > real)
        count = connection.execute(held).scalar_one()
        found += [f"a worker that holds {count} jobs"] if count else []
    return found


def take(connection: Connection, names: Sequence[str]) -> None:
    """Keep everybody else from these tables until the transaction ends; it must be the first thing asked in it.

    PostgreSQL then shows the rows as they are once the tables are ours. A write to SQLite has its file already.
    """
    if connection.dialect.name == "postgresql" and names:
        listed = ", ".join(f'"{name}"' for name in names)
        connection.execute(text(f"LOCK TABLE {listed} IN ACCESS EXCLUSIVE MODE"))


def aside(connection: Connection, schema: str) -> None:
    """Move our tables with all their rows into a new ``schema`` of the same PostgreSQL database."""
    connection.execute(CreateSchema(schema))
    for name in present(connection):
        connection.execute(text(f'ALTER TABLE "{name}" SET SCHEMA "{schema}"'))


# --- reading ------------------------------------------------------------------------------------------------


def _batches(connection: Connection, table: Table) -> Iterator[Sequence[Row]]:
    """Rows as plain values; JSON as its text, so that *nothing* and JSON's own ``null`` stay two things."""
    wanted = [cast(c, Text).label(c.name) if _is_json(c) else c for c in table.c]
    batch, weight = list[Row](), 0
    for row in connection.execute(select(*wanted), execution_options={"yield_per": FETCHED}):
        batch.append(tuple(row))
        weight += sum(len(value) for value in row if isinstance(value, str | bytes | memoryview))
        if len(batch) >= BATCH or weight >= HEAVY:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def _count(table: Table) -> Select[Any]:
    return select(func.count()).select_from(table)


class _Sum:
    """Adds up the digests of rows: in which order they are read does not matter."""

    def __init__(self, table: Table) -> None:
        self._json = [_is_json(column) for column in table.c]
        self._rows, self._sum = 0, 0

    def add(self, row: Row) -> None:
        words = "\x1f".join(_word(value, json) for value, json in zip(row, self._json, strict=True))
        digest = hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()
        self._sum, self._rows = (self._sum + int.from_bytes(digest, "big")) % 2**256, self._rows + 1

    @property
    def tally(self) -> Tally:
        return Tally(self._rows, f"{self._sum:064x}")


def _word(value: Any, is_json: bool) -> str:
    """One value as both databases give it back; a blank says of which kind it is."""
    match value:
        case None:
            return "-"
        case str():
            return f"j {_even(value)}" if is_json else f"s {value}"
        case bool() | int():
            return f"i {int(value)}"
        case float():
            return f"f {value.hex()}"
        case datetime():
            return f"t {value.astimezone(UTC).isoformat()}"
        case bytes() | memoryview():
            return f"b {bytes(value).hex()}"
    raise TypeError(f"a {type(value).__name__} cannot be compared")


def _even(words: str) -> str:
    """JSON in one spelling for both."""
    return json.dumps(json.loads(words, parse_int=_number, parse_float=_number), sort_keys=True)


def _number(words: str) -> str:
    """JSON's one kind of number, exactly: PostgreSQL gives ``1e3`` back as ``1000``. NUL: no text holds it there."""
    try:
        sign, digits, exponent = Decimal(words).as_tuple()
    except InvalidOperation:  # no database has room for it
        return f"\0{words}"
    plain = "".join(map(str, digits)).lstrip("0")
    short = plain.rstrip("0")
    return f"\0{'-' * sign}{short}e{int(exponent) + len(plain) - len(short)}" if short else "\0" + "0"


# --- writing ------------------------------------------------------------------------------------------------


def _copy(source: Connection, target: Connection, table: Table, told: Told) -> Tally:
    sums, new = _Sum(table), _insert(target, table)
    for batch in _batches(source, table):
        for row in batch:
            sums.add(row)
        _put(target, table, new, [dict(zip(table.c.keys(), row, strict=True)) for row in batch])
        told(table.name, len(batch))
    return sums.tally


def _insert(target: Connection, table: Table) -> Insert:
    """JSON goes in as the text it was read as."""
    words = {column.name: bindparam(column.name, type_=Text if _is_json(column) else column.type) for column in table.c}
    if target.dialect.name == "postgresql":
        return insert(table).values({n: cast(w, JSONB) if _is_json(table.c[n]) else w for n, w in words.items()})
    # A type of its own would turn the text into a JSON string.
    plain = Table(table.name, MetaData(), *(Column(c.name, Text if _is_json(c) else c.type) for c in table.c))
    return insert(plain)


def _put(target: Connection, table: Table, new: Insert, rows: Sequence[Mapping[str, Any]]) -> None:
    try:
        with target.begin_nested():
            target.execute(new, list(rows))
    except DBAPIError as error:
        if len(rows) > 1:  # one of them does not fit: which?
            for row in rows:
                _put(target, table, new, [row])
            return  # each by itself does
        key = ", ".join(str(rows[0][column.name])[:60] for column in table.primary_key)
        cause = str(error.orig).strip().splitlines()[0]
        words = f"the row {key} of {table.name} does not fit there ({cause}), so nothing was copied"
        raise OperatorError(words, hint="Correct or delete that row, and run it again") from error


def _is_json(column: Column[Any]) -> bool:
    return isinstance(column.type, JSON)


def _counts_itself(table: Table) -> bool:
    return table.autoincrement_column is not None
