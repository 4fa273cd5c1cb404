"""``/pm status`` for a sprint of 500 issues: door, inbox, worker, answer, from the mirror and from nowhere else."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from aiohttp import web

from integrations.simulator.server import Simulator
from tests.bench.figures import at_most, machine, milliseconds, percentile, record
from tests.contracts.blockkit import texts
from tests.promises.test_mirror_cost import ISSUES, Meter, crowd, without_reconciliation
from tests.world import World, running

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

ROUNDS, ASKS = 3, 25
MOST = 0.3
"""Seconds at p50, in the best of the rounds."""


class Ear:
    """Hears what arrives at a response_url, and when."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    def tap(self, request: web.Request, body: bytes, response: web.StreamResponse) -> None:
        if request.path.startswith("/slack/response"):
            self.said.put_nowait((time.perf_counter(), body))


async def test_the_answer_for_five_hundred_issues_comes_from_the_mirror_at_once(tmp_path: Path) -> None:
    meter, ear = Meter(), Ear()

    def prepare(simulator: Simulator) -> None:
        crowd(simulator)
        simulator.traffic.listeners.append(meter.note)
        simulator.traffic.taps.append(ear.tap)

    async with running(tmp_path, speed=0.0, prepare=prepare) as world:
        await without_reconciliation(world)
        await world.settle()
        meter.read()
        rounds, answer = [], b""
        for _ in range(ROUNDS):
            taken = []
            for _ in range(ASKS):
                seconds, answer = await ask(world, ear)
                taken.append(seconds)
            rounds.append(taken)
        upstream = meter.read()
    best = min(rounds, key=lambda taken: percentile(taken, 0.5))
    told(best, answer, sum(upstream.values()))
    assert not upstream, "fresh facts are not read again"
    half = 1000 * percentile(best, 0.5)
    assert record("issue", f"/pm status at {ISSUES} issues, p50", half, at_most(1000 * MOST, "ms"))


async def ask(world: World, ear: Ear) -> tuple[float, bytes]:
    """Seconds from the command to its answer, and the answer."""
    workspace, user = world.simulator.workspace, world.slack_id("dana")
    channel = next(c.id for c in workspace.channels.values() if c.name == world.team.channels["team"])
    began = time.perf_counter()
    await world.simulator.slack_out.command(user, channel, "/pm", "status")
    async with asyncio.timeout(20):
        arrived, body = await ear.said.get()
    return arrived - began, body


def told(best: list[float], answer: bytes, upstream: int) -> None:
    blocks = json.loads(answer)["blocks"]
    size = sum(map(len, texts(blocks)))
    print(f"\n/pm status of {ISSUES} issues, best of {ROUNDS} rounds: {machine()}")
    print(f"  answered  {milliseconds(best)}; {upstream} calls to Jira and Bitbucket")
    print(f"  message   {len(blocks)} blocks, {size} characters, {len(answer)} bytes")
