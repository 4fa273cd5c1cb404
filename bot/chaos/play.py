"""One telling of the story: company, wire and product are made, the product dies as told, what is left is checked."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.chaos.checker import violations
from bot.chaos.kills import Kill
from bot.chaos.looking_back import look_back
from bot.chaos.people import LOOK, PATIENCE, Flow, Missed
from bot.chaos.product import Orders, Passed, Product, environment
from bot.chaos.seen import Seen
from bot.chaos.story import STEPS, Step
from bot.chaos.wire import Wire
from integrations.simulator.server import Simulator
from models.clock import SharedClock
from models.directives_file import parse

CONSTITUTION = Path(__file__).with_name("story.yaml")
"""Of the company the story is about; nobody's own directives.yaml is read."""

MORNING = datetime.fromisoformat("2026-11-17T09:25:00-05:00")
"""A Tuesday of the constitution's team, five minutes before its digest."""

LONGEST = 4
"""Times its patience after which a step is given up."""

MORE = 12.0
"""Seconds of patience more for each death in a step: a lease must end and a process start."""

QUICK = (0.3,) * 100
"""Seconds between a vendor's tries here: real ones wait for minutes."""

Disturb = Callable[[Flow], Coroutine[Any, Any, None]]
"""Goes on beside the story until it is over."""


@dataclass
class Run:
    """What a run came to."""

    seen: Seen
    kills: Sequence[Kill]
    killed: frozenset[Kill]
    """Those that happened."""
    troubles: list[str]
    seconds: float
    passed: Mapping[str, Counter[str]]
    repeats: int
    log: Path

    @property
    def events(self) -> int:
        """Different deliveries that reached the product's doors."""
        return len(self.seen.deliveries)

    @property
    def sent(self) -> int:
        """Effects the product says were sent."""
        return sum(effect["state"] == "sent" for effect in self.seen.effects)

    @property
    def verdict(self) -> list[str]:
        """Everything that is wrong; empty is good."""
        return [*self.troubles, *violations(self.seen)]

    @property
    def missed(self) -> list[Kill]:
        """Kills whose moment did not come: nothing is known of them."""
        return [kill for kill in self.kills if kill not in self.killed]


async def run(
    folder: Path,
    database: str,
    kills: Sequence[Kill] = (),
    *,
    steps: Sequence[Step] = STEPS,
    disturb: Disturb | None = None,
    patience: float = PATIENCE,
    shell: Mapping[str, str] | None = None,
) -> Run:
    """The story once; the product dies at ``kills``, and ``disturb`` goes on beside it.

    ``database`` is an empty one of this version; ``shell`` what the product is given of the user's own environment.
    """
    orders, done = Orders(folder / "orders.txt"), set[Kill]()
    async with _flow(folder, database, orders, shell) as flow:
        began = flow.clock.monotonic()
        beside = asyncio.create_task(disturb(flow)) if disturb else None
        try:
            for step in steps:
                mine = [kill for kill in kills if kill.step == step.__name__]
                flow.patience = patience + MORE * len(mine)
                done |= await _step(flow, step, mine, orders)
            await _end(beside)
            await flow.quiet()
        except (Missed, TimeoutError) as missed:
            flow.troubles.append(str(missed) or "not done in time")
        finally:
            await _end(beside)
    return Run(
        seen=await asyncio.to_thread(look_back, flow),
        kills=kills,
        killed=frozenset(done),
        troubles=flow.troubles,
        seconds=flow.clock.monotonic() - began,
        passed=flow.passed.read(),
        repeats=flow.wire.repeats,
        log=flow.product.log,
    )


async def _step(flow: Flow, step: Step, kills: Sequence[Kill], orders: Orders) -> set[Kill]:
    """One step of the story, and which of its kills happened. Raises ``Missed``."""
    flow.passed.enter(step.__name__)
    done = set[Kill]()
    deaths = asyncio.create_task(_deaths(kills, orders, done))
    try:
        async with asyncio.timeout(LONGEST * flow.patience):
            await step(flow)
    except TimeoutError:
        raise Missed(f"{step.__name__} was not over within {LONGEST * flow.patience:.0f} s") from None
    except Missed as missed:
        raise Missed(f"{step.__name__}: {missed}") from None
    finally:
        await _end(deaths)
        done |= {kill for kill in kills if orders.done(kill.point)}
        orders.withdraw()
    return done


async def _deaths(kills: Sequence[Kill], orders: Orders, done: set[Kill]) -> None:
    """Order them one after the other, each when the one before has happened."""
    for kill in kills:
        orders.give(kill.point, kill.nth)
        while not orders.done(kill.point):  # noqa: ASYNC110 - another process writes that file
            await asyncio.sleep(LOOK)
        done.add(kill)


async def _end(task: asyncio.Task[None] | None) -> None:
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def _flow(folder: Path, database: str, orders: Orders, shell: Mapping[str, str] | None) -> AsyncIterator[Flow]:
    constitution, clock = _set_up(folder)
    orders.withdraw()
    text = constitution.read_text(encoding="utf-8")
    wire = Wire(f"http://127.0.0.1:{(port := free_port())}")
    await wire.start()
    law = parse(text, CONSTITUTION.name)
    simulator = Simulator(law, text, clock, wire.url, pacing=False, webhook_waits=QUICK, event_retries=QUICK)
    await simulator.start()
    variables = environment(folder, constitution, port, database, simulator.environment(), shell)
    product = Product(folder, port, variables | {"CHAOS_ORDERS": str(orders.file)})
    flow = Flow(folder, clock, simulator, wire, product, Passed(folder / "trace.txt"), database)
    flow.listen()
    flow.passed.enter("before")
    try:
        await product.start()
        yield flow
    finally:
        await product.stop()
        await simulator.stop()
        await wire.stop()


def _set_up(folder: Path) -> tuple[Path, SharedClock]:
    """The run's own constitution and clock."""
    folder.mkdir(parents=True, exist_ok=True)
    constitution = folder / "directives.yaml"
    constitution.write_text(CONSTITUTION.read_text(encoding="utf-8"), encoding="utf-8")
    clock = SharedClock(folder / "clock.json")
    clock.set(MORNING, 1.0)
    return constitution, clock


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
