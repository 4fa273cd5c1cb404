"""Each promise is judged by its target, and not at all where too little is known."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import insert

from bot.metrics import Metrics
from bot.operations.promises import (
    Promise,
    Sources,
    being_up,
    cycles,
    dollars,
    interventions,
    mcp,
    promise_as_data,
    promises,
    sign_ins,
    webhooks,
)
from bot.operations.uptime import Uptime
from models.database import Database
from models.ids import TeamId
from models.ledger import Ledger
from models.lessons import FALSE_POSITIVE
from models.operations import Operations
from models.running import Count, Kind, Process
from models.store import Store
from models.tables.costs import model_days
from tests.bot.operations.standings import CALM, NOW
from tests.contracts.stores.values import FakeClock
from tests.world import fresh_database

DAY = timedelta(days=1)
PROCESS = Process(name="p", kind=Kind.START, host="h", pid=1, version="1")


def times(name: str, *labels: str, **edges: int) -> dict[Count, int]:
    """``e2=5`` is five of at most 2 s."""
    found = {Count(name, (*labels, edge[1:].replace("_", "."))): n for edge, n in edges.items()}
    return {**found, Count(name, (*labels, "sum")): 123_456}


def answered(**edges: int) -> Promise:
    return webhooks(times("pm_webhook_seconds", "jira", **edges))


def test_webhooks_are_kept_to_the_edge_of_two_seconds_at_the_99th_of_a_hundred() -> None:
    assert answered(e0_05=98, e2_0=2).kept and answered(e0_05=990, e5_0=10).kept
    assert answered(e0_05=98, e5_0=2).kept is False
    assert answered(e0_05=19).kept is None and answered().figure == "none yet"
    assert answered(e0_05=98, e5_0=2).numbers == {"p50_at_most": 0.05, "p99_at_most": 5.0, "count": 100}


def test_a_delivery_that_could_not_be_kept_counts_as_the_slowest() -> None:
    quick = times("pm_webhook_seconds", "jira", e0_05=98)
    assert webhooks(quick).kept and webhooks(quick, 2).kept is False and webhooks(quick, 2).numbers["count"] == 100
    assert webhooks({}, 30).kept is False and webhooks({}, 1).figure.endswith("; 1 delivery")


def test_a_click_that_opens_a_window_is_no_webhook() -> None:
    slow = times("pm_webhook_seconds", "slack", e5_0=100)
    assert webhooks({**slow, **times("pm_webhook_seconds", "jira", e0_05=30)}).kept


def test_what_lies_beyond_the_last_edge_is_said_so_and_is_json() -> None:
    slow = cycles({Count("pm_cycle_seconds", ("+Inf",)): 30})
    assert slow.kept is False and slow.figure.startswith("99 of 100 over 80 s")
    assert json.loads(json.dumps(promise_as_data(slow), allow_nan=False))["numbers"]["p99_at_most"] is None


def searched(asked: int, success: float, auth: int = 0) -> dict[str, Any]:
    server = {"mcp atlassian": {"failures": {"auth": auth}}, "rest": {"failures": {"auth": 9}}}
    known = {"mcp_attempts": asked, "mcp_success": success if asked else None, "fallback_rate": 0.1 if asked else None}
    return {**known, "operations": {"search_issues": server}}


def test_mcp_must_answer_more_than_four_of_five() -> None:
    assert mcp(searched(100, 0.81)).kept and mcp(searched(100, 0.80)).kept is False
    assert mcp(searched(19, 1.0)).kept is None and mcp(searched(0, 0)).kept is None


def test_a_sign_in_that_ended_breaks_a_promise_and_rest_has_none() -> None:
    assert sign_ins(searched(5, 1.0)).kept and sign_ins(searched(5, 0.5, auth=1)).kept is False
    assert sign_ins(searched(0, 0)).kept is None


@pytest.mark.parametrize(("hours", "down", "kept"), [(23, 0, None), (100, 0.9, True), (100, 1, False), (168, 1, True)])
def test_uptime_is_judged_after_a_day(hours: float, down: float, kept: bool | None) -> None:
    since = NOW - timedelta(hours=hours)
    assert being_up(Uptime(since, NOW, timedelta(hours=hours - down))).kept is kept


def test_whoever_steps_in_breaks_the_promise_that_it_runs_by_itself() -> None:
    lies = replace(CALM, interventions={"dead letter dropped": 2, "restored": 1})
    assert interventions(CALM).kept
    assert interventions(lies).kept is False
    assert interventions(lies).figure == "2 dead letters dropped, 1 backups restored"


def test_a_dollar_a_day_is_for_ten_people_and_more_in_proportion() -> None:
    lies = replace(CALM, spent={(TeamId("pay"), "2026-11-20"): 13 * 10**9, (TeamId("gone"), "2026-11-20"): 10**12})
    assert dollars(lies, [{"id": "pay", "people": 10}], 7).kept is False
    assert dollars(lies, [{"id": "pay", "people": 20}], 7).kept
    assert dollars(lies, [{"id": "pay", "people": 20}], 1).kept is False, "a first day is not spread over a week"
    assert dollars(CALM, [], 7).figure == "$0.00 a day"


class Company:
    """A database that was at work since some hours ago, on a clock that stands."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock()
        self.database = Database(fresh_database(folder / "p.db"), self.clock)
        self.operations = Operations(self.database, self.clock)

    async def told(self, ledger: object = None) -> dict[str, Promise]:
        """By name."""
        teams = [{"id": "pay", "people": 9}]
        kept: Any = ledger or Ledger(self.database, self.clock)
        store = Store(self.database, self.clock)
        sources = Sources(operations=self.operations, store=store, ledger=kept, clock=self.clock, teams=teams)
        return {each.name: each for each in await promises(sources)}


@pytest.fixture
async def company(tmp_path: Path) -> AsyncIterator[Company]:
    made = Company(tmp_path)
    yield made
    await made.database.close()


@pytest.mark.anyio
async def test_deliveries_and_looks_that_failed_are_in_the_figures(company: Company) -> None:
    metrics = Metrics()
    for _ in range(30):
        metrics.took("pm_webhook_seconds", 0.004, "jira")
        metrics.delivery("jira", "unavailable")
        metrics.delivery("slack", "unavailable")
        metrics.cycle("event", 0.1)
    metrics.cycle_failed()
    await company.operations.beat(PROCESS, None, metrics.take())
    told = await company.told()
    assert told["webhooks"].kept is False and told["webhooks"].numbers["count"] == 60
    assert told["cycles"].kept is False and told["cycles"].numbers["count"] == 31


@pytest.mark.anyio
@pytest.mark.parametrize(("days", "spread"), [(0.1, 1), (3, 3), (30, 7)])
async def test_money_is_spread_over_the_days_that_are_known(company: Company, days: float, spread: float) -> None:
    await company.operations.beat(PROCESS, None, {})
    company.clock.tick(days * 86400)
    day = company.clock.now().date().isoformat()
    row = {"team": "pay", "day": day, "spent": 3 * 10**9}
    await company.database.write(lambda c: c.execute(insert(model_days).values(**row)), "spend")
    assert (await company.told())["dollars"].numbers["a_day"] == pytest.approx(3 / spread, rel=0.01)


@dataclass
class Received:
    """A ledger that knows of a rule whose readers said more than was told."""

    rules: Sequence[Any]

    async def reception(self, team: TeamId, days: int) -> Sequence[Any]:
        return self.rules


@pytest.mark.anyio
async def test_of_a_rules_messages_no_more_can_be_wrong_than_were_told(company: Company) -> None:
    wrong = next(iter(FALSE_POSITIVE))
    rules = [SimpleNamespace(told=2, said={wrong: 7}), SimpleNamespace(told=38, said={})]
    figures = (await company.told(Received(rules)))["false_positives"]
    assert (figures.numbers["wrong"], figures.numbers["count"], figures.kept) == (2, 40, True)


@pytest.mark.anyio
async def test_all_are_told_of_an_empty_database_and_none_is_claimed_that_is_not_known(tmp_path: Path) -> None:
    clock = FakeClock()
    database = Database(fresh_database(tmp_path / "empty.db"), clock)
    store, ledger = Store(database, clock), Ledger(database, clock)
    teams = [{"id": "pay", "people": 9}]
    told = await promises(
        Sources(operations=Operations(database, clock), store=store, ledger=ledger, clock=clock, teams=teams)
    )
    await database.close()
    assert {each.name: each.kept for each in told} == {
        "webhooks": None, "cycles": None, "mcp": None, "uptime": None, "false_positives": None,
        "interventions": True, "mcp_sign_ins": None, "dollars": True,
    }  # fmt: skip
    json.dumps([promise_as_data(each) for each in told], allow_nan=False)
