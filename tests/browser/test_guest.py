"""A guest who does get to see an approval card, and presses it: the product itself refuses, and nothing changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Page, expect

from tests.world import World, running

pytestmark = pytest.mark.browser


async def asked(world: World) -> tuple[str, str, str]:
    """A ticket without an owner, the conversation with the card about it, and a guest let into that conversation."""
    key = world.lose_an_owner()
    await world.later(timedelta(hours=1))
    workspace = world.simulator.workspace
    card = world.direct_messages("dana")[-1]
    guest = next(user.id for user in workspace.users.values() if user.guest)
    room = workspace.channels[card.channel]
    workspace.channels[room.id] = replace(room, members=room.members | {guest})
    return key, room.id, guest


def test_a_guests_press_on_approve_is_refused(page: Page, tmp_path: Path, shot: Callable[[Page, str], None]) -> None:
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(running(tmp_path)) as world:
        key, room, guest = portal.call(asked, world)
        page.goto(f"{world.simulator.url}/?user={guest}")
        page.locator(f".side-item[data-channel={room}]").click()
        page.get_by_role("button", name=re.compile(f"^Approve.*{key}")).click()
        refusal = page.locator(".is-ephemeral")
        expect(refusal).to_contain_text(re.compile(r"Only Dana Whitfield\b.* can answer this\. Nothing was done\."))
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        expect(page.get_by_role("button", name=re.compile(f"^Approve.*{key}"))).to_be_visible()
        assert world.owner_of(key) is None
        shot(page, "demo-guest")
        page.goto("about:blank")  # lets go of the stream before the company closes
