"""Eight people, six states of a question, every way to answer: exactly those count that should, the rest is refused
privately, written down, and changes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.jobs.presses.authority import A_COPY, CHANGED, IN_SHADOW, SETTLED, UNKNOWN
from bot.jobs.presses.press import ELSEWHERE
from bot.views.card.batch import MOST_CHOSEN
from models.directives import Mode
from models.directives_file import parse
from models.ids import ApprovalId
from models.proposals import Approval, ApprovalState
from planner.asked.pressed.edits import FOUR_EYES
from tests.bot.jobs.presses.answering import CARD, OTHER, OURS, OUTSIDER, SLACK, Office
from tests.bot.jobs.test_card import LAW, TEAM, House, house
from tests.world import CONSTITUTION

__all__ = ["house"]

pytestmark = pytest.mark.anyio

WHO: dict[str, tuple[str, str]] = {
    "approver": (SLACK["dana"], OURS),
    "deputy": (SLACK["noor"], OURS),
    "requester": (SLACK["li"], OURS),
    "other member": (SLACK["mike"], OURS),
    "guest": (SLACK["sam"], OURS),
    "outsider": (OUTSIDER, OURS),
    "bot": (SLACK["sarah"], OURS),
    "other workspace": (SLACK["dana"], OTHER),
}
COUNTS = {("approver", "pending"), ("deputy", "pending")}
STATES = ("pending", "approved", "rejected", "expired", "superseded", "another version")
WAYS = ("approve", "reject", "ask_later", "reject_why", "edit", "several_yes", "several_no")
NOBODYS = "Only Dana Whitfield or Noor Rahman can answer this. Nothing was done."


@pytest.fixture
async def office(house: House) -> AsyncIterator[Office]:
    opened = Office(house)
    opened.slack.guests.add(SLACK["sam"])
    opened.slack.bots.add(SLACK["sarah"])
    yield opened


def radio(value: str) -> dict[str, Any]:
    return {"type": "radio_buttons", "selected_option": {"value": value}}


async def answers(office: Office, way: str, user: str, team: str, asked: Approval, version: str) -> list[str]:
    """They answer that way; what they are told privately."""
    ids = {"a": asked.id, "v": version}
    match way:
        case "reject_why" | "several_no":
            carried = {"a": asked.id, "q": [[asked.id, version]]}
            return await office.fills(user, way, carried, {"reason": radio("not_needed")}, team=team)
        case "edit":
            return await office.fills(user, way, ids, {"value": radio("sam")}, team=team)
        case "several_yes":
            ticked = {"b": {"pick": {"selected_options": [{"value": json.dumps(ids)}]}}}
            return await office.press(user, way, {"a": "several"}, team=team, state={"values": ticked})
        case "ask_later":
            return await office.press(user, way, ids | {"l": "3 hours"}, team=team)
        case _:
            return await office.press(user, way, ids, team=team)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("state", STATES)
async def test_who_counts_in_which_state_by_which_way(office: Office, state: str, way: str) -> None:
    """One question for all eight, those who count last: nobody before them may have changed it."""
    await known_accounts(office)
    asked = await office.question()
    await office.becomes(asked, state)
    version = "0" * 20 if state == "another version" else asked.payload_hash
    before, planned = await office.now(asked.id), await office.executions()
    for who in sorted(WHO, key=lambda who: (who, state) in COUNTS):
        told = await answers(office, way, *WHO[who], asked, version)
        if (who, state) in COUNTS:
            assert told == [], f"{who}: {told}"
            assert await office.now(asked.id) != before
            break
        assert len(told) == 1, f"{who}: {told}"
        assert await office.now(asked.id) == before and await office.executions() == planned, who
        assert (await office.audited())[-1].startswith(f"{WHO[who][0]} "), "a refusal is written down"
    assert (len(await office.audited()) == 8) is (state != "pending")


@pytest.mark.parametrize("way", WAYS)
async def test_the_deputy_counts_by_every_way(office: Office, way: str) -> None:
    await known_accounts(office)
    asked = await office.question()
    where = ("D2", "2.0") if way in ("approve", "reject", "ask_later") else CARD
    assert where in {(place["channel"], place["ts"]) for place in asked.places}
    assert await answers(office, way, *WHO["deputy"], asked, asked.payload_hash) == []
    assert await office.now(asked.id) != asked


async def known_accounts(office: Office) -> None:
    """The mirror knows everybody's account."""
    await office.house.away(TEAM.members[-1].id, None)


REFUSED: dict[tuple[str, str], str] = {
    ("guest", "pending"): NOBODYS,
    ("outsider", "pending"): NOBODYS,
    ("bot", "pending"): NOBODYS,
    ("other member", "pending"): NOBODYS,
    ("requester", "pending"): NOBODYS,
    ("other workspace", "pending"): ELSEWHERE,
    ("approver", "approved"): "Noor Rahman already approved this on Fri 12:00.",
    ("deputy", "rejected"): "Noor Rahman already rejected this on Fri 12:00.",
    ("outsider", "approved"): SETTLED,
    ("approver", "expired"): "This lapsed on Tue 12:00 without an answer, so nothing was done.",
    ("approver", "superseded"): "This was withdrawn because the situation changed. Nothing was done.",
    ("approver", "another version"): CHANGED,
}


@pytest.mark.parametrize(("who", "state"), REFUSED)
async def test_each_is_told_the_first_thing_that_is_wrong(office: Office, who: str, state: str) -> None:
    asked = await office.question()
    await office.becomes(asked, state)
    version = "0" * 20 if state == "another version" else asked.payload_hash
    assert await answers(office, "approve", *WHO[who], asked, version) == [REFUSED[who, state]]


async def test_a_press_on_a_copy_elsewhere_does_not_count_and_one_on_the_deputys_card_does(office: Office) -> None:
    asked = await office.question()
    value = {"a": asked.id, "v": asked.payload_hash}
    for place in (("C9", "1.0"), (CARD[0], "7.7"), ("", "")):
        assert await office.press(SLACK["dana"], "approve", value, place=place) == [A_COPY]
    assert await office.press(SLACK["noor"], "approve", value, place=("D2", "2.0")) == []


@pytest.mark.parametrize("what", ["guests", "bots", "gone"])
@pytest.mark.parametrize("way", WAYS)
async def test_an_approver_whom_slack_does_not_know_as_a_full_member_now_does_not_count(
    office: Office, way: str, what: str
) -> None:
    asked = await office.question()
    getattr(office.slack, what).add(SLACK["dana"])
    assert await answers(office, way, SLACK["dana"], OURS, asked, asked.payload_hash) == [NOBODYS]
    assert await office.now(asked.id) == asked


@pytest.mark.parametrize("way", WAYS)
async def test_whoever_has_lost_the_role_since_they_were_asked_does_not_count(office: Office, way: str) -> None:
    asked = await office.question()
    team = TEAM.model_copy(update={"roles": {**TEAM.roles, "pm": (TEAM.roles["deputy_pm"][0],)}})
    office.law = LAW.model_copy(update={"teams": (team,)})
    told = await answers(office, way, SLACK["dana"], OURS, asked, asked.payload_hash)
    assert told == ["Only Noor Rahman can answer this. Nothing was done."]
    assert await office.now(asked.id) == asked


async def test_what_is_not_on_record_is_not_answered(office: Office) -> None:
    for value in ({"a": "nothing", "v": "x"}, {"a": "", "v": ""}, {"a": "x" * 9_000, "v": "y"}):
        assert await office.press(SLACK["dana"], "approve", value) == [UNKNOWN]


@pytest.mark.parametrize("value", ["", "x", 7, [], {"a": 1}, {"v": "x"}, None])
async def test_a_press_that_cannot_be_read_does_nothing_and_breaks_nothing(office: Office, value: object) -> None:
    asked = await office.question()
    assert await office.press(SLACK["dana"], "approve", value) == []
    assert await office.now(asked.id) == asked


@pytest.mark.parametrize("way", WAYS)
async def test_in_shadow_mode_an_old_cards_button_does_nothing(office: Office, way: str) -> None:
    asked = await office.question()
    shadow = TEAM.model_copy(update={"mode": Mode.SHADOW})
    office.law = LAW.model_copy(update={"teams": (shadow,)})
    told = await answers(office, way, SLACK["dana"], OURS, asked, asked.payload_hash)
    assert told[0].endswith(IN_SHADOW) and await office.now(asked.id) == asked


async def test_fifty_presses_of_two_people_at_once_are_one_execution_and_the_others_hear_who_was_first(
    office: Office,
) -> None:
    asked = await office.question()
    value = {"a": asked.id, "v": asked.payload_hash}
    offices = [Office(office.house, office.slack) for _ in range(50)]
    people = [SLACK["dana"], SLACK["noor"]] * 25
    told = await asyncio.gather(*(each.press(who, "approve", value) for each, who in zip(offices, people, strict=True)))
    ended = await office.now(asked.id)
    first = next(m for m in TEAM.members if m.id == ended.by)
    counted = [who for who, words in zip(people, told, strict=True) if not words]
    assert set(counted) == {first.slack} and await office.executions() == 1
    assert {words for said in told for words in said} <= {f"{first.name} already approved this on Fri 12:00."}


async def test_a_second_try_of_what_counted_says_nothing(office: Office) -> None:
    asked = await office.question()
    value = {"a": asked.id, "v": asked.payload_hash}
    assert await office.press(SLACK["dana"], "approve", value) == []
    assert await office.press(SLACK["dana"], "approve", value, attempts=2) == []


async def test_several_are_decided_each_by_itself(office: Office) -> None:
    asked = await office.question()
    ticked = [{"value": json.dumps({"a": a, "v": asked.payload_hash})} for a in (asked.id, "gone")]
    state = {"values": {"b": {"pick": {"selected_options": ticked}}}}
    told = await office.press(SLACK["dana"], "several_yes", {"a": "several"}, state=state)
    assert told == [f"1 of 2 counted.\n{UNKNOWN}"]
    assert (await office.now(asked.id)).state is ApprovalState.APPROVED


@pytest.mark.parametrize("way", ["several_yes", "several_no"])
async def test_of_what_is_ticked_no_more_is_answered_than_a_list_can_hold(office: Office, way: str) -> None:
    ids = [{"a": f"gone{n}", "v": "v"} for n in range(MOST_CHOSEN + 2)]
    if way == "several_no":
        carried = {"q": [list(each.values()) for each in ids]}
        told = await office.fills(SLACK["dana"], way, carried, {"reason": radio("not_needed")})
    else:
        state = {"values": {"b": {"pick": {"selected_options": [{"value": json.dumps(each)} for each in ids]}}}}
        told = await office.press(SLACK["dana"], way, {"a": "several"}, state=state)
    assert told == [f"0 of {MOST_CHOSEN} counted.\n{UNKNOWN}"]


async def test_of_several_each_line_says_which_question_did_not_count(office: Office) -> None:
    asked = await office.question()
    ids = [[asked.id, "0" * 20], ["gone", "v"]]
    told = await office.fills(SLACK["dana"], "several_no", {"q": ids}, {"reason": radio("not_needed")})
    assert told == [f"0 of 2 counted.\nPAY-1: {CHANGED}\n{UNKNOWN}"]
    told = await office.fills(OUTSIDER, "several_no", {"q": ids}, {"reason": radio("not_needed")})
    assert told == [f"0 of 2 counted.\n{CHANGED}\n{UNKNOWN}"], "a stranger learns nothing"


async def test_for_what_is_never_done_without_a_yes_slack_is_asked_live_who_answers(office: Office) -> None:
    text = {"never": ["reassign"], "unless_approved_by": "pm"}
    asked = await office.question()
    assert office.slack.forgotten == []
    office.law = never(text)
    await office.press(SLACK["dana"], "approve", {"a": asked.id, "v": asked.payload_hash})
    assert office.slack.forgotten == [SLACK["dana"]]


def never(rule: dict[str, Any]) -> Any:
    text = CONSTITUTION.read_text(encoding="utf-8")
    return parse(text.replace("{ask: reassign, of: pm}", "{never: reassign, unless_approved_by: pm}"), "d")


async def test_an_approval_id_that_is_anything_leaves_the_record_alone(office: Office) -> None:
    asked = await office.question()
    for hostile in ([], {}, 7, None, "\x00", "a" * 10_000, [["x"]], {"q": "y"}):
        await office.fills(SLACK["dana"], "reject_why", {"a": hostile, "q": hostile}, {"reason": radio("never")})
        await office.fills(SLACK["dana"], "edit", {"a": hostile, "v": hostile}, {"value": radio("sam")})
    assert await office.now(ApprovalId(asked.id)) == asked


@pytest.mark.parametrize("way", WAYS)
async def test_with_four_eyes_whoever_asked_for_it_does_not_count_and_their_deputy_does(
    office: Office, way: str
) -> None:
    """Dana asked for it herself; the card had reached her before the line was written."""
    await known_accounts(office)
    office.house.asked_by = TEAM.members[0].id
    asked = await office.question()
    office.law = four_eyes()
    told = await answers(office, way, SLACK["dana"], OURS, asked, asked.payload_hash)
    assert told == ["Only Noor Rahman can answer this. Nothing was done."]
    assert await office.now(asked.id) == asked
    if way == "edit":  # whoever changes it would say yes to their own
        assert await answers(office, way, SLACK["noor"], OURS, asked, asked.payload_hash) == [FOUR_EYES]


def four_eyes() -> Any:
    text = CONSTITUTION.read_text(encoding="utf-8")
    return parse(text.replace("{ask: reassign, of: pm}", "{ask: reassign, of: pm, four_eyes: true}"), "d")
