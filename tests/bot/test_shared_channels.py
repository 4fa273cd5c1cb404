"""Where another organisation reads, nothing internal is posted by any way, and the admins hear of it once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.jobs.asked.outsiders import SHARED
from models.mailbox import NewJob
from tests.world import World, running

pytestmark = pytest.mark.anyio


def shares(world: World, name: str) -> str:
    """The channel is shared with another organisation."""
    channels = world.simulator.workspace.channels
    room = next(each for each in channels.values() if each.name == name)
    channels[room.id] = replace(room, shared=True)
    return room.id


async def test_neither_summary_nor_introduction_nor_answer_goes_there_and_the_admins_hear_of_it_once(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as world:
        room, slack, dana = shares(world, "engineering"), world.simulator.slack_out, world.slack_id("dana")
        before = len(world.messages())
        slack.event({"type": "member_joined_channel", "user": world.simulator.workspace.bot, "channel": room})
        for _ in range(2):
            await world.app.mailbox.put(NewJob("digest", "payments", world.team.id, 2))
            await world.settle(parked=True)
        slack.say(dana, room, f"<@{world.simulator.workspace.bot}> status")
        await slack.command(dana, room, "/pm", "status")
        await world.settle(parked=True)
        await post_to_channel(world, room)
        said = world.messages()[before:]
    assert [m.text for m in said if m.channel == room] == [SHARED.text]
    [told] = [m.text for m in said if m.channel != room]
    assert told.startswith("#engineering is shared with another organisation, so nothing is posted there.")


async def post_to_channel(world: World, room: str) -> None:
    """Presses the button under the answer that only its asker sees, and reads the refusal."""
    workspace = world.simulator.workspace
    [answer] = [m for m in workspace.messages.values() if m.channel == room and m.only_for is not None]
    await world.click("dana", answer, "post_to_channel")
    await world.settle(parked=True)
    latest = [m for m in workspace.messages.values() if m.channel == room and m.only_for is not None][-1]
    assert latest.text == SHARED.text
