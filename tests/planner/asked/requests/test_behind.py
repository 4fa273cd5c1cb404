"""Whatever stands behind an order that could change it makes nobody be asked; closed politeness and a reason do not."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from models.ids import PersonId
from models.work import Issue, Progress
from planner.asked.questions import AskSeveral
from planner.asked.requests import Request, Wish
from planner.asked.requests.behind import Behind, behind
from planner.asked.talk.intents import understood
from planner.asked.talk.subjects import Talk
from planner.asked.topics import AskLost
from tests.planner.asked.converse.test_ordered import LAW, WORK, meant
from tests.planner.world import issue

ANN = PersonId("ann")
ISSUES: tuple[Issue, ...] = WORK.issues
HELD = replace(WORK, issues=(*ISSUES, issue(5, status="In Review"), issue(6, status="Done", progress=Progress.DONE)))
TALK = Talk(HELD, LAW, asker=ANN)

ORDERS = {
    "close PAY-2": ("close", ""),
    "unassign PAY-3": ("unassign", ""),
    "unflag PAY-1": ("unflag", ""),
    "remove PAY-3 from the sprint": ("move", "backlog"),
    "remove the flag from PAY-1": ("unflag", ""),
    "give PAY-2 to bob": ("assign", "bob"),
    "assign PAY-2 to Kai": ("assign", "kai"),
    "move PAY-2 to sprint 25": ("move", "Sprint 25"),
    "set PAY-2 to In Review": ("status", "In Review"),
    "mark PAY-2 as Done": ("status", "Done"),
    "priority PAY-2 High": ("priority", "High"),
}
CHANGING = (
    " once Kai is done with it", " if Kai agrees", " when the review is through", " after lunch", " tomorrow",
    ", or should we wait?", "?", "? no", " never", " was wrong", " is what Kai said", ", just kidding",
    " only if QA is happy, otherwise leave it", " unless Bob objects", ", or don't", " if we are late",
    " as soon as Kai is back", ". But only when Kai is done.", " - no, wait", " (if Kai agrees)", " on Friday",
    " on the board view, it is too wide on my screen", " “is what the title says”", "; not yet", " not", " later",
    ", he says no", ", I am joking", " until Kai is back", " provided that Kai agrees", ". Actually, don't.",
    " before the release", ", right?", " … or not", ", but ask Kai first", " and see what happens",
)  # fmt: skip
POLITE = (
    "", ".", "!", " please", ", thanks", " now", " for me please", ", thank you very much!", " :pray:", " 🙏",
    " asap", " if you can", ", please. Thanks!",
)  # fmt: skip
REASONS = (
    ", I am swamped", ", she knows the rates service", " because he has room", " since he is away",
    ". It is a duplicate.", ", I can't do it", " - I have no time", ", it is no longer needed",
)  # fmt: skip


def asks_somebody(question: object) -> bool:
    """Whether a card goes out for it, or it is done at once."""
    parts = question.parts if isinstance(question, AskSeveral) else (question,)
    return any(isinstance(each, Request) and not (each.perhaps or each.behind) for each in parts)


@pytest.mark.parametrize("typed", ORDERS)
def test_words_that_may_change_an_order_make_nobody_be_asked(typed: str) -> None:
    said = [f"{polite}{typed}{tail}" for polite, tail in product(("", "please "), CHANGING)]
    assert [each for each in said if asks_somebody(understood(each, TALK))] == []


@pytest.mark.parametrize("typed", ORDERS)
def test_politeness_and_a_reason_leave_an_order_what_it_is(typed: str) -> None:
    wanted = understood(typed, TALK)
    for said in (f"{typed}{tail}" for tail in (*POLITE, *REASONS)):
        found = understood(said, TALK)
        assert (found, asks_somebody(found)) == (wanted, True), said
    found = understood(f"can you {typed}?", TALK)
    assert (found, asks_somebody(found)) == (wanted, True)


@pytest.mark.parametrize("typed", ORDERS)
def test_what_a_model_points_at_is_judged_by_the_same_words(typed: str) -> None:
    change, to = ORDERS[typed]
    ticket = next(each.key for each in ISSUES if each.key in typed)
    for said in (f"hm, please {typed}{tail}" for tail in CHANGING):
        found = meant(said, change, ticket, to)
        assert found is None or found.perhaps, said


@pytest.mark.parametrize("typed", ORDERS)
def test_a_condition_before_the_order_is_one_as_well(typed: str) -> None:
    change, to = ORDERS[typed]
    ticket = next(each.key for each in ISSUES if each.key in typed)
    for front in ("when Kai is done, ", "once Kai is done, can you ", "as soon as Kai is back, please ", "never "):
        found = meant(f"{front}{typed}", change, ticket, to)
        assert (found is None or found.perhaps) and not asks_somebody(understood(f"{front}{typed}", TALK)), front


@pytest.mark.parametrize(
    ("tail", "found"),
    [
        ("", Behind.NOTHING),
        (", thanks", Behind.NOTHING),
        (", she knows it", Behind.NOTHING),
        ("if Kai agrees", Behind.DOUBT),
        ("on Friday", Behind.DOUBT),
        ("never", Behind.NO),
        (", just kidding", Behind.NO),
    ],
)
def test_what_stands_behind_is_nothing_doubt_or_a_no(tail: str, found: Behind) -> None:
    assert behind(tail) is found


def test_a_no_behind_an_order_is_not_asked_back_as_a_wish() -> None:
    for said in ("close PAY-2 never", "close PAY-2? no", "close PAY-2, just kidding"):
        found = understood(said, TALK)
        assert isinstance(found, AskLost) and found.subjects == ("PAY-2",), said


def test_a_status_whose_name_has_such_words_is_still_its_name() -> None:
    found = understood("set PAY-2 to “Done, or not”", TALK)
    assert found == Request(Wish.SET, "PAY-2", "Done, or not") and asks_somebody(found)
