"""Where pictures are taken: the real product in the simulated company, one page of it, and a camera that crops."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal, start_blocking_portal
from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from integrations.simulator.happenings import HAPPENINGS
from tests.browser.palette import indexed
from tests.world import CONSTITUTION, World, running

IMAGES = Path(__file__).parents[2] / "docs" / "images"
MOST = 150_000
"""Bytes of one picture, at most."""

WIDE, PHONE = (1000, 1400), (412, 915)
PATIENCE_MS = 8_000
SCALE = 1.5
"""Pixels of the picture for one of the page."""

PAD = 0


@dataclass
class Stage:
    """One company on one morning, and whoever looks at it."""

    world: World
    portal: BlockingPortal
    browser: Browser
    pages: list[Page] = field(default_factory=list)

    # --- the company ------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Until nothing is under way."""
        self.portal.call(lambda: self.world.settle(parked=True))

    def later(self, **by: float) -> None:
        """Company time passes, and the product looks."""
        self.portal.call(self.world.later, timedelta(**by))

    def happens(self, name: str) -> str:
        """Somebody is at work in Jira or Bitbucket; the ticket's key or the telling."""

        async def act() -> str:
            return HAPPENINGS[name].act(self.world.simulator.company)

        told = self.portal.call(act)
        self.settle()
        key = re.search(r"[A-Z]+-\d+", told)
        return key.group() if key else told

    def orphan(self) -> str:
        """A ticket in progress loses its owner; its key."""

        async def act() -> str:
            return self.world.lose_an_owner()

        return self.portal.call(act)

    # --- the page ---------------------------------------------------------------------------------------------

    def look(self, person: str, room: str = "", *, size: tuple[int, int] = WIDE, panel: str = "") -> Page:
        """The page as ``person`` sees ``room`` (a channel's name; without one their direct messages)."""
        phone = size[0] < 500
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, device_scale_factor=2 if phone else SCALE, has_touch=phone
        )
        context.add_init_script("localStorage.setItem('pm-demo-guide-dismissed', 'yes')")
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        self.pages.append(page)
        page.goto(f"{self.world.simulator.url}/?user={self.world.slack_id(person)}")
        if not phone and not panel:
            page.locator("#panel-button").click()
        if panel:
            page.locator("#panel").get_by_role("tab", name=panel).click()
        self.turn(page, person, room)
        return page

    def turn(self, page: Page, person: str, room: str = "") -> None:
        """Another conversation."""
        workspace = self.world.simulator.workspace
        direct = workspace.direct(self.world.slack_id(person)).id
        id_ = next((c.id for c in workspace.channels.values() if room and c.name == room), direct)
        item = page.locator(f".side-item[data-channel={id_}]")
        if page.locator("#menu-button").is_visible():
            page.locator("#menu-button").click()
        item.click()
        expect(item).to_have_attribute("aria-current", "page")

    def say(self, page: Page, words: str, box: str = "#composer-text", more: int = 1) -> None:
        """Somebody types it and presses Enter; then so many more messages are there, and all is over."""
        place = "#thread" if box == "#thread-text" else "#messages"
        known = page.locator(f"{place} .message").count()
        page.locator(box).fill(words)
        if box == "#composer-text":  # a list of names may be open, which Enter would choose from
            page.locator(box).press("Escape")
        page.locator(box).press("Enter")
        if more:
            expect(page.locator(f"{place} .message").nth(known + more - 1)).to_be_visible()
        page.wait_for_timeout(150)
        self.settle()
        page.wait_for_timeout(350)

    def press(self, page: Page, target: Locator) -> None:
        """Somebody presses it; then all that follows has happened."""
        target.click()
        page.wait_for_timeout(150)
        self.settle()
        page.wait_for_timeout(350)

    # --- the camera -------------------------------------------------------------------------------------------

    def shoot(self, page: Page, name: str, *what: Locator, pad: int = PAD) -> None:
        """Keep a picture of the smallest part of the page that holds all of ``what``, or of the whole page."""
        if not page.locator(".tools .overflow[open]").count():  # that is there as long as one points at it
            page.mouse.move(0, 0)
        page.evaluate("document.querySelectorAll('.toast').forEach(toast => toast.remove())")
        page.evaluate("document.activeElement?.blur()") if not page.locator("dialog[open]").count() else None
        shot: dict[str, Any] = {"clip": _around(page, what, pad)} if what else {}
        IMAGES.mkdir(exist_ok=True)
        png = page.screenshot(animations="disabled", caret="hide", **shot)
        with self.browser.new_context() as context:
            (IMAGES / f"{name}.png").write_bytes(indexed(context.new_page(), png))

    def close(self) -> None:
        """Let go of the pages before the company closes."""
        for page in self.pages:
            page.context.close()


def _around(page: Page, what: tuple[Locator, ...], pad: int) -> FloatRect:
    for each in what:
        each.scroll_into_view_if_needed()
    boxes = [box for each in what if (box := each.bounding_box())]
    size = page.viewport_size or {"width": WIDE[0], "height": WIDE[1]}
    left, top = max(0.0, min(b["x"] for b in boxes) - pad), max(0.0, min(b["y"] for b in boxes) - pad)
    right = min(float(size["width"]), max(b["x"] + b["width"] for b in boxes) + pad)
    bottom = min(float(size["height"]), max(b["y"] + b["height"] for b in boxes) + pad)
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


@contextmanager
def set_up(browser: Browser, at: datetime, change: Callable[[str], str] | None = None, **more: Any) -> Iterator[Stage]:
    """The company at ``at`` in company time; ``change`` alters its constitution."""
    text = change(CONSTITUTION.read_text(encoding="utf-8")) if change else None
    with (
        tempfile.TemporaryDirectory() as folder,
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(running(Path(folder), at=at, text=text, **more)) as world,
    ):
        stage = Stage(world, portal, browser)
        try:
            yield stage
        finally:
            stage.close()
