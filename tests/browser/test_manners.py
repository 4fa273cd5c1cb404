"""What people do in Slack beside reading: forms, shortcuts, threads, a growing answer; by keyboard and on a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.pretend import ADA, APP, DIRECT, LIN, ROOM, Pretend
from tests.browser.test_page import MODAL, OPTIONS, asking, button, mrkdwn, plain

pytestmark = pytest.mark.browser

NEVER = "2099-01-01T00:00:00Z"


def ready(page: Page, pretend: Pretend) -> None:
    page.goto(pretend.url)
    expect(page.locator("#composer-text")).to_be_visible()
    pretend.wait_for_a_listener()


def test_escape_leaves_a_form_and_what_is_below_comes_back(page: Page, pretend: Pretend) -> None:
    ready(page, pretend)
    below = {**MODAL, "id": "V0", "title": plain("Below")}
    pretend.answers["close"] = {"ok": True, "view": below}
    pretend.tell({"type": "view", "view": MODAL})
    expect(page.locator("#modal-title")).to_have_text("Reject")
    expect(page.get_by_label("Why?")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#modal-title")).to_have_text("Below")
    pretend.answers["close"] = {"ok": True, "view": None}
    page.keyboard.press("Escape")
    expect(page.locator("#modal")).to_be_hidden()
    assert [each["view_id"] for each in pretend.got("close", 2)] == ["V1", "V0"]


def test_a_form_that_is_drawn_anew_keeps_what_was_typed_and_points_at_what_is_wrong(
    page: Page, pretend: Pretend
) -> None:
    ready(page, pretend)
    pretend.tell({"type": "view", "view": {**MODAL, "hash": "1"}})
    page.get_by_label("Why?").fill("too early")
    pretend.tell({"type": "view", "view": {**MODAL, "hash": "2", "title": plain("Reject it")}})
    expect(page.locator("#modal-title")).to_have_text("Reject it")
    expect(page.get_by_label("Why?")).to_have_value("too early")
    page.keyboard.press("Enter")
    expect(page.get_by_label("One")).to_be_focused()
    expect(page.get_by_label("One")).to_have_attribute("aria-invalid", "true")
    assert pretend.got("submit", 0) == []


def test_an_apps_shortcut_is_reached_by_keyboard_alone(page: Page, pretend: Pretend) -> None:
    pretend.shortcuts = [{"callback_id": "track", "name": "Track this", "says": "Hear of it when it moves"}]
    said = pretend.say(text="PAY-7 worries me", user=LIN)
    ready(page, pretend)
    page.locator(".message").focus()
    page.locator(".message .tools summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    sent = {"user": ADA, "channel": ROOM, "ts": said["ts"], "callback_id": "track"}
    assert pretend.got("shortcut") == [sent]


def test_approving_by_keyboard_does_not_lose_ones_place(page: Page, pretend: Pretend) -> None:
    pretend.say(text="before", user=LIN)
    card = pretend.say(text="card", blocks=asking("PAY-7"))
    ready(page, pretend)
    page.locator(".message").last.focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".message").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Approve")).to_be_focused()
    page.keyboard.press("Enter")
    pretend.got("click")
    pretend.change(card, blocks=[{"type": "section", "text": mrkdwn("*Done* by Ada")}])
    expect(page.locator(".message").last).to_contain_text("Done by Ada")
    expect(page.locator(".message").last).to_be_focused()


def test_what_is_ticked_in_a_message_goes_with_the_button(page: Page, pretend: Pretend) -> None:
    ticks = {"type": "checkboxes", "action_id": "which", "options": OPTIONS, "initial_options": OPTIONS}
    blocks = [{"type": "actions", "block_id": "b", "elements": [ticks, button("Approve", "approve")]}]
    pretend.say(blocks=blocks)
    ready(page, pretend)
    page.get_by_label("Two").uncheck()
    page.get_by_role("button", name="Approve").click()
    ticked, pressed = pretend.got("click", 2)
    assert ticked["selected_options"] == [OPTIONS[0]]
    assert pressed["values"] == {"b": {"which": {"type": "checkboxes", "selected_options": [OPTIONS[0]]}}}


def test_an_answer_grows_and_can_be_stopped(page: Page, pretend: Pretend) -> None:
    root = pretend.say(channel=DIRECT, text="what about refunds?", user=ADA)
    ready(page, pretend)
    page.locator(f".side-item[data-channel={DIRECT}]").click()
    status = {"status": "is searching Jira …", "loading": [], "until": NEVER}
    pretend.tell({"type": "status", "channel": DIRECT, "thread_ts": root["ts"], **status})
    expect(page.locator("#composer .busy")).to_have_text("PM Agent is searching Jira …")
    pretend.tell({"type": "status", "channel": DIRECT, "thread_ts": root["ts"], **status, "status": ""})
    expect(page.locator("#composer .busy")).to_have_count(0)
    answer = pretend.say(channel=DIRECT, text="Two", thread_ts=root["ts"], streaming=True)
    page.get_by_role("button", name="1 reply").click()
    pretend.change(answer, text="Two tickets speak of it")
    expect(page.locator("#thread .is-streaming")).to_contain_text("Two tickets speak of it")
    page.locator("#thread").get_by_role("button", name="Stop").click()
    assert pretend.got("stop") == [{"user": ADA, "channel": DIRECT, "thread_ts": root["ts"]}]
    pretend.change(answer, streaming=False)
    expect(page.locator("#thread").get_by_role("button", name="Stop")).to_have_count(0)


def test_a_suggestion_is_asked_and_its_answer_opens_beside_it(page: Page, pretend: Pretend) -> None:
    pretend.room = {"prompts": [{"title": "What is stuck?", "message": "blockers"}]}
    ready(page, pretend)
    page.locator(f".side-item[data-channel={DIRECT}]").click()
    root = pretend.say(channel=DIRECT, text="blockers", user=ADA)
    pretend.answers["message"] = {"ok": True, "ts": root["ts"]}
    page.get_by_role("button", name="What is stuck?").click()
    assert pretend.got("message") == [{"user": ADA, "channel": DIRECT, "text": "blockers"}]
    expect(page.locator("#messages .message")).to_have_count(1)
    pretend.say(channel=DIRECT, text="Nothing is blocked.", user=APP, thread_ts=root["ts"])
    expect(page.locator("#thread .message").last).to_contain_text("Nothing is blocked.")


def test_ones_own_words_can_be_changed(page: Page, pretend: Pretend) -> None:
    mine = pretend.say(text=f"<@{LIN}> move it &amp; tell me", user=ADA)
    ready(page, pretend)
    page.locator(".message").hover()
    page.locator(".message .tools summary").click()
    page.get_by_role("menuitem", name="Edit message").click()
    box = page.get_by_label("Edit message")
    expect(box).to_have_value("@Lin Okafor move it & tell me")
    box.fill("@Lin Okafor leave it")
    page.keyboard.press("Enter")
    assert pretend.got("edit") == [{"user": ADA, "channel": ROOM, "ts": mine["ts"], "text": f"<@{LIN}> leave it"}]


def test_something_is_broken_on_purpose_and_told(page: Page, pretend: Pretend) -> None:
    offered: dict[str, Any] = {"title": "Too many messages", "says": "429", "why_not": "", "times": [2, 20]}
    pretend.faults = [{"name": "rate_limit", **offered}, {"name": "restart", **offered, "why_not": "Only pm demo can."}]
    pretend.answers["fault"] = {"ok": True, "told": "Slack answers the next 4 posts with 429."}
    ready(page, pretend)
    page.locator("#panel").get_by_role("tab", name="Trouble").click()
    page.get_by_label("How often: Too many messages").first.fill("4")
    page.get_by_role("button", name="Break it").first.click()
    expect(page.locator(".happening-told").filter(has_text="next 4 posts")).to_be_visible()
    assert pretend.got("fault") == [{"name": "rate_limit", "times": 4}]
    expect(page.get_by_role("button", name="Break it").last).to_be_disabled()


SMALL = """() => [...document.querySelectorAll('button, summary, select, input, textarea, [role=tab]')]
  .filter(node => node.offsetParent && !node.matches('.try, .link-button, .b-choice input'))
  .map(node => [node.className || node.tagName, Math.round(node.getBoundingClientRect().height)])
  .filter(([, height]) => height < 44)"""


def test_a_phone_has_one_column_nothing_sticks_out_and_every_target_fits_a_finger(
    browser: Browser, pretend: Pretend
) -> None:
    from tests.browser.test_pictures import fill

    fill(pretend)
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    ready(page, pretend)
    expect(page.locator("#sidebar")).to_be_hidden()

    def fits(where: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), where
        assert page.evaluate(SMALL) == [], where

    fits("the channel")
    page.get_by_role("button", name="Conversations").click()
    expect(page.locator("#sidebar")).to_be_visible()
    page.locator(f".side-item[data-channel={DIRECT}]").click()
    expect(page.locator("#sidebar")).to_be_hidden()
    fits("the direct messages")
    page.get_by_role("button", name="Behind the scenes").click()
    expect(page.locator("#panel")).to_be_visible()
    page.locator("#guide").get_by_role("button", name="Dismiss").click()
    fits("the panel")
    page.keyboard.press("Escape")
    expect(page.locator("#panel")).to_be_hidden()
    pretend.tell({"type": "view", "view": MODAL})
    expect(page.locator("#modal")).to_be_visible()
    fits("a form")
    context.close()
