"""The whole way with a model: the real SDK asks the simulated Claude, and its approver reads what it makes of it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from integrations.simulator.claude.api import Pace
from integrations.simulator.server import Simulator
from models.tables.looks import cycles
from planner.reasoning.reply import SCHEMA
from tests.world import World, running

pytestmark = pytest.mark.anyio


async def plans(world: World) -> list[dict[str, object]]:
    bodies = world.simulator.claude.journal.bodies
    return [
        dict(body) for body in bodies if (body.get("output_config") or {}).get("format", {}).get("schema") == SCHEMA
    ]


async def thought_by(world: World) -> list[tuple[str, float]]:
    wanted = select(cycles.c.thought_by, cycles.c.cost_usd).order_by(cycles.c.at)
    rows = await world.app.database.read(lambda c: c.execute(wanted).all())
    return [(row.thought_by, row.cost_usd) for row in rows]


async def test_an_approver_reads_what_the_model_makes_of_it_and_what_it_cost_is_on_the_look(tmp_path: Path) -> None:
    async with running(tmp_path, claude=Pace()) as world:
        first = await plans(world)
        key = world.lose_an_owner()
        await world.later(timedelta(hours=2))
        asked = await plans(world)
        card = next(m for m in world.direct_messages("dana") if key in m.text and "approve" in str(m.blocks))
        assert "*What I make of it, as of " in str(card.blocks) and f":* {key} is " in str(card.blocks)
        assert (len(first), len(asked)) == (1, 2)
        assert asked[0]["system"] == asked[1]["system"]
        thinking = [(by, cost > 0) for by, cost in await thought_by(world) if by != "rules"]
        assert thinking == [("claude-sonnet-5-5", True)] * 2
        await world.later(timedelta(hours=2))
        assert await plans(world) == asked, "nothing new was found, so nobody was asked"


async def test_with_no_credit_the_same_is_asked_by_rules_alone_and_the_look_says_so(tmp_path: Path) -> None:
    def broke(simulator: Simulator) -> None:
        simulator.claude.modes.add("no_credit", 99)

    async with running(tmp_path, claude=Pace(), prepare=broke) as world:
        key = world.lose_an_owner()
        await world.later(timedelta(hours=2))
        card = next(m for m in world.direct_messages("dana") if key in m.text and "approve" in str(m.blocks))
        assert "What I make of it" not in str(card.blocks)
        assert {by for by, _ in await thought_by(world)} == {"rules", "rules: rejected"}
