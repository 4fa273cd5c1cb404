"""A headless Chromium for the demo page; without one these tests are skipped and say what is missing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, expect, sync_playwright

from tests.browser.pretend import Pretend

SHOTS = Path(__file__).parent / "shots"
"""Pictures of the page, ignored by git."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WAIT_MS = 15_000
"""Patience on a busy machine; a page that works needs a fraction of it."""


def chromium(playwright: Playwright) -> Browser:
    """The machine's own Chromium, or the one playwright has downloaded. Raises ``Error`` when there is none."""
    own = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return playwright.chromium.launch(executable_path=own, args=list(FLAGS))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a file; each has a page of its own in it.

    Playwright runs an event loop in the thread it was started in: it ends with the file, before others want theirs.
    """
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        try:
            started = chromium(playwright)
        except Error as error:
            first = str(error).strip().splitlines()[0]
            pytest.skip(f"BROWSER TESTS SKIPPED: no Chromium (install the package chromium): {first}")
        yield started
        started.close()


@contextmanager
def opened_in(browser: Browser) -> Iterator[Page]:
    """A page that shares nothing with another; whatever goes wrong inside it fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.set_default_timeout(WAIT_MS)
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(f"error: {error}"))
    opened.on("console", lambda m: problems.append(f"console: {m.text}") if m.type == "error" else None)
    yield opened
    context.close()
    assert [p for p in problems if "Failed to load resource" not in p] == []


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page."""
    with opened_in(browser) as fresh:
        yield fresh


@pytest.fixture(scope="module")
def easel(browser: Browser) -> Iterator[tuple[Page, Pretend]]:
    """One page for the tests that only look at a message of their own; opening a page takes longer than they do."""
    with Pretend() as served, opened_in(browser) as shared:
        shared.goto(served.url)
        served.wait_for_a_listener()
        yield shared, served


@pytest.fixture
def pretend() -> Iterator[Pretend]:
    """The page's own server with a made-up company behind it."""
    with Pretend() as served:
        yield served


@pytest.fixture
def shot() -> Callable[[Page, str], None]:
    """Keep a picture of the page for a person to look at."""

    def take(page: Page, name: str) -> None:
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png")

    return take
