"""What one look costs against the size of the sprint: the planner alone, and the whole cycle over a real ledger."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from models.database import Database, upgrade
from models.events import Reason, Source, Trigger
from models.ledger import Ledger
from models.store import Store
from planner.cycle import run_cycle
from planner.ports import Desk
from planner.reasoning import RulesMind
from tests.bench.figures import at_most, machine, record, told
from tests.planner.large import Company, Still, company, look_at

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

TARGETS = {50: 5.0, 500: 50.0, 5_000: 500.0}
"""Milliseconds the planner alone may take, by issues in the sprint."""

ROUNDS = 7


async def test_the_planner_alone_grows_no_faster_than_the_sprint() -> None:
    made = {size: company(size) for size in TARGETS}
    for each in made.values():  # calendars and holidays are counted out once a process
        await look_at(each)
    taken: dict[int, list[float]] = {size: [] for size in TARGETS}
    for _ in range(ROUNDS):
        for size, each in made.items():
            await look_at(each)  # a process lives by one constitution; changing it is no part of a look
            taken[size].append(await milliseconds_of(look_at(each), time.process_time))
    tell("planner alone, in computing time, for it waits for nothing", taken)
    what = "the planner's computing for one look, {} issues"
    assert all(
        [
            record("issue", what.format(size), min(taken[size]), at_most(target, "ms"))
            for size, target in TARGETS.items()
        ]
    )
    assert all(ratio < 1.5 for ratio in growth(taken)), "at most linear, but for the noise of the machine"


async def test_the_whole_cycle_with_a_real_ledger(tmp_path: Path) -> None:
    taken: dict[int, list[float]] = {}
    for size in TARGETS:
        taken[size] = await over_sqlite(company(size), f"sqlite:///{tmp_path / f'{size}.db'}")
    tell("whole cycle on SQLite, reading the mirror and recording included", taken)
    for size, each in taken.items():
        record("issue", f"a whole cycle on SQLite, {size} issues", min(each), told("ms"))
    assert record("issue", "its growth against the sprint's", max(growth(taken)), at_most(2.0, "x of linear"))


async def over_sqlite(made: Company, url: str) -> list[float]:
    """Milliseconds of looks at a mirror on disk; the first, which has everything to say, is among the others."""
    await asyncio.to_thread(upgrade, url)
    clock = Still()
    database = Database(url, clock)
    store, ledger = Store(database, clock), Ledger(database, clock)
    held, team = made.facts, made.facts.team
    await store.save(team, source=Source.JIRA, complete=True, issues=held.issues, sprints=held.sprints)
    await store.save(team, source=Source.BITBUCKET, complete=True, pull_requests=held.pull_requests)
    await store.save(team, source=Source.SLACK, people=held.people)
    desk = Desk(clock=clock, directives=made.directives, work=store, mind=RulesMind(), ledger=ledger, hands={})
    trigger = Trigger(team=team, reason=Reason.LOOK, at=clock.now())
    taken = [await milliseconds_of(run_cycle(trigger, desk)) for _ in range(3)]
    await database.close()
    return taken


async def milliseconds_of(work: Awaitable[object], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    await work
    return (clock() - began) * 1000


def growth(taken: dict[int, list[float]]) -> list[float]:
    """How much faster than the size the cost grows, from each size to the next: 1 is linear."""
    sizes = list(taken)
    pairs = zip(sizes, sizes[1:], strict=False)
    return [min(taken[b]) / min(taken[a]) / (b / a) for a, b in pairs]


def tell(what: str, taken: dict[int, list[float]]) -> None:
    print(f"\n{what}: {machine()}")
    ratios: Sequence[float | None] = [None, *growth(taken)]
    for (size, each), ratio in zip(taken.items(), ratios, strict=True):
        beside = f", {ratio:.2f} of linear" if ratio else ""
        print(f"  {size:5} issues: best {min(each):7.1f} ms, median {statistics.median(each):7.1f} ms{beside}")
