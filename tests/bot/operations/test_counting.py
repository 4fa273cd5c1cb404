"""What each process counts adds up, is told the same by all, and survives a restart and a database that is gone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.look import after_events
from bot.metrics import TIMES, Metrics, edge_of
from bot.operations.pulse import Pulse, at_work
from models.clock import SystemClock
from models.database import Database
from models.errors import DatabaseNotReady
from models.operations import Operations
from models.running import Count, Counted, Kind
from tests.bot.operations.standings import NOW
from tests.world import fresh_database

pytestmark = pytest.mark.anyio
CAME = Count("pm_deliveries", ("jira", "accepted"))


@pytest.fixture
async def operations(tmp_path: Path) -> AsyncIterator[Operations]:
    database = Database(fresh_database(tmp_path / "counts.db"), SystemClock())
    yield Operations(database, SystemClock())
    await database.close()


def pulse_of(operations: Operations, kind: Kind = Kind.WEB) -> tuple[Pulse, Metrics]:
    metrics = Metrics()
    return Pulse(operations, metrics, kind, "1.0"), metrics


class Full:
    """A mailbox whose database is gone."""

    async def waiting(self, team: str) -> None:
        raise DatabaseNotReady("the disk is full", hint="df -h")


async def test_a_look_that_fails_is_counted_as_one_that_was_never_done() -> None:
    metrics = Metrics()
    app: Any = SimpleNamespace(clock=SystemClock(), mailbox=Full(), metrics=metrics)
    with pytest.raises(DatabaseNotReady):
        await after_events(app, SimpleNamespace(team="payments", payload={}))  # type: ignore[arg-type]
    assert metrics.take() == {Count("pm_cycle_seconds", ("+Inf",)): 1}


async def test_two_processes_behind_one_port_tell_the_same_sum(operations: Operations) -> None:
    both = [pulse_of(operations) for _ in range(2)]
    for pulse, metrics in both:
        metrics.delivery("jira", "accepted")
        metrics.took("pm_webhook_seconds", 0.03, "jira")
        await pulse.beat()
    totals = await operations.totals()
    told = [metrics.render(totals).decode() for _, metrics in both]
    assert told[0] == told[1]
    assert 'pm_deliveries_total{result="accepted",source="jira"} 2.0' in told[0]
    assert 'pm_webhook_seconds_bucket{le="0.05",source="jira"} 2.0' in told[0]
    assert 'pm_webhook_seconds_bucket{le="0.025",source="jira"} 0.0' in told[0]
    assert 'pm_webhook_seconds_bucket{le="+Inf",source="jira"} 2.0' in told[0]
    assert 'pm_webhook_seconds_sum{source="jira"} 0.06' in told[0]


async def test_a_restart_goes_on_counting(operations: Operations) -> None:
    for _ in range(3):
        pulse, metrics = pulse_of(operations)
        metrics.delivery("jira", "accepted")
        await pulse.beat(leaves=True)
    assert (await operations.totals())[CAME].value == 3


class Gone:
    """A database that is away for one call."""

    def __init__(self, real: Operations) -> None:
        self.real, self.calls = real, 0

    async def beat(self, *what: object, **more: object) -> int:
        self.calls += 1
        if self.calls == 1:
            raise DatabaseNotReady("gone")
        return await self.real.beat(*what, **more)  # type: ignore[arg-type]


async def test_what_a_lost_database_did_not_take_is_written_later_and_once(operations: Operations) -> None:
    pulse, metrics = pulse_of(Gone(operations))  # type: ignore[arg-type]
    metrics.delivery("jira", "accepted")
    assert not await pulse.beat()
    metrics.delivery("jira", "accepted")
    assert await pulse.beat() and await pulse.beat()
    assert (await operations.totals())[CAME].value == 2


async def test_a_process_is_at_work_while_the_block_runs_and_writes_its_last_counts(operations: Operations) -> None:
    pulse, metrics = pulse_of(operations, Kind.WORKER)
    async with at_work(pulse, every=0.01):
        while not await operations.at_work():
            pass
        metrics.delivery("jira", "accepted")
    assert await operations.at_work() == [] and (await operations.totals())[CAME].value == 1


def test_a_counter_without_labels_is_told_from_its_first_scrape() -> None:
    assert "pm_leases_reaped_total 0.0" in Metrics().render({}).decode()


def test_what_another_version_counted_under_other_labels_is_left_out() -> None:
    text = Metrics().render({Count("pm_deliveries", ("jira",)): Counted(1, NOW)}).decode()
    assert "pm_deliveries_total{" not in text


@pytest.mark.parametrize(("seconds", "edge"), [(0.0, "0.005"), (2.0, "2.0"), (2.0001, "5.0"), (99, "+Inf")])
def test_a_time_counts_below_the_edge_that_it_does_not_exceed(seconds: float, edge: str) -> None:
    assert edge_of("pm_webhook_seconds", seconds) == edge


def test_the_promised_times_are_edges() -> None:
    assert 2 in TIMES["pm_webhook_seconds"][2] and 20 in TIMES["pm_cycle_seconds"][2]
