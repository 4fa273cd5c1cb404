"""Tickets are thought away, and forecasts asked after, in plain words and without a model."""

from __future__ import annotations

import time

import pytest

from planner.asked.questions import AskSeveral, parse_command
from planner.asked.requests import Request, Wish
from planner.asked.talk.intents import understood
from planner.asked.topics import AskIssue, AskLost
from planner.asked.whatif import AskForecast, AskHitRate, without_of
from tests.planner.asked.talk.test_intents import TALK

ONE, TWO = AskForecast(without=("PAY-111",)), AskForecast(without=("PAY-111", "PAY-112"))

MEANT = [
    ("What if we drop PAY-111?", ONE),
    ("what happens if we take out PAY-111", ONE),
    ("what if I removed ticket PAY-111 from the sprint?", ONE),
    ("without PAY-111?", ONE),
    ("and without PAY-111?", ONE),
    ("what about without pay-111", ONE),
    ("drop PAY-111", ONE),
    ("drop PAY-111 and PAY-112", TWO),
    ("leave out PAY-111, PAY-112", TWO),
    ("what if we drop PAY-111 and PAY-112?", TWO),
    ("will we make it without PAY-111 and PAY-112?", TWO),
    ("what are the odds without PAY-111 and PAY-112?", TWO),
    ("can we still make Friday if we drop PAY-111?", ONE),
    ("if we drop PAY-111, will we finish?", ONE),
    ("what if we move PAY-111 to the next sprint?", ONE),
    ("dropping PAY-111?", ONE),
    ("without #111?", AskForecast(without=("111",))),
    ("will sprint 24 be done without PAY-111", AskForecast("24", without=("PAY-111",))),
    ("forecast without PAY-111", ONE),
    ("odds?", AskForecast()),
    ("what are the odds?", AskForecast()),
    ("chances of making it?", AskForecast()),
    ("how likely is it we finish?", AskForecast()),
    ("how likely is it that we will make it?", AskForecast()),
    ("what would help?", AskForecast()),
    ("what would help us finish in time?", AskForecast()),
    ("what is your hit rate?", AskHitRate()),
    ("hit rate?", AskHitRate()),
    ("how often were you right?", AskHitRate()),
    ("how good are your forecasts?", AskHitRate()),
    ("can we trust your forecast?", AskHitRate()),
]


@pytest.mark.parametrize(("said", "question"), MEANT)
def test_it_is_understood_without_a_model(said: str, question: object) -> None:
    assert understood(said, TALK) == question


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("forecast without PAY-111", ONE),
        ("forecast without PAY-111 and PAY-112?", TWO),
        ("forecast sprint 24 without PAY-111", AskForecast("24", without=("PAY-111",))),
        ("forecast if we drop PAY-111", ONE),
        ("forecast sprint 24", AskForecast("24")),
    ],
)
def test_the_command_takes_them_too(typed: str, question: AskForecast) -> None:
    assert parse_command(typed) == question


def test_an_order_stays_an_order_and_a_question_about_something_else_stays_one() -> None:
    removed = understood("remove PAY-412 from the sprint", TALK)
    assert isinstance(removed, Request) and removed.wish is Wish.MOVE
    assert understood("who is on PAY-412?", TALK) == AskIssue("PAY-412")
    assert isinstance(understood("why did they drop PAY-111?", TALK), AskLost)
    assert isinstance(understood("without a doubt", TALK), AskLost)


def test_beside_another_question_both_are_answered() -> None:
    found = understood("what is blocked? and what if we drop PAY-111?", TALK)
    assert isinstance(found, AskSeveral) and found.parts[1] == ONE


def test_at_most_ten_tickets_are_thought_away_each_once() -> None:
    many = " and ".join(f"PAY-{n}" for n in (*range(12), 3))
    found = without_of(f"without {many}")
    assert found is not None and found.things == tuple(f"PAY-{n}" for n in range(10))


@pytest.mark.parametrize("said", ["we dropped PAY-111 yesterday", "we drop PAY-111", "I skipped PAY-111"])
def test_a_statement_is_no_question(said: str) -> None:
    assert not isinstance(understood(said, TALK), AskForecast)


@pytest.mark.parametrize("said", ["without pay-1 " * 400, "without " + "pay-1 " * 700 + "x", "what if we drop " * 300])
def test_long_words_are_read_in_no_time(said: str) -> None:
    began = time.perf_counter()
    without_of(said)
    assert time.perf_counter() - began < 0.5
