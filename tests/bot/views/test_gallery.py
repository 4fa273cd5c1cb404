"""Every message as its reader sees it. Read it aloud: what is ugly or unclear here is a bug.

{links} stand in braces, (grey lines) in parentheses, [buttons] in brackets.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.views.approval import approval_card
from bot.views.digest import digest
from bot.views.escalation import escalation
from bot.views.home import HomeData, Reach, home
from bot.views.message import Message
from bot.views.nudge import nudge
from bot.views.refusal import already_answered, not_allowed, refusal_message
from bot.views.reply import reply_message
from models.proposals import ApprovalState, Ending
from planner.replies import HelpReply, PlainReply, Reply, Row, WhyReply
from tests.bot.views.reading import seen
from tests.bot.views.samples import (
    BERLIN,
    NAMES,
    REVIEW,
    SITE,
    TUESDAY,
    answered,
    approval,
    done,
    escalate,
    item,
    proposal,
    remind,
    status,
    summary,
)
from tests.contracts.blockkit import check_message, check_view

GALLERY = Path(__file__).parent / "gallery"
NOTES = ["1 of 1 today", "Jira 2 min old"]


def card(*approvals: Any) -> Message:
    return approval_card(approvals, NAMES, BERLIN)


def reply(value: Reply, **more: Any) -> Message:
    return reply_message(value, zone=BERLIN, now=TUESDAY, company_now=TUESDAY, **more)


WHY = WhyReply(
    title="Message to Li Wei about PAY-398",
    facts=("In status Blocked since Fri 20 Nov 10:00.", "Li Wei is the assignee."),
    rule="No ticket is blocked for more than 1 business day.",
    decision="Allowed: the day's one message to Li Wei, inside working hours.",
    at=TUESDAY,
    directives_version="5f0c1d2e3a4b",
    proposal="0f1e2d3c4b5a69788796",
)
COMMANDS = (("/pm status [sprint 24]", "where the sprint stands"), ("/pm why <id>", "why a message was sent"))
CHANGED = {"outcome": "PAY-420 got an owner at 09:50, nothing done", "ending": Ending.CHANGED}

MESSAGES: dict[str, Callable[[], Message]] = {
    "nudge": lambda: nudge(remind(), "p1", NOTES),
    "nudge-three-items": lambda: nudge(remind(item(), REVIEW, item("PAY-42"), more=2), "p1", NOTES),
    "approval": lambda: card(approval()),
    "approval-of-words": lambda: card(approval(1, escalate())),
    "approval-second-on-the-same-card": lambda: card(done(1), approval(2)),
    "approval-working": lambda: card(answered(ApprovalState.APPROVED)),
    "approval-done": lambda: card(done()),
    "approval-overtaken": lambda: card(answered(ApprovalState.APPROVED, **CHANGED)),
    "approval-rejected": lambda: card(answered(ApprovalState.REJECTED)),
    "approval-lapsed": lambda: card(approval(state=ApprovalState.EXPIRED)),
    "approval-withdrawn": lambda: card(approval(state=ApprovalState.SUPERSEDED, note="PAY-420 has an owner now")),
    "digest": lambda: digest(summary(item(), REVIEW), "p1"),
    "digest-on-a-quiet-day": lambda: digest(summary(headline="On track. Nothing needs anybody."), "p1"),
    "escalation": lambda: escalation(escalate(), "p1", NOTES[1:]),
    "status": lambda: reply(status(more=4)),
    "status-in-the-channel": lambda: reply(status(), public="Dana Ortiz"),
    "why": lambda: reply(WHY),
    "help": lambda: reply(HelpReply(commands=COMMANDS)),
    "help-not-understood": lambda: reply(HelpReply(commands=COMMANDS, unknown="frobnicate")),
    "plain": lambda: reply(
        PlainReply(
            text="There is no sprint 99. The nearest:",
            choices=(("Sprint 24", "status sprint 24"), ("Sprint 25", "status sprint 25")),
        )
    ),
    "refusal": lambda: refusal_message(not_allowed(["Dana Ortiz", "Noor Haddad"])),
    "refusal-too-late": lambda: refusal_message(already_answered(done(), "Dana Ortiz", BERLIN)),
    "refusal-lapsed": lambda: refusal_message(already_answered(approval(state=ApprovalState.EXPIRED), "", BERLIN)),
}

REACH = Reach(hours="09:00-18:00", days="Mon to Fri", zone=BERLIN, per_day=1, channel="dm")
WORK = (Row("PAY-398", "Settle refunds nightly", f"{SITE}/PAY-398", "", "for 2 d", "Blocked"),)
HOMES: dict[str, HomeData] = {
    "home": HomeData(
        zone=BERLIN,
        now=TUESDAY,
        real=TUESDAY,
        reach=REACH,
        waiting=(approval(),),
        work=WORK,
        names=NAMES,
        read_at={"jira": TUESDAY},
    ),
    "home-with-nothing-to-do": HomeData(zone=BERLIN, now=TUESDAY, real=TUESDAY, reach=REACH),
    "home-of-a-stranger": HomeData(zone="UTC", now=TUESDAY, real=TUESDAY, reach=None),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_message_reads_as_in_the_gallery(name: str) -> None:
    assert seen(MESSAGES[name]().blocks) == kept(name)


@pytest.mark.parametrize("name", HOMES)
def test_the_home_reads_as_in_the_gallery(name: str) -> None:
    assert seen(home(HOMES[name])["blocks"]) == kept(name)


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_would_take_the_message(name: str) -> None:
    drawn = MESSAGES[name]()
    check_message({"text": drawn.text, "blocks": drawn.blocks})


@pytest.mark.parametrize("name", HOMES)
def test_slack_would_take_the_home(name: str) -> None:
    check_view(home(HOMES[name]))


@pytest.mark.parametrize("name", [*MESSAGES, *HOMES])
def test_nothing_is_praised_shouted_or_noticed(name: str) -> None:
    words = kept(name).lower()
    assert not [word for word in ("!", "i noticed", "great", "well done", "please", "oops", "sorry") if word in words]


@pytest.mark.parametrize("name", MESSAGES)
def test_every_button_asks_for_something_the_listeners_know(name: str) -> None:
    rows = [block["elements"] for block in MESSAGES[name]().blocks if block["type"] == "actions"]
    words = {button["action_id"].partition(":")[0] for row in rows for button in row}
    assert words <= {"approve", "reject", "why", "ask", "post_to_channel"}


def test_a_click_on_approve_names_the_ask_and_what_was_shown() -> None:
    row = MESSAGES["approval"]().blocks[-1]["elements"]
    assert [json.loads(b["value"]) for b in row[:2]] == [{"a": approval().id, "v": approval().payload_hash}] * 2
    assert row[2]["value"] == approval().proposal.id


def test_a_yes_that_cannot_be_taken_back_is_asked_twice() -> None:
    final = approval(proposal=proposal(undo=None))
    assert "confirm" in card(final).blocks[-1]["elements"][0]
    assert "confirm" not in card(approval()).blocks[-1]["elements"][0]
    assert "*Can be undone*\nNo" in card(final).text


def test_what_a_card_shows_anew_has_new_block_ids() -> None:
    shown = [
        {block["block_id"] for block in card(a).blocks} for a in (approval(), answered(ApprovalState.APPROVED), done())
    ]
    assert not shown[0] & shown[1]
    assert not shown[1] & shown[2]


def test_the_text_says_everything_the_blocks_say() -> None:
    drawn = MESSAGES["status"]()
    assert "On track: 18 of 34 points done" in drawn.text
    assert "blocked by INFRA-77" in drawn.text


def kept(name: str) -> str:
    """The text kept for this message; a new one is written by hand, then looked at."""
    return (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")
