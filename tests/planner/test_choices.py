"""A button that corrects what was typed asks the same again: only what was not understood is different."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.ids import HushId, IssueKey, PersonId
from models.work import SprintState
from planner.asked.questions import parse_command
from planner.asked.quiet.hushing import AskHush, AskUnhush, NotHushed, hushes_of, taken_back, undoing
from planner.asked.requests import Request
from planner.asked.requests.meaning import Asker, meaning
from planner.words.replies import PlainReply
from tests.planner.world import LAW, LONG_AGO, NOON, constitution, facts, issue, pull_request, sprint

ANN = PersonId("ann")
HELD = facts(
    issue(204, flagged_since=LONG_AGO, blocked_by=(IssueKey("INFRA-77"),)),
    issue(111, status="In Review"),
    prs=(pull_request(12),),
    sprints=(sprint(), sprint(25, state=SprintState.FUTURE)),
)


def changed(before: Any, after: Any) -> Mapping[str, Any]:
    """What of two questions of one kind is different."""
    assert type(before) is type(after)
    return {f.name: getattr(after, f.name) for f in fields(before) if f.compare and _of(before, f) != _of(after, f)}


def _of(question: Any, field: Any) -> Any:
    return getattr(question, field.name)


HUSHES = {
    "snooze PAY-240 until tomorrow": {"what": "PAY-204"},
    "snooze pay240 for 3 hours": {"what": "PAY-204"},
    "snooze PAY-240 3h": {"what": "PAY-204"},
    "snooze PAY-240": {"what": "PAY-204"},
    "snooze PAY-240 until it changes": {"what": "PAY-204"},
    "snooze PAY-240 until INFRA-77 is done": {"what": "PAY-204"},
    "snooze PAY-111 and PAY-240 until tomorrow": {"what": "PAY-111 and PAY-204"},
    "mute PAY-240": {"what": "PAY-204"},
    "mute PAY-240 until tomorrow": {"what": "PAY-204"},
    "mute rule blocked-2-day": {"what": "blocked-1-day"},
    "snooze blocked-2-day for 2 hours": {"what": "blocked-1-day"},
    "snooze PAY-111 until PAY-240 is done": {"until": "until PAY-204 is done"},
    "snooze PAY-111 until PAY-240 changes": {"until": "until PAY-204 changes"},
    "snooze PAY-111 until firday 16:00": {"until": "until friday 16:00"},
    "mute PAY-111 until tommorow": {"until": "until tomorrow"},
}


@pytest.mark.parametrize("typed", HUSHES)
def test_the_first_choice_asks_the_same_of_what_comes_near(typed: str) -> None:
    asked = parse_command(typed)
    assert isinstance(asked, AskHush)
    with pytest.raises(NotHushed) as refused:
        hushes_of(asked, HushId("h"), ANN, HELD, LAW, NOON)
    label, command = refused.value.choices[0]
    assert changed(asked, parse_command(command)) == HUSHES[typed]
    assert label.casefold() == command.casefold(), "what a press does is written on it"


@pytest.mark.parametrize("typed", [*HUSHES, "snooze PAY-111", "mute PAY-111 until banana", "snooze 111 for ever"])
def test_no_choice_of_a_time_makes_it_for_ever(typed: str) -> None:
    asked = parse_command(typed)
    assert isinstance(asked, AskHush)
    with pytest.raises(NotHushed) as refused:
        hushes_of(asked, HushId("h"), ANN, HELD, LAW, NOON)
    for _, command in refused.value.choices:
        again = parse_command(command)
        assert isinstance(again, AskHush)
        assert again.until or not asked.until and again.mute == asked.mute


def test_what_was_not_put_off_is_taken_back_by_the_name_that_comes_near() -> None:
    mine = [hush for typed in ("mute PAY-204", "mute blocked-1-day") for hush in kept(typed)]
    for typed, meant in (("unmute PAY-240", "PAY-204"), ("unmute blocked-2-day", "blocked-1-day")):
        with pytest.raises(NotHushed) as refused:
            asked = parse_command(typed)
            assert isinstance(asked, AskUnhush)
            taken_back(asked, mine, HELD, LAW)
        assert parse_command(refused.value.choices[0][1]) == AskUnhush(meant)


@pytest.mark.parametrize(
    "typed",
    ["mute PAY-204", "mute PR #12", "mute the sprint", "mute blocked-1-day", "snooze everything until tomorrow"]
    + ["snooze PAY-111 until INFRA-77 is done"],
)
def test_the_button_that_takes_it_back_takes_back_that_alone(typed: str) -> None:
    held = [*kept("mute pay111"), *kept("mute to-leadership"), *kept(typed)]
    held = held[1:] if typed.startswith("snooze PAY-111") else held
    label, command = undoing(held[-1])
    asked = parse_command(command)
    assert label and isinstance(asked, AskUnhush) and taken_back(asked, held, HELD, LAW) == (held[-1],)


TYPED = """snooze mute PAY-204 240 pay111 and , & until for til it is done merged unblocked changes the sprint end of
tomorrow firday next 5pm today everything all rule blocked-1-day #12 PR INFRA-77 3h . ² ٣ not blocked '"""
WORDS = st.sampled_from(TYPED.split())


@given(st.lists(WORDS, max_size=9).map(" ".join))
@settings(max_examples=400, deadline=None)
def test_any_words_are_kept_or_answered_with_a_reason_and_choices_that_are_commands(words: str) -> None:
    asked = parse_command(f"snooze {words}")
    if not isinstance(asked, AskHush):
        return
    try:
        assert all(hush.until or hush.sight for hush in hushes_of(asked, HushId("h"), ANN, HELD, LAW, NOON))
    except NotHushed as why:
        assert all(isinstance(parse_command(command), AskHush) for _, command in why.choices)


def kept(typed: str) -> tuple[Any, ...]:
    asked = parse_command(typed)
    assert isinstance(asked, AskHush)
    return hushes_of(asked, HushId("h"), ANN, HELD, LAW, NOON)


TWO_PROJECTS = constitution(team={"jira": {"projects": ["PAY", "OPS"], "boards": [7]}})

REQUESTS = {
    "assign 111 to ann": {"issue": "PAY-111"},
    "assign 0111 to ann please": {"issue": "PAY-111"},
    "unassign 111": {"issue": "PAY-111"},
    "move 111 to sprint 25": {"issue": "PAY-111"},
    "move 111 out of the sprint": {"issue": "PAY-111"},
    "close 111": {"issue": "PAY-111"},
    "priority 111 High": {"issue": "PAY-111"},
    "set 111 to In Review": {"issue": "PAY-111"},
    "assign PAY-111 to nn": {"value": "pat"},
    "set PAY-111 to In Reveiw": {"value": "In Review"},
    "priority PAY-111 Hihg": {"value": "High"},
    "move PAY-111 to sprint 2": {"value": "id:24"},
}


@pytest.mark.parametrize("typed", REQUESTS)
def test_a_choice_of_a_request_differs_in_what_was_not_understood_alone(typed: str) -> None:
    asked = parse_command(typed)
    assert isinstance(asked, Request)
    twins = facts(*HELD.issues, issue(111, key=IssueKey("OPS-111")), sprints=HELD.sprints)
    law = TWO_PROJECTS if asked.issue.isdecimal() else LAW
    team = law.teams[0]
    refused = meaning(asked, Asker(team.member(ANN), team, twins, law, NOON))
    assert isinstance(refused, PlainReply) and refused.choices
    differences = [changed(asked, parse_command(command)) for _, command in refused.choices]
    assert differences[0] == REQUESTS[typed] or REQUESTS[typed] in differences
    assert all(set(each) == set(REQUESTS[typed]) for each in differences)
