"""B6: ten thousand deliveries at once, Slack's limit enforced: what is urgent is said at once, by the product.

Beside it the plain agent in the same storm, given twenty seconds; reading Jira is spared it.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from integrations.simulator.server import Simulator
from integrations.simulator.slack.api import Pacing
from models.clock import SystemClock
from tests.bench.company import AtWork, at_work
from tests.bench.figures import at_most, machine, milliseconds, percentile, record, sized
from tests.bench.intake.load import Load, Outcome
from tests.bench.intake.sending import send
from tests.bench.plain.agent import plain_agent, room_of
from tests.bench.plain.model import Teller
from tests.bench.sprint.sizes import FIRST, FIRST_ID, filled
from tests.bench.teams.hearing import Ears
from tests.bench.teams.law import patient
from tests.bench.test_day_cost import ten_people
from tests.integrations.claude.loopback import serving

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

EVENTS, ISSUES, URGENT = 10_000, 300, 40
REPEATS, SEED = 0.1, 6
EVERY = (0.05, 0.3)
"""Seconds between two urgent events, at least and at most."""

SOON, SPAN, LIMITED, RATE = 3.0, 20.0, 0.01, 1.0
"""Seconds at p99; those over which the pace is a mean; the share of 429s at most, and posts a second and channel."""

PLAIN = 20.0
"""Seconds the plain agent is given."""


async def test_what_is_urgent_is_said_at_once_in_a_storm_and_slack_is_not_flooded(tmp_path: Path) -> None:
    ears, theirs = Ears(), Ears()
    law = all_here(patient(ten_people()))
    async with at_work(
        tmp_path, f"sqlite:///{tmp_path / 'pm.db'}", text=law, prepare=partial(prepared, ears=ears)
    ) as company:
        ours, outcome = await storm(company, company.product.port)
        await company.quiet()
        simulator = company.simulator
        simulator.traffic.taps[:] = [theirs.tap]
        async with (
            serving(Teller()) as model,
            plain_agent(simulator, model.claude, law, reads=False) as plain,
        ):
            assert simulator.webhooks is not None
            simulator.webhooks.post = lambda one: plain.beside(one)[1:]
            began = time.perf_counter()
            plainly, _ = await storm(company, int(plain.url.rpartition(":")[2]), first=URGENT)
            await asyncio.sleep(max(0.0, PLAIN - (time.perf_counter() - began)))
            handled = plain.handled
    waits, silent = ears.waits(ours), len(ours.keys() - ears.first.keys())
    unsaid, room = len(plainly.keys() - theirs.first.keys()), room_of(simulator).id
    limited = ears.refused / max(1, ears.taken + ears.refused)
    print(f"\n{EVENTS} deliveries and {len(ours)} urgent ones: {machine()}")
    print(f"  accepted at {outcome.rate:.0f}/s; ours {milliseconds(waits)} to the first message, {silent} silent; "
          f"{ears.taken} posts, {ears.refused} refused, at most {ears.busiest(SPAN):.2f}/s in a channel")  # fmt: skip
    print(f"  plain: {handled} handled in {PLAIN:.0f} s, {unsaid} of {len(plainly)} unsaid; "
          f"{len(theirs.posts[room])} posts, {theirs.refused} refused")  # fmt: skip
    assert outcome.codes == {"202": len(outcome.taken)} and not outcome.failed, outcome.codes
    assert all([
        record("B6", "urgent event to the first message in a storm, p99", percentile(waits, 0.99), at_most(SOON, "s"),
               f"plain: {unsaid} of {len(plainly)} unsaid after {PLAIN:.0f} s"),
        record("B6", "urgent events nobody was told of", silent, at_most(0, "")),
        record("B6", "posts a second in the busiest channel, mean of 20 s", ears.busiest(SPAN), at_most(RATE, "/s")),
        record("B6", "share of posts that Slack refused", limited, at_most(LIMITED, ""),
               f"plain {theirs.refused / max(1, theirs.taken + theirs.refused):.2f}"),
    ])  # fmt: skip


def all_here(text: str) -> str:
    """A constitution of people who are all at work now, and read Slack."""
    return text.replace("channel: jira", "channel: dm").replace("zone: America/Los_Angeles", "zone: America/New_York")


def prepared(simulator: Simulator, ears: Ears) -> None:
    filled(simulator, ISSUES)
    simulator.slack.pacing = Pacing(SystemClock())
    simulator.traffic.taps.append(ears.tap)


async def storm(company: AtWork, port: int, first: int = 0) -> tuple[dict[str, float], Outcome]:
    """It is sent by a process of its own, and meanwhile production goes down, ticket by ticket; when each did."""
    secret, total = company.simulator.secrets.jira_webhook_secret, sized(EVENTS)
    keys = tuple(f"PAY-{FIRST + number}" for number in range(ISSUES))
    load = Load(port=port, secret=secret, count=total, name=f"storm{first}", repeats=REPEATS, keys=keys,
                first_id=FIRST_ID)  # fmt: skip
    over = asyncio.Event()
    happening = asyncio.create_task(goes_down(company.simulator, keys[1::3][first : first + URGENT], over))
    outcome = await asyncio.to_thread(send, load)
    over.set()
    happened = await happening
    await asyncio.sleep(SOON)
    return happened, outcome


async def goes_down(simulator: Simulator, keys: Sequence[str], over: asyncio.Event) -> dict[str, float]:
    """One ticket after the other says that production is down, until the storm is over."""
    chance, happened = random.Random(SEED), dict[str, float]()
    for key in keys:
        await asyncio.sleep(chance.uniform(*EVERY))
        if over.is_set():
            break
        owner = simulator.company.issues[key].assignee or ""
        happened[key] = time.perf_counter()
        simulator.company.edit(key, owner, priority="Highest", labels=("incident",))
    return happened
