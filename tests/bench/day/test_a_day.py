"""B4 and B12: a working day of three hundred events, a tenth told twice and out of order, beside the plain agent.

Both hear the same deliveries over HTTP, the product at its own doors. Each event is worked off before the next comes,
as on a day that is lived through: nothing is coalesced that life would not coalesce, and every ten minutes
of company time the product may read again what has changed, as in life: whether it must, it decides. After the nine
hours of work come fifteen of night. Real time hardly passes meanwhile, and whole reads are counted in real time, so
that what they cost is added: the reading at the start stands for the one of a day on which webhooks are trusted.
"""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from aiohttp import web

from bot.sync.position import WHOLE_EVERY
from integrations.simulator.atlassian.webhooks import Delivery
from integrations.simulator.server import Simulator
from integrations.simulator.slack.workspace import Message
from tests.bench.figures import at_most, machine, record, sized, told
from tests.bench.plain.agent import NAME, PlainAgent, plain_agent, room_of
from tests.bench.plain.model import Teller
from tests.bench.points import Bills, body_of
from tests.bench.teams.hearing import POST
from tests.bench.teams.law import patient
from tests.bench.test_day_cost import EVENTS, MORNING, a_day, crowded, ten_people
from tests.contracts.blockkit import texts
from tests.integrations.claude.loopback import serving
from tests.world import REREAD, World, running

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

SEED = 20261123
REPEATED, LATE = 0.1, 0.15
"""Shares of the deliveries that come twice, and that come after the next one."""

POINTS, SHARE = 500, 0.03
"""Of Jira a day at most, and of what the plain agent takes in the nine hours of work."""

NIGHT, WHOLES_IN_DOUBT = timedelta(hours=15), timedelta(hours=24) // WHOLE_EVERY


@dataclass
class Post:
    """The way between the vendors and both agents: a tenth comes twice, some come late."""

    plain: PlainAgent
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    repeated: int = 0
    held: list[Delivery] = field(default_factory=list)

    def __call__(self, delivery: Delivery) -> Sequence[Delivery]:
        """What is sent now."""
        late, self.held = self.held, []
        if self.chance.random() < REPEATED:
            self.repeated += 1
            self.held.append(delivery)
        if self.chance.random() < LATE:
            self.held.append(delivery)
            return self._to_both(late)
        return self._to_both([delivery, *late])

    def rest(self) -> Sequence[Delivery]:
        """What is still kept back."""
        late, self.held = self.held, []
        return self._to_both(late)

    def _to_both(self, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        return [each for one in deliveries for each in self.plain.beside(one)]


@dataclass
class Beat:
    """What happens between two events of the day."""

    world: World
    plain: PlainAgent
    read: datetime

    async def __call__(self) -> None:
        await self.world.settle(60, parked=True)
        await self.plain.idle()
        if self.world.clock.now() - self.read >= REREAD:
            self.read = self.world.clock.now()
            await self.world.reconcile()


async def test_a_day_is_told_once_and_costs_jira_next_to_nothing(tmp_path: Path) -> None:
    bills, said = Bills(NAME), list[tuple[str, str]]()

    def prepare(simulator: Simulator) -> None:
        crowded(simulator)
        simulator.traffic.taps += [bills.tap, partial(heard, simulator, said)]

    async with AsyncExitStack() as stack:
        text = patient(ten_people())
        world = await stack.enter_async_context(running(tmp_path, text=text, at=MORNING, speed=0.0, prepare=prepare))
        model = await stack.enter_async_context(serving(Teller()))
        plain = await stack.enter_async_context(plain_agent(world.simulator, model.claude, text))
        post = Post(plain)
        first = bills.ours.points
        bills.anew()
        assert world.simulator.webhooks is not None
        world.simulator.webhooks.post = post
        events, _ = await a_day(world, Beat(world, plain, MORNING), questions=())
        for each in post.rest():
            world.simulator.webhooks.send(each)
        await world.settle(60, parked=True)
        await plain.idle()
        worked = bills.ours.points
        await a_night(world)
        asleep = bills.ours.points - worked
        await world.app.sync.everything(world.team.id)
        once = bills.ours.points - worked - asleep
        ours = [(room, words) for room, words in said if room != room_of(world.simulator).id]
    twice = said_twice(ours)
    plainly = said_twice([(NAME, words) for words, _, _ in plain.said])
    print(f"\na day of {events} events, {post.repeated} told twice: {machine()}")
    print(f"  product  {len(ours)} messages, {twice} said twice; Jira: {bills.ours.calls} calls, "
          f"{bills.ours.points} points, {bills.ours.size / 1000:.0f} kB; at its start {first} points")  # fmt: skip
    print(f"  plain    {len(plain.said)} messages, {plainly} said twice; Jira: {bills.theirs.calls} calls, "
          f"{bills.theirs.points} points, {bills.theirs.size / 1000:.0f} kB")  # fmt: skip
    print(f"  of 24 hours: at work {worked}, at night {asleep}; one whole read more would be {once}")
    for path, points in bills.ours.by_path.most_common():
        print(f"    {points:5} points  {path}")
    assert events >= 0.9 * sized(EVENTS) and len(ours) >= sized(10) and plainly > 0, "it could be said twice"
    whole, theirs = first + worked + asleep, bills.theirs
    doubted = whole + (WHOLES_IN_DOUBT - 1) * once
    assert all([
        record("B4", f"said twice, of {len(ours)} messages of a day", twice, at_most(0, ""), f"plain {plainly}"),
        record("B12", "Jira points of 24 hours, one whole read included", whole, at_most(POINTS, "points"),
               f"plain {theirs.points} of its 9 hours; read whole every 6 hours {doubted}"),
        record("B12", "points, ours / plain", whole / theirs.points, at_most(SHARE, "x")),
        record("B12", "bytes from Jira, ours / plain", bills.ours.size / theirs.size, told("x")),
    ])  # fmt: skip


async def a_night(world: World) -> None:
    """Nobody works; the clock goes on asking whether anything has changed."""
    for _ in range(NIGHT // REREAD):
        await world.later(REREAD)
        await world.reconcile()


def said_twice(said: Sequence[tuple[str, str]]) -> int:
    """How many messages say to the same readers what was said before."""
    return sum(count - 1 for count in Counter(said).values())


def heard(
    simulator: Simulator, said: list[tuple[str, str]], request: web.Request, body: bytes, response: web.StreamResponse
) -> None:
    """Keep where each message was posted and what it said then: later it may be edited."""
    reply = json.loads(body_of(response) or b"{}") if request.path == POST else {}
    if reply.get("ok"):
        said.append((reply["channel"], _words(simulator.workspace.messages[reply["ts"]])))


def _words(message: Message) -> str:
    """What a message says, its lengths of time and moments left out: an hour later it is the same thing."""
    said = " ".join([message.text, *texts(message.blocks)])
    return re.sub(r"\b\d+ (?:business )?(?:minute|hour|day)s?\b|\b\d+:\d\d\b", "#", said)
