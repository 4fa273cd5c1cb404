"""Only the asker's own words order a change: verb, ticket and what it becomes stand in them, or no card is sent."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from models.events import Reason, Trigger
from models.ids import PersonId, SprintId
from models.work import SprintState
from planner.answer import answer
from planner.asked.converse.known import Known
from planner.asked.converse.routing import proposed
from planner.asked.converse.tools import CHANGES, LOOKS, REFUSED
from planner.asked.requests import Request, Wish
from planner.bounds.worktime import team_calendar
from planner.facts.observe import observe
from planner.words.replies import PlainReply
from tests.planner.asked.converse.talks import desk
from tests.planner.world import DAY, LONG_AGO, NOON, TEAM, constitution, facts, issue, pull_request, sprint
from tests.planner.world import MEMBERS as WHO
from tests.promises.injected import ORDINARY

pytestmark = pytest.mark.anyio

WORK = replace(
    facts(
        issue(1, flagged_since=LONG_AGO, title="Settle refunds nightly"),
        issue(2, None, title="Refund webhooks"),
        issue(3, "bob", blocked_by=("PAY-1",), title="status"),
        issue(4, "kai", title="Login page: fonts"),
        prs=(pull_request(7, issues=("PAY-3",)),),
    ),
    sprints=(sprint(24), sprint(25, state=SprintState.FUTURE, start=NOON + 9 * DAY)),
)
ANN = PersonId("ann")
NEXT = f"id:{SprintId(25)}"


LAW = constitution(team={"members": [{**each, "slack": "UBOB"} if each["id"] == "bob" else each for each in WHO]})
SEEN = observe(WORK, Trigger(team=TEAM, reason=Reason.ASKED, at=NOON), NOON)


def meant(words: str, change: str, ticket: str = "PAY-2", to: str = "", spoken_of: str = "") -> Request | None:
    """What comes of a model that calls for this change when Ann has said ``words``."""
    keys = {str(each.key) for each in WORK.issues}
    zone = team_calendar(LAW, TEAM)
    known = Known(WORK, SEEN, LAW, ANN, public=True, zone=zone, spoken_of=spoken_of, keys=keys)
    found = proposed({"change": change, "ticket": ticket, "to": to}, known, words)
    return found if isinstance(found, Request) else None


ORDERS = (
    ("can you give PAY-2 to Ann?", "assign", "PAY-2", "ann", "ann"),
    ("PAY-2 is too much for me, could you please hand it over to Bob?", "assign", "PAY-2", "Bob", "bob"),
    ("I am off from Monday on. Please give pay 2 to bob, he knows it", "assign", "PAY-2", "bob", "bob"),
    ("let Bob take PAY-2, he has room", "assign", "PAY-2", "bob", "bob"),
    ("I am away, have <@UBOB|bob> handle PAY-2 please", "assign", "PAY-2", "bob", "bob"),
    ("hm, I'll take PAY-2", "assign", "PAY-2", "ann", "ann"),
    ("I'd like Bob to take the refund webhooks", "assign", "PAY-2", "bob", "bob"),
    ("Bob should have the refund webhooks", "assign", "PAY-2", "bob", "bob"),
    ("honestly, PAY-2 should go to Bob", "assign", "PAY-2", "bob", "bob"),
    ("please hand the refund webhooks to Tess", "assign", "PAY-2", "tess", "tess"),
    ("ok then, take bob off PAY-3 please", "unassign", "PAY-3", "", ""),
    ("I cannot finish PAY-2, so move it to the next sprint", "move", "PAY-2", "Sprint 25", NEXT),
    ("we want PAY-2 in sprint 25", "move", "PAY-2", "Sprint 25", NEXT),
    ("kindly throw PAY-2 out of the sprint", "move", "PAY-2", "backlog", "backlog"),
    ("nobody needs PAY-2, can you close it?", "close", "PAY-2", "", ""),
    ("I want PAY-2 closed", "close", "PAY-2", "", ""),
    ("hey, will you please raise the priority of PAY-2 to High?", "priority", "PAY-2", "High", "High"),
    ("PAY-2 should have high priority", "priority", "PAY-2", "High", "High"),
    ("I am through with PAY-2, set it to In Review", "status", "PAY-2", "In Review", "In Review"),
    ("it goes on, so please take the flag off PAY-1", "unflag", "PAY-1", "", ""),
)


@pytest.mark.parametrize(("words", "change", "ticket", "to", "value"), ORDERS)
def test_an_order_with_all_its_parts_becomes_a_request(
    words: str, change: str, ticket: str, to: str, value: str
) -> None:
    request = meant(words, change, ticket, to)
    assert request is not None and request.by_model and not request.perhaps
    assert (request.issue, request.value) == (ticket, value)


@pytest.mark.parametrize(("words", "change", "ticket", "to", "value"), ORDERS)
def test_an_order_of_one_change_is_no_order_of_another_nor_for_another_ticket_or_person(
    words: str, change: str, ticket: str, to: str, value: str
) -> None:
    others = [(each, ticket, to) for each in CHANGES if each != change]
    others += [(change, "PAY-4", to)] + [(change, ticket, who) for who in ("kai", "Medium", "Done") if value]
    others += [(look, ticket, "") for look in LOOKS]
    assert [other for other in others if meant(words, *other) is not None] == []


@pytest.mark.parametrize("words", ORDINARY)
def test_an_ordinary_question_orders_nothing_whatever_a_model_makes_of_it(words: str) -> None:
    for change, ticket, to in product(CHANGES, ("PAY-1", "PAY-3"), ("ann", "bob", "backlog", "High", "Done")):
        assert meant(words, change, ticket, to, spoken_of="PAY-3") is None, (change, ticket, to)
    for task in (*LOOKS, *REFUSED):
        assert meant(words, task, "PAY-3", "ann", spoken_of="PAY-3") is None, task


@pytest.mark.parametrize(
    "words",
    [
        "look at WEB-9 please. close it",
        "I talked about the deploy ticket. Please close it",
        "I talked to Kai about the login fonts. Please close it",
    ],
)
def test_it_is_asked_back_where_the_words_speak_of_another_ticket(words: str) -> None:
    request = meant(words, "close", "PAY-1", spoken_of="PAY-1")
    assert request is None or request.perhaps
    plain = meant("Please close it", "close", "PAY-1", spoken_of="PAY-1")
    assert plain is not None and not plain.perhaps


PERHAPS = (
    ("what about giving PAY-2 to Bob?", "assign", "PAY-2", "bob", "assign PAY-2 to bob"),
    ("should Bob take PAY-2?", "assign", "PAY-2", "bob", "assign PAY-2 to bob"),
    ("if Dana agrees, give PAY-2 to Bob", "assign", "PAY-2", "bob", "assign PAY-2 to bob"),
    ("can you ask Bob to take PAY-2?", "assign", "PAY-2", "bob", "assign PAY-2 to bob"),
    ("Mike said, give PAY-2 to Bob", "assign", "PAY-2", "bob", "assign PAY-2 to bob"),
    ("let Bob take the webhooks, he has room", "assign", "PAY-2", "bob", "assign PAY-2 to bob"),
    ("could the refund webhooks wait for the next sprint?", "move", "PAY-2", "Sprint 25", "move PAY-2 to id:25"),
    ("I drown, could PAY-2 perhaps go into sprint 25?", "move", "PAY-2", "Sprint 25", "move PAY-2 to id:25"),
    ("is it time to close PAY-2?", "close", "PAY-2", "", "close PAY-2"),
    ("it is still early, to close PAY-2", "close", "PAY-2", "", "close PAY-2"),
)  # fmt: skip


@pytest.mark.parametrize(("words", "change", "ticket", "to", "command"), PERHAPS)
async def test_what_only_may_be_an_order_is_asked_back_of_the_asker_and_of_nobody_else(
    words: str, change: str, ticket: str, to: str, command: str
) -> None:
    request, office = meant(words, change, ticket, to), desk(WORK, law=LAW)
    assert request is not None and request.perhaps
    reply = await answer(request, TEAM, office, asker=ANN)
    assert isinstance(reply, PlainReply) and reply.text.startswith("Do you want this: PAY-2")
    assert reply.choices == (("Yes, ask for it", command),)


@pytest.mark.parametrize(
    ("words", "change", "to", "asked"),
    [
        ("PAY-2 is too much for me, give it to somebody who has room", "assign", "bob", "To whom?"),
        ("please find a new owner for PAY-2", "assign", "kai", "To whom?"),
        ("could you raise the priority of PAY-2?", "priority", "High", "Which priority?"),
        ("ok, postpone PAY-2", "move", "backlog", "Where to?"),
        ("well, then reopen PAY-2", "status", "Done", "To which status?"),
        ("Bob is bored, give Bob something to do", "assign", "bob", "Which issue? For example: /pm assign PAY-7 to li"),
    ],
)
async def test_what_an_order_leaves_open_the_asker_is_asked_and_no_model_fills_in(
    words: str, change: str, to: str, asked: str
) -> None:
    request = meant(words, change, "PAY-2", to)
    assert request is not None
    reply = await answer(request, TEAM, desk(WORK, law=LAW), asker=ANN)
    assert isinstance(reply, PlainReply) and reply.text.startswith(asked)


@pytest.mark.parametrize(
    "words",
    [
        "can you give me the status of PAY-2?",
        "don't give PAY-2 to Ann",
        "why did you give PAY-2 to Ann?",
        "who told you to give PAY-2 to Ann?",
        "what does “give PAY-2 to Ann” mean?",
        "> please give PAY-2 to Ann\nis that a good idea?",
        "how do I give PAY-2 to Ann?",
        "give Ann the review of PAY-2",
        "give PAY-2's pull request to Ann",
        "please give Ann the status",
        "give PAY-1 to Ann and PAY-2 to Bob",
        "‘Please give PAY-2 to Ann’ is what it says",
    ],
)
def test_words_of_a_change_that_order_none_of_this_ticket_are_none(words: str) -> None:
    for ticket in ("PAY-2", "PAY-3"):
        assert meant(words, "assign", ticket, "ann") is None


def test_it_is_only_what_is_spoken_of() -> None:
    assert (meant("right, so could you give it to Bob?", "assign", "PAY-2", "bob", "PAY-2")) is not None
    assert (meant("right, so could you give it to Bob?", "assign", "PAY-2", "bob", "PAY-1")) is None
    assert (meant("PAY-1 is late, could you give it to Bob?", "assign", "PAY-2", "bob", "PAY-2")) is None


def test_the_approver_reads_the_very_sentence_that_orders_it() -> None:
    long = f"{'The refunds are in a sad state, as everybody knows. ' * 6}Can you give PAY-2 to Bob? Thank you all."
    request = meant(long, "assign", "PAY-2", "bob")
    assert request is not None and request.typed == "Can you give PAY-2 to Bob?"


@pytest.mark.parametrize(
    ("task", "words", "value"),
    [
        ("cause", "hm, could you find out why PAY-1 is stuck?", "PAY-1"),
        ("cause", "this is odd, get to the bottom of it", "PAY-1"),
        ("pattern", "ok, look into the reviews that stick", "ok, look into the reviews that stick"),
        ("report", "we need a report for the board", ""),
        ("sources", "please put together what Jira and Slack say", "please put together what Jira and Slack say"),
        ("sources", "why does nobody look at PAY-1?", None),
        ("cause", "why is PAY-1 stuck?", None),
        ("report", "did anybody read the report?", None),
    ],
)
def test_only_who_asks_for_a_longer_look_gets_one(task: str, words: str, value: str | None) -> None:
    request = meant(words, task, "PAY-1", "send all to eve", "PAY-1")
    assert (request and request.value) == value and (request is None or request.wish is Wish.DELEGATE)


async def test_a_look_that_only_may_be_wanted_is_asked_back() -> None:
    request = meant("should we investigate why reviews stick?", "pattern")
    assert request is not None and request.perhaps
    reply = await answer(request, TEAM, desk(WORK, law=LAW), asker=ANN)
    assert isinstance(reply, PlainReply)
    assert reply.choices[0][1] == "delegate pattern should we investigate why reviews stick?"
