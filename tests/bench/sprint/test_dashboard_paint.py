"""B14: the dashboard with 5,000 issues behind it in a headless Chromium, beside a static page, load by load in turn."""

from __future__ import annotations

import http.server
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, sync_playwright

from integrations.simulator.server import Simulator
from models.visits import Visits
from tests.bench.figures import at_most, machine, record
from tests.bench.sprint.sizes import filled
from tests.browser.conftest import chromium
from tests.browser.dashboard_checks import WATCH, weight
from tests.browser.stage import Stage, set_up
from tests.world import TUESDAY

pytestmark = pytest.mark.bench

SIZE, ROUNDS = 5_000, 7
PAGES = ("", "/signals", "/forecast", "/people")
PAINT, RATIO, BYTES, REQUESTS = 200, 2, 80_000, 8
"""Milliseconds to the first paint at most, of the static page's, and what one page may take."""

ROWS = 200
STATIC = (
    "<!doctype html><html lang='en'><title>Sprint</title><link rel='stylesheet' href='/plain.css'><table>"
    + "".join(
        f"<tr><td>PAY-{n}<td>A ticket of the running sprint, number {n}<td>In Progress<td>Li" for n in range(ROWS)
    )
    + "</table></html>"
).encode()
STYLE = b"body { font: 16px system-ui; margin: 2rem } td { padding: .3rem .8rem; border-bottom: 1px solid #ddd }"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        try:
            started = chromium(playwright)
        except Error as error:
            pytest.skip(f"no Chromium (install the package chromium): {str(error).strip().splitlines()[0]}")
        yield started
        started.close()


def test_the_dashboard_is_painted_as_soon_as_a_static_page_however_much_is_behind_it(browser: Browser) -> None:
    with set_up(browser, TUESDAY, prepare=many, speed=0.0, patience=90.0) as stage, static() as at:
        cookies = signed_in(stage)
        address = f"http://127.0.0.1:{stage.world.settings.port}/dashboard"
        seen: dict[str, list[dict[str, Any]]] = {"static": [], **{page: [] for page in PAGES}}
        for _ in range(ROUNDS):
            for name, loads in seen.items():
                loads.append(loaded(browser, at if name == "static" else f"{address}{name}", cookies))
    print(f"\nfirst paint, {SIZE} issues behind it, median of {ROUNDS} cold loads in turn: {machine()}")
    paint = {name: statistics.median(each["paint"] for each in loads) for name, loads in seen.items()}
    for name, loads in seen.items():
        print(f"  {name or '/':10} {paint[name]:5.0f} ms  {loads[0]['requests']} requests, {loads[0]['bytes']} bytes")
    ours = [each for name in PAGES for each in seen[name]]
    slowest = max(paint[name] for name in PAGES)
    assert all([
        record("B14", f"first paint of the slowest of {len(PAGES)} pages", slowest, at_most(PAINT, "ms"),
               f"static {paint['static']:.0f} ms"),
        record("B14", "the same / the static page", slowest / paint["static"], at_most(RATIO, "x")),
        record("B14", "kilobytes of a page", max(each["bytes"] for each in ours) / 1000, at_most(BYTES / 1000, "kB")),
        record("B14", "requests of a page", max(each["requests"] for each in ours), at_most(REQUESTS, "")),
        record("B14", "layout shift", max(each["shift"] for each in ours), at_most(0, "")),
    ])  # fmt: skip


def many(simulator: Simulator) -> None:
    filled(simulator, SIZE)


def signed_in(stage: Stage) -> list[Any]:
    """The cookies of somebody who has come by a link of the host."""
    app, port = stage.world.app, stage.world.settings.port
    secret, _ = stage.portal.call(Visits(app.database, app.clock).make_link)
    with stage.browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{port}/dashboard/link/{secret}")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/dashboard*")
        return list(context.cookies())


def loaded(browser: Browser, address: str, cookies: list[Any]) -> dict[str, Any]:
    """One load with an empty cache: what it took."""
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        context.add_cookies(cookies)
        context.add_init_script(WATCH)
        page = context.new_page()
        answer = page.goto(address, wait_until="networkidle")
        assert answer is not None and answer.ok and page.url == address, page.url
        page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length")
        return weight(page)


class Files(http.server.BaseHTTPRequestHandler):
    """A page of a table and its style."""

    def do_GET(self) -> None:
        style = self.path.endswith(".css")
        body = STYLE if style else STATIC
        self.send_response(200)
        self.send_header("Content-Type", "text/css" if style else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: object) -> None:
        """Nothing is told."""


@contextmanager
def static() -> Iterator[str]:
    """A server of files; yields the page's address."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
