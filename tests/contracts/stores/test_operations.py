"""Beats, counts and alerts: what several processes write adds up, and a gap is a gap."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import insert

from models.copying import at_work
from models.database import Database
from models.mailbox import Mailbox, NewJob
from models.operations import Operations
from models.running import ALIVE, Alert, Count, Counted, Kind, Process
from models.tables.costs import model_days
from tests.contracts.stores.values import PAY, FakeClock

pytestmark = pytest.mark.anyio
WEB = Process(name="one", kind=Kind.WEB, host="h", pid=7, version="1.2")
CAME = Count("pm_deliveries", ("jira", "accepted"))
LATE = Count("pm_effects", ("remind_person", "done"))


@pytest.fixture
def operations(database: Database, clock: FakeClock) -> Operations:
    return Operations(database, clock)


async def test_beats_prolong_one_row_and_a_gap_begins_another(operations: Operations, clock: FakeClock) -> None:
    began, row = clock.real(), None
    for _ in range(4):
        row = await operations.beat(WEB, row, {})
        clock.tick(15)
    [shift] = await operations.shifts(began)
    assert (shift.process, shift.began, shift.ended) == (WEB, began, None) and shift.alive(clock.real())
    clock.tick(ALIVE.total_seconds())
    assert await operations.at_work() == []
    assert await operations.beat(WEB, row, {}) != row
    assert len(await operations.shifts(began)) == 2 and await operations.known_since() == began


async def test_who_was_heard_from_a_clock_that_was_ahead_is_not_at_work(
    database: Database, operations: Operations, clock: FakeClock
) -> None:
    clock.tick(6 * 3600)
    await operations.beat(WEB, None, {})
    clock.tick(-6 * 3600)
    now = clock.real()
    assert await operations.at_work() == [] and await database.read(lambda c: at_work(c, now)) == []
    await operations.beat(replace(WEB, name="two"), None, {})
    assert len(await database.read(lambda c: at_work(c, now))) == 1


async def test_who_says_goodbye_is_not_at_work(operations: Operations, clock: FakeClock) -> None:
    row = await operations.beat(WEB, None, {})
    await operations.beat(replace(WEB, name="two", kind=Kind.WORKER), None, {})
    await operations.beat(WEB, row, {}, leaves=True)
    assert [shift.process.name for shift in await operations.at_work()] == ["two"]


async def test_what_two_processes_count_adds_up_in_all_and_by_the_hour(
    operations: Operations, clock: FakeClock
) -> None:
    each = [replace(WEB, name=str(n)) for n in range(5)]
    await asyncio.gather(*(operations.beat(process, None, {CAME: 2, LATE: 1}) for process in each))
    clock.tick(7200)
    await operations.beat(WEB, None, {CAME: 1})
    totals = await operations.totals()
    assert totals[CAME] == Counted(11, clock.real()) and totals[LATE].value == 5
    assert await operations.counted("pm_deliveries", clock.real()) == {CAME: 1}
    assert await operations.counted("pm_effects", clock.real()) == {}, "kept since the beginning alone"


async def test_labels_from_outside_are_cut_to_what_a_row_can_hold(operations: Operations) -> None:
    await operations.beat(WEB, None, {Count("pm_searches", ("x" * 500, "[]\"'é")): 1})
    [count] = await operations.totals()
    assert count.labels == ("x" * 60, "[]\"'é")


async def test_an_alert_and_the_job_that_tells_of_it_are_one_transaction(
    operations: Operations, mailbox: Mailbox, clock: FakeClock
) -> None:
    now = clock.real()
    row = Alert(name="dead_letters", subject="", since=now, held=now, words="1 job", told=now, message="alert x")
    await operations.keep_alerts([row], jobs=[NewJob("notice", "notice:alerts", PAY)])
    await operations.keep_alerts([replace(row, words="2 jobs")])
    assert await operations.alerts() == [replace(row, words="2 jobs")]
    assert (await mailbox.depths()).waiting == {1: 1}
    await operations.keep_alerts([], [row.key])
    assert await operations.alerts() == []


async def test_what_lies_there_is_read_at_once(operations: Operations, mailbox: Mailbox, database: Database) -> None:
    await mailbox.put(NewJob("effect", "k", PAY))
    job = await mailbox.claim((1,), 30)
    assert job is not None
    await mailbox.bury(job, "no")
    await mailbox.drop(int(job.id))
    spent = {"team": PAY, "day": "2026-11-20", "spent": 5}
    await database.write(lambda c: c.execute(insert(model_days).values(**spent)), "test")
    since = (await operations.standing(mailbox._clock.real(), "2026-11-19")).spent  # type: ignore[attr-defined]
    lies = await operations.standing(mailbox._clock.real(), "2026-11-21")  # type: ignore[attr-defined]
    assert since == {(PAY, "2026-11-20"): 5} and lies.spent == {} and lies.ambiguous == 0
    assert lies.interventions == {"dead letter dropped": 1}


async def test_a_machine_whose_clock_is_wrong_is_known_to_all_others_for_as_long_as_it_is_heard(
    url: str, operations: Operations, clock: FakeClock
) -> None:
    slow = FakeClock()
    slow.tick(-3600)
    theirs = Database(url, slow)
    await operations.beat(WEB, None, {})
    await Operations(theirs, slow).beat(replace(WEB, host="slow"), None, {})
    await theirs.close()
    known = await operations.clocks()
    if not url.startswith("postgresql"):
        assert known == {}  # one file, one clock
        return
    assert round(known["slow"] - known["h"]) == -3600 and known["h"] == pytest.approx(operations.ahead, abs=0.01)
    clock.tick(ALIVE.total_seconds() + 1)
    assert await operations.clocks() == {}
