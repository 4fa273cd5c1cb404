"""What the agent tells of itself comes from its own records, to the one whom it concerns, and to nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked.itself import about_itself
from models.database import Database
from models.directives_file import load
from models.ids import ApprovalId, PersonId, ProposalId, TeamId, named
from models.ledger import Ledger
from models.proposals import Ending, Objection, Outcome, ask_of, effect_of
from models.purse import Purse
from models.store import Store
from models.wording import meanings
from planner.asked.itself import PRIVACY, in_front_of_others, of_the_agent
from planner.asked.questions import AskDirectives
from planner.asked.requests import AskUndo
from planner.asked.talk.intents import tidy, understood
from planner.asked.talk.subjects import Talk
from planner.asked.topics import AskAgent, Of
from planner.reports.constitution import constitution
from planner.words.replies import ListReply, PlainReply
from tests.contracts.stores.values import FakeClock, ask, cycle, handover, proposal
from tests.planner.world import LAW, facts, issue
from tests.world import CONSTITUTION, empty_database

pytestmark = pytest.mark.anyio

GIVEN = load(CONSTITUTION)
TEAM = GIVEN.teams[0]
LI, DANA = PersonId("li"), PersonId("dana")

ASKED = (
    ("what have you done today and why?", Of.DONE),
    ("how much did you cost today", Of.COST),
    ("how much money is left?", Of.COST),
    ("why is claude not answering", Of.COST),
    ("does Dana see what I ask you?", Of.PRIVACY),
    ("is my performance being tracked?", Of.PRIVACY),
    ("who reads my questions?", Of.PRIVACY),
    ("why was my request rejected?", Of.REFUSED),
    ("undo it", Of.UNDO),
    ("undo", Of.UNDO),
)


@pytest.mark.parametrize(("words", "of"), ASKED)
def test_what_is_asked_of_the_agent_is_understood_by_rules(words: str, of: Of) -> None:
    talk = Talk(facts(issue(1)), LAW, PersonId("ann"), "PAY-1")
    assert understood(words, talk) == AskAgent(of)


@pytest.mark.parametrize("words", ["what are you?", "how much is left?", "how are you doing?", "who reviews PAY-1?"])
def test_other_questions_are_left_alone(words: str) -> None:
    assert of_the_agent(tidy(words)) is None
    assert understood("undo 0123456789abcdef0123", Talk(facts(), LAW, PersonId("ann"))) == AskUndo(
        "0123456789abcdef0123"
    )


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[Any]:
    clock = FakeClock()
    file = tmp_path / "pm.db"
    file.write_bytes(empty_database())
    database = Database(f"sqlite:///{file}", clock)
    yield SimpleNamespace(
        ledger=Ledger(database, clock),
        store=Store(database, clock),
        purse=Purse(database),
        clock=clock,
        directives=GIVEN,
        model=object(),
    )
    await database.close()


async def told(app: Any, of: Of, who: PersonId = LI, *, private: bool = True) -> Any:
    return await about_itself(app, AskAgent(of), TEAM, str(TEAM.member(who).slack), private=private)


async def asked_for(app: Any, name: str, *, yes: bool) -> None:
    """Li has asked for a hand-over, and Dana has answered."""
    made = cycle(app.clock, ask(proposal(handover(), name, asked_by=LI), DANA), team=TeamId("payments"))
    await app.ledger.record(made)
    approval = ApprovalId(named("approval", name, made.id))
    await done(app, ask_of(approval))
    objection = None if yes else Objection.TOO_EARLY
    await app.ledger.decide(approval, by=DANA, approve=yes, **({} if yes else {"objection": objection}))
    if yes:
        await done(app, effect_of(ProposalId(name)))


async def done(app: Any, effect: Any) -> None:
    await app.ledger.begin(effect)
    await app.ledger.settle(effect, Outcome(ending=Ending.DONE, words="done"))


async def test_what_it_did_today_is_told_to_those_it_concerns(app: Any) -> None:
    await asked_for(app, "p1", yes=True)
    reply = await told(app, Of.DONE)
    assert isinstance(reply, ListReply) and reply.title == "Today I did 1 thing that concerns you"
    assert "PAY-7" in reply.lines[0] and "you asked for it" in reply.lines[0] and reply.choices[0][1] == "why p1"
    assert isinstance(await told(app, Of.DONE, PersonId("sam")), PlainReply)
    assert await told(app, Of.DONE, private=False) is None
    app.clock.tick(3 * 24 * 3600)
    assert isinstance(await told(app, Of.DONE), PlainReply), "not of today"


async def test_what_may_be_taken_back_is_asked_behind_a_button(app: Any) -> None:
    nothing = await told(app, Of.UNDO)
    assert nothing.choices == () and "nothing" in nothing.text
    await asked_for(app, "p1", yes=True)
    reply = await told(app, Of.UNDO, DANA)
    assert reply.text.startswith("Take this back: ") and reply.choices == (("Take it back", "undo p1"),)


async def test_what_it_costs_is_told_with_the_cap_and_nothing_is_spent_without_a_claude(app: Any) -> None:
    assert (await told(app, Of.COST)).text.startswith(f"Of Claude's money for {TEAM.name} $0.00 of $")
    app.model = None
    assert (await told(app, Of.COST)).text.startswith("Nothing: no Claude")


async def test_who_said_no_to_a_request_and_why_is_told_to_who_asked(app: Any) -> None:
    assert "Nobody has said no" in (await told(app, Of.REFUSED)).text
    await asked_for(app, "p1", yes=False)
    reply = await told(app, Of.REFUSED)
    assert reply.text.startswith("Dana") and "said no to" in reply.text and "too early" in reply.text
    assert reply.choices == (("The whole record", "why p1"),)
    assert "Nobody has said no" in (await told(app, Of.REFUSED, PersonId("sam"))).text


async def test_who_reads_along_is_the_same_for_everybody(app: Any) -> None:
    assert (await told(app, Of.PRIVACY)).text == PRIVACY == in_front_of_others(AskAgent(Of.PRIVACY)).text
    assert "direct message" in in_front_of_others(AskAgent(Of.COST)).text


def test_what_it_does_by_itself_is_told_and_not_the_whole_constitution() -> None:
    asked = understood("what may you do on your own?", Talk(facts(), LAW, PersonId("ann")))
    assert asked == AskDirectives("by myself")
    told = constitution(asked.about, meanings(GIVEN), TEAM.id, GIVEN)  # type: ignore[union-attr]
    assert [name for name, _ in told.sections] == ["What I do by myself"] and len(told.sections[0][1]) > 3
