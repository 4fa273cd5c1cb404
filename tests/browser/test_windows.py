"""The product's own windows on the page: opened by a press, filled in, and what becomes of it is seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from playwright.sync_api import Page, expect

from integrations.simulator.server import Simulator
from tests.world import World, running

pytestmark = pytest.mark.browser


def turn_to_the_agent(page: Page, world: World, person: str) -> None:
    """The direct messages of ``person`` with the product."""
    user = world.slack_id(person)
    page.goto(f"{world.simulator.url}/?user={user}")
    page.locator(f".side-item[data-channel={world.simulator.workspace.direct(user).id}]").click()


def words_alone(simulator: Simulator) -> None:
    """Slack tells of presses and words, not of what is looked at."""
    simulator.slack_out.events = frozenset({"app_mention", "message.im"})


def test_a_reminder_ends_in_a_window(page: Page, tmp_path: Path, shot: Callable[[Page, str], None]) -> None:
    company = running(tmp_path, prepare=words_alone)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(company) as world:
        turn_to_the_agent(page, world, "li")
        nudge = page.locator(".message.is-app", has_text="PAY-111")
        nudge.locator("details.overflow summary.b-button").click()
        nudge.get_by_role("menuitem", name="Waiting on purpose").click()
        page.locator("#modal").get_by_label("Why").fill("The bank answers on Thursday")
        shot(page, "window-waiting")
        page.keyboard.press("Enter")
        expect(page.locator("#modal")).to_be_hidden()
        expect(nudge).to_contain_text(re.compile("waiting on purpose.*The bank answers on Thursday"))
        expect(nudge.locator(".b-button", has_text="Waiting on purpose")).to_have_count(0)
        page.goto("about:blank")  # lets go of the stream before the company closes
