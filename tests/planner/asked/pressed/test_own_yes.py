"""A press is its own approval only where it is the presser's own question, and theirs to answer."""

from __future__ import annotations

import pytest

from models.ids import PersonId
from models.proposals import ApprovalState
from planner.asked.pressed.endings import is_theirs
from planner.asked.requests import Request, Wish, about_change
from planner.words.replies import PlainReply
from tests.contracts.stores.conftest import sqlite_databases
from tests.planner.asked.requests.test_story import Office, office
from tests.planner.world import TEAM, autonomy, constitution, line

__all__ = ["office", "sqlite_databases"]

pytestmark = pytest.mark.anyio

ANN, PAT, DEB = PersonId("ann"), PersonId("pat"), PersonId("deb")


@pytest.mark.parametrize(("presses", "theirs"), [(ANN, False), (PAT, False), (DEB, True)])
async def test_somebody_elses_question_is_not_answered_by_a_press_of_ones_own(
    office: Office, presses: PersonId, theirs: bool
) -> None:
    """Deb may say yes and asked for it; Pat may say yes and did not ask; Ann may not."""
    office.law = constitution(team={"roles": {"pm": ["pat", "deb"]}})
    await office.asks(DEB, "assign PAY-7 to bob")
    [asked] = await office.pending()
    record = await office.ledger.why(asked.id)
    assert record is not None and is_theirs(record, presses, office.law) is theirs


async def taken(office: Office, who: PersonId, *, confirmed: bool = True) -> str:
    reply = await about_change(Request(Wish.ASSIGN, "PAY-7", "bob", confirmed=confirmed), who, TEAM, office.desk, "d1")
    assert isinstance(reply, PlainReply)
    return reply.text


async def test_what_is_confirmed_with_the_wish_is_approved_with_its_record(office: Office) -> None:
    assert (await taken(office, PAT)).startswith("Approved and on its way: PAY-7 → Bob.")
    kinds = [effect.action.kind for effect in await office.ledger.recent()]
    assert kinds == ["reassign"] and await office.pending() == []


@pytest.mark.parametrize("who", [ANN, PersonId("bob")])
async def test_whoever_may_not_say_yes_confirms_nothing(office: Office, who: PersonId) -> None:
    assert (await taken(office, who)).startswith("Asked Pat to approve")
    [asked] = await office.pending()
    assert asked.state is ApprovalState.PENDING


async def test_with_four_eyes_nobody_confirms_their_own_wish(office: Office) -> None:
    rule = line("two-people", {"ask": "reassign", "of": "pm", "four_eyes": True})
    office.law = constitution(autonomy=autonomy() | {"needs_confirmation": [rule]})
    await taken(office, PAT)
    [asked] = await office.pending()
    assert PAT not in asked.approvers or asked.state is ApprovalState.PENDING


async def test_a_wish_that_was_only_typed_is_still_confirmed_on_a_card(office: Office) -> None:
    assert (await taken(office, PAT, confirmed=False)).startswith("Confirm it on the card")
    assert len(await office.pending()) == 1
