"""Whoever asked for something hears what came of it, once, however it ended; who answered it themselves knows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from models.hushes import End
from models.ids import PersonId, ProposalId
from models.proposals import AskedIn, Ending, effect_of, undo_of
from models.tables.looks import decisions
from models.tables.queue import jobs
from models.ways import Possible
from planner.asked.pressed.claims import Claim, stands
from planner.asked.pressed.edits import edit_of
from planner.asked.questions import parse_command
from planner.asked.requests import Request, ask_again, came_of, stands_now, take_down
from tests.contracts.stores.conftest import sqlite_databases
from tests.planner.asked.requests.test_story import ALLOWED, ANN, PAT, Office, office
from tests.planner.world import DAY, NOON, TEAM, autonomy, constitution, facts, issue

__all__ = ["office", "sqlite_databases"]

pytestmark = pytest.mark.anyio

THREAD = AskedIn(person=ANN, channel="C1", thread="17.1")
CHANGE = "assign PAY-7 to bob"


async def wants(office: Office, typed: str = CHANGE, place: AskedIn = THREAD) -> None:
    request = parse_command(typed)
    assert isinstance(request, Request)
    await take_down(replace(request, asked_in=place), place.person, TEAM, office.desk)


async def owed(office: Office) -> list[str]:
    """What is planned to be told, and was not before."""
    found = select(jobs.c.payload).where(jobs.c.kind == "outcome").order_by(jobs.c.id)
    named = await office.database.read(lambda c: [row["proposal"] for row in c.execute(found).scalars()])
    records = [await office.ledger.why(ProposalId(name)) for name in named]
    return [words for record in records if record and (words := came_of(record, office.law))]


async def test_nothing_is_owed_while_a_question_waits_or_its_change_is_under_way(office: Office) -> None:
    await wants(office)
    assert await owed(office) == []
    await office.approved()
    assert await owed(office) == []


async def test_what_was_approved_and_done_is_told(office: Office) -> None:
    await wants(office)
    await office.ends(await office.approved(), Ending.DONE, "PAY-7 → Bob")
    assert await owed(office) == ["Done: PAY-7 → Bob. Pat said yes."]


async def test_what_was_approved_and_not_done_is_told_with_the_reason(office: Office) -> None:
    await wants(office)
    words = "PAY-7 changed hands: Kai; nothing done."
    effect = await office.ends(await office.approved(), Ending.CHANGED, words)
    assert await owed(office) == ["Pat said yes, but it was not done: PAY-7 → Bob. PAY-7 changed hands: Kai."]
    approval = await office.ledger.approval(effect.approval) if effect.approval else None
    office.held = facts(issue(7, "kai"))
    assert approval is not None
    again = await ask_again(effect, approval, office.desk)
    assert again is not None and (again.asked_by, again.asked_in) == (PAT, THREAD)


async def test_a_failure_is_told(office: Office) -> None:
    await wants(office)
    await office.ends(await office.approved(), Ending.FAILED, "Bob cannot be assigned.")
    assert await owed(office) == ["Pat said yes, but it was not done: PAY-7 → Bob. Bob cannot be assigned."]


async def test_a_no_is_told(office: Office) -> None:
    await wants(office)
    [asked] = await office.pending()
    await office.ledger.decide(asked.id, by=PAT, approve=False)
    assert await owed(office) == ["Pat said no: PAY-7 → Bob. Nothing was done."]


async def test_that_nobody_answered_is_told_once(office: Office) -> None:
    await wants(office)
    await office.ledger.lapse(NOON + 7 * DAY)
    await office.ledger.lapse(NOON + 8 * DAY)
    said = "Nobody answered in time, so nothing was done: PAY-7 → Bob. Ask again if it still matters."
    assert await owed(office) == [said]


async def test_what_needed_no_yes_is_told_when_it_is_done(office: Office) -> None:
    office.law = constitution(autonomy=autonomy() | {"needs_confirmation": [], "automatic": [ALLOWED]})
    await wants(office)
    first = select(decisions.c.proposal_id)
    effect = await office.ledger.carried_out(str(await office.database.read(lambda c: c.execute(first).scalar())))
    assert effect is not None
    await office.ends(effect.id, Ending.DONE, "PAY-7 → Bob")
    assert await owed(office) == ["Done: PAY-7 → Bob."]


async def test_whoever_said_yes_to_their_own_request_is_told_nothing_more(office: Office) -> None:
    await wants(office, place=replace(THREAD, person=PAT))
    await office.ends(await office.approved(PAT), Ending.DONE, "PAY-7 → Bob")
    assert await owed(office) == []


# --- not as it was asked for -------------------------------------------------------------------------------------


async def edits(office: Office, value: str, by: PersonId = PAT) -> ProposalId:
    """The one pending question is answered with a yes to something else; the id of what that is."""
    [asked] = await office.pending()
    made = await edit_of(asked, value, by, office.desk, Possible())
    assert not isinstance(made, str), made
    return (await office.ledger.edit(made)).proposal.id


async def test_that_an_approver_changed_it_is_told_with_what_it_has_become(office: Office) -> None:
    await wants(office)
    await office.ends(effect_of(await edits(office, "kai")), Ending.DONE, "PAY-7 → Kai")
    assert await owed(office) == ["Done, as Pat changed it: PAY-7 → Kai."]


async def test_the_words_an_approver_changed_are_told_as_they_were_posted(office: Office) -> None:
    await wants(office, "post leadership: we ship on Friday")
    await office.ends(effect_of(await edits(office, "We aim to ship on Friday")), Ending.DONE, "posted in #leadership")
    assert await owed(office) == ["Done, as Pat changed it: a post in #leadership, “We aim to ship on Friday”."]


async def test_a_change_that_was_not_done_is_not_laid_at_the_door_of_whoever_asked(office: Office) -> None:
    await wants(office)
    await office.ends(effect_of(await edits(office, "kai")), Ending.FAILED, "Kai cannot be assigned.")
    said = "Pat changed it and said yes, but it was not done: PAY-7 → Kai. Kai cannot be assigned."
    assert await owed(office) == [said]


async def test_what_was_asked_for_and_then_changed_was_not_withdrawn(office: Office) -> None:
    await wants(office)
    [asked] = await office.pending()
    await edits(office, "kai")
    record = await office.ledger.why(asked.proposal.id)
    assert record is not None and stands_now(record, office.law) == "Pat changed it, and said yes to that."


# --- taken back ----------------------------------------------------------------------------------------------------


async def takes_back(office: Office, by: PersonId, ending: Ending = Ending.DONE) -> None:
    """What Pat has approved is done, and somebody takes it back."""
    effect = await office.approved()
    await office.ends(effect, Ending.DONE, "PAY-7 → Bob")
    await office.asks(by, f"undo {effect}")
    await office.ends(effect_of(undo_of(effect)), ending, "PAY-7 → Ann")


async def test_that_it_was_taken_back_is_told_after_that_it_was_done(office: Office) -> None:
    await wants(office)
    await takes_back(office, PAT)
    assert (await owed(office))[-1] == "Pat took it back: PAY-7 → Ann again."


async def test_a_line_taken_in_the_summary_is_open_again_when_that_is_taken_back(office: Office) -> None:
    await wants(office)
    [asked] = await office.pending()
    await takes_back(office, PAT)
    record = await office.ledger.why(asked.proposal.id)
    assert not stands(Claim(end=End.TAKE, by=ANN, at=NOON, proposal=asked.proposal.id), record)


async def test_an_undo_that_came_to_nothing_leaves_it_done(office: Office) -> None:
    await wants(office)
    await takes_back(office, PAT, Ending.CHANGED)
    assert set(await owed(office)) == {"Done: PAY-7 → Bob. Pat said yes."}


async def test_whoever_took_back_their_own_request_knows(office: Office) -> None:
    await wants(office, place=replace(THREAD, person=PersonId("deb")))
    await takes_back(office, PersonId("deb"))
    assert await owed(office) == []
