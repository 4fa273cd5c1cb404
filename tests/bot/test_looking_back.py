"""What ``pm chaos`` judges by: the vendors' own state beside what the product believes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import create_engine, insert

from bot.chaos.looking_back import look_back
from bot.chaos.people import Flow
from integrations.simulator.server import Simulator
from models.clock import SystemClock
from models.directives_file import load
from models.tables.mirror import facts
from tests.world import CONSTITUTION, fresh_database

NOW = datetime(2026, 11, 17, tzinfo=UTC)


def flow_of(simulator: Simulator, database: str) -> Flow:
    """A story in which nothing was delivered, said or asked."""
    parts: dict[str, Any] = {"wire": SimpleNamespace(deliveries={}), "said": list, "replies": {}, "posted": {}}
    return cast(Flow, SimpleNamespace(simulator=simulator, database=database, clock=SystemClock(), **parts))


def test_it_holds_what_jira_has_against_what_is_believed_of_it(tmp_path: Path) -> None:
    law = load(CONSTITUTION)
    simulator = Simulator(law, CONSTITUTION.read_text(encoding="utf-8"), SystemClock(), "http://127.0.0.1:9")
    issue = next(each for each in simulator.company.active() if each.assignee)
    database = fresh_database(tmp_path / "pm.db")
    believed = {"key": issue.key, "assignee": issue.assignee, "status": issue.status, "flagged_since": None}
    with create_engine(database).begin() as connection:
        row = {"team": law.teams[0].id, "kind": "issue", "id": issue.key, "value": believed, "saved": NOW}
        connection.execute(insert(facts).values(**row))
    simulator.company.edit(issue.key, by=str(issue.assignee), assignee=None)
    seen = look_back(flow_of(simulator, database))
    assert seen.mirror == {issue.key: (believed["assignee"], issue.status, False)}
    assert seen.world[issue.key] == (None, issue.status, issue.flagged)
    assert seen.world.keys() == {each.key for each in simulator.company.active()}
