"""kill -9 at every commit point while a team works: nothing lost, nothing twice, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
import os
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bot.chaos.campaign import sweep
from bot.chaos.kills import Kill, planned, shuffled
from bot.chaos.labels import NOT_REACHED, labels, reached
from bot.chaos.places import Place
from bot.chaos.play import Run, run
from tests.chaos.budget import Budget
from tests.chaos.conftest import DATABASES
from tests.chaos.memory import Memory

pytestmark = pytest.mark.chaos

PARALLEL = int(os.environ.get("CHAOS_PARALLEL", "4"))
"""Stories at a time: they wait more than they work."""

HITS = int(os.environ.get("CHAOS_HITS", "1"))
"""How often each point is hit on each database, at different moments of the story."""

EVENTS = 60


@pytest.fixture(scope="module")
def undisturbed(
    places: Mapping[str, Place], memory: Memory, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Run]:
    """The story without a kill: it must be right, and it says which points there are."""

    async def both() -> list[Run]:
        return await asyncio.gather(*(run(tmp_path_factory.mktemp(n), place.fresh()) for n, place in places.items()))

    runs = dict(zip(places, asyncio.run(both()), strict=True))
    for name, each in runs.items():
        if not memory.done(name, "undisturbed"):
            memory.note(name, each, "undisturbed")
        wanted = planned(reached(), HITS, each.passed)
        memory.wanted(name, len({kill.point for kill in wanted}), len(memory.left(name, wanted)))
    return runs


def test_undisturbed_the_events_flow_and_nothing_is_wrong(undisturbed: Mapping[str, Run]) -> None:
    assert {name: each.verdict for name, each in undisturbed.items()} == {name: [] for name in undisturbed}
    assert all(each.events >= EVENTS and each.repeats >= 3 for each in undisturbed.values())
    assert all(each.seen.posted for each in undisturbed.values())
    kinds = Counter(effect["kind"] for each in undisturbed.values() for effect in each.seen.effects)
    assert kinds.keys() >= {"remind_person", "comment_on_issue", "post_digest", "ask_approval", "reassign"}
    states = Counter(row["state"] for each in undisturbed.values() for row in each.seen.approvals)
    assert states.keys() >= {"approved", "rejected", "expired", "superseded"}


def test_every_commit_point_is_passed_or_said_not_to_be(undisturbed: Mapping[str, Run]) -> None:
    for name, each in undisturbed.items():
        passed = {point.partition(":")[0] for points in each.passed.values() for point in points}
        assert set(reached()) - passed == set(), name
    assert NOT_REACHED.keys() <= set(labels())


@pytest.mark.parametrize("database", DATABASES)
def test_a_kill_at_any_commit_point_loses_nothing_and_doubles_nothing(
    database: str,
    undisturbed: Mapping[str, Run],
    places: Mapping[str, Place],
    memory: Memory,
    budget: Budget,
    tmp_path: Path,
) -> None:
    passes, place, numbers = undisturbed[database].passed, places[database], itertools.count(1)
    wrong = list[str]()

    async def play(kills: Sequence[Kill]) -> Run:
        url = await asyncio.to_thread(place.fresh)
        done = await run(tmp_path / str(next(numbers)), url, kills)
        await asyncio.to_thread(place.drop, url)
        memory.note(database, done)
        wrong.extend(f"{words} after {', '.join(map(str, done.killed))}: {done.log}" for words in done.verdict)
        budget.took(done.seconds)
        left = len(memory.left(database, wanted))
        memory.wanted(database, points, left)
        so_far, story = f"{len(wanted) - left} of {len(wanted)} kills", f"{len(done.killed)} in {done.seconds:.0f} s"
        print(f"{database}: {so_far}, {budget}; {story}", flush=True)
        return done

    wanted = planned(reached(), HITS, passes)
    points = len({kill.point for kill in wanted})
    drawn = shuffled(memory.left(database, wanted), random.Random(database))
    never = asyncio.run(sweep(drawn, passes, play, parallel=PARALLEL, over=budget.spent))
    assert wrong == []
    assert memory.figures(database).violations == [], "in an earlier run of this source, which was interrupted"
    if budget.spent() and memory.left(database, wanted):
        budget.stop(_left_of(memory, undisturbed))
    assert never == []


def _left_of(memory: Memory, undisturbed: Mapping[str, Run]) -> str:
    """How far it came on each database."""
    told = list[str]()
    for name, each in undisturbed.items():
        wanted = planned(reached(), HITS, each.passed)
        left = memory.left(name, wanted)
        points = len({kill.point for kill in left})
        told.append(f"{name}: {len(wanted) - len(left)} of {len(wanted)} kills, {points} commit points left")
    return "; ".join(told)
