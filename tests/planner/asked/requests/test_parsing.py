"""A request is understood however it was typed, and nothing else is taken for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.asked.questions import parse_command
from planner.asked.requests import REQUEST_COMMANDS, AskUndo, Request, Wish, parse_request

SEVEN = "PAY-7"


@pytest.mark.parametrize(
    ("typed", "request_"),
    [
        ("assign PAY-7 to li", Request(Wish.ASSIGN, SEVEN, "li")),
        ("/pm assign PAY-7 to Li Wei.", Request(Wish.ASSIGN, SEVEN, "Li Wei")),
        ("please assign pay 7 “li”", Request(Wish.ASSIGN, SEVEN, "li")),
        ("Assign pay‑7 to <@U07LI|li>", Request(Wish.ASSIGN, SEVEN, "<@U07LI|li>")),
        ("assign li to PAY-7", Request(Wish.ASSIGN, SEVEN, "li")),
        ("assign PAY-7 to Tom", Request(Wish.ASSIGN, SEVEN, "Tom")),
        ("give me PAY-7", Request(Wish.ASSIGN, SEVEN, "me")),
        ("unassign the ticket PAY-7", Request(Wish.UNASSIGN, SEVEN)),
        ("assign PAY-7 to nobody", Request(Wish.UNASSIGN, SEVEN)),
        ("move PAY-7 to sprint 25", Request(Wish.MOVE, SEVEN, "sprint 25")),
        ("can you move 420 to the next sprint?", Request(Wish.MOVE, "420", "the next sprint")),
        ("move sprint 25 PAY-7", Request(Wish.MOVE, SEVEN, "sprint 25")),
        ("move PAY-7 to the backlog", Request(Wish.MOVE, SEVEN, "the backlog")),
        ("remove PAY-7 from the sprint", Request(Wish.MOVE, SEVEN, "backlog")),
        ("move <https://acme.test/browse/PAY-7|PAY-7> to 25", Request(Wish.MOVE, SEVEN, "25")),
        ("move to sprint 25", Request(Wish.MOVE, "", "sprint 25")),
        ("close PAY-7!", Request(Wish.CLOSE, SEVEN)),
        ("unflag PAY-7", Request(Wish.UNFLAG, SEVEN)),
        ("please remove the flag from PAY-7", Request(Wish.UNFLAG, SEVEN)),
        ("remove PAY-7's flag", Request(Wish.UNFLAG, SEVEN)),
        ("priority PAY-7 High", Request(Wish.PRIORITY, SEVEN, "High")),
        ("priority of PAY-7 to “High”", Request(Wish.PRIORITY, SEVEN, "High")),
        ("set the priority of PAY-7 to high", Request(Wish.PRIORITY, SEVEN, "high")),
        ("set PAY-7 priority high", Request(Wish.PRIORITY, SEVEN, "high")),
        ("set PAY-7 to In Review", Request(Wish.SET, SEVEN, "In Review")),
        ("set PAY-7 in review", Request(Wish.SET, SEVEN, "in review")),
        ("mark PAY-7 as done", Request(Wish.SET, SEVEN, "done")),
        ("set the status of PAY-7 to Done", Request(Wish.SET, SEVEN, "Done")),
        ("post ops: The API: down.", Request(Wish.POST, value="The API: down.", place="ops")),
        ("post in <#C07|ops>: 1 &lt; 2 &amp; <@U07LI|li>", Request(Wish.POST, value="1 < 2 & li", place="ops")),
        ("delegate cause PAY-7", Request(Wish.DELEGATE, value="PAY-7", place="cause")),
        ("merge PR 7", Request(Wish.FORBIDDEN, value="merge_pull_request")),
        ("undo 0a1b2c", AskUndo("0a1b2c")),
        ("<@U07AGENT> set PAY-7 to Done", Request(Wish.SET, SEVEN, "Done")),
    ],
)
def test_a_request_is_understood_however_it_was_typed(typed: str, request_: Request | AskUndo) -> None:
    assert parse_command(typed) == request_


@pytest.mark.parametrize("typed", ["status", "", "PAY-7", "assigned to whom?", "moving on", "why close", "thanks"])
def test_what_begins_otherwise_is_no_request(typed: str) -> None:
    assert parse_request(typed) is None


@given(st.text())
def test_every_text_is_read_without_an_error(text: str) -> None:
    for verb in ("assign", "move", "post", "set", "delegate", "undo"):
        assert isinstance(parse_request(f"{verb} {text}"), Request | AskUndo)


def test_help_lists_only_requests_that_are_understood() -> None:
    assert all(parse_request(command) is not None for command, _ in REQUEST_COMMANDS)


@pytest.mark.parametrize("words", ["please", "please!", ", thanks", "pls, thank you", "for me please"])
def test_politeness_at_the_end_makes_no_difference_either(words: str) -> None:
    for typed in ("assign 111 to sam", "move PAY-7 to sprint 25", "set PAY-7 to In Review", "close PAY-7"):
        assert parse_request(f"{typed} {words}".replace(" ,", ",")) == parse_request(typed)
