"""Every surface of the product, played by the simulated company: one function for each picture or row of pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.browser.stage import PHONE, Stage
from tests.world import TUESDAY

EARLY = datetime.fromisoformat("2026-11-17T09:25:00-05:00")
"""Five minutes before the digest."""


@dataclass(frozen=True)
class Scene:
    """What is played, from when, in whose company."""

    play: Callable[[Stage], None]
    at: datetime = TUESDAY
    change: Callable[[str], str] | None = None
    world: Mapping[str, Any] = field(default_factory=dict)


def said(page: Page, words: str | re.Pattern[str] = "", within: str = "#messages") -> Locator:
    """The last message of the app with these words."""
    return page.locator(f"{within} .message.is-app", has_text=words or None).last


def button(place: Page | Locator, words: str) -> Locator:
    """The last button that reads so, whatever it says to screen readers."""
    return place.locator(".b-button", has_text=re.compile(f"^{re.escape(words)}")).last


def status(stage: Stage) -> None:
    """``/pm status``, and what else a command answers."""
    stage.orphan()
    stage.settle()
    page = stage.look("li", "engineering")
    for name, command in (("status", "/pm status"), ("blockers", "/pm blockers"), ("mine", "/pm mine")):
        stage.say(page, command)
        stage.shoot(page, name, page.locator(".is-ephemeral").last)


def digest(stage: Stage) -> None:
    """The daily summary; somebody takes an item; the details are in its thread."""
    stage.orphan()
    stage.settle()
    stage.later(minutes=10)
    page = stage.look("mike", "engineering")
    message = said(page)
    stage.shoot(page, "digest", message)
    take = page.locator("#messages .message.is-app .b-button", has_text=re.compile("Take|review")).first
    stage.press(page, take)
    stage.shoot(page, "digest-taken", said(page, "Sprint"))
    stage.press(page, button(page, "Details in thread"))
    page.set_viewport_size({"width": 1160, "height": 1500})
    page.get_by_role("button", name=re.compile("repl")).first.click()
    page.wait_for_timeout(400)
    said(page, "details", "#thread").evaluate("message => message.scrollIntoView({block: 'start'})")
    stage.shoot(page, "digest-thread", page.locator("#thread header"), said(page, "details", "#thread"))


def nudge(stage: Stage) -> None:
    """A reminder with its endings, and what is left of it."""
    page = stage.look("li")
    stage.shoot(page, "nudge", said(page))
    stage.press(page, said(page).locator("details.overflow summary.b-button"))
    stage.press(page, page.get_by_role("menuitem", name="Waiting on purpose"))
    expect(page.locator("#modal [type=submit]")).to_be_visible()
    page.locator("#modal textarea, #modal input[type=text]").first.fill("The bank answers on Thursday")
    stage.shoot(page, "nudge-waiting", page.locator("#modal"))
    stage.press(page, page.locator("#modal [type=submit]"))
    stage.shoot(page, "nudge-ended", said(page))


def approval(stage: Stage) -> None:
    """A question: the card, its two windows, and what became of it."""
    stage.orphan()
    stage.later(hours=1)
    page = stage.look("dana", size=(1180, 900))
    stage.shoot(page, "approval", said(page, "Approve?"))
    for name, label in (("approval-edit", "Edit"), ("approval-reject", "Reject")):
        stage.press(page, button(page, label))
        expect(page.locator("#modal[open]")).to_be_visible()
        stage.shoot(page, name, page.locator("#modal"))
        page.keyboard.press("Escape")
        expect(page.locator("#modal[open]")).to_have_count(0)
    stage.press(page, button(page, "Approve"))
    stage.settle()
    stage.shoot(page, "approval-done", said(page, "Done"))


def batch(stage: Stage) -> None:
    """Several questions in one message."""
    for _ in range(3):
        stage.orphan()
    stage.later(hours=1)
    page = stage.look("dana", size=(1000, 1700))
    stage.shoot(page, "approval-batch", said(page, "Approve"))


def home(stage: Stage) -> None:
    """App Home for a member and for an admin, and the window in which one says how one may be contacted."""
    stage.orphan()
    stage.later(hours=1)
    for person, name in (("li", "home"), ("dana", "home-admin")):
        page = stage.look(person, size=(1180, 2600))
        stage.press(page, page.get_by_role("tab", name="Home"))
        view = page.locator(".home-view")
        expect(view).to_be_visible()
        stage.shoot(page, name, view)
        if person == "li":
            stage.press(page, view.get_by_role("button", name=re.compile("^Change")).first)
            expect(page.locator("#modal[open]")).to_be_visible()
            stage.shoot(page, "contact", page.locator("#modal"))


def conversation(stage: Stage) -> None:
    """A mention, the answer in its thread, and a follow-up without a mention."""
    page = stage.look("dana", "engineering", size=(1380, 1040))
    stage.say(page, "@PM Agent can we still make Friday?")
    page.get_by_role("button", name=re.compile("repl")).last.click()
    stage.say(page, "and who waits for whom?", "#thread-text", more=2)
    stage.shoot(page, "conversation", page.locator("#thread"))


def direct(stage: Stage) -> None:
    """The direct messages: suggestions, and a search whose answer grows."""
    page = stage.look("sarah", size=(1000, 560))
    expect(page.locator(".prompt").first).to_be_visible()
    stage.shoot(page, "direct", page.locator("#main"))
    stage.say(page, "find tickets about payouts")
    expect(page.locator("#thread .message.is-app:not(.is-streaming)").first).to_be_visible()
    page.set_viewport_size({"width": 1160, "height": 700})
    stage.shoot(page, "search", page.locator("#thread"))


def shortcut(stage: Stage) -> None:
    """A message becomes a question to whoever owns the ticket."""
    stage.later(minutes=5)
    page = stage.look("dana", "general", size=(1000, 560))
    key = next(i.key for i in stage.world.simulator.company.active() if i.assignee)
    stage.say(page, f"Does anybody know whether {key} can go out this week?")
    message = page.locator("#messages .message", has_text="Does anybody know").last
    message.hover()
    message.locator(".tools summary").click()
    message.locator(".menu").scroll_into_view_if_needed()
    stage.shoot(page, "shortcut-menu", page.locator("#messages .day").last, message, message.locator(".menu"), pad=6)
    stage.press(page, message.get_by_role("menuitem", name="Ask the assignee"))
    expect(page.locator("#modal[open]")).to_be_visible()
    stage.shoot(page, "shortcut", page.locator("#modal"))


def phone(stage: Stage) -> None:
    """The same on a phone."""
    stage.orphan()
    stage.later(hours=1)
    page = stage.look("dana", size=PHONE)
    said(page, "Approve?").scroll_into_view_if_needed()
    stage.shoot(page, "phone")


def shadow(stage: Stage) -> None:
    """Shadow mode: what would have been done, and nothing that can be pressed."""
    stage.orphan()
    stage.later(hours=1)
    page = stage.look("dana", size=(1180, 2600))
    stage.press(page, page.get_by_role("tab", name="Home"))
    expect(page.locator(".home-view")).to_be_visible()
    stage.shoot(page, "shadow", page.locator(".home-view"))


def trouble(stage: Stage) -> None:
    """Things are broken on purpose, and what is seen of that."""
    page = stage.look("dana", "engineering", size=(1440, 860), panel="Trouble")
    for name in ("rate_limit", "double_click"):
        card = page.locator(".happening", has=page.locator(f"[data-fault={name}]"))
        card.get_by_role("button").click()
        expect(card.locator(".happening-told")).not_to_be_empty()
    stage.shoot(page, "trouble", page.locator("#panel"))


def whole(stage: Stage) -> None:
    """The page as one finds it: the question, and the rule behind it."""
    stage.orphan()
    stage.later(hours=1)
    page = stage.look("dana", size=(1440, 800), panel="Constitution")
    said(page, "Approve?").click(position={"x": 60, "y": 12})
    expect(page.locator(".law-line.is-lit").first).to_be_in_viewport()
    stage.shoot(page, "demo")


def _shadow(law: str) -> str:
    return law.replace("mode: act ", "mode: shadow ", 1)


SCENES: Mapping[str, Scene] = {
    "whole": Scene(whole),
    "status": Scene(status),
    "digest": Scene(digest, EARLY),
    "nudge": Scene(nudge),
    "approval": Scene(approval),
    "batch": Scene(batch),
    "home": Scene(home),
    "conversation": Scene(conversation),
    "direct": Scene(direct),
    "shortcut": Scene(shortcut),
    "phone": Scene(phone),
    "shadow": Scene(shadow, change=_shadow),
    "trouble": Scene(trouble),
}
"""By name."""
