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
from bot.views.parts.more import MORE
from models.actions import CloseIssue, PostToOtherChannel, TellAdmins
from models.ids import IssueKey
from models.proposals import Approval, ApprovalState, EffectState, Ending, Objection, Option, Undone
from models.signals import Evidence, Urgency
from tests.bot.views.reading import pressable, seen
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


def closing(number: int) -> Approval:
    """A question about a ticket that is to be closed."""
    key = f"PAY-{number}"
    action = CloseIssue(issue=IssueKey(key), issue_title="", issue_url="", before="In Review", after="Won't do")
    return approval(number, proposal=proposal(action, evidence=()))


def weighed(**changes: Any) -> Approval:
    """A model would rather give it to Noor, and is not sure."""
    load = "Li Wei has 5 points in 2 issues open in this sprint"
    options = (
        Option(
            action=reassign(taker=NOOR),
            pros=("Noor Haddad has nothing open in this sprint.",),
            cons=("Costs a hand-over, since Noor Haddad had PAY-420 before.",),
        ),
        Option(action=reassign(), pros=("Li Wei had the ticket it waits for.",), cons=(f"{load}.",)),
    )
    words = f"{load}, so this leaves little room. I would ask the team who could take it."
    told = proposal(reassign(taker=NOOR), weighed=words, options=options, by_model=True)
    return approval(proposal=replace(told, **changes))


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
        *edited(outcome="PAY-420 got an owner 2026-11-24T08:50Z: Noor Haddad; nothing done.", ending=Ending.CHANGED)
    ),
    "approval-rejected-too-early": lambda: card(no(Objection.TOO_EARLY)),
    "approval-rejected-in-own-words": lambda: card(no(Objection.OTHER, "Li leaves on Friday <!channel>")),
    "approval-weighed": lambda: card(weighed()),
    "approval-weighed-in-few-words": lambda: card(weighed(options=(), by_model=False)),
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
    assert {word.partition(":")[0] for word in words_of(MESSAGES[name]())} <= {*JOBS, *OPENS, BOXES, MORE}


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
    boxes = boxes_of(card(other(7), other(8)))
    values = [option["value"] for option in boxes]
    assert chosen_in({"b": values}) == [(each.id, each.payload_hash) for each in (other(7), other(8))]
    hostile: list[Any] = ["", "[]", '{"a": 1}', None, 7, {"a": "x"}, "[" * 9_999, values[0], values[0]]
    assert chosen_in({"b": hostile, "c": "x", "d": None}) == [(other(7).id, other(7).payload_hash)]


def boxes_of(drawn: Message) -> list[dict[str, Any]]:
    rows = [block["elements"] for block in drawn.blocks if block["type"] == "actions"]
    return [box for row in rows for each in row if each["type"] == "checkboxes" for box in each["options"]]


def test_a_tick_stays_with_its_question_when_the_others_change() -> None:
    ids = [{b["block_id"]: str(b) for b in card(other(7), other(n)).blocks if BOXES in str(b)} for n in (8, 9)]
    kept = ids[0].keys() & ids[1].keys()
    assert len(kept) == 1 and all(other(7).id in each and ids[0][each] == ids[1][each] for each in kept)


def test_a_list_says_its_reason_once_and_each_change_on_one_line() -> None:
    drawn = card(other(7), other(8), other(9))
    assert drawn.text.count("has had no owner since Monday") == drawn.text.count("Can be undone") == 1
    assert [box["text"]["text"] for box in boxes_of(drawn)] == [f"PAY-{n}: unassigned → Li Wei" for n in (7, 8, 9)]
    assert {words_of(drawn).count(each) for each in ("approve", "reject_why", "edit")} == {0}
    assert all(f"PAY-{n}: unassigned → Li Wei" in drawn.text for n in (7, 8, 9))


def test_a_fact_that_is_true_of_all_is_the_reason_and_not_told_of_each() -> None:
    facts = [(Evidence("Without an owner since Tue 17 Nov 09:40"), Evidence(f"{n} points")) for n in (3, 5)]
    drawn = card(*(replace(q, proposal=replace(q.proposal, evidence=f)) for q, f in zip(_two(), facts, strict=True)))
    assert "*Why*: Without an owner since Tue 17 Nov 09:40" in drawn.text and drawn.text.count("Without an owner") == 1
    assert "3 points" in drawn.text and "5 points" in drawn.text


def _two() -> tuple[Approval, Approval]:
    return other(7), other(8)


def test_questions_for_different_reasons_are_no_list() -> None:
    else_why = replace(other(8), decision_rule="another-rule")
    assert BOXES not in words_of(card(other(7), else_why))


def test_what_a_list_says_of_the_lapse_is_true_of_each() -> None:
    sooner = replace(other(8), expires=other(8).expires - timedelta(hours=3))
    assert "the first lapses Wed 15:00" in card(other(7), sooner).text


def test_a_press_of_one_list_answers_nothing_of_another() -> None:
    reassigned, closed = [other(7), other(8)], [closing(3), closing(4)]
    drawn = card(*reassigned, *closed)
    ticked = {b["block_id"]: [b["elements"][0]["options"][0]["value"]] for b in drawn.blocks if BOXES in str(b)}
    presses = [press for press in pressable(drawn.blocks) if press["action_id"] == "several_yes"]
    names = [json.loads(press["value"])["g"] for press in presses]
    ids = [{a for a, _ in chosen_in(ticked, name)} for name in names]
    assert ids == [{each.id for each in reassigned}, {each.id for each in closed}]


def test_every_entry_of_a_line_s_menu_is_a_press_of_its_own_button() -> None:
    question = other(7)
    presses = pressable(card(question, other(8)).blocks)[:5]
    assert [press["action_id"] for press in presses] == ["edit", "ask_later", "ask_later", "ask_later", "why"]
    assert all(question.id in press["value"] for press in presses[:4])
    assert presses[4]["value"] == question.proposal.id


def test_partial_outcomes_are_told_line_by_line() -> None:
    assert told_together([], 3) is None
    told = told_together([("PAY-7", "It lapsed."), ("PAY-8", "It lapsed."), ("", "Unknown."), ("", "Unknown.")], 5)
    assert told == "1 of 5 counted.\nPAY-7: It lapsed.\nPAY-8: It lapsed.\nUnknown."
    assert told_together([("PAY-7", "It lapsed.")], 1) == "It lapsed."


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


# --- what a model makes of it -------------------------------------------------------------------------------------


def test_a_models_reading_stands_apart_from_the_facts() -> None:
    blocks = [block for block in card(weighed()).blocks if block["type"] == "section"]
    why = next(block["text"]["text"] for block in blocks if str(block.get("text", {}).get("text")).startswith("*Why*"))
    reading = [block["text"]["text"] for block in blocks if "What I make of it" in str(block.get("text"))]
    assert "little room" not in why
    assert [text.startswith("*What I make of it, as of Tue 09:30:*") for text in reading] == [True]


def test_what_was_weighed_says_of_when_its_facts_are() -> None:
    asked = weighed().asked_at
    shown = [str(card(weighed(**some)).blocks) for some in ({}, {"weighed": ""}, {"options": ()})]
    assert f"{asked:%H:%M}" == "08:30" and all(text.count("as of Tue 09:30") == 1 for text in shown)
    assert "as of" not in str(card(weighed(weighed="", options=())).blocks)


def test_the_longest_reading_with_the_most_options_is_taken_by_slack() -> None:
    words = "<!channel> & so on " * 60
    options = tuple(Option(action=reassign(), pros=(words,) * 3, cons=(words,) * 3) for _ in range(9))
    drawn = card(weighed(weighed=words, options=options))
    check_message({"text": drawn.text, "blocks": drawn.blocks})
    assert "<!channel>" not in json.dumps(drawn.blocks)


def test_words_change_nothing_of_what_a_button_carries() -> None:
    plain = card(weighed(weighed="", options=(), by_model=False))
    assert _values(card(weighed())) == _values(plain)


def _values(drawn: Message) -> list[str]:
    rows = [block["elements"] for block in drawn.blocks if block["type"] == "actions"]
    return [str(element.get("value")) for row in rows for element in row]


def test_a_post_that_was_made_says_so_once() -> None:
    said = seen(card(wanted_post()).blocks)
    assert "posted in #leadership" in said and "post in" not in said


def wanted_post() -> Approval:
    action = PostToOtherChannel(channel="leadership", headline="We ship", facts=())
    done = {"outcome": "posted in #leadership", "ending": Ending.DONE}
    made = approval(state=ApprovalState.APPROVED, by=DANA, at=TUESDAY, **done)
    return replace(made, proposal=replace(made.proposal, action=action))
