"""B8 and B9: what a sprint's size costs the answer to ``/pm status`` and an urgent event, beside the plain agent."""

from __future__ import annotations

import json
import re
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.simulator.claude.api import Pace
from integrations.simulator.server import Simulator
from models.thoughts import Usage
from tests.bench.figures import at_least, at_most, machine, milliseconds, percentile, record
from tests.bench.plain.agent import NAME, PlainAgent, plain_agent
from tests.bench.plain.model import Teller
from tests.bench.points import Bills
from tests.bench.sprint.sizes import FIRST, filled
from tests.bench.test_status import Ear, ask
from tests.contracts.blockkit import texts
from tests.integrations.claude.loopback import serving
from tests.promises.test_mirror_cost import without_reconciliation
from tests.world import CONSTITUTION, World, running

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

SMALL, MIDDLE, LARGE = 50, 500, 5_000
ROUNDS, ASKS = 5, 8
JIRA = 0.2
"""Seconds the simulated Jira takes for each call."""

POINTS, EVENTS = 3, 4
"""Of Jira for an urgent event at most; events of which each figure is the mean."""


@dataclass
class Stand:
    """One product with a sprint of one size, and the plain agent beside it."""

    size: int
    world: World
    plain: PlainAgent
    ear: Ear
    bills: Bills
    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)

    async def round(self) -> None:
        """Both are asked a few times."""
        for _ in range(ASKS):
            seconds, self.answer = await ask(self.world, self.ear)
            self.ours.append(seconds)
        began = time.perf_counter()
        self.said = await self.plain.status()
        self.theirs.append(time.perf_counter() - began)

    def figure_told(self) -> bool:
        """Whether the answer states how many issues the sprint really has, and how many of them are done."""
        words = re.sub(r"(?<=\d),(?=\d{3})", "", " ".join(texts(json.loads(self.answer)["blocks"])))
        company = self.world.simulator.company
        done = sum(company.category(issue) == "done" for issue in company.active())
        return bool(re.search(rf"\b{done} of {self.size}\b", words))


async def stand(stack: AsyncExitStack, folder: Path, size: int, pace: Pace | None = None) -> Stand:
    """It is up, its first look done, and Jira slow from now on."""
    ear, bills = Ear(), Bills(NAME)

    def prepare(simulator: Simulator) -> None:
        filled(simulator, size)
        simulator.traffic.taps += [ear.tap, bills.tap]

    (own := folder / str(size)).mkdir()
    law = CONSTITUTION.read_text(encoding="utf-8").replace(
        "critical_per_person_per_day: 1", "critical_per_person_per_day: 5"
    )
    world = await stack.enter_async_context(
        running(own, text=law, speed=0.0, prepare=prepare, claude=pace, patience=90.0)
    )
    model = await stack.enter_async_context(serving(Teller()))
    plain = await stack.enter_async_context(plain_agent(world.simulator, model.claude, law))
    await without_reconciliation(world)
    await world.settle(60)
    return Stand(size, world, plain, ear, bills)


async def test_the_answer_about_five_thousand_issues_is_whole_and_comes_at_once(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        small, large = [await stand(stack, tmp_path, size) for size in (SMALL, LARGE)]
        for each in (small, large):
            each.world.simulator.faults.add(r"^\w+ /jira/", times=10**6, delay=JIRA)
            each.bills.anew()
        for _ in range(ROUNDS):
            for each in (small, large):
                await each.round()
    print(f"\n/pm status, Jira at {JIRA * 1000:.0f} ms a call: {machine()}")
    for each in (small, large):
        print(
            f"  {each.size:5} issues: ours {milliseconds(each.ours)}, plain {milliseconds(each.theirs)}: {each.said!r}"
        )
    growth = percentile(large.ours, 0.5) / percentile(small.ours, 0.5)
    ratio = percentile(large.ours, 0.5) / percentile(large.theirs, 0.5)
    true = small.figure_told() and large.figure_told()
    assert not large.bills.ours.calls, "nothing was read for an answer"
    assert all([
        record("B8", "/pm status: the true total is told, 50 and 5,000 issues", float(true), at_least(1, ""),
               f"plain says {large.said!r}"),
        record("B8", "its time at 5,000 issues / at 50, p50", growth, at_most(2, "x")),
        record("B8", "its time at 5,000 issues, ours / plain, p50", ratio, at_most(0.3, "x"),
               f"ours {percentile(large.ours, 0.5) * 1000:.0f} ms"),
    ])  # fmt: skip


async def test_an_urgent_event_costs_the_same_in_a_sprint_of_any_size(tmp_path: Path) -> None:
    points: dict[int, float] = {}
    tokens: dict[int, float] = {}
    plainly: dict[int, tuple[float, float]] = {}
    for size in (SMALL, MIDDLE, LARGE):
        async with AsyncExitStack() as stack:
            each = await stand(stack, tmp_path, size, Pace())
            points[size], tokens[size] = await urgent_events(each)
            seen = each.bills.theirs.points / EVENTS
            plainly[size] = seen, statistics.mean(map(_read, each.plain.used))
    print(f"\nan urgent event, mean of {EVENTS}: {machine()}")
    for size, (seen, read) in plainly.items():
        print(f"  {size:5} issues: ours {points[size]:.1f} points, {tokens[size]:.0f} tokens in; "
              f"plain {seen:.0f} points, {read:.0f} tokens in")  # fmt: skip
    assert tokens[SMALL] > 0, "a model was asked"
    assert all([
        record("B9", "Jira points of an urgent event, the most of 50, 500 and 5,000 issues", max(points.values()),
               at_most(POINTS, "points"), f"plain {plainly[SMALL][0]:.0f} to {plainly[LARGE][0]:.0f}"),
        record("B9", "tokens in at 5,000 issues, ours / plain", tokens[LARGE] / plainly[LARGE][1], at_most(0.1, "x")),
        record("B9", "tokens in, 5,000 issues / 50", tokens[LARGE] / tokens[SMALL], at_most(1.3, "x")),
    ])  # fmt: skip


async def urgent_events(each: Stand) -> tuple[float, float]:
    """Several say that production is down, an hour apart; mean points of Jira and tokens of a model for each."""
    world, claude = each.world, each.world.simulator.claude
    world.simulator.faults.clear()
    each.bills.anew()
    claude.journal.clear()
    assert world.simulator.webhooks is not None
    world.simulator.webhooks.post = each.plain.beside
    for number in range(EVENTS):
        world.clock.advance(timedelta(minutes=61))
        key = f"PAY-{FIRST + 3 * number + 1}"
        await without_reconciliation(world)
        world.simulator.company.edit(key, world.owner_of(key) or "", priority="Highest", labels=("incident",))
        await world.settle(60, parked=True)
        await each.plain.idle()
        assert any(key in message.text + json.dumps(message.blocks) for message in world.messages()), key
    read = sum(claude.journal.totals.get(f"{kind}_tokens", 0) for kind in INPUTS)
    return each.bills.ours.points / EVENTS, read / EVENTS


INPUTS = ("input", "cache_creation_input", "cache_read_input")


def _read(used: Usage) -> int:
    return used.read + used.cached + used.kept + used.kept_long
