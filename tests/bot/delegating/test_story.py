"""A delegated task as people live it: asked, approved, worked on by the real program, reported, read, paid for."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from integrations.simulator.claude.api import Pace
from integrations.simulator.slack.workspace import Message
from models.bills import BillState
from models.tables.queue import jobs
from models.thoughts import Purpose
from tests.integrations.claude_code.program import program
from tests.world import World, running

pytestmark = [pytest.mark.anyio, pytest.mark.claude_cli]


def answers(world: World, thread: str) -> list[Message]:
    return world.messages(lambda m: m.thread == thread and m.user == world.simulator.workspace.bot)


async def test_a_task_is_asked_for_approved_worked_on_and_reported_in_the_thread(tmp_path: Path) -> None:
    async with running(tmp_path, claude=Pace(), claude_code_bin=program()) as world:
        slack, out = world.simulator.workspace, world.simulator.slack_out
        room = next(c.id for c in slack.channels.values() if c.name == "engineering")
        held = (await world.app.store.facts_about(world.team.id)).issues
        key = next(issue.key for issue in held if issue.flagged_since)

        asked = out.say(world.slack_id("li"), room, f"<@{slack.bot}> analyse why {key} is stuck")
        await world.settle()
        assert "Asked Dana Whitfield to approve" in answers(world, asked.ts)[0].text
        [card] = [m for m in world.direct_messages("dana") if "worker that can only read" in m.text]
        assert "writes nothing. At most 5 minutes and $0.30." in card.text and "It cannot be undone" not in str(
            card.blocks
        )
        assert not await world.app.documents.latest(1)

        await world.click("dana", card, "approve")
        await world.settle(40)
        _, line, report = answers(world, asked.ts)
        assert line.text.startswith("Done: find out what causes a blocker")
        assert (
            report.text.startswith(f"What is behind {key}\n• {key} is in status") and len(answers(world, asked.ts)) == 3
        )
        [kept] = await world.app.documents.latest(9)
        bills = [b for b in await world.app.purse.bills(kept.begun.date()) if b.purpose is Purpose.TASK]
        assert [(b.state, b.cost, b.asker) for b in bills] == [(BillState.SETTLED, kept.cost, "li")] and kept.cost
        lanes = select(jobs.c.lane).where(jobs.c.payload["effect"].as_string() == kept.id)
        assert await world.app.database.read(lambda c: c.execute(lanes).scalars().all()) == [2]
        [told] = [m for m in world.direct_messages("dana") if "report " + kept.id in m.text]
        assert "*Done*" in told.text and told.ts == card.ts

        await world.click("li", report, "ask")
        await world.settle()
        [whole] = [m for m in slack.messages.values() if m.only_for == world.slack_id("li")]
        assert "*What was found*" in whole.text and "*What is not known*" in whole.text
        assert f"    – <https://acme.atlassian.net/browse/{key}|" in whole.text
