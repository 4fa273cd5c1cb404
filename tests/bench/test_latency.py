"""What a person waits for: a webhook that becomes a message, and the answer to ``/pm status``."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.webhooks import DEBOUNCE
from integrations.simulator.company import item
from integrations.simulator.nouns import Change
from integrations.simulator.slack.workspace import Message
from models.ids import PersonId
from tests.bench.figures import machine, milliseconds
from tests.world import CONSTITUTION, World, running

pytestmark = [pytest.mark.anyio, pytest.mark.bench]


async def test_from_a_webhook_to_the_direct_message(tmp_path: Path) -> None:
    text = CONSTITUTION.read_text(encoding="utf-8").replace(
        "\n      per_person_per_day: 1", "\n      per_person_per_day: 20"
    )
    async with running(tmp_path, text=text) as world:
        company = world.simulator.company
        open_issues = [i for i in company.active() if company.category(i) != "done" and not i.flagged]
        taken = [await told_of(world, issue.key) for issue in open_issues]
    net = [seconds - DEBOUNCE for seconds in taken]
    print(f"\nwebhook to message, {len(taken)} times: {machine()}")
    print(f"  in all       {milliseconds(taken)} (a burst is gathered for {DEBOUNCE:.1f} s first)")
    print(f"  our own part {milliseconds(net)}")
    assert min(net) < 2


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
    assert min(answers) < 3


async def told_of(world: World, key: str) -> float:
    """Somebody comments on a ticket that has been stuck for long: seconds from the change to the first message."""
    company = world.simulator.company
    issue = company.issues[key]
    owner = issue.assignee or str(world.team.member(PersonId("li")).jira)
    row = item(company, "flagged", False, True)
    long_ago = Change(company.number(), owner, world.clock.now() - timedelta(days=4), (row,))
    company.issues[key] = replace(issue, assignee=owner, flagged=True, changes=(*issue.changes, long_ago))
    began = time.perf_counter()
    company.comment(key, owner, {"type": "doc", "version": 1, "content": []})
    async with asyncio.timeout(30):
        while not any(key in said(message) for message in world.messages()):
            await asyncio.sleep(0.002)
    taken = time.perf_counter() - began
    await world.settle()
    return taken


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
