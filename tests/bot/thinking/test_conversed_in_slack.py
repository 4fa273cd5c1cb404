"""A question no rule understands, all the way: Slack, the real SDK, the simulated Claude, and an answer of facts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from integrations.simulator.claude.api import Pace
from integrations.simulator.claude.brains import Asked, Said, Scripted, Wish
from integrations.simulator.slack.workspace import Message
from models.tables.costs import model_calls
from models.tables.outbox import audit
from models.work import Progress
from tests.world import World, running

pytestmark = pytest.mark.anyio


def answers(world: World, thread: str) -> list[Message]:
    return world.messages(lambda m: m.thread == thread and m.user == world.simulator.workspace.bot)


async def rows(world: World, wanted: Any) -> list[Any]:
    return list(await world.app.database.read(lambda c: c.execute(wanted).all()))


async def say(world: World, words: str, person: str = "li") -> list[Message]:
    slack, out = world.simulator.workspace, world.simulator.slack_out
    room = next(c.id for c in slack.channels.values() if c.name == "engineering")
    asked = out.say(world.slack_id(person), room, f"<@{slack.bot}> {words}")
    await world.settle()
    return answers(world, asked.ts)


async def test_what_no_rule_understands_is_answered_from_facts_and_a_change_is_only_asked_for(tmp_path: Path) -> None:
    async with running(tmp_path, claude=Pace()) as world:
        held = (await world.app.store.facts_about(world.team.id)).issues
        issue = next(i for i in held if i.assignee and i.progress is Progress.DOING)
        key, other = issue.key, next(m.id for m in world.team.members if m.jira != issue.assignee and m.id != "dana")
        [said] = await say(world, f"honestly I have a strange feeling regarding {key}, don't you?")
        assert [b["title"] for b in said.blocks if b["type"] == "task_card"] == [f"Looking at {key}"]
        assert not said.streaming and f"{key} is in status" in str(said.blocks)
        assert "*What I make of it:*" in str(said.blocks) and "Sources: " in str(said.blocks)
        assert "verdict" in str(said.blocks)
        bills = await rows(world, select(model_calls.c.asker, model_calls.c.size, model_calls.c.state))
        assert [(b.asker, b.state) for b in bills if b.asker] == [("li", "settled")] * 2

        [routed] = await say(world, "everything feels like an impediment lately")
        assert "blocked" in routed.text and "Sources: " not in str(routed.blocks)

        def evil(asked: Asked) -> Said:
            return Said(calls=(Wish("propose", {"change": "assign", "ticket": key, "to": other}),))

        honest, before = world.simulator.claude.brain, world.owner_of(key)
        world.simulator.claude.brain = Scripted(evil, otherwise=honest)
        [unasked] = await say(world, f"honestly {key} would be in better hands if you let me know, please", "dana")
        assert not [m for m in world.direct_messages("dana") if "A model understood" in str(m.blocks)], unasked.text
        world.simulator.claude.brain = Scripted(evil, evil, otherwise=honest)
        [back] = await say(world, f"honestly, what about giving {key} to {other}?", "dana")
        assert "Do you want this: " in back.text and f"assign {key} to {other}" in str(back.blocks)
        [asked] = await say(world, f"honestly it is stuck there, could you hand {key} over to {other}?", "dana")
        assert world.owner_of(key) == before
        assert "Confirm it on the card" in asked.text
        [card] = [m for m in world.direct_messages("dana") if "approve" in str(m.blocks) and str(key) in m.text]
        assert "Dana Whitfield asked for it. A model understood it from these words" in str(card.blocks)

        world.simulator.claude.modes.add("no_credit", 9)
        [today] = await say(world, "which way is the wind blowing us, honestly?")
        assert today.text.startswith("I don't know, because I did not understand “which way is the wind blowing")
        assert "Claude does not take questions just now" in today.text
        kept = await rows(world, select(audit.c.who, audit.c.detail).where(audit.c.what == "conversed"))
        assert [json.dumps(row.detail).split(",")[0].strip('"') for row in kept] == [
            "TalkReply",
            "AskBlockers",
            "TalkReply",
            "Request",
            "Request",
            "NotThought",
        ]
