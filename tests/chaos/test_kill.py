"""kill -9 at every commit point while a team works: nothing lost, nothing twice, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.chaos.conftest import Fresh
from tests.chaos.flow import STEPS, Kill, Run, run
from tests.chaos.labels import NOT_REACHED, labels
from tests.chaos.table import Row, row

pytestmark = pytest.mark.chaos

PARALLEL = int(os.environ.get("CHAOS_PARALLEL", "4"))
"""Runs at a time: they wait more than they work."""

HITS = int(os.environ.get("CHAOS_HITS", "1"))
"""How often each point is hit on each database, at different moments of the story."""

MORE: Mapping[str, int] = {"accept": 2, "begin": 2, "claim": 3, "finish": 3, "record": 2, "settle": 2}
"""Points that stand for many kinds of work are hit more often."""

MOMENT: Mapping[str, str] = {"expired": "a_lapse"}
"""Where a label that every tick commits really changes something."""

EVENTS = 50

Passes = Mapping[str, Mapping[str, Counter[str]]]
"""By database and step: how often a run without a kill passes each point."""


@dataclass(frozen=True)
class Plan:
    """One run to make."""

    database: str
    kill: Kill


@pytest.fixture(scope="module")
def undisturbed(databases: Mapping[str, Fresh], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Run]:
    """The story without a kill: it must be right, and it says which points there are."""

    async def both() -> list[Run]:
        return await asyncio.gather(*(run(tmp_path_factory.mktemp(n), fresh()) for n, fresh in databases.items()))

    return dict(zip(databases, asyncio.run(both()), strict=True))


def test_undisturbed_fifty_events_flow_and_nothing_is_wrong(undisturbed: Mapping[str, Run], table: list[Row]) -> None:
    table += [row(name, None, each) for name, each in undisturbed.items()]
    assert {name: each.verdict for name, each in undisturbed.items()} == {name: [] for name in undisturbed}
    assert all(each.events >= EVENTS and each.repeats >= 3 for each in undisturbed.values())
    kinds = Counter(effect["kind"] for each in undisturbed.values() for effect in each.seen.effects)
    assert kinds.keys() >= {"remind_person", "comment_on_issue", "post_digest", "ask_approval", "reassign"}
    states = Counter(row["state"] for each in undisturbed.values() for row in each.seen.approvals)
    assert states.keys() >= {"approved", "rejected", "expired"}


def test_every_commit_point_is_passed_or_said_not_to_be(undisturbed: Mapping[str, Run]) -> None:
    for each in undisturbed.values():
        passed = {point.partition(":")[0] for points in each.passed.values() for point in points}
        assert passed == set(labels()) - NOT_REACHED.keys()


@pytest.mark.parametrize(
    ("label", "hit"),
    [(label, hit) for label in labels() for hit in range(max(HITS, MORE.get(label, 1)))],
)
def test_a_kill_at_this_point_loses_nothing_and_doubles_nothing(
    label: str,
    hit: int,
    undisturbed: Mapping[str, Run],
    databases: Mapping[str, Fresh],
    tmp_path: Path,
    table: list[Row],
) -> None:
    if label in NOT_REACHED:
        pytest.skip(f"{label} is not passed: {NOT_REACHED[label]}")
    plans = planned(label, hit, {name: each.passed for name, each in undisturbed.items()})
    runs = asyncio.run(made(plans, databases, tmp_path))
    table += [row(plan.database, plan.kill, each) for plan, each in zip(plans, runs, strict=True)]
    assert {str(plan): each.verdict for plan, each in zip(plans, runs, strict=True)} == {str(p): [] for p in plans}


def planned(label: str, hit: int, passes: Passes) -> list[Plan]:
    """Before and after the commit on each database, each in another step of the story."""
    plans = []
    for name, steps in passes.items():
        for moment in ("before", "after"):
            point = f"{label}:{moment}"
            there = [step.__name__ for step in STEPS if steps.get(step.__name__, Counter())[point]]
            step = MOMENT.get(label) or there[(len(plans) + 4 * hit) % len(there)]
            nth = 1 + hit * steps[step][point] // (hit + 2)
            plans.append(Plan(name, Kill(point, step, nth)))
    return plans


async def made(plans: Sequence[Plan], databases: Mapping[str, Fresh], folder: Path) -> list[Run]:
    """The runs of these plans, some at a time."""
    turn = asyncio.Semaphore(PARALLEL)

    async def one(number: int, plan: Plan) -> Run:
        async with turn:
            return await run(folder / str(number), databases[plan.database](), plan.kill)

    return await asyncio.gather(*(one(number, plan) for number, plan in enumerate(plans)))
