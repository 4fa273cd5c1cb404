"""What a person waits for: a webhook that becomes a message, and the answer to ``/pm status``."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.webhooks import DEBOUNCE
from integrations.simulator.company import item
from integrations.simulator.nouns import Change
from integrations.simulator.slack.workspace import Message
from models.ids import PersonId
from tests.bench.company import talkative
from tests.bench.figures import at_most, machine, milliseconds, percentile, record
from tests.world import World, running

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

ROUNDS = 5
LEAST = 10
"""Messages that must have come, over all rounds."""

EACH = 2
"""Tickets of one person that get stuck: one hears of no more than five a day."""


MESSAGE, STATUS, CLICK = 150.0, 300.0, 1000.0
"""Milliseconds at p50: from a webhook to its message without debounce, to the answer of a command, of a press."""

LATE = 100.0
"""Milliseconds at p99 from a webhook to its message."""


async def test_from_a_webhook_to_the_direct_message(tmp_path: Path) -> None:
    taken = list[float]()
    for number in range(ROUNDS):
        (folder := tmp_path / str(number)).mkdir()
        async with running(folder, text=talkative(), equip=at_once) as world:
            taken += await a_day(world)
    assert len(taken) >= LEAST, "of too few tickets anything was said"
    half, most = 1000 * percentile(taken, 0.5), 1000 * percentile(taken, 0.99)
    print(f"\nwebhook to message without its debounce of {DEBOUNCE:.1f} s, {len(taken)} times: {machine()}")
    print(f"  {milliseconds(taken)}")
    record("B5", f"webhook to Slack message, p99 of {len(taken)}", most, at_most(LATE, "ms"))
    assert record("B5", "webhook to Slack message, debounce 0, no model, p50", half, at_most(MESSAGE, "ms"))


async def test_from_a_press_to_what_it_does(tmp_path: Path) -> None:
    taken = list[float]()
    for number in range(ROUNDS):
        (folder := tmp_path / str(number)).mkdir()
        async with running(folder) as world:
            key = world.lose_an_owner()
            await world.settle()
            await world.later(timedelta(minutes=20))
            [card] = world.direct_messages("dana")
            began = time.perf_counter()
            pressing = asyncio.create_task(world.click("dana", card, "approve"))
            async with asyncio.timeout(20):
                while world.owner_of(key) is None:
                    await asyncio.sleep(0.002)
            taken.append(time.perf_counter() - began)
            await pressing
    print(f"\nfrom *Approve* to the change in Jira: {milliseconds(taken)}; {machine()}")
    assert record("issue", "click to its effect in Jira, p50", 1000 * percentile(taken, 0.5), at_most(CLICK, "ms"))


async def test_the_answer_to_status(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        acks, answers = [], []
        for _ in range(40):
            ack, answer = await ask(world)
            acks.append(ack)
            answers.append(answer)
    print(f"\n/pm status: {machine()}")
    print(f"  acknowledged {milliseconds(acks)}")
    print(f"  answered     {milliseconds(answers)}")
    half = 1000 * percentile(answers, 0.5)
    assert record("issue", "/pm status of the demo's sprint, p50", half, at_most(STATUS, "ms"))


def at_once(app: App) -> None:
    app.debounce = 0.0


async def a_day(world: World) -> list[float]:
    """One ticket after the other gets stuck, a few of each person's; those nothing was said of yet."""
    company, heard, taken = world.simulator.company, Counter[str](), list[float]()
    for issue in [i for i in company.active() if company.category(i) != "done" and not i.flagged and i.assignee]:
        known = any(issue.key in said(message) for message in world.messages())
        heard[str(issue.assignee)] += not known
        if not known and heard[str(issue.assignee)] <= EACH:
            taken += await told_of(world, issue.key)
    return taken


async def told_of(world: World, key: str) -> list[float]:
    """Somebody comments on a ticket that has been stuck for long: seconds from the change to the first message.

    Nothing where nothing is said: its owner hears of it in the next digest, with what else there is.
    """
    company = world.simulator.company
    issue = company.issues[key]
    owner = issue.assignee or str(world.team.member(PersonId("li")).jira)
    row = item(company, "flagged", False, True)
    long_ago = Change(company.number(), owner, world.clock.now() - timedelta(days=4), (row,))
    company.issues[key] = replace(issue, assignee=owner, flagged=True, changes=(*issue.changes, long_ago))
    began = time.perf_counter()
    company.comment(key, owner, {"type": "doc", "version": 1, "content": []})
    quiet = asyncio.create_task(world.settle())
    while not any(key in said(message) for message in world.messages()):
        if quiet.done():
            return []
        await asyncio.sleep(0.002)
    taken = time.perf_counter() - began
    await quiet
    return [taken]


def said(message: Message) -> str:
    """Everything a message says."""
    return message.text + json.dumps(message.blocks)


async def ask(world: World) -> tuple[float, float]:
    """Seconds until the command was acknowledged, and until its answer was there."""
    workspace, user = world.simulator.workspace, world.slack_id("dana")
    channel = next(c.id for c in workspace.channels.values() if c.name == world.team.channels["team"])
    before = sum(m.only_for == user and bool(m.blocks) for m in workspace.messages.values())
    began = time.perf_counter()
    await world.simulator.slack_out.command(user, channel, "/pm", "status sprint 24")
    ack = time.perf_counter() - began
    async with asyncio.timeout(20):
        while sum(m.only_for == user and bool(m.blocks) for m in workspace.messages.values()) == before:
            await asyncio.sleep(0.002)
    return ack, time.perf_counter() - began
