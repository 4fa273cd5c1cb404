"""A conversation as people have it, through real HTTP: asked, seen to be searched, followed up, judged, stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from integrations.simulator.slack import doing
from integrations.simulator.slack.workspace import Message
from tests.world import World, running

pytestmark = pytest.mark.anyio


def answers(world: World, thread: str) -> list[Message]:
    return world.messages(lambda m: m.thread == thread and m.user == world.simulator.workspace.bot)


async def rows(world: World, query: str) -> list[Any]:
    return list(await world.app.database.read(lambda c: c.execute(text(query)).scalars().all()))


async def test_a_question_in_a_thread_is_answered_under_it_and_followed_up_without_a_mention(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        slack, out = world.simulator.workspace, world.simulator.slack_out
        room = next(c.id for c in slack.channels.values() if c.name == "engineering")
        li, dana = world.slack_id("li"), world.slack_id("dana")
        issue = next(iter((await world.app.store.facts_about(world.team.id)).issues))
        word = max(issue.title.split(), key=len)

        asked = out.say(li, room, f"<@{slack.bot}> find tickets about {word}")
        await world.settle()
        (found,) = answers(world, asked.ts)
        assert not found.streaming and str(issue.key) in str(found.blocks)
        assert [b["status"] for b in found.blocks if b["type"] == "task_card"] == ["complete"]
        assert str(found.blocks).count("Search ·") == 1

        out.say(li, room, f"who has {issue.key}?", asked.ts)
        await world.settle()
        assert f"{issue.key} is" in answers(world, asked.ts)[1].text

        for talk in ("thanks!", f"<@{dana}> can you look at {issue.key}?", "let us talk about it tomorrow"):
            out.say(li, room, talk, asked.ts)
        changed = out.say(dana, room, "what a day", asked.ts)
        doing.edit(out, dana, changed, f"who has {issue.key}?")
        out.say(dana, room, f"who has {issue.key}?")  # outside of the thread
        await world.settle()
        assert len(answers(world, asked.ts)) == 2

        buttons = next(b for b in found.blocks if b["type"] == "context_actions")["elements"][0]
        used = {"action_id": "verdict", "value": buttons["positive_button"]["value"]}
        await out.click(li, {"channel": room, "ts": found.ts}, used)
        await world.settle()
        assert len(await rows(world, "SELECT id FROM observations WHERE about = 'answers'")) == 1
        assert len(answers(world, asked.ts)) == 2

        doing.stop(out, li, slack.channels[room], asked.ts)
        await world.settle()
        assert await rows(world, "SELECT about FROM memory WHERE about = 'stopped'") == ["stopped"]

        guest = next(user.id for user in slack.users.values() if user.guest)
        refused = out.say(guest, room, f"<@{slack.bot}> status")  # no answer of ours makes this thread one of ours
        await world.settle()
        out.say(dana, room, "what is blocked?", refused.ts)
        await world.settle()
        assert "PAY-" in answers(world, refused.ts)[1].text
