"""What a model took somebody's words for is asked for, never done: also where the constitution allows it at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from planner.answer import answer
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


async def test_whoever_says_yes_reads_the_words_it_was_understood_from(office: Office) -> None:
    await asked(office, UNDERSTOOD)
    [question] = await office.pending()
    told = [fact.text for fact in question.proposal.evidence]
    assert told[0] == "Ann asked for it" and question.proposal.by_model
    assert told[-1] == "A model understood it from these words of Ann: “Bob should have the <!channel> one”"
