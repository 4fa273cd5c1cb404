"""Backup, wipe, restore, and moving: every row of every table there is, value by value."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select, text

from bot.backups.folder import make
from bot.backups.moving import move
from bot.backups.restoring import restore
from models.copying import copy
from models.database import upgrade
from models.errors import OperatorError
from models.tables.everything import all_tables
from models.whole import whole
from tests.backups.conftest import CLOCK, Kind
from tests.backups.filled import Rows, fill, rows_of
from tests.backups.test_restoring import target, wiped

SIGNED_IN = {"dashboard_links", "dashboard_visits"}
"""Empty afterwards: nobody is signed in any more."""

ONE_MORE = {"inbox", "jobs", "restorations"}
"""Numbers jump by a row of their own, and the restoration is noted."""


@pytest.fixture
def full(lived: bytes, tmp_path: Path) -> bytes:
    """The company, with a row of every column in every table."""
    file = tmp_path / "full.db"
    file.write_bytes(lived)
    with whole(f"sqlite:///{file}") as connection:
        fill(connection)
    return file.read_bytes()


def held(url: str) -> Rows:
    with whole(url, read_only=True) as connection:
        return rows_of(connection)


def test_after_a_wipe_every_row_is_as_it_was(either: Kind, full: bytes, tmp_path: Path) -> None:
    url = either.holding(full, tmp_path)
    before = held(url)
    assert not [name for name, rows in before.items() if not rows]
    made = make(either.source(url), tmp_path / "backups", CLOCK)
    done = restore(made.file, target(either, wiped(either, url)), CLOCK)
    after = held(url)
    assert done.rows == {name: len(rows) for name, rows in before.items()} == dict(done.manifest.rows)
    assert {name for name in before if not after[name]} == SIGNED_IN
    assert {name: len(after[name]) - len(before[name]) for name in ONE_MORE} == dict.fromkeys(ONE_MORE, 1)
    for name in before.keys() - SIGNED_IN:
        assert not [row for row in before[name] - after[name] if not goes_on(name, row)], name
        assert name in ONE_MORE or len(after[name]) == len(before[name]), name
    assert not list(tmp_path.rglob(".pm-agent-restoring-*"))


def goes_on(name: str, row: tuple[object, ...]) -> bool:
    """Whether it is of something that went on when the backup was made, which a restore ends or lets go."""
    told = dict(zip(all_tables().tables[name].c.keys(), row, strict=True))
    return (name == "processes" and told["ended"] is None) or (
        name == "jobs" and (told["state"] == "running" or (told["state"], told["lane"]) == ("waiting", 0))
    )


def test_a_company_that_moves_has_every_row_there_and_counts_on(
    sqlite_kind: Kind, postgresql_kind: Kind, full: bytes, tmp_path: Path
) -> None:
    source, there = sqlite_kind.holding(full, tmp_path), postgresql_kind.empty()
    before = held(source)
    move(source, there, CLOCK)
    after = held(there)
    assert {name: rows - after[name] for name, rows in before.items() if rows != after[name]}.keys() <= {"jobs"}
    assert not [row for row in before["jobs"] - after["jobs"] if not goes_on("jobs", row)]
    with whole(there) as connection:
        behind = [table.name for table in all_tables().sorted_tables if not counts_on(connection, table.name)]
    assert behind == []


def counts_on(connection: Connection, name: str) -> bool:
    """Whether the next row gets a number that none has."""
    table = all_tables().tables[name]
    if table.autoincrement_column is None:
        return True
    number = table.autoincrement_column
    last = connection.execute(select(func.max(number))).scalar_one()
    after: int = connection.execute(select(func.nextval(func.pg_get_serial_sequence(name, number.name)))).scalar_one()
    return after > last


def test_what_reads_back_otherwise_is_not_moved(sqlite_kind: Kind, full: bytes, tmp_path: Path) -> None:
    """A target that changes what it is given: here by a trigger."""
    source, there = sqlite_kind.holding(full, tmp_path), sqlite_kind.empty()
    upgrade(there)
    with whole(there) as connection:
        words = "CREATE TRIGGER t AFTER INSERT ON audit BEGIN UPDATE audit SET detail = '' WHERE id = new.id; END"
        connection.execute(text(words))
    told = pytest.raises(OperatorError, match="audit reads back otherwise than it was written")
    with told, whole(source, read_only=True) as old, whole(there) as new:
        copy(old, new)
    assert not any(held(there).values())
