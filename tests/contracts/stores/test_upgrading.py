"""What an older version wrote says, after the migrations, what this version would have written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, Table, create_engine, insert, text

from models.actions import Action, CommentOnIssue
from models.database import Database, upgrade
from models.ids import IssueKey
from models.keeping.records import dump
from models.ledger import Ledger
from models.signals import Urgency
from tests.contracts.stores.test_schema import migrated_to
from tests.contracts.stores.values import ADA, LI, MONDAY, PAY, item, nudge

pytestmark = pytest.mark.anyio

COMMENT = CommentOnIssue(person=LI, issue=IssueKey("PAY-7"), item=item("s3"))
GAVE_BACK = {"told": [{"person": "ada", "signal": "s4", "team": "pay", "effect": "dead", "at": MONDAY.isoformat()}]}


def write(connection: Connection, table: str, **row: Any) -> None:
    connection.execute(insert(Table(table, MetaData(), autoload_with=connection)).values(**row))


def send(connection: Connection, name: str, action: Action, *told: str, **more: Any) -> None:
    """As version 0002 kept a message and who was told what by it."""
    row: dict[str, Any] = {"id": name, "team": PAY, "kind": action.kind, "target": "slack:dm:ada", "proposal": {}}
    row |= {"action": dump(action), "payload_hash": "", "directives_version": "", "state": "sent", "receipt": {}}
    write(connection, "effects", **row | {"planned": MONDAY, "ended": MONDAY} | more)
    for signal in told:
        person = getattr(action, "person", ADA)
        write(connection, "told", person=person, signal=signal, team=PAY, effect=name, at=MONDAY)


@pytest.fixture
def upgraded(url: str) -> Iterator[str]:
    migrated_to(url, "0002")
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            send(connection, "reminder", nudge(ADA, "s1", "s2"), "s1", "s2")
            send(connection, "comment", COMMENT, "s3")
            send(connection, "dead", nudge(ADA, "s4"), state="dead", gave_back=GAVE_BACK)
            write(connection, "told", person="li", signal="s9", team=PAY, effect="long gone", at=MONDAY)
    finally:
        engine.dispose()
        upgrade(url)
    yield url


async def test_what_was_told_before_is_known_with_what_it_was_about(upgraded: str, ledger: Ledger) -> None:
    heard = {(row.person, row.signal): row for row in (await ledger.history(PAY)).heard}
    for key in ((ADA, "s1"), (ADA, "s2"), (LI, "s3")):
        row = heard.pop(key)
        assert (row.kind, row.subject, row.urgency) == ("blocked_too_long", "PAY-7", Urgency.HIGH)
        assert row.at == MONDAY
    [row] = heard.values()
    assert (row.kind, row.subject) == ("", ""), "of what nobody kept nothing is made up"


async def test_what_a_replay_would_tell_again_is_known_too(upgraded: str, database: Database) -> None:
    query = text("SELECT gave_back FROM effects WHERE id = 'dead'")
    kept = str(await database.read(lambda c: c.execute(query).scalar_one()))
    assert "blocked_too_long" in kept and "PAY-7" in kept and MONDAY.isoformat() in kept
