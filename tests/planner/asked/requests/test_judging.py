"""Nobody is looked into: who wants people judged or compared hears the rule, and nobody else hears the words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.asked.requests import Request, Wish, take_down
from planner.asked.requests.judging import judges_people
from planner.asked.talk.intents import understood
from planner.words.titles import brief, title
from tests.contracts.stores.conftest import sqlite_databases
from tests.planner.asked.requests.test_behind import ANN, TALK
from tests.planner.asked.requests.test_story import Office, office
from tests.planner.world import TEAM

__all__ = ["office", "sqlite_databases"]

pytestmark = pytest.mark.anyio

JUDGING = (
    "investigate why Bob is so slow", "analyse why Kai never reviews anything", "investigate who is the weakest link",
    "delegate pattern who is slow to review", "compare Ann and Bob", "who is the slowest reviewer",
    "who does the least work here", "who is better, Ann or Bob?", "delegate sources Bob's performance",
    "investigate Bob", "is Bob lazy?", "rank the team", "investigate why <@UBOB> is slow with PAY-2",
    "delegate report on how productive Bob is", "who is our best engineer?", "which of us is the least productive?",
    "delegate cause PAY-2 and why Bob is bad at it",
)  # fmt: skip
WORK = (
    "investigate why reviews are slow", "delegate cause PAY-2", "investigate why PAY-2 is slow",
    "what is Bob working on?",
    "delegate sources what Bob said about refunds", "who has PAY-2?", "who is waiting for Bob?", "is the sprint slow?",
    "analyse why the builds never pass", "who reviews PR 7?", "what is the best next step?", "what is worst just now?",
    "give PAY-2 to bob, he is better at it", "who is the best person to ask about refunds?", "is Bob blocked?",
)  # fmt: skip


@pytest.mark.parametrize("said", JUDGING)
def test_to_judge_people_is_refused_by_the_word_for_it(said: str) -> None:
    assert understood(said, TALK) == Request(Wish.FORBIDDEN, value="rank_people")


@pytest.mark.parametrize("said", WORK)
def test_to_ask_about_their_work_is_not(said: str) -> None:
    assert not judges_people(said, TALK.team)
    assert understood(said, TALK) != Request(Wish.FORBIDDEN, value="rank_people")


async def test_a_model_that_asks_for_such_a_look_is_refused_as_well(office: Office) -> None:
    look = Request(
        Wish.DELEGATE, value="why Bob is so slow", place="pattern", typed="why Bob is so slow", by_model=True
    )
    for request in (look, replace(look, typed="please look into it"), replace(look, value="x", perhaps=True)):
        reply = await take_down(request, ANN, TEAM, office.desk)
        assert reply.text.startswith("I cannot rank or compare people")
    assert await office.pending() == []


async def test_the_words_of_a_look_stand_on_the_card_alone(office: Office) -> None:
    said = await office.asks(ANN, "investigate why the payout reviews stick")
    [asked] = await office.pending()
    words = (said, *(each(asked.proposal.action, TEAM, office.law) for each in (title, brief)))
    assert [each for each in words if "payout" in each] == []
    assert said.startswith("Asked Pat to approve: a longer look into a pattern.")
    assert asked.proposal.evidence[0].text == "Ann asked for it: “investigate why the payout reviews stick”"
