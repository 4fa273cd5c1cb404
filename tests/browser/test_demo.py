"""``pm demo`` on the page, all parts real: from something that happens in Jira to the person whose move it is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
T = TypeVar("T")
Shot = Callable[[Page, str], None]
CHECKOUT = Path(__file__).parents[2]
START_S = 60
PATIENCE_S = 40
"""For one thing to travel its whole way on a busy machine; it takes about a second on an idle one."""
HOUR = 3600


@dataclass(frozen=True)
class Demo:
    """A running ``pm demo``, seen through the page's own control API."""

    url: str
    log: Path

    def get(self, path: str, **query: str) -> Any:
        with urlopen(f"{self.url}/sim/{path}?{urlencode(query)}", timeout=10) as answer:
            return json.load(answer)

    def post(self, path: str, **body: Any) -> Any:
        headers = {"content-type": "application/json"}
        with urlopen(Request(f"{self.url}/sim/{path}", json.dumps(body).encode(), headers), timeout=10) as answer:
            return json.load(answer)

    def people(self) -> list[dict[str, Any]]:
        """Everybody but the app."""
        return [user for user in self.get("state")["users"] if not user["is_bot"]]

    def named(self, name: str) -> str:
        return next(str(user["id"]) for user in self.people() if user["name"] == name)

    def with_role(self, word: str) -> dict[str, Any]:
        return next(user for user in self.people() if word in user["title"])

    def channel(self, user: str, name: str = "") -> str:
        """The channel of that name; without one, the person's conversation with the app."""
        rooms = self.get("state", user=user)["channels"]
        return str(next(r["id"] for r in rooms if (r["name"] == name if name else r["kind"] == "im")))

    def said_to(self, user: str, name: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("messages", user=user, channel=self.channel(user, name))["messages"]
        return found

    def issue(self, key: str) -> dict[str, Any]:
        return next(i for i in self.get("jira")["issues"] if i["key"] == key)

    def until(self, look: Callable[[], T | None], what: str, seconds: float = PATIENCE_S) -> T:
        """What ``look`` finds, once it finds something."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := look():
                return found
            time.sleep(0.2)
        raise AssertionError(f"{what} did not come in {seconds:.0f} s; the agent's log ends:\n{self.last_words()}")

    def last_words(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:]) if self.log.exists() else "(no log)"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all these tests; each makes its own thing happen."""
    with played_in(tmp_path_factory.mktemp("demo")) as running:
        yield running


@contextmanager
def played_in(folder: Path) -> Iterator[Demo]:
    """``pm demo`` on free ports in a folder of its own; company time then runs as fast as real time."""
    command = [sys.executable, "-m", "bot", "demo", "--port", "0", "--no-open", "--dir", str(folder)]
    process = subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    watchdog = threading.Timer(START_S, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        told: list[str] = []
        url = None
        while url is None and (line := process.stdout.readline()):
            told.append(line)
            url = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert url is not None, f"the demo did not start: {''.join(told)}"
        watchdog.cancel()
        started = Demo(url.group(), folder / "product.log")
        started.post("clock", speed=1)
        started.until(lambda: '"looked"' in started.last_words() or None, "the first look")
        yield started
    finally:
        watchdog.cancel()
        process.terminate()
        process.communicate(timeout=30)


def about(key: str) -> Callable[[dict[str, Any]], bool]:
    return lambda message: re.search(rf"\b{key}\b", json.dumps([message["text"], message["blocks"]])) is not None


def open_as(page: Page, demo: Demo, user: str, channel: str) -> None:
    """The page as ``user`` sees ``channel``."""
    page.goto(f"{demo.url}/?user={user}")
    page.locator(f".side-item[data-channel={channel}]").click()
    expect(page.locator(f".side-item[data-channel={channel}]")).to_have_attribute("aria-current", "page")


def press_happening(page: Page, name: str) -> str:
    """Press the button of a happening; what the page tells of it."""
    page.locator("#panel").get_by_role("tab", name="Happenings").click()
    card = page.locator(".happening", has=page.locator(f"[data-happening={name}]"))
    card.get_by_role("button").click()
    expect(card.locator(".happening-told")).not_to_be_empty()
    return card.locator(".happening-told").inner_text()


def test_status_answers_with_real_numbers_and_their_age(page: Page, demo: Demo, shot: Shot) -> None:
    engineer = demo.with_role("Engineer")["id"]
    open_as(page, demo, engineer, demo.channel(engineer, "engineering"))
    page.locator("#composer-text").fill("/pm status sprint 24")
    page.keyboard.press("Enter")
    answer = page.locator(".is-ephemeral", has_text="Sprint 24 ·")
    expect(answer).to_contain_text("Only visible to you")
    jira = demo.get("jira")
    sprint = next(s["id"] for s in jira["sprints"] if s["name"] == "Sprint 24")
    issues = [i for i in jira["issues"] if i["sprint"] == sprint]
    done = [i for i in issues if i["status"] == "Done"]
    points = [sum(i["points"] for i in some) for some in (done, issues)]
    expect(answer).to_contain_text("{:.0f} of {:.0f} points done".format(*points))
    expect(answer).to_contain_text(f"{len(done)} of {len(issues)} issues done")
    expect(answer).to_contain_text(re.compile(r"Jira .*\b(min|s|h)\b.* old"))
    other = next(user["id"] for user in demo.people() if user["id"] != engineer)
    assert not any("Sprint 24 ·" in json.dumps(m) for m in demo.said_to(other, "engineering"))
    shot(page, "demo-status")


def test_a_blocked_ticket_reaches_its_owner_and_nobody_else(page: Page, demo: Demo, shot: Shot) -> None:
    page.goto(demo.url)
    told = press_happening(page, "block")
    key = re.search(r"[A-Z]+-\d+", told)
    assert key is not None, told
    owner = demo.named(demo.issue(key.group())["assignee"])
    demo.post("clock", to="next_morning")
    demo.until(lambda: nudged(demo, owner, key.group()), f"the nudge about {key.group()}")
    open_as(page, demo, owner, demo.channel(owner))
    nudge = page.locator(".message.is-app", has_text=key.group())
    expect(nudge).to_contain_text("blocked")
    expect(nudge.get_by_role("button", name="Why")).to_be_visible()
    others = [user["id"] for user in demo.people() if user["id"] != owner]
    assert not [o for o in others if any(map(about(key.group()), demo.said_to(o)))]
    shot(page, "demo-nudge")


def nudged(demo: Demo, owner: str, key: str) -> bool:
    """Whether the owner has heard; if not, an hour passes."""
    for _ in range(10):
        if any(map(about(key), demo.said_to(owner))):
            return True
        time.sleep(0.2)
    demo.post("clock", advance_seconds=HOUR)
    return False


def orphan(page: Page, demo: Demo) -> tuple[str, str, dict[str, Any]]:
    """A ticket loses its owner; its key, the approver and the card in their conversation."""
    told = press_happening(page, "orphan")
    key = re.search(r"[A-Z]+-\d+", told)
    assert key is not None, told
    approver = demo.with_role("PM")["id"]

    def asked() -> dict[str, Any] | None:
        end = time.monotonic() + PATIENCE_S / 4  # a jump made while the card travels lets it lapse on arrival
        while time.monotonic() < end:
            said = demo.said_to(approver)
            if cards := [m for m in said if about(key.group())(m) and button(m, "approve", key.group())]:
                return cards[-1]
            time.sleep(0.2)
        demo.post("clock", to="next_morning")  # whoever has heard today is asked tomorrow
        return None

    return key.group(), approver, demo.until(asked, "the approval card")


def button(message: dict[str, Any], action: str, key: str) -> dict[str, Any] | None:
    """The button of the question about ``key``: the one that names it to screen readers."""
    elements = [(b, e) for b in message["blocks"] if b["type"] == "actions" for e in b["elements"]]
    wanted = [(b, e) for b, e in elements if e["action_id"].startswith(action) and key in e["accessibility_label"]]
    return {**wanted[-1][1], "block_id": wanted[-1][0]["block_id"]} if wanted else None


def test_an_approved_proposal_changes_jira_and_the_card_says_who_and_when(page: Page, demo: Demo, shot: Shot) -> None:
    demo.post("clock", to="next_morning")
    page.goto(demo.url)
    key, approver, _ = orphan(page, demo)
    assert demo.issue(key)["assignee"] is None
    open_as(page, demo, approver, demo.channel(approver))
    card = page.locator(".message.is-app", has=page.get_by_role("button", name=re.compile(f"Approve.*{key}")))
    taker = re.search(rf"{key}: unassigned → (.+)", card.inner_text())
    assert taker is not None, card.inner_text()
    shot(page, "demo-card")
    card.get_by_role("button", name=re.compile(f"Approve.*{key}")).focus()
    page.keyboard.press("Enter")
    done = page.locator(".message .b-section", has_text=f"{key} → {taker.group(1)}").last
    expect(done).to_contain_text(re.compile(r"^Done .*\d\d:\d\d by Dana Whitfield"), timeout=PATIENCE_S * 1000)
    expect(page.get_by_role("button", name=re.compile(f"Approve.*{key}"))).to_have_count(0)
    assert demo.issue(key)["assignee"] == taker.group(1)
    page.locator("#panel").get_by_role("tab", name="Jira").click()
    expect(page.locator(f".work-row[data-key={key}]")).to_contain_text(taker.group(1))
    shot(page, "demo-approved")


def test_a_guest_can_neither_see_nor_press_what_is_in_another_conversation(page: Page, demo: Demo) -> None:
    demo.post("clock", to="next_morning")
    page.goto(demo.url)
    key, approver, card = orphan(page, demo)
    pressed = button(card, "approve", key)
    assert pressed is not None
    guest = next(user["id"] for user in demo.people() if user["is_guest"])
    rooms = {room["id"] for room in demo.get("state", user=guest)["channels"]}
    assert card["channel"] not in rooms, "a guest must not even see the card"
    click = {name: pressed[name] for name in ("type", "block_id", "action_id", "value")}
    with pytest.raises(HTTPError, match="409"):
        demo.post("click", user=guest, channel=card["channel"], ts=card["ts"], **click)
    assert demo.issue(key)["assignee"] is None
    assert button(next(m for m in demo.said_to(approver) if m["ts"] == card["ts"]), "approve", key) is not None


def test_why_answers_from_the_record(page: Page, demo: Demo, shot: Shot) -> None:
    engineer = demo.with_role("Engineer")["id"]
    demo.post("clock", to="next_morning")
    demo.post("clock", advance_seconds=HOUR)
    demo.until(lambda: [m for m in demo.said_to(engineer, "engineering") if m["user"] != engineer], "the daily summary")
    open_as(page, demo, engineer, demo.channel(engineer, "engineering"))
    page.locator(".message.is-app").get_by_role("button", name="Why").first.click()
    answer = page.locator(".is-ephemeral").last
    expect(answer).to_contain_text("Post the daily sprint summary to #engineering.")
    shot(page, "demo-why")


def test_killed_in_the_middle_the_agent_comes_back_and_answers(page: Page, demo: Demo) -> None:
    engineer = demo.with_role("Engineer")["id"]
    open_as(page, demo, engineer, demo.channel(engineer, "engineering"))
    page.locator("#panel").get_by_role("tab", name="Trouble").click()
    card = page.locator(".happening", has=page.locator("[data-fault=restart]"))
    card.get_by_role("button").click()
    expect(card.locator(".happening-told")).to_contain_text("kill -9")
    page.locator("#panel").get_by_role("tab", name="Traffic").click()
    expect(page.locator(".wire.is-note").first).to_contain_text("started again on the same database")
    demo.until(lambda: demo.get("state")["product"]["ok"] or None, "the agent")
    known = page.locator(".is-ephemeral").count()
    page.locator("#composer-text").fill("/pm status")
    page.keyboard.press("Enter")
    expect(page.locator(".is-ephemeral").nth(known)).to_contain_text("Sprint 24", timeout=PATIENCE_S * 1000)
