"""What a model took somebody's words for is asked for, never done: also where the constitution allows it at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.ids import IssueKey
from models.ways import Possible, Transition
from models.work import Progress
from planner.answer import answer
from planner.asked.questions import parse_command
from planner.asked.requests import Request, Wish
from planner.words.replies import PlainReply
from tests.contracts.stores.conftest import sqlite_databases
from tests.planner.asked.requests.test_story import ANN, PAT, Office, office
from tests.planner.world import TEAM, autonomy, constitution

__all__ = ["office", "sqlite_databases"]

pytestmark = pytest.mark.anyio

ALLOWED = constitution(
    autonomy=autonomy() | {
        "automatic": [{"id": "may-assign", "says": "Gives tickets.", "rule": {"allow": "reassign"}}],
        "needs_confirmation": [],
    }
)  # fmt: skip
UNDERSTOOD = Request(Wish.ASSIGN, "PAY-7", "bob", typed="Bob should have the <!channel> one", by_model=True)


async def asked(office: Office, request: Request) -> str:
    reply = await answer(request, TEAM, office.desk, asker=ANN)
    assert isinstance(reply, PlainReply)
    return reply.text


async def test_it_needs_a_yes_where_the_same_command_would_be_done_at_once(office: Office) -> None:
    office.law = ALLOWED
    assert (await asked(office, UNDERSTOOD)).startswith("Asked Pat to approve: PAY-7 → Bob.")
    assert not [effect for effect in await office.ledger.recent() if effect.action.kind == "reassign"]
    assert (await asked(office, replace(UNDERSTOOD, by_model=False))).startswith("Doing it now: PAY-7 → Bob.")


async def test_asking_is_not_the_askers_own_yes(office: Office) -> None:
    reply = await answer(UNDERSTOOD, TEAM, office.desk, asker=PAT)
    assert isinstance(reply, PlainReply) and reply.text.startswith("Confirm it on the card in our direct messages")
    assert len(await office.pending()) == 1


async def test_what_only_may_be_meant_is_asked_back_and_nobody_else_hears_of_it(office: Office) -> None:
    for perhaps, pending in ((True, 0), (False, 1)):
        words = await asked(office, replace(UNDERSTOOD, perhaps=perhaps))
        assert words.startswith("Do you want this: PAY-7 → Bob?") is perhaps
        assert len(await office.pending()) == pending


@pytest.mark.parametrize("typed", ["close PAY-7 once Bob is done", "assign PAY-7 to bob if Kai agrees", "close PAY-7?",
                                   "investigate PAY-7, but only if Bob agrees"])  # fmt: skip
async def test_a_command_with_a_condition_is_asked_back_and_its_button_asks_for_it(office: Office, typed: str) -> None:
    asked_back = await answer(parse_command(typed), TEAM, office.desk, asker=ANN)
    assert isinstance(asked_back, PlainReply) and asked_back.text.startswith("Do you want this: ")
    assert await office.pending() == []
    await office.asks(ANN, asked_back.choices[0][1])
    assert len(await office.pending()) == 1


async def test_whoever_says_yes_reads_the_words_it_was_understood_from(office: Office) -> None:
    await asked(office, UNDERSTOOD)
    [question] = await office.pending()
    told = [fact.text for fact in question.proposal.evidence]
    assert question.proposal.by_model
    assert told[0] == "Ann asked for it. A model understood it from these words: “Bob should have the channel one”"


async def test_what_a_rule_and_a_model_understood_of_one_person_is_one_question(office: Office) -> None:
    await asked(office, UNDERSTOOD)
    again = await office.asks(ANN, "assign PAY-7 to bob")
    [question] = await office.pending()
    assert str(question.proposal.id) in again


async def test_to_close_and_to_set_to_the_same_status_are_one_question(office: Office) -> None:
    done = Transition("1", "Finish", "Done", Progress.DONE, ())
    possible = {IssueKey("PAY-7"): Possible(transitions=(done,))}
    for wish, value in ((Wish.CLOSE, ""), (Wish.SET, "done")):
        await asked(office, Request(wish, "PAY-7", value, possible=possible))
    assert len(await office.pending()) == 1


@pytest.mark.parametrize("other", ["analyse why PAY-7 is stuck", "investigate PAY-7"])
async def test_two_ways_to_want_one_look_are_one_question(office: Office, other: str) -> None:
    await office.asks(ANN, "delegate cause PAY-7")
    await office.asks(ANN, other)
    assert len(await office.pending()) == 1


async def test_of_long_words_their_end_is_read_as_well(office: Office) -> None:
    words = f"assign PAY-7 to bob, he knows {'the settlement and ' * 12}I am away so Kai has said no word on it"
    await asked(office, replace(UNDERSTOOD, typed=words))
    [question] = await office.pending()
    assert question.proposal.evidence[0].text.endswith("I am away so Kai has said no word on it”")
    assert len(question.proposal.evidence[0].text) <= 240
