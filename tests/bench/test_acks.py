"""What Slack hears at once while everybody who works is stuck: commands, clicks and filled-in windows, both ways."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from integrations.simulator.server import Simulator
from integrations.simulator.slack.wire import Answered
from models.tables.queue import jobs
from tests.bench.figures import at_most, machine, milliseconds, percentile, record
from tests.world import World, running

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

STUCK, ROUNDS, ASKS = 20, 3, 40
"""Questions whose answers hang, rounds, and requests of each kind in a round."""

AT_ONCE = 4
"""Requests on their way at the same time."""

MOST = 0.5
"""Seconds at p99, in the best of the rounds."""

HANGS = 9.0
"""Seconds the stalled vendor says nothing: longer than a round takes."""


@dataclass
class Transport:
    """One running product, and what was measured of it, round by round."""

    name: str
    world: World
    taken: list[dict[str, list[float]]] = field(default_factory=list)

    @property
    def best(self) -> float:
        """The p99 of the best round, all kinds together."""
        return min(percentile([s for each in one.values() for s in each], 0.99) for one in self.taken)


def over_socket(simulator: Simulator) -> None:
    simulator.slack_out.socket = simulator.slack_socket


TRANSPORTS: dict[str, Callable[[Simulator], None]] = {"HTTP": lambda simulator: None, "Socket Mode": over_socket}


async def test_everything_is_acknowledged_at_once_while_twenty_handlers_are_stuck(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        transports = []
        for number, (name, prepare) in enumerate(TRANSPORTS.items()):
            (folder := tmp_path / str(number)).mkdir()
            world = await stack.enter_async_context(running(folder, prepare=prepare))
            transports.append(Transport(name, world))
        floors = []
        for _ in range(ROUNDS):
            for transport in transports:
                await get_stuck(transport.world)
                transport.taken.append(await one_round(transport.world))
                assert await stuck(transport.world) >= STUCK, "nobody was free meanwhile"
                await let_go(transport.world)
            floors.append(await floor(transports[0].world))
    told(transports, floors)
    late, ours = percentile(min(floors, key=partial(percentile, share=0.99)), 0.99), at_most(1000 * MOST, "ms")
    beside = f"floor GET /health {1000 * late:.1f} ms"
    what = "acknowledged while twenty handlers are stuck, p99"
    assert all([record("issue", f"{what}, {each.name}", 1000 * each.best, ours, beside) for each in transports])


async def get_stuck(world: World) -> None:
    """Twenty questions of everybody, whose answers hang at the vendor."""
    world.simulator.faults.add(r"POST /slack/response", times=STUCK, delay=HANGS)
    for number in range(STUCK):
        answered = await command(world, number)
        assert answered.ok
    async with asyncio.timeout(5):
        while await running_jobs(world) < 4:
            await asyncio.sleep(0.05)


async def let_go(world: World) -> None:
    world.simulator.faults.clear()
    await world.settle(120, parked=True)


async def one_round(world: World) -> dict[str, list[float]]:
    """Seconds until each was acknowledged, by kind, all kinds mixed."""
    taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
    turn = asyncio.Semaphore(AT_ONCE)

    async def timed(kind: str, number: int) -> None:
        async with turn:
            began = time.perf_counter()
            answered = await KINDS[kind](world, number)
            taken[kind].append(time.perf_counter() - began)
            assert answered.ok, (kind, answered)

    await asyncio.gather(*(timed(kind, number) for number in range(ASKS) for kind in KINDS))
    return taken


async def command(world: World, number: int) -> Answered:
    user, channel = people(world)[number % len(people(world))], team_channel(world)
    return await world.simulator.slack_out.command(user, channel, "/pm", "status")


async def click(world: World, number: int) -> Answered:
    """*Why?* under a message of the product's."""
    out, user = world.simulator.slack_out, people(world)[number % len(people(world))]
    action = {"action_id": "why", "block_id": "b", "type": "button", "value": "0f1e2d3c4b5a69788796"}
    where = {"type": "message", "message_ts": "1.1", "channel_id": team_channel(world), "is_ephemeral": False}
    payload = {**out.sender(user, "block_actions"), "container": where, "actions": [action]}
    return await out.interact({**payload, "response_url": out.answer_at(team_channel(world), user)}, "click why")


async def filled_in(world: World, number: int) -> Answered:
    """A window nobody knows any more: it is kept and acknowledged as every other."""
    out, user = world.simulator.slack_out, people(world)[number % len(people(world))]
    view = {"id": f"V{number}", "type": "modal", "callback_id": "bench", "private_metadata": "{}", "blocks": []}
    sent = {**out.sender(user, "view_submission"), "view": {**view, "state": {"values": {}}}, "response_urls": []}
    return await out.interact(sent, "submit")


KINDS: dict[str, Callable[[World, int], Awaitable[Answered]]] = {
    "command": command,
    "click": click,
    "window": filled_in,
}


def people(world: World) -> list[str]:
    return [str(member.slack) for member in world.team.members]


def team_channel(world: World) -> str:
    rooms = world.simulator.workspace.channels.values()
    return next(room.id for room in rooms if room.name == world.team.channels["team"])


async def running_jobs(world: World) -> int:
    return await count(world, "running")


async def stuck(world: World) -> int:
    """Questions that nobody has answered yet."""
    return await count(world, "running") + await count(world, "waiting")


async def count(world: World, state: str) -> int:
    query = select(func.count(jobs.c.id)).where(jobs.c.kind == "answer", jobs.c.state == state)
    return int(await world.app.database.read(lambda c: c.execute(query).scalar_one()))


async def floor(world: World) -> list[float]:
    """Seconds of a request to the same server that does nothing."""
    taken = []
    async with aiohttp.ClientSession() as session:
        for _ in range(3 * ASKS):
            began = time.perf_counter()
            async with session.get(f"http://127.0.0.1:{world.settings.port}/health") as answer:
                assert answer.status == 200
            taken.append(time.perf_counter() - began)
    return taken


def told(transports: list[Transport], floors: list[list[float]]) -> None:
    print(f"\nacknowledged while {STUCK} handlers are stuck, best of {ROUNDS} rounds: {machine()}")
    best_floor = min(floors, key=partial(percentile, share=0.99))
    print(f"  floor: GET /health      {milliseconds(best_floor)}")
    for transport in transports:
        best = min(transport.taken, key=lambda one: percentile([s for each in one.values() for s in each], 0.99))
        for kind, seconds in best.items():
            print(f"  {transport.name:11} {kind:9}   {milliseconds(seconds)}")
        ratio = transport.best / percentile(best_floor, 0.99)
        print(f"  {transport.name:11} all         p99 {transport.best * 1000:.1f} ms, {ratio:.1f} times the floor")
