"""``pm db copy``: every row arrives as it was, in both directions, or none does; then work goes on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text, update

from bot.backups.moving import move
from models.copying import HEAVY, _even, copy, release, tally
from models.database import Database, upgrade
from models.errors import OperatorError
from models.mailbox import Mailbox, NewJob
from models.tables.mirror import facts, memory
from models.tables.outbox import effects
from models.tables.queue import inbox, jobs
from models.whole import whole
from tests.backups.conftest import CLOCK, Kind, content

pytestmark = pytest.mark.anyio


@pytest.fixture
def other(request: pytest.FixtureRequest) -> Kind:
    mine = request.getfixturevalue("either" if "either" in request.fixturenames else "kind")
    found: Kind = request.getfixturevalue("postgresql_kind" if mine.name == "sqlite" else "sqlite_kind")
    return found


def test_a_company_that_has_lived_moves_row_for_row(either: Kind, other: Kind, lived: bytes, tmp_path: Path) -> None:
    source, target = either.holding(lived, tmp_path), other.empty()
    before = content(source)
    moved = move(source, target, CLOCK)
    assert content(target) == before == moved.tables
    assert sum(each.rows for each in before.values()) == moved.total
    assert sum(each.rows > 0 for each in before.values()) > 12


async def test_a_job_that_was_being_worked_is_worked_once_at_the_target(
    either: Kind, other: Kind, lived: bytes, tmp_path: Path
) -> None:
    source, target = either.holding(lived, tmp_path), other.empty()
    with whole(source) as connection:
        connection.execute(text("DELETE FROM jobs"))
    await put_and_claim(source, then_die=True)
    assert move(source, target, CLOCK).released == 1
    database = Database(target, CLOCK)
    mailbox = Mailbox(database, CLOCK)
    job = await mailbox.claim((0, 1, 2), 20)
    assert job is not None and job.attempts == 2
    assert await mailbox.claim((0, 1, 2), 20) is None
    await mailbox.finish(job)
    assert await mailbox.put(NewJob("tidy", "another", job.team)) > job.id  # the sequence was set
    await database.close()


async def put_and_claim(url: str, *, then_die: bool) -> None:
    database = Database(url, CLOCK)
    mailbox = Mailbox(database, CLOCK)
    await mailbox.put(NewJob("tidy", "tidy", "payments"))  # type: ignore[arg-type]
    assert await mailbox.claim((0, 1, 2), -1 if then_die else 60) is not None
    await database.close()


async def test_nobody_moves_while_a_worker_holds_a_job(kind: Kind, other: Kind, lived: bytes, tmp_path: Path) -> None:
    source = kind.holding(lived, tmp_path)
    await put_and_claim(source, then_die=False)
    with pytest.raises(OperatorError, match="at work"):
        move(source, other.empty(), CLOCK)


def test_a_target_with_rows_is_refused_and_left_alone(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    source, target = kind.holding(lived, tmp_path), kind.holding(lived, tmp_path)
    before = content(target)
    with pytest.raises(OperatorError, match="holds .* rows already"):
        move(source, target, CLOCK)
    assert content(target) == before


def test_the_same_database_is_refused(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    source = kind.holding(lived, tmp_path)
    with pytest.raises(OperatorError, match="same database"):
        move(source, source, CLOCK)


def test_one_row_that_does_not_fit_leaves_nothing_and_is_named(
    sqlite_kind: Kind, postgresql_kind: Kind, lived: bytes, tmp_path: Path
) -> None:
    source, target = sqlite_kind.holding(lived, tmp_path), postgresql_kind.empty()
    with whole(source) as connection:
        row = {"team": "x" * 61, "about": "a", "key": "k", "value": 1, "at": CLOCK.real()}
        connection.execute(insert(memory).values(**row))
    with pytest.raises(OperatorError, match="the row xxx.* of memory does not fit there"):
        move(source, target, CLOCK)
    assert sum(each.rows for each in content(target).values()) == 0


def test_nothing_and_the_null_of_json_stay_two_things(sqlite_kind: Kind, postgresql_kind: Kind) -> None:
    source, target = sqlite_kind.empty(), postgresql_kind.empty()
    for url in (source, target):
        upgrade(url)
    values: list[Any] = [None, 1e16, 0.1, -0.0, "é\u2028\x1f", {"b": [1.0, {"a": None}]}, 2**60]
    with whole(source) as connection:
        for n, value in enumerate(values):
            row = {"team": "t", "kind": "k", "id": str(n), "saved": CLOCK.real(), "value": value}
            connection.execute(insert(facts).values(**row))
        planned = {"team": "t", "kind": "k", "target": "t", "payload_hash": "", "directives_version": ""}
        planned |= {"state": "planned", "planned": CLOCK.real(), "action": {}, "proposal": {}, "receipt": {}}
        connection.execute(insert(effects).values(id="absent", **planned))
        connection.execute(insert(effects).values(id="null", gave_back=None, **planned))
    with whole(source, read_only=True) as old, whole(target) as new:
        copy(old, new)
    with whole(target, read_only=True) as connection:
        absent = select(effects.c.id).where(effects.c.gave_back.is_(None) | effects.c.gave_back.is_not(None))
        raw = "SELECT id FROM effects WHERE gave_back IS NULL"
        assert connection.execute(text(raw)).scalars().all() == ["absent"]
        assert len(connection.execute(absent).all()) == 2
        read = {row.id: row.value for row in connection.execute(select(facts))}
    assert [read[str(n)] for n in range(len(values))] == values


def test_a_number_beyond_all_floats_moves_as_it_is(sqlite_kind: Kind, postgresql_kind: Kind) -> None:
    source, target = sqlite_kind.empty(), postgresql_kind.empty()
    upgrade(source)
    values = ['{"a": 1e400}', '{"a": 1.0000000000000000001}', "[-0.0, 0, 1E2, 120, 10e-1]", '"1e2"']
    words = "INSERT INTO facts (team, kind, id, saved, value) VALUES ('t', 'k', :n, '2026-01-01 00:00:00', :value)"
    with whole(source) as connection:
        for n, value in enumerate(values):
            connection.execute(text(words), {"n": n, "value": value})
    assert move(source, target, CLOCK).tables == content(target) == content(source)


@pytest.mark.parametrize(("one", "other"), [("1e2", '"1e2"'), ("100", "1000"), ("-1", "1"), ("1e400", "1e401")])
def test_two_numbers_are_two_words(one: str, other: str) -> None:
    assert _even(one) != _even(other)


def test_large_rows_are_copied_a_few_at_a_time(sqlite_kind: Kind) -> None:
    source, target = sqlite_kind.empty(), sqlite_kind.empty()
    upgrade(source)
    with whole(source) as connection:
        for n in range(6):
            row = {"source": "s", "delivery_id": str(n), "name": "n", "team": "t", "body": bytes(HEAVY // 2)}
            connection.execute(insert(inbox).values(**row, received=CLOCK.real()))
    steps: list[int] = []
    move(source, target, CLOCK, lambda table, rows: steps.append(rows) if table == "inbox" else None)
    assert steps == [2, 2, 2] * 2  # written, then read back


@pytest.mark.parametrize("change", ["value", "missing"])
def test_a_table_that_differs_in_one_value_has_another_word(
    kind: Kind, lived: bytes, tmp_path: Path, change: str
) -> None:
    url = kind.holding(lived, tmp_path)
    before = content(url)
    with whole(url) as connection:
        one = connection.execute(select(jobs.c.id).limit(1)).scalar_one()
        if change == "value":
            connection.execute(update(jobs).where(jobs.c.id == one).values(rank=jobs.c.rank + 0.001))
        else:
            connection.execute(text(f"DELETE FROM jobs WHERE id = {one}"))
    after = content(url)
    assert {name for name in before if before[name] != after[name]} == {"jobs"}


def test_releasing_twice_changes_nothing(kind: Kind, lived: bytes, tmp_path: Path) -> None:
    url = kind.holding(lived, tmp_path)
    with whole(url) as connection:
        release(connection, CLOCK.real())
        before = tally(connection, "jobs")
        assert release(connection, CLOCK.real()) == 0
        assert tally(connection, "jobs") == before
