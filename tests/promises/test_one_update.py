"""R20: whatever happens to a ticket in two minutes, its message is edited at most once and no other one is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from integrations.simulator.server import Simulator
from integrations.simulator.traffic import Exchange
from tests.stories.scene import Scene, empty, plant
from tests.world import in_memory, running

pytestmark = pytest.mark.anyio

TUESDAY = datetime.fromisoformat("2026-11-17T10:00:00-05:00")
TRANSITIONS = 120


async def test_a_hundred_and_twenty_transitions_in_two_minutes_are_one_update(tmp_path: Path) -> None:
    tickets: dict[str, str] = {}
    calls: list[str] = []

    def prepare(simulator: Simulator) -> None:
        empty(simulator)
        li = next(str(m.jira) for m in simulator.directives.teams[0].members if m.id == "li")
        plant(simulator, tickets, "Refund page", li)
        simulator.traffic.listeners.append(note)

    def note(exchange: Exchange) -> None:
        calls.extend(word for word in ("chat.update", "chat.postMessage") if exchange.path.endswith(word))

    with in_memory(tmp_path) as folder:
        async with running(folder, at=TUESDAY, speed=0.0, prepare=prepare) as world:
            scene = Scene(world, tickets)
            company, key, li = world.simulator.company, tickets["Refund page"], scene.account("Li")
            company.edit(key, li, flagged=True)
            await scene.settle()
            await scene.pass_working_time(timedelta(hours=9))
            assert len(scene.told("Li")) == 1
            calls.clear()
            for number in range(TRANSITIONS):
                company.edit(key, li, flagged=bool(number % 2))
                world.clock.advance(timedelta(seconds=1))
            await scene.settle()
            await scene.pass_time(timedelta(minutes=10))
            assert calls == ["chat.update"]
            [message] = scene.told("Li")
            assert "Nothing to do." in message.text
