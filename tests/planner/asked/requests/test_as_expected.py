"""Words behind a name do not hide it, and what cannot be had is said as what it is: what a person would expect."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from planner.asked.questions import AskStatus
from planner.asked.requests import Request, Wish
from planner.asked.requests.meaning import Asker, meaning
from planner.asked.talk.intents import understood
from planner.asked.topics import AskIssue, AskLost
from planner.words.replies import PlainReply
from tests.planner.asked.converse.test_ordered import LAW, meant
from tests.planner.asked.requests.test_behind import ANN, HELD, TALK
from tests.planner.world import NOON


def told(said: str, subject: str = "") -> Any:
    """What the asker is told, or the one change it means."""
    found = understood(said, replace(TALK, subject=subject))
    assert isinstance(found, Request), found
    return meaning(found, Asker(TALK.team.member(ANN), TALK.team, HELD, LAW, NOON))


def test_a_reason_behind_a_name_is_no_part_of_it() -> None:
    for said in ("can you give PAY-2 to bob, I am swamped", "give PAY-2 to Bob, he knows the rates service"):
        found = understood(said, TALK)
        assert found == Request(Wish.ASSIGN, "PAY-2", "bob" if "bob" in said else "Bob")
        assert not getattr(found, "behind", "?")


@pytest.mark.parametrize(
    "said", ["assign PAY-2 to Bob on Friday", "assign PAY-2 to Bob or Kai", "give 2 to Bob from May"]
)
def test_what_is_more_than_a_name_is_asked_back(said: str) -> None:
    found = understood(said, TALK)
    assert isinstance(found, Request) and found.value == "Bob" and found.behind


@pytest.mark.parametrize(
    ("said", "value"),
    [("set PAY-2 to highest priority", "highest"), ("set PAY-2 to highest", "highest"),
     ("move PAY-2 to high priority", "high"), ("prioritise PAY-2 over PAY-3", ""), ("priority PAY-2 low", "low")],
)  # fmt: skip
def test_a_priority_is_one_whatever_the_verb(said: str, value: str) -> None:
    assert understood(said, TALK) == Request(Wish.PRIORITY, "PAY-2", value)


def test_what_is_put_on_hold_or_moved_to_a_status_goes_into_no_sprint() -> None:
    assert understood("put PAY-2 on hold", TALK) == Request(Wish.SET, "PAY-2", "on hold")
    assert understood("move PAY-2 to In Review", TALK) == Request(Wish.SET, "PAY-2", "in review")
    assert understood("move PAY-2 to sprint 25", TALK) == Request(Wish.MOVE, "PAY-2", "sprint 25")


@pytest.mark.parametrize(
    "said", ["add a ticket for the flaky test", "create a new bug", "please open an issue about it", "file a story"]
)
def test_who_wants_a_ticket_made_hears_that_it_cannot_be_done_here(said: str) -> None:
    reply = told(said)
    assert isinstance(reply, PlainReply) and reply.text.startswith("I cannot create a ticket, whoever asks")


def test_a_ticket_that_is_to_be_moved_is_no_ticket_to_be_made() -> None:
    for said in ("add a ticket to sprint 25", "add a bug PAY-2 to sprint 25", "open tickets"):
        found = understood(said, TALK)
        assert not isinstance(found, Request) or found.wish is not Wish.FORBIDDEN, said


def test_somebody_is_nobody_in_particular() -> None:
    reply = told("give PAY-2 to somebody who has room")
    assert isinstance(reply, PlainReply) and reply.text == "To whom?"


def test_two_orders_are_offered_one_by_one() -> None:
    reply = told("assign PAY-2 to Bob and PAY-3 to Kai")
    assert isinstance(reply, PlainReply) and reply.text == "I do one ticket at a time. Which one first?"
    assert reply.choices == (("PAY-2", "assign PAY-2 to Bob"), ("PAY-3", "assign PAY-3 to Kai"))
    both = told("unassign PAY-3, and close PAY-3")
    assert [command for _, command in both.choices] == ["unassign PAY-3", "close PAY-3"]


def test_a_whole_sentence_that_names_nobody_is_left_to_a_model() -> None:
    found = understood("give PAY-2 to whichever colleague likes refunds", TALK)
    assert isinstance(found, AskLost) and found.subjects == ("PAY-2",)
    assert isinstance(understood("give PAY-2 to zoe", TALK), Request)


@pytest.mark.parametrize("said", ["dont close PAY-2", "stop closing PAY-2", "quit closing PAY-2", "avoid closing PAY-2",
                                  "do not close PAY-2", "never close PAY-2", "please dont close PAY-2"])  # fmt: skip
def test_what_is_not_to_be_done_is_not_asked_back_as_a_wish(said: str) -> None:
    assert meant(said, "close", "PAY-2") is None and isinstance(understood(said, TALK), AskLost)


def test_a_bare_number_is_a_ticket_where_no_sprint_is_called_so() -> None:
    assert understood("2", TALK) == AskIssue("PAY-2")
    assert understood("25", TALK) == AskStatus("25") and understood("sprint 2", TALK) == AskStatus("2")


def test_own_words_are_kept_where_a_ticket_was_called_it() -> None:
    found = understood("close it, thanks", replace(TALK, subject="PAY-2"))
    assert found == Request(Wish.CLOSE, "PAY-2") and getattr(found, "typed", "") == "close it, thanks"
