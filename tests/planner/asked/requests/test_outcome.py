"""Whoever asked for something hears what came of it, once, however it ended; who answered it themselves knows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from models.ids import ProposalId
from models.proposals import AskedIn, Ending
from models.tables import decisions, jobs
from planner.asked.questions import parse_command
from planner.asked.requests import Request, ask_again, came_of, take_down
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
    assert await owed(office) == [f"Pat said yes, but it was not done: PAY-7 → Bob. {words}"]
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
