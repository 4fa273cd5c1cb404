"""Invited into a channel of the constitution the agent says once who it is, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.world import World, running

pytestmark = pytest.mark.anyio


def invite(world: World, channel: str, user: str = "") -> None:
    """Somebody invites the app, or ``user``."""
    who = user or world.simulator.workspace.bot
    world.simulator.slack_out.event(
        {"type": "member_joined_channel", "user": who, "channel": channel, "channel_type": "C", "inviter": "U1"}
    )


def id_of(world: World, name: str) -> str:
    return next(c.id for c in world.simulator.workspace.channels.values() if c.name == name)


async def test_it_is_said_once_where_the_constitution_works_and_to_nobody_in_particular(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        before = len(world.messages())
        engineering, elsewhere = id_of(world, "engineering"), id_of(world, "general")
        for _ in range(2):  # invited, removed and invited again
            invite(world, engineering)
            await world.settle()
        invite(world, elsewhere)
        invite(world, engineering, world.slack_id("sarah"))
        await world.settle()
        [said] = world.messages()[before:]
        shown = str(said.blocks)
    assert said.channel == engineering and said.metadata is not None
    for promise in ("What I watch", "What I never do", "/pm snooze", "/pm directives", "one unasked message a day"):
        assert promise in shown
    assert "<@" not in shown and "<!" not in shown


async def test_an_introduction_whose_answer_was_lost_stands_once(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        before = len(world.messages())
        world.simulator.faults.add(r"POST /slack/api/chat.postMessage", close="after")
        invite(world, id_of(world, "engineering"))
        await world.settle(parked=True)
        assert len(world.messages()) == before + 1
