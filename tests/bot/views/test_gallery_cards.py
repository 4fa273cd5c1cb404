"""Cards whose questions were edited, put off, said no to for a reason, or come several at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.listeners.buttons import JOBS
from bot.listeners.windows import OPENS
from bot.views.approval import approval_card, question_reminder
from bot.views.card.batch import BOXES, chosen_in, told_together
from bot.views.notice import admin_notice
from bot.views.parts.message import Message
from models.actions import PostToOtherChannel, TellAdmins
from models.ids import ApprovalId, IssueKey
from models.proposals import Approval, ApprovalState, EffectState, Ending, Objection, Undone
from models.signals import Urgency
from tests.bot.views.reading import seen
from tests.bot.views.samples import (
    BERLIN,
    CHANNELS,
    DANA,
    NAMES,
    NOOR,
    SITE,
    TUESDAY,
    answered,
    approval,
    done,
    proposal,
    reassign,
)
from tests.bot.views.test_gallery import GALLERY
from tests.contracts.blockkit import check_message

LATER = (("In 3 hours", "3 hours"), ("Tomorrow 10:00", "tomorrow 10:00"), ("Wed 25 Nov 09:00", "2026-11-25T08:00Z"))
AGAIN = TUESDAY + timedelta(hours=24)
DIFF = (
    "--- directives.yaml\n+++ directives.yaml\n@@ -160,4 +160,4 @@\n     - id: confirm-reassign\n"
    "-      says: Reassigning a ticket needs the PM's confirmation.\n-      rule: {ask: reassign, of: pm}\n"
    "+      says: Never reassign.\n+      rule: {never: reassign}\n"
)


def card(*approvals: Approval, halted: bool = False) -> Message:
    return approval_card(approvals, NAMES, BERLIN, CHANNELS, later=LATER, halted=halted)


def other(number: int, **changes: Any) -> Approval:
    """A question about another ticket."""
    key = f"PAY-{number}"
    action = reassign(issue=IssueKey(key), issue_url=f"{SITE}/{key}", issue_title="Retry card payments")
    return approval(number, proposal=proposal(action, evidence=()), **changes)


def no(objection: Objection, note: str = "") -> Approval:
    return answered(ApprovalState.REJECTED, objection=objection, note=note)


def edited(**changes: Any) -> tuple[Approval, Approval]:
    """Dana has given it to Noor instead."""
    old = answered(ApprovalState.SUPERSEDED, note="edited")
    new = replace(done(2), proposal=proposal(reassign(taker=NOOR)), outcome="PAY-420 → Noor Haddad", edits=old.id)
    return old, replace(new, **changes)


FINAL = PostToOtherChannel(channel="leadership", headline="Sprint 24 ships on Friday", facts=())

MESSAGES: dict[str, Callable[[], Message]] = {
    "approval-with-later": lambda: card(approval()),
    "approval-put-off": lambda: card(approval(put_off=AGAIN, put_off_by=DANA)),
    "approval-brought-again": lambda: question_reminder(
        approval(put_off=AGAIN, put_off_by=DANA), NAMES, BERLIN, now=AGAIN, promised=True
    ),
    "approval-edited": lambda: card(*edited()),
    "approval-edited-working": lambda: card(*edited(outcome="", ending=None)),
    "approval-edited-not-done": lambda: card(
        *edited(outcome="PAY-420 got an owner at 09:50, nothing done", ending=Ending.CHANGED)
    ),
    "approval-rejected-too-early": lambda: card(no(Objection.TOO_EARLY)),
    "approval-rejected-in-own-words": lambda: card(no(Objection.OTHER, "Li leaves on Friday <!channel>")),
    "approval-several": lambda: card(other(7), other(8), approval(3, proposal=proposal(FINAL, undo=None))),
    "notice-never-again": lambda: admin_notice(
        TellAdmins(channel="ops", headline="“Never do this” was said 3 times to: reassign.", facts=(), diff=DIFF),
        "p1",
        "tell-admins",
    ),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_the_card_reads_as_in_the_gallery(name: str) -> None:
    assert seen(MESSAGES[name]().blocks) == (GALLERY / f"{name}.txt").read_text(encoding="utf-8").rstrip("\n")


@pytest.mark.parametrize("name", MESSAGES)
def test_slack_would_take_the_card(name: str) -> None:
    drawn = MESSAGES[name]()
    check_message({"text": drawn.text, "blocks": drawn.blocks})


def words_of(drawn: Message) -> list[str]:
    rows = [block["elements"] for block in drawn.blocks if block["type"] == "actions"]
    return [str(element["action_id"]) for row in rows for element in row]


@pytest.mark.parametrize("name", MESSAGES)
def test_every_button_opens_a_window_or_asks_for_a_job(name: str) -> None:
    assert set(words_of(MESSAGES[name]())) <= {*JOBS, *OPENS, BOXES}


def test_a_critical_question_cannot_be_put_off() -> None:
    urgent = approval(proposal=proposal(urgency=Urgency.CRITICAL))
    assert "ask_later" in words_of(card(approval())) and "ask_later" not in words_of(card(urgent))


def test_what_cannot_be_taken_back_is_in_no_batch_and_asks_twice() -> None:
    final = [approval(n, proposal=proposal(FINAL, undo=None)) for n in (1, 2)]
    drawn = card(*final)
    assert BOXES not in words_of(drawn) and "several_yes" not in words_of(drawn)
    rows = [block["elements"][0] for block in drawn.blocks if block["type"] == "actions"]
    assert all("confirm" in first for first in rows) and len(rows) == 2
    assert BOXES in words_of(card(other(7), other(8)))


def test_one_question_of_a_kind_has_no_boxes() -> None:
    assert BOXES not in words_of(card(other(7), approval(3, proposal=proposal(FINAL, undo=None))))


def test_in_shadow_mode_nothing_on_a_card_can_be_pressed() -> None:
    drawn = card(other(7), other(8), done(9), halted=True)
    assert words_of(drawn) == [] and not [block for block in drawn.blocks if "accessory" in block]


def test_a_box_carries_which_question_in_which_version_and_nothing_else_is_believed() -> None:
    boxes = next(b["elements"][0] for b in card(other(7), other(8)).blocks if BOXES in str(b))
    values = [option["value"] for option in boxes["options"]]
    assert chosen_in({"b": values}) == [(each.id, each.payload_hash) for each in (other(7), other(8))]
    hostile: list[Any] = ["", "[]", '{"a": 1}', None, 7, {"a": "x"}, "[" * 9_999, values[0], values[0]]
    assert chosen_in({"b": hostile, "c": "x", "d": None}) == [(other(7).id, other(7).payload_hash)]


def test_the_boxes_change_their_ids_when_the_questions_change() -> None:
    ids = [{b["block_id"] for b in card(*some).blocks if "batch" in b["block_id"]} for some in (_two(), _two(9))]
    assert ids[0] and not ids[0] & ids[1]


def _two(second: int = 8) -> tuple[Approval, Approval]:
    return other(7), other(second)


def test_partial_outcomes_are_told_line_by_line() -> None:
    assert told_together([], 3) is None
    told = told_together([(ApprovalId("a"), "Noor was first."), (ApprovalId("b"), "It lapsed.")], 3)
    assert told == "1 of 3 counted.\nNoor was first.\nIt lapsed."


def test_an_edit_that_is_taken_back_says_so() -> None:
    undone = Undone(state=EffectState.SENT, at=TUESDAY + timedelta(minutes=50), by=DANA, words="")
    assert "*Undone* Tue 10:20 by Dana Ortiz" in card(*edited(undone=undone)).text


def test_twenty_questions_stay_within_a_message_and_its_blocks() -> None:
    check_message(
        {"text": "x", "blocks": card(*(other(n) for n in range(1, 21)), *(done(n) for n in range(30, 45))).blocks}
    )


def test_what_is_typed_in_a_window_is_said_and_json_stays_json() -> None:
    [first, *_] = [b["elements"] for b in card(approval()).blocks if b["type"] == "actions"]
    menu = next(element for element in first if element["action_id"] == "ask_later")
    assert [json.loads(option["value"])["l"] for option in menu["options"]] == [chosen for _, chosen in LATER]
