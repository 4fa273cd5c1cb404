"""The demo page draws what Slack would draw, sends what Slack would send, and lets nothing foreign come alive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pretend import ADA, APP, DIRECT, LIN, ROBIN, ROOM, Pretend

pytestmark = pytest.mark.browser
Shot = Callable[[Page, str], None]


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def button(label: str, action: str, **more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain(label), "action_id": action, "value": "v1", **more}


OPTIONS = [{"text": plain("One"), "value": "1"}, {"text": plain("Two"), "value": "2"}]
RICH = {
    "type": "rich_text",
    "elements": [
        {"type": "rich_text_section", "elements": [{"type": "text", "text": "fat", "style": {"bold": True}}]},
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "point"}]}],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "x = 1"}]},
        {"type": "rich_text_quote", "elements": [{"type": "user", "user_id": LIN}]},
    ],
}
GOOD, BAD = ({"text": plain(word), "value": word} for word in ("Good", "Bad"))
DRAWN: list[tuple[dict[str, Any], str, str]] = [
    ({"type": "section", "text": mrkdwn("*PAY-7* waits")}, ".b-section strong", "PAY-7"),
    ({"type": "section", "fields": [plain("left"), plain("right")]}, ".b-fields div:last-child", "right"),
    ({"type": "header", "text": plain("Sprint 24")}, "h3.b-header", "Sprint 24"),
    ({"type": "context", "elements": [mrkdwn("rule `blocked-1-day`")]}, ".b-context code", "blocked-1-day"),
    ({"type": "actions", "elements": [button("Go", "go", style="primary")]}, ".b-button.is-primary", "Go"),
    ({"type": "actions", "elements": [button("Stop", "no", style="danger")]}, ".b-button.is-danger", "Stop"),
    ({"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a chart"}, "[role=img]", "a chart"),
    (
        {"type": "markdown", "text": "## Plan\n- **first**\n\n| a | b |\n|---|---|\n| 1 | 2 |"},
        ".b-markdown li strong",
        "first",
    ),
    ({"type": "markdown", "text": "| a | b |\n|---|---|\n| 1 | 2 |"}, ".b-markdown td:last-child", "2"),
    (
        {"type": "table", "rows": [[{"type": "raw_text", "text": "Key"}], [{"type": "raw_text", "text": "PAY-1"}]]},
        "td",
        "PAY-1",
    ),
    (RICH, ".b-rich strong", "fat"),
    (RICH, ".b-rich li", "point"),
    (RICH, ".b-rich pre", "x = 1"),
    (RICH, ".b-rich blockquote .mention", "@Lin Okafor"),
    (
        {
            "type": "actions",
            "elements": [{"type": "static_select", "action_id": "s", "placeholder": plain("Pick"), "options": OPTIONS}],
        },
        "option:nth-child(3)",
        "Two",
    ),
    (
        {"type": "actions", "elements": [{"type": "overflow", "action_id": "o", "options": OPTIONS}]},
        ".menu-item:last-child",
        "Two",
    ),
    (
        {"type": "actions", "elements": [{"type": "checkboxes", "action_id": "c", "options": OPTIONS}]},
        ".b-choice:last-child",
        "Two",
    ),
    (
        {"type": "actions", "elements": [{"type": "radio_buttons", "action_id": "r", "options": OPTIONS}]},
        ".b-choice:first-child",
        "One",
    ),
    (
        {
            "type": "container",
            "title": plain("How"),
            "is_collapsible": True,
            "child_blocks": [{"type": "section", "text": plain("inside")}],
        },
        "details.b-container .b-section",
        "inside",
    ),
    (
        {"type": "plan", "title": "Looking", "tasks": [{"task_id": "1", "title": "Jira", "status": "complete"}]},
        ".b-task-complete",
        "Jira",
    ),
    (
        {
            "type": "context_actions",
            "elements": [
                {"type": "feedback_buttons", "action_id": "f", "positive_button": GOOD, "negative_button": BAD}
            ],
        },
        "[aria-label='Was this useful?']",
        "",
    ),
    ({"type": "alert", "text": mrkdwn("old data"), "level": "warning"}, ".b-alert", "old data"),
    ({"type": "surprise"}, ".b-unknown", "surprise"),
]


@pytest.mark.parametrize(("block", "where", "words"), DRAWN, ids=lambda v: v["type"] if isinstance(v, dict) else None)
def test_every_block_is_drawn(easel: tuple[Page, Pretend], block: dict[str, Any], where: str, words: str) -> None:
    page, pretend = easel
    said = pretend.say(text="fallback", blocks=[{**block, "block_id": "b1"}])
    expect(page.locator(f".message[data-ts='{said['ts']}'] {where}")).to_contain_text(words)


def test_a_divider_is_drawn(page: Page, pretend: Pretend) -> None:
    pretend.say(blocks=[{"type": "divider"}])
    page.goto(pretend.url)
    expect(page.locator(".message hr.b-divider")).to_have_count(1)


HOSTILE = [
    "<script>window.bad = 1</script>",
    "&lt;script&gt;window.bad = 1&lt;/script&gt;",
    "<img src=x onerror=window.bad=1>",
    "<javascript:window.bad=1|press me>",
    "<data:text/html,bad|press me>",
    "*<javascript:alert(1)|bold>* `<b>x</b>`",
    "&lt;!channel&gt; &lt;@U0ADA&gt; &amp;lt;!here&amp;gt;",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_foreign_text_stays_text(easel: tuple[Page, Pretend], text: str) -> None:
    page, pretend = easel
    blocks = [
        {"type": "section", "text": mrkdwn(text)},
        {"type": "header", "text": plain(text)},
        {"type": "markdown", "text": f"{text} [press](javascript:window.bad=1) <img src=x onerror=window.bad=1>"},
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [
                        {"type": "text", "text": text},
                        {"type": "link", "url": "javascript:window.bad=1", "text": "press"},
                    ],
                }
            ],
        },
        {"type": "actions", "elements": [button(text[:70], "a", url="javascript:window.bad=1")]},
    ]
    said = [pretend.say(text=text), pretend.say(blocks=blocks)]
    drawn = page.locator(", ".join(f".message[data-ts='{one['ts']}']" for one in said))
    expect(drawn).to_have_count(2)
    assert drawn.locator(":is(script, img, b, iframe, a, .mention)").count() == 0
    drawn.locator(".b-button").click()
    assert page.evaluate("window.bad") is None


def test_an_escaped_broadcast_reads_as_typed_and_a_live_one_is_loud(page: Page, pretend: Pretend) -> None:
    pretend.say(text="&lt;!channel&gt; said")
    pretend.say(text="<!channel> shouted")
    page.goto(pretend.url)
    expect(page.locator(".message").first).to_contain_text("<!channel> said")
    expect(page.locator(".mention-all")).to_have_text("@channel")


def test_mrkdwn_reads_as_in_slack(page: Page, pretend: Pretend) -> None:
    pretend.say(
        text=f"*bold* _it_ ~gone~ `c*o*de` a_b_c 2*3*4 <https://x.example/PAY|site> <@{ADA}> <#{ROOM}> "
        "<!date^1763890860^{time}|then> :eyes: A &amp; B\n&gt; quoted\nafter"
    )
    page.goto(pretend.url)
    said = page.locator(".message .plain")
    expect(said).to_contain_text("a_b_c 2*3*4")
    expect(said).to_contain_text("👀 A & B")
    assert [said.locator(t).inner_text() for t in ("strong", "em", "s", "code", "blockquote", "time")] == [
        "bold",
        "it",
        "gone",
        "c*o*de",
        "quoted",
        "10:41",
    ]
    expect(said.locator("a")).to_have_attribute("href", "https://x.example/PAY")
    expect(said.locator(".mention")).to_have_text(["@Ada Moreno", "#engineering"])


def test_times_are_the_viewers_own(page: Page, pretend: Pretend) -> None:
    pretend.say(text="hello")
    page.goto(f"{pretend.url}/?user={LIN}")
    expect(page.locator(".message .stamp")).to_have_text("04:41")
    expect(page.locator(".clock-place")).to_have_text("New York")


def test_a_pressed_button_spins_until_the_message_changes(page: Page, pretend: Pretend) -> None:
    card = pretend.say(
        blocks=[{"type": "actions", "block_id": "b", "elements": [button("Approve", "approve", style="primary")]}]
    )
    page.goto(pretend.url)
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".b-button[aria-busy=true]")).to_have_count(1)
    pretend.change(card, blocks=[{"type": "section", "text": mrkdwn("*Done* by Ada")}])
    expect(page.locator(".message")).to_contain_text("Done by Ada")
    [sent] = pretend.got("click")
    assert (sent["user"], sent["channel"], sent["ts"]) == (ADA, ROOM, card["ts"])
    assert (sent["block_id"], sent["action_id"], sent["value"]) == ("b", "approve", "v1")


def test_a_dangerous_button_asks_first(page: Page, pretend: Pretend) -> None:
    confirm = {
        "title": plain("Sure?"),
        "text": plain("It cannot be undone."),
        "confirm": plain("Yes"),
        "deny": plain("Cancel"),
    }
    pretend.say(blocks=[{"type": "actions", "block_id": "b", "elements": [button("Drop", "drop", confirm=confirm)]}])
    page.goto(pretend.url)
    page.get_by_role("button", name="Drop").click()
    page.get_by_role("button", name="Cancel").click()
    assert pretend.got("click", 0) == []
    page.get_by_role("button", name="Drop").click()
    page.get_by_role("button", name="Yes", exact=True).click()
    expect(page.locator("[aria-busy=true]")).to_have_count(1)
    assert len(pretend.got("click")) == 1


def test_a_private_answer_says_so_and_can_be_dismissed(page: Page, pretend: Pretend) -> None:
    page.goto(pretend.url)
    pretend.say(text="18 of 34 points", ephemeral=True)
    expect(page.locator(".is-ephemeral")).to_contain_text("Only visible to you")
    page.get_by_role("button", name="Dismiss message").click()
    expect(page.locator(".message")).to_have_count(0)


def test_an_edited_text_says_so(page: Page, pretend: Pretend) -> None:
    pretend.say(text="now right", edited=True)
    page.goto(pretend.url)
    expect(page.locator(".message .edited")).to_have_text("(edited)")


def test_commands_and_mentions_leave_as_slack_sends_them(page: Page, pretend: Pretend) -> None:
    page.goto(pretend.url)
    box = page.get_by_role("combobox", name="Message #engineering")
    box.fill("/pm sta")
    page.keyboard.press("Enter")
    expect(box).to_have_value("/pm status ")
    box.type("sprint 24")
    page.keyboard.press("Enter")
    box.type("@PM")
    page.keyboard.press("Enter")
    box.type("is 1 < 2 & 3?")
    page.keyboard.press("Enter")
    expect(box).to_have_value("")
    assert pretend.got("command") == [{"user": ADA, "channel": ROOM, "text": "status sprint 24"}]
    assert pretend.got("message") == [{"user": ADA, "channel": ROOM, "text": f"<@{APP}> is 1 &lt; 2 &amp; 3?"}]


def test_an_unknown_command_is_refused_here(page: Page, pretend: Pretend) -> None:
    page.goto(pretend.url)
    page.get_by_role("combobox", name="Message #engineering").fill("/deploy now")
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("/deploy is not a command")
    assert [path for path, _ in pretend.sent if path in ("command", "message")] == []


def test_replies_live_in_the_drawer(page: Page, pretend: Pretend) -> None:
    root = pretend.say(text="the root")
    pretend.say(text="first reply", user=LIN, thread_ts=root["ts"])
    page.goto(pretend.url)
    expect(page.locator("#messages .message")).to_have_count(1)
    page.get_by_role("button", name="1 reply").click()
    expect(page.locator("#thread .message")).to_have_count(2)
    page.locator("#thread-text").fill("second")
    page.keyboard.press("Enter")
    assert pretend.got("message") == [{"user": ADA, "channel": ROOM, "text": "second", "thread_ts": root["ts"]}]
    page.keyboard.press("Escape")
    expect(page.locator("#thread")).to_be_hidden()


def test_on_a_phone_tab_never_reaches_what_lies_under_a_thread(page: Page, pretend: Pretend) -> None:
    root = pretend.say(text="the root")
    pretend.say(text="first reply", user=LIN, thread_ts=root["ts"])
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(pretend.url)
    page.get_by_role("button", name="1 reply").click()
    expect(page.locator("#thread .message")).to_have_count(2)
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('#main, #thread, #panel, #topbar')?.id ?? ''"))
    assert "thread" in reached and not reached & {"main", "panel"}
    page.locator("#thread-text").press("Escape")
    expect(page.locator("#thread")).to_be_hidden()
    expect(page.get_by_role("button", name="1 reply")).to_be_focused()


WIDE = (
    ["Issue", "Who", "Since", "Why"],
    ["payments-api#1 PAY-112 Webhook deliveries stop", "Sam Keller → Noor Rahman", "09:40", "no review yet"],
)


def test_a_table_in_a_narrow_thread_is_whole_or_can_be_scrolled_by_keyboard(page: Page, pretend: Pretend) -> None:
    rows = [[{"type": "raw_text", "text": words} for words in row] for row in (*WIDE, ["x" * 90, "y" * 90, "z", ""])]
    root = pretend.say(text="the root")
    pretend.say(text="t", thread_ts=root["ts"], blocks=[{"type": "table", "rows": rows[:2], "block_id": "few"}])
    pretend.say(text="t", thread_ts=root["ts"], blocks=[{"type": "table", "rows": rows * 3, "block_id": "wide"}])
    page.set_viewport_size({"width": 1000, "height": 800})
    page.goto(pretend.url)
    page.get_by_role("button", name="2 replies").click()
    few, wide = (page.locator(f"#thread [data-block={name}]") for name in ("few", "wide"))
    for table in (few, wide):
        expect(table).to_be_visible()
        assert page.evaluate("box => box.getBoundingClientRect().right <= innerWidth", table.element_handle())
    assert few.evaluate("box => box.scrollWidth <= box.clientWidth")
    expect(wide).to_have_attribute("tabindex", "0")
    expect(wide).to_have_role("region")


MODAL = {
    "id": "V1",
    "type": "modal",
    "title": plain("Reject"),
    "submit": plain("Send"),
    "close": plain("Cancel"),
    "blocks": [
        {
            "type": "input",
            "block_id": "why",
            "label": plain("Why?"),
            "element": {"type": "plain_text_input", "action_id": "t"},
        },
        {
            "type": "input",
            "block_id": "when",
            "label": plain("When"),
            "element": {"type": "radio_buttons", "action_id": "r", "options": OPTIONS},
        },
        {
            "type": "input",
            "block_id": "day",
            "optional": True,
            "label": plain("Day"),
            "element": {"type": "datepicker", "action_id": "d"},
        },
    ],
}


def test_a_modal_sends_its_values_and_shows_the_apps_objections(page: Page, pretend: Pretend) -> None:
    page.goto(pretend.url)
    expect(page.locator("#composer-text")).to_be_visible()
    pretend.wait_for_a_listener()
    pretend.tell({"type": "view", "view": MODAL})
    modal = page.locator("#modal")
    expect(modal).to_be_visible()
    modal.locator("[type=submit]").click()
    expect(modal.locator(".b-error").first).to_have_text("Please complete this field.")
    modal.get_by_label("Why?").fill("too early")
    modal.get_by_label("Two").check()
    pretend.answers["submit"] = {"ok": True, "errors": {"why": "say more"}}
    modal.locator("[type=submit]").click()
    expect(modal.locator(".b-error").first).to_have_text("say more")
    assert pretend.got("submit")[0]["values"] == {
        "why": {"t": {"type": "plain_text_input", "value": "too early"}},
        "when": {"r": {"type": "radio_buttons", "selected_option": OPTIONS[1]}},
        "day": {"d": {"type": "datepicker", "selected_date": None}},
    }
    pretend.answers["submit"] = {"ok": True}
    modal.locator("[type=submit]").click()
    expect(modal).to_be_hidden()


def test_the_home_tab_shows_the_view_and_its_buttons_work(page: Page, pretend: Pretend) -> None:
    pretend.home = {
        "id": "VH",
        "type": "home",
        "blocks": [{"type": "actions", "block_id": "h", "elements": [button("Snooze", "snooze")]}],
    }
    page.goto(pretend.url)
    page.locator(f".side-item[data-channel={DIRECT}]").click()
    page.get_by_role("tab", name="Home").click()
    page.get_by_role("button", name="Snooze").click()
    opened = sorted(pretend.got("home", 2), key=lambda each: str(each["tab"]))  # two requests may overtake each other
    assert opened == [{"user": ADA, "tab": "home"}, {"user": ADA, "tab": "messages"}]
    assert (pretend.got("click")[0]["channel"], pretend.got("click")[0]["view_id"]) == ("home", "VH")


def test_switching_person_stays_in_the_address(page: Page, pretend: Pretend) -> None:
    page.goto(pretend.url)
    page.get_by_role("button", name="You are Ada Moreno").click()
    page.get_by_role("menuitemradio", name="Robin Vale").click()
    expect(page.get_by_role("button", name="You are Robin Vale")).to_be_visible()
    assert page.url.endswith(f"user={ROBIN}")
    page.go_back()
    expect(page.get_by_role("button", name="You are Ada Moreno")).to_be_visible()


def test_a_message_elsewhere_leaves_a_dot_until_it_is_read(page: Page, pretend: Pretend) -> None:
    page.goto(pretend.url)
    expect(page.locator("#composer-text")).to_be_visible()
    pretend.wait_for_a_listener()
    pretend.say(channel=DIRECT, text="for you")
    row = page.locator(f".side-item[data-channel={DIRECT}]")
    expect(row.locator(".dot")).to_be_visible()
    row.click()
    expect(row.locator(".dot")).to_have_count(0)


def asking(key: str) -> list[dict[str, Any]]:
    choice = [button("Approve", "approve", value=key), button("Reject", "reject", value=key)]
    return [
        {"type": "section", "text": mrkdwn(f"*{key}*: yes?")},
        {"type": "actions", "block_id": key, "elements": choice},
    ]


def test_an_older_message_that_begins_to_ask_marks_its_conversation(page: Page, pretend: Pretend) -> None:
    old = pretend.say(channel=DIRECT, text="nothing to decide")
    page.goto(pretend.url)
    row = page.locator(f".side-item[data-channel={DIRECT}]")
    row.click()
    page.locator(f".side-item[data-channel={ROOM}]").click()
    pretend.wait_for_a_listener()
    pretend.change(old, text="an edited word")
    pretend.change(old, asks=True, blocks=asking("PAY-7"))
    expect(row.locator(".dot")).to_be_visible()
    row.click()
    expect(page.locator(".message.is-changed")).to_contain_text("PAY-7: yes?")


def test_a_question_out_of_sight_is_one_press_away(page: Page, pretend: Pretend) -> None:
    old = pretend.say(text="nothing to decide")
    for number in range(40):
        pretend.say(text=f"line {number}", user=LIN)
    page.goto(pretend.url)
    expect(page.locator(".message")).to_have_count(41)
    pretend.wait_for_a_listener()
    pretend.change(old, asks=True, blocks=asking("PAY-7"))
    pill = page.get_by_role("button", name="Updated above")
    expect(pill).to_be_visible()
    pretend.change(old, blocks=asking("PAY-8"))
    expect(page.locator(".message", has_text="PAY-8: yes?")).to_have_count(1)
    pill.click()
    expect(page.locator(".message", has_text="PAY-8: yes?")).to_be_in_viewport()
    expect(page.locator("#updated")).to_be_hidden()


def test_after_a_lost_connection_the_page_catches_up(page: Page, pretend: Pretend) -> None:
    page.goto(pretend.url)
    pretend.wait_for_a_listener()
    pretend.hang_up()
    pretend.say(text="said while nobody listened")
    expect(page.locator(".message")).to_contain_text("said while nobody listened")
    pretend.say(text="and said after")
    expect(page.locator(".message")).to_have_count(2)


def test_an_unchanged_message_keeps_its_node(page: Page, pretend: Pretend) -> None:
    pretend.say(text="stays", user=LIN)
    page.goto(pretend.url)
    page.locator(".message").evaluate("node => { node.dataset.kept = 'yes'; }")
    pretend.say(text="new")
    expect(page.locator(".message")).to_have_count(2)
    expect(page.locator(".message").first).to_have_attribute("data-kept", "yes")


def test_the_rule_behind_a_message_lights_up(page: Page, pretend: Pretend) -> None:
    pretend.say(blocks=[{"type": "context", "elements": [mrkdwn("rule `blocked-1-day`")]}])
    page.goto(pretend.url)
    page.locator("#panel").get_by_role("tab", name="Constitution").click()
    page.locator(".message").hover()
    expect(page.locator(".law-line.is-lit")).to_have_count(3)
    expect(page.locator(".law-line.is-lit").first).to_contain_text("id: blocked-1-day")


def test_a_changed_issue_flashes(page: Page, pretend: Pretend) -> None:
    issue = {
        "key": "PAY-7",
        "title": "Retry",
        "status": "To Do",
        "assignee": None,
        "points": 3,
        "priority": "High",
        "sprint": None,
    }
    pretend.issues = [issue]
    page.goto(pretend.url)
    page.locator("#panel").get_by_role("tab", name="Jira").click()
    expect(page.locator(".work-row")).to_contain_text("nobody assigned")
    pretend.wait_for_a_listener()
    pretend.issues = [{**issue, "assignee": "Lin Okafor"}]
    pretend.tell({"type": "jira"})
    expect(page.locator(".work-row.is-flashing")).to_contain_text("Lin Okafor")


def test_a_happening_is_made_and_told(page: Page, pretend: Pretend) -> None:
    pretend.answers["happen"] = {"ok": True, "told": "PAY-7 is blocked."}
    page.goto(pretend.url)
    page.locator("#panel").get_by_role("button", name="Make it happen").click()
    expect(page.locator(".happening-told")).to_have_text("PAY-7 is blocked.")
    assert pretend.got("happen") == [{"name": "block"}]


def test_the_clock_sends_what_was_asked(page: Page, pretend: Pretend) -> None:
    pretend.answers["clock"] = {"now": "2026-11-24T09:00:00+00:00", "speed": 3600}
    page.goto(pretend.url)
    for number, name in enumerate(("1 h/s", "+1 hour", "Next working morning"), start=1):
        page.locator("#clock").get_by_role("button", name=name).click()
        pretend.got("clock", number)  # two requests on their way may overtake each other
    assert pretend.got("clock", 3) == [{"speed": 3600}, {"advance_seconds": 3600}, {"to": "next_morning"}]


def test_the_newcomers_card_goes_for_good(page: Page, pretend: Pretend, shot: Shot) -> None:
    page.goto(pretend.url)
    expect(page.locator("#guide li")).to_have_count(3)
    shot(page, "guide")
    page.locator("#guide").get_by_role("button", name="Dismiss").click()
    page.reload()
    expect(page.locator("#composer-text")).to_be_visible()
    expect(page.locator("#guide")).to_have_count(0)


def test_a_level_of_urgency_is_a_directive_and_a_person_is_not(page: Page, pretend: Pretend) -> None:
    page.goto(pretend.url)
    law = "urgency:\n  high:\n    says: Hourly.\n    directives:\n      - id: high-x\nteams:\n  - id: payments\n"
    script = "async law => [...(await import('/static/constitution.js')).directives(law.split('\\n'))]"
    assert page.evaluate(script, law) == [["urgency-high", [1, 2]], ["high-x", [4, 4]]]
