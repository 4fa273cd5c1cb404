"""A no to one candidate is a no to them, not to the ticket: the next is proposed, once, until nobody is left."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.actions import Reassign
from models.ids import ApprovalId, PersonId
from models.proposals import Approval, ApprovalState, Objection, Proposal, Verdict
from planner.cycle import run_cycle
from planner.reports.rows import count
from tests.planner.test_stories import Book, desk, look
from tests.planner.world import DAY, HOUR, NOON, TEAM, facts, history, issue

pytestmark = pytest.mark.anyio

STRAY = issue(1, None, unassigned_since=NOON - 3 * HOUR)


def open_book() -> Book:
    """Pat's card of today takes one question more for nothing."""
    return Book(history(open_cards=frozenset({PersonId("pat")})))


async def asked(book: Book, at: int = 0, ticket: object = STRAY) -> list[Proposal]:
    """The questions about an owner that one look asks, ``at`` that hour after noon."""
    now = NOON + at * HOUR
    await run_cycle(look(now), desk(facts(ticket), at=now, book=book))  # type: ignore[arg-type]
    decided = [each for each in book.cycles[-1].decided if each.decision.verdict is Verdict.ASK]
    return [each.proposal for each in decided if isinstance(each.proposal.action, Reassign)]


def taker(proposal: Proposal) -> PersonId:
    assert isinstance(proposal.action, Reassign) and proposal.action.taker is not None
    return proposal.action.taker


def refuse(book: Book, proposal: Proposal, why: Objection = Objection.WRONG_PERSON) -> None:
    no = Approval(
        id=ApprovalId(f"a {proposal.id}"), team=TEAM, proposal=proposal, payload_hash="h", approvers=(PersonId("pat"),),
        state=ApprovalState.REJECTED, asked_at=NOON, expires=NOON + DAY, decision_rule="ask-reassign",
        directives_version="v1", objection=why,
    )  # fmt: skip
    book.known = replace(book.known, wrong=(*book.known.wrong, no))


async def test_after_a_wrong_person_the_next_candidate_is_proposed_once() -> None:
    book = open_book()
    [first] = await asked(book)
    refuse(book, first)
    [second] = await asked(book, 1)
    assert taker(second) != taker(first) and second.id != first.id
    assert await asked(book, 1) == []


async def test_nobody_refused_is_ever_proposed_again_and_at_last_nobody_is() -> None:
    book = open_book()
    refused: list[PersonId] = []
    while proposed := await asked(book, len(refused)):
        refused += [taker(each) for each in proposed]
        refuse(book, proposed[0])
        assert len(refused) < 20, count(len(refused), "card")
    assert len(refused) == len(set(refused)) > 2


async def test_another_spell_without_an_owner_begins_with_everybody() -> None:
    book = open_book()
    [first] = await asked(book)
    refuse(book, first)
    [again] = await asked(book, 5, replace(STRAY, unassigned_since=NOON + HOUR))
    assert taker(again) == taker(first)


async def test_what_somebody_asked_for_themselves_bars_nobody_of_ours() -> None:
    book = open_book()
    [first] = await asked(book)
    book = open_book()
    refuse(book, replace(first, signals=(), asked_by=PersonId("ann")))
    assert [taker(each) for each in await asked(book, 1)] == [taker(first)]
