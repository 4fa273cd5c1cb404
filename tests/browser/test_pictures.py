"""The page as a person sees it: pictures to look at in shots/, and nothing sticks out at any width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pretend import ADA, DIRECT, LIN, Pretend

pytestmark = pytest.mark.browser
Shot = Callable[[Page, str], None]


def section(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}]}


def buttons(*names: tuple[str, str]) -> dict[str, Any]:
    made = [
        {"type": "button", "text": {"type": "plain_text", "text": n}, "action_id": n.lower(), "value": "1"}
        for n, _ in names
    ]
    return {
        "type": "actions",
        "block_id": "a",
        "elements": [m | ({"style": s} if s else {}) for m, (_, s) in zip(made, names, strict=True)],
    }


def cells(*words: str) -> list[dict[str, str]]:
    return [{"type": "raw_text", "text": w} for w in words]


STATUS = [
    {"type": "header", "text": {"type": "plain_text", "text": "Sprint 24 · Payments · day 7 of 10"}},
    section("*At risk*: 18 of 34 points done, 3 working days left."),
    section("9 in progress · 5 in review · 2 not started"),
    {
        "type": "table",
        "rows": [
            cells("Issue", "Who", "Since", "Why"),
            cells("PAY-412", "Lin Okafor", "3 d", "PR #88 has no review"),
            cells("PAY-398", "Ada Moreno", "2 d", "blocked by INFRA-77"),
            cells("PAY-420", "nobody", "4 h", "no owner"),
        ],
    },
    context("Jira read 2 min ago · Bitbucket read 41 s ago"),
    buttons(("Post to channel", ""), ("Why?", "")),
]
NUDGE = (
    "<https://jira.example/browse/PAY-398|PAY-398> *Idempotent webhooks* has been Blocked for 2 working days"
    " by INFRA-77.\nStill blocked? Say in a comment what it waits for."
)
CARD = [
    section("*Approve?* Reassign <https://jira.example/browse/PAY-420|PAY-420>: unassigned → Lin Okafor"),
    section(
        "*Why*\n• <https://jira.example/browse/PAY-420|PAY-420> has had no owner for 4 hours"
        "\n• Lin has the most room: 3 of 8 points"
    ),
    {
        "type": "section",
        "fields": [
            {"type": "mrkdwn", "text": "*If nothing happens*\nIt will not be finished by Friday."},
            {"type": "mrkdwn", "text": "*Can be undone*\nYes, for 24 hours"},
        ],
    },
    context("Asked Ada Moreno · lapses Wed 18:00 with no action · rule `blocked-1-day` · id `p-71c2`"),
    buttons(("Approve", "primary"), ("Reject", "danger"), ("Why?", "")),
]


def fill(pretend: Pretend) -> None:
    root = pretend.say(user=LIN, text="Morning! I am on the refund retries today.")
    pretend.say(user=LIN, text="<@U0ADA> the staging key has expired, can somebody renew it?")
    pretend.say(user=ADA, text="On it.", thread_ts=root["ts"])
    pretend.say(text="status", blocks=STATUS, ephemeral=True)
    pretend.say(
        channel=DIRECT,
        text="nudge",
        blocks=[
            section(NUDGE),
            context("high urgency · rule `blocked-1-day` · 1 of 1 today"),
            buttons(("Why?", "")),
        ],
    )
    pretend.say(channel=DIRECT, text="card", blocks=CARD)
    pretend.say(channel=DIRECT, text="done", blocks=[section("*Done* 10:14 by Ada Moreno · PAY-417 → Lin Okafor")])
    rows = [
        ("PAY-398", "Idempotent webhooks", "Blocked", "Ada Moreno", 5, "High"),
        ("PAY-412", "Refund retries", "In Review", "Lin Okafor", 3, "Medium"),
        ("PAY-420", "3DS fallback", "To Do", None, 5, "Highest"),
        ("PAY-401", "Ledger export", "Done", "Lin Okafor", 2, "Low"),
    ]
    names = ("key", "title", "status", "assignee", "points", "priority")
    pretend.issues = [dict(zip(names, row, strict=True)) for row in rows]


@pytest.mark.parametrize("width", [1000, 1120, 1280, 1440, 1720])
def test_nothing_sticks_out(page: Page, pretend: Pretend, shot: Shot, width: int) -> None:
    fill(pretend)
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(pretend.url)
    expect(page.locator(".message")).to_have_count(3)
    shot(page, f"channel-{width}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    parts = "[...document.querySelectorAll('.topbar button, .panel, .panel-tabs button, .composer-box')]"
    edges = f"{parts}.map(part => part.getBoundingClientRect().right)"
    assert max(page.evaluate(edges)) <= width


def test_pictures_of_the_rest(page: Page, pretend: Pretend, shot: Shot) -> None:
    fill(pretend)
    page.goto(pretend.url)
    page.locator("#guide").get_by_role("button", name="Dismiss").click()
    page.locator(f".side-item[data-channel={DIRECT}]").click()
    page.locator("#panel").get_by_role("tab", name="Constitution").click()
    page.locator(".message", has_text="Approve?").hover()
    expect(page.locator(".law-line.is-lit")).to_have_count(3)
    shot(page, "card")
    page.locator("#panel").get_by_role("tab", name="Jira").click()
    page.get_by_role("button", name="You are").click()
    shot(page, "people")
    page.keyboard.press("Escape")
    page.locator("#sidebar").get_by_role("button", name="engineering").click()
    page.get_by_role("button", name="1 reply").click()
    page.locator("#composer-text").fill("/")
    shot(page, "thread")
