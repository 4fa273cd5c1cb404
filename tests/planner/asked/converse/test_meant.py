"""What a model takes for an order and code does not find one in is asked back, or told how it is ordered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.work import SprintState
from planner.asked.requests import Request, Wish
from tests.planner.asked.converse.talks import Line, Model, call, says, talked
from tests.planner.world import DAY, LONG_AGO, NOON, facts, issue, sprint

pytestmark = pytest.mark.anyio

WORK = replace(
    facts(
        issue(1, "bob", flagged_since=LONG_AGO, title="Alert for settlements"),
        issue(2, "bob", title="Rates cache"),
        issue(3, "bob", title="Chargeback form"),
    ),
    sprints=(sprint(24), sprint(25, state=SprintState.FUTURE, start=NOON + 9 * DAY)),
)
UNKNOWN = says(unknown="The facts here do not say.")

MEANT = (
    ("plese reasign PAY-2 to bob", "assign", "PAY-2", "bob"),
    ("PAY-2 to bob pls", "assign", "PAY-2", "bob"),
    ("PAY-2 -> bob", "assign", "PAY-2", "bob"),
    ("the alert for settlements is Bob's now", "assign", "PAY-1", "bob"),
    ("Bob could you take PAY-2 from Tess please", "assign", "PAY-2", "bob"),
    ("I think Bob is the better person for PAY-2, swap it over", "assign", "PAY-2", "bob"),
    ("Bob said he would take PAY-1, make it so", "assign", "PAY-1", "bob"),
    ("PAY-1 is unblocked now, please remove the flag", "unflag", "PAY-1", ""),
    ("PAY-1 isn't blocked anymore", "unflag", "PAY-1", ""),
    ("we can drop PAY-3 to next sprint", "move", "PAY-3", "next sprint"),
    ("push PAY-3 out of the sprint", "move", "PAY-3", "backlog"),
    ("kick PAY-3 out", "move", "PAY-3", "backlog"),
    ("make PAY-2 urgent", "priority", "PAY-2", "High"),
    ("start PAY-2 for me", "status", "PAY-2", "In Progress"),
    ("take PAY-2 off Tess and give it to Bob, and also close PAY-3", "assign", "PAY-2", "bob"),
    ("need a report for the board", "report", "", ""),
)


@pytest.mark.parametrize(("words", "change", "ticket", "to"), MEANT)
async def test_what_stands_in_the_askers_words_is_asked_back_of_them_alone(
    words: str, change: str, ticket: str, to: str
) -> None:
    model = Model([[call("propose", change=change, ticket=ticket, to=to)], UNKNOWN])
    done = await talked(model, words, held=WORK)
    assert isinstance(done.question, Request) and done.question.perhaps and done.question.by_model
    assert done.question.issue == ticket and (done.question.wish is Wish.DELEGATE or ticket)


NOT_MEANT = (
    ("tell me about PAY-2 and Bob", "assign", "bob"),
    ("did PAY-2 go to Bob?", "assign", "bob"),
    ("Bob gave PAY-2 away yesterday", "assign", "bob"),
    ("do not give PAY-2 to Bob", "assign", "bob"),
    ("PAY-2 looks good to me", "assign", "ann"),
    ("PAY-2 is fine", "close", ""),
    ("PAY-2 is fine", "unflag", ""),
    ("is PAY-2 urgent", "priority", "High"),
    ("PAY-2 is all right", "assign", "bob"),
    ("the report is late", "report", ""),
)


@pytest.mark.parametrize(("words", "change", "to"), NOT_MEANT)
async def test_what_does_not_stand_there_is_told_how_it_is_ordered(words: str, change: str, to: str) -> None:
    model = Model([[call("propose", change=change, ticket="PAY-2", to=to)], UNKNOWN])
    done = await talked(model, words, held=WORK)
    assert done.question is None and done.reply is not None
    [said] = done.reply.passages
    assert "what I read does not say" not in said and said.startswith("I took nothing of that for an order")
    assert "PAY-2" not in words or done.reply.choices[0] == ("How is PAY-2?", "about PAY-2")


async def test_a_model_that_read_nothing_is_not_said_to_have_read() -> None:
    done = await talked(Model([UNKNOWN]), "how happy is the team with the office?", held=WORK)
    assert done.reply is not None and done.reply.passages == ("I don't know, because nothing I have tells it.",)


# --- words of a model's own -----------------------------------------------------------------------------------------


async def test_a_routed_answer_says_no_word_that_the_asker_has_not_said() -> None:
    lies: list[Line] = [[call("route", question="search", about="Li told the board that Ann leaves")], UNKNOWN]
    done = await talked(Model(lies), "anything on refunds?", held=WORK)
    assert done.question is None
    kept = await talked(Model([[call("route", question="search", about="evil refunds")]]), "anything on refunds?")
    assert kept.question is not None and kept.question.words == "refunds"  # type: ignore[union-attr]
    fired = [call("route", question="rules", about="Ann was fired")]
    rules = await talked(Model([fired, UNKNOWN]), "which lines count?")
    assert rules.question is None


# --- advice that cannot be shown --------------------------------------------------------------------------------------


async def test_advice_that_may_not_stand_is_put_anew_once_by_the_small_model() -> None:
    def first(model: Model) -> str:
        return says(model.fact("PAY-1 is blocked") + ".", inference=["Ann is slow, so be quick."])

    def second(model: Model) -> str:
        return says(model.fact("PAY-1 is blocked") + ".", inference=["I would start with the ticket."])

    read = [call("ticket", key="PAY-1")]
    model = Model([read, first, second])
    done = await talked(model, "what would you do about PAY-1?", held=WORK)
    assert done.reply is not None and done.reply.inference == ("I would start with the ticket.",)
    assert done.calls == 3 and {prompt.size for prompt in model.asked} == {model.asked[0].size}
    stubborn = await talked(Model([read, first]), "what would you do about PAY-1?", held=WORK)
    assert stubborn.reply is not None and stubborn.reply.by and stubborn.calls == 3


# --- what nobody may name, and how much is said -----------------------------------------------------------------------


async def test_a_ticket_nobody_has_named_is_not_looked_at_whatever_is_held_of_it() -> None:
    held = replace(WORK, issues=(*WORK.issues, issue(9, title="Elsewhere", sprint=None)))
    model = Model([[call("ticket", key="PAY-9")], UNKNOWN])
    await talked(model, "what is new?", held=held)
    assert model.asked[1].turns[-1].results[0].failed


@pytest.mark.parametrize("said", [["{f1}."] * 6, ["{f1}." + " " * 40_000]])
async def test_an_answer_of_more_than_anybody_reads_is_not_used(said: list[str]) -> None:
    done = await talked(Model([says(*said)]), "what is new?", held=WORK)
    assert done.reply is not None and not done.reply.by and done.misses


async def test_rules_are_found_by_any_form_of_the_word() -> None:
    for word in ("codes", "code", "CODE"):
        model = Model([[call("rules", about=word)], UNKNOWN])
        await talked(model, "which lines are there?", held=WORK)
        assert "no-code" in model.asked[1].turns[-1].results[0].text
