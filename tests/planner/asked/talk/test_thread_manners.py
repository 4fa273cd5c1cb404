"""In a thread we were asked in: what is for us without a mention, by whoever was answered last and by others."""

from __future__ import annotations

import pytest

from planner.asked.talk.intents import understood
from planner.asked.talk.manners import calls_by_name, is_for_us
from tests.planner.asked.talk.test_intents import TALK
from tests.planner.world import LAW

TEAM = LAW.teams[0]


def ours(text: str, *, last: bool) -> bool:
    return is_for_us(understood(text, TALK), text, TEAM, last=last)


@pytest.mark.parametrize("text", ["blockers", "status sprint 24", "what is blocked?", "how is PAY-412 doing?", "mine?"])
def test_a_question_of_anybody_is_answered(text: str) -> None:
    assert ours(text, last=False) and ours(text, last=True)


@pytest.mark.parametrize("text", ["PAY-412", "move PAY-412 to sprint 25", "stop", "snooze PAY-412 until tomorrow"])
def test_what_others_may_say_to_each_other_counts_only_of_whoever_was_answered(text: str) -> None:
    assert not ours(text, last=False) and ours(text, last=True)


@pytest.mark.parametrize("text", ["thanks", "ok thanks", "Bob, what is blocked?", "hey ann: status?", "done, see you"])
def test_thanks_talk_and_what_is_said_to_a_colleague_is_left_alone(text: str) -> None:
    assert not ours(text, last=True) and not ours(text, last=False)


def test_only_a_question_of_whoever_was_answered_is_told_that_we_do_not_know() -> None:
    assert ours("where is the coffee?", last=True)
    assert not ours("where is the coffee?", last=False) and not ours("the coffee is cold", last=True)


def test_a_word_before_a_comma_that_is_nobodys_name_calls_nobody() -> None:
    assert not calls_by_name("so, what is blocked?", TEAM)
    assert calls_by_name("Hi Bob, what is blocked?", TEAM)
