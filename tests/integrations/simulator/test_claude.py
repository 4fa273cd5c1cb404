"""The company's own Claude: the product finds it by the environment it is given, and Traffic shows each call."""

from __future__ import annotations

import time

import pytest

from integrations.claude import Claude
from integrations.simulator.claude.api import Pace
from integrations.simulator.claude.brains import Scripted
from integrations.simulator.server import Simulator
from models.clock import SharedClock
from models.directives import Directives
from tests.integrations.claude.loopback import HAIKU, prompt, serving

pytestmark = pytest.mark.anyio


async def test_the_product_is_told_of_it_and_finds_it(directives: Directives, law: str, clock: SharedClock) -> None:
    simulator = Simulator(directives, law, clock, "http://127.0.0.1:9", claude=Pace())
    await simulator.start()
    told = simulator.environment()
    claude = Claude(told["ANTHROPIC_API_KEY"], told["ANTHROPIC_BASE_URL"], clock)
    try:
        thought = await claude.ask(prompt(), HAIKU)
    finally:
        await claude.close()
        await simulator.stop()
    assert thought.model == HAIKU and simulator.claude.journal.seen[0].at.date() == clock.now().date()
    assert (simulator.traffic.log[-1].service, simulator.traffic.log[-1].status) == ("claude", 200)
    assert simulator.troubles.claude is simulator.claude


@pytest.mark.parametrize("most", [400, 9_000])
async def test_it_takes_as_long_as_its_pace_says(most: int) -> None:
    async with serving(Scripted("x" * 300), pace=Pace(0.1, 0.001)) as loopback:
        began = time.perf_counter()
        thought = await loopback.claude.ask(prompt(most=most), HAIKU)
        took = time.perf_counter() - began
    assert took >= 0.1 + 0.001 * thought.usage.written * 0.9
