"""Whoever asks who waits for somebody hears of the questions too that wait for a yes, as far as they may know them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.actions import Unflag
from models.ids import IssueKey, PersonId, ProposalId
from models.proposals import Proposal
from models.signals import Urgency
from planner.words.replies import SheetReply
from tests.planner.test_answer import asked
from tests.planner.test_stories import pending
from tests.planner.world import facts, history, issue

pytestmark = pytest.mark.anyio

WISH = Proposal(
    id=ProposalId("p1"),
    action=Unflag(issue=IssueKey("PAY-1"), issue_title="Pay", issue_url="https://jira.test/browse/PAY-1"),
    because="it goes on",
    evidence=(),
    signals=(),
    urgency=Urgency.MEDIUM,
    rule="asks",
    asked_by=PersonId("bob"),
)
KNOWN = history(pending=(replace(pending(WISH), approvers=(PersonId("ann"),)),))


@pytest.mark.parametrize(("person", "typed"), [("ann", "waiting for me"), ("bob", "waiting for ann")])
async def test_a_request_that_waits_for_a_yes_is_somebody_waiting(person: str, typed: str) -> None:
    reply = await asked(typed, facts(issue(1)), KNOWN, person)
    assert isinstance(reply, SheetReply)
    assert reply.headline.startswith("1 question waits for a yes of Ann. Beyond that nobody waits for Ann")


async def test_others_do_not_hear_of_it() -> None:
    reply = await asked("waiting for ann", facts(issue(1)), KNOWN, "tess")
    assert isinstance(reply, SheetReply) and "question" not in reply.headline
