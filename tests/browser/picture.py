"""Shoots docs/images/demo.png from the real demo, by hand: ``.venv/bin/python -m tests.browser.picture``."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.browser.conftest import WAIT_MS, chromium, opened_in
from tests.browser.test_demo import Demo, open_as, orphan, played_in

TARGET = Path(__file__).parents[2] / "docs" / "images" / "demo.png"


def shoot(page: Page, demo: Demo) -> None:
    """A morning with a ticket nobody owns: the approver's conversation, the card, and the rule behind it."""
    demo.post("clock", to="next_morning")
    page.goto(demo.url)
    page.locator("#guide").get_by_role("button", name="Dismiss").click()
    key, approver, _ = orphan(page, demo)
    open_as(page, demo, approver, demo.channel(approver))
    card = page.locator(".message.is-app", has=page.get_by_role("button", name=re.compile(f"Approve.*{key}")))
    page.locator("#panel").get_by_role("tab", name="Constitution").click()
    card.click(position={"x": 60, "y": 12})
    expect(page.locator(".law-line.is-lit").first).to_be_in_viewport()
    page.mouse.move(0, 0)
    page.wait_for_timeout(2500)  # until nothing flashes and no toast is left
    page.screenshot(path=TARGET, animations="disabled")


def main() -> None:
    """Start a demo, take the picture, end the demo."""
    expect.set_options(timeout=WAIT_MS)
    TARGET.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, played_in(Path(folder)) as demo, sync_playwright() as playwright:
        browser = chromium(playwright)
        with opened_in(browser) as page:
            shoot(page, demo)
        browser.close()


if __name__ == "__main__":
    main()
