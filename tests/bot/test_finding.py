from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.finding import Finding
from bot.metrics import Metrics
from bot.tally import recent
from integrations.mcp import Operation
from models.database import Database
from models.errors import Unclear
from models.store import Store
from tests.integrations.mcp.fakes import Jira, error, hub
from tests.integrations.mcp.jira_v2 import constitution
from tests.moved import Moved
from tests.world import fresh_database

pytestmark = pytest.mark.anyio


class Rest:
    async def search(self, jql, *, most=100):
        return []

    async def issues(self, ids_or_keys):
        raise Unclear("cut")

    async def sprints(self, board):
        return []


@pytest.fixture
async def store(tmp_path):
    url = fresh_database(tmp_path / "pm.db")
    clock = Moved()
    database = Database(url, clock)
    yield Store(database, clock), clock
    await database.close()


def finding(store, clock, hub_) -> Finding:
    return Finding(constitution, store, clock, Metrics(), hub=hub_, jira=Rest(), slack=None)


async def test_every_search_is_counted_by_operation_server_and_reason_and_added_up_over_processes(tmp_path, store):
    kept, clock = store
    jira = Jira()
    made = hub(tmp_path, clock, jira=jira.open)
    one = finding(kept, clock, made)
    one.start()
    await made.wait()
    for _ in range(3):
        await one.search("open bugs", constitution().teams[0].id)
    jira.answer = lambda *_: error("HTTPError")
    another = finding(kept, clock, made)
    await another.search("open bugs", constitution().teams[0].id)
    await one.close()
    told = await recent(kept, clock.real())
    assert (told["mcp_attempts"], told["mcp_success"], told["fallback_rate"]) == (4, 0.75, 0.25)
    row = told["operations"][Operation.SEARCH_ISSUES]["mcp jira"]
    assert (row["ok"], row["fallback"], row["failures"]) == (3, 1, {"upstream_error": 1})
    scraped = another._metrics.render().decode()
    assert 'pm_search_fallbacks_total{operation="search_issues",reason="upstream_error",server="jira"} 1.0' in scraped


async def test_counts_are_let_go_after_two_weeks(store):
    kept, clock = store
    await finding(kept, clock, None).search("open bugs", constitution().teams[0].id)
    clock.by += timedelta(days=15)
    await finding(kept, clock, None).search("open bugs", constitution().teams[0].id)
    told = await recent(kept, clock.real(), days=30)
    assert told["operations"]["search_issues"]["rest"]["attempts"] == 1


async def test_my_tickets_are_those_of_the_person_who_asks(store):
    kept, clock = store
    made = finding(kept, clock, None)
    team = constitution().teams[0]
    assert (await made.search("my tickets", team.id)).problem
    assert team.members[0].jira in (await made.search("my tickets", team.id, asker=team.members[0].id)).query


async def test_days_are_those_of_the_teams_zone(store):
    kept, clock = store
    team = constitution().teams[0]
    around = finding(kept, clock, None).surroundings(team)
    assert around.now == datetime(2026, 11, 17, 14, 40, tzinfo=UTC) and around.zone == team.tz
    assert abs(around.now - around.ahead - clock.real()) < timedelta(seconds=5)
