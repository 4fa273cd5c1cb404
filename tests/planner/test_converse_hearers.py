"""Nothing enters a conversation with a model that its asker may not hear, and no ticket that only others name."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.actions import Reassign, RemindPerson
from models.events import Reason, Trigger
from models.found import FoundIssue, FoundMessage
from models.ids import AccountId, ApprovalId, EffectId, IssueKey, PersonId, SlackUserId
from models.proposals import Approval, ApprovalState, EffectState
from models.standing import Living
from models.work import Absence, Progress
from planner.asked.converse.outside import Searched
from planner.asked.topics import AskSearch, Where
from planner.detect import detect
from planner.facts.observe import observe
from planner.hearers.discretion import is_private
from planner.prompts.talking import Said
from planner.reports.summaries import item_of
from planner.words.replies import TalkReply
from tests.planner.asked.converse.talks import (
    WORK,
    Model,
    Shelf,
    call,
    desk,
    results,
    says,
    talked,
)
from tests.planner.test_answer import PROPOSAL, record
from tests.planner.world import DAY, LAW, LONG_AGO, NOON, TEAM, facts, history, issue, people, pull_request, signal

pytestmark = pytest.mark.anyio

GIVEN = Reassign(
    issue=IssueKey("PAY-1"), issue_title="Title 1", issue_url="", giver=None, taker=PersonId("bob")
)  # fmt: skip
# --- who may hear what ------------------------------------------------------------------------------------------

PILED = facts(issue(1, "bob", flagged_since=LONG_AGO), prs=tuple(pull_request(n) for n in range(1, 7)))


async def test_what_only_one_role_is_told_is_not_among_the_facts_wherever_it_is_asked() -> None:
    trigger = Trigger(team=TEAM, reason=Reason.ASKED, at=NOON)
    private = [each for each in detect(observe(PILED, trigger, NOON), LAW).signals if is_private(each, LAW)]
    assert private
    for public in (True, False):
        model = Model([[call("report", what="findings"), call("person", person="bob")], says("{f1}.")])
        await talked(model, held=PILED, public=public)
        told = "\n".join(results(model).values())
        assert not [signal for signal in private if signal.headline.rstrip(".") in told]
        assert "PAY-1 has been blocked" in told and "Bob has PAY-1" in told


@pytest.mark.parametrize("public", [True, False])
async def test_that_somebody_is_away_is_not_told_where_others_read_it(public: bool) -> None:
    away = people(bob=Absence(reason="on holiday", until=NOON + timedelta(days=3)))
    model = Model([[call("person", person="bob")], says("{f1}.")])
    await talked(model, held=replace(WORK, people=tuple(away.values())), public=public)
    assert ("Bob is away" in str(results(model))) is not public


async def test_a_search_is_asked_of_the_library_and_its_words_are_quoted_as_others() -> None:
    wrote = FoundMessage(
        channel="C1",
        channel_name="pay",
        ts="1.0",
        text="we ship <!channel> on Friday",
        at=NOON,
        author=SlackUserId("U1"),
    )
    found = FoundIssue(
        key=IssueKey("PAY-9"), title="3DS", url="https://jira.test/browse/PAY-9", status="Done",
        progress=Progress.DONE, assignee=AccountId("acc-bob"),
    )  # fmt: skip
    shelf = Shelf(Searched((found,), (wrote,)))
    model = Model([[call("search", words="3ds", where="slack")], lambda m: says(m.fact("we ship") + ".")])
    done = await talked(model, shelf=shelf)
    assert shelf.asked == [AskSearch("3ds", Where.SLACK)]
    rows = results(model)["c-search-2"].splitlines()
    assert [row for row in rows if '"from":"others"' in row and "\\u003c!channel\\u003e" in row]
    assert done.reply is not None and done.reply.passages[0].startswith(
        "Somebody wrote in #pay on Wed 18 Nov 12:00: “we"
    )
    assert "Bob has PAY-9" in str(rows)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"assignee": AccountId("acc-bob"), "assignee_name": "Robert"}, "Bob has PAY-9"),
        ({"unassigned": True}, "nobody has PAY-9"),
        ({"assignee": AccountId("acc-carla"), "assignee_name": "Carla"}, "PAY-9 is with “Carla”"),
        ({"assignee_name": "Carla"}, "PAY-9 is with “Carla”"),
        ({}, ""),
    ],
)
async def test_of_an_owner_a_search_says_only_what_it_was_told(told: dict[str, Any], said: str) -> None:
    ticket: dict[str, Any] = {"key": IssueKey("PAY-9"), "title": "3DS", "url": "https://jira.test/browse/PAY-9"}
    found = FoundIssue(**ticket | {"status": "Done", "progress": None, "assignee": None} | told)
    model = Model([[call("search", words="3ds", where="jira")], says("{f1}.")])
    await talked(model, shelf=Shelf(Searched((found,))))
    [*owners] = re.findall(r"[^\"]*(?: has PAY-9|PAY-9 is with)[^\"]*", results(model)["c-search-2"])
    assert owners == ([said] if said else [])


async def test_a_ticket_that_only_others_words_name_cannot_be_looked_at() -> None:
    held = facts(issue(1, title="see PAY-5"), issue(5, sprint=None))
    model = Model([[call("ticket", key="PAY-1")], [replace(call("ticket", key="PAY-5"), id="second")], says("{f1}.")])
    await talked(model, held=held)
    assert "see PAY-5" in results(model)["c-ticket-1"]
    assert results(model)["second"] == "'PAY-5' is no ticket that was given to you."


SENT = Living(effect=EffectId("e1"), action=RemindPerson(person=PersonId("ann"), items=(item_of(signal()),)), at=NOON)
PENDING = Approval(
    id=ApprovalId("a1"), team=TEAM, proposal=replace(PROPOSAL, action=GIVEN, asked_by=PersonId("ann")),
    payload_hash="h", approvers=(PersonId("pat"),), state=ApprovalState.PENDING, asked_at=NOON, expires=NOON + DAY,
    decision_rule="r", directives_version="v1",
)  # fmt: skip


@pytest.mark.parametrize("public", [True, False])
async def test_what_is_on_record_is_told_only_as_far_as_it_may_be_read_there(public: bool) -> None:
    at = desk(known=history(living=(SENT,), pending=(PENDING,)), e1=record(effect=EffectState.SENT))
    model = Model([[call("memory", about="PAY-1"), replace(call("memory", about=""), id="all")], says("{f1}.")])
    await talked(model, at=at, public=public)
    told = str(results(model))
    assert ("Message to Ann about PAY-1" in told) is not public
    assert ("waits for Pat since" in told) is not public


async def test_a_question_of_others_that_waits_is_theirs_to_know() -> None:
    others = replace(PENDING, proposal=replace(PENDING.proposal, asked_by=PersonId("bob")))
    model = Model([[call("memory", about="")], says("{f1}.")])
    await talked(model, at=desk(known=history(pending=(others,))), public=False)
    assert results(model)["c-memory-1"] == "Nothing is on record that you may be told here."


async def test_the_constitution_is_quoted_by_the_name_of_its_line() -> None:
    model = Model([[call("rules", about="code")], lambda m: says(m.fact("the rule no-code") + ".")])
    done = await talked(model)
    assert done.reply is not None and done.reply.passages == ("The rule no-code says “It writes no code.”.",)


async def test_what_was_said_before_is_shown_as_data_and_whose_it_was() -> None:
    model = Model([says("{f1}.")])
    await talked(model, before=[Said(False, "who has\nPAY-1?"), Said(True, "Ann has it.")], spoken_of="PAY-1")
    words = model.asked[0].turns[0].text
    assert '{"them":"who has PAY-1?"}\n{"us":"Ann has it."}' in words
    assert "Spoken of last: PAY-1." in words


async def test_a_reply_is_of_facts_alone_when_nothing_is_read() -> None:
    done = await talked(Model([lambda m: says(m.fact("Sprint 24 ends") + ".")]))
    assert isinstance(done.reply, TalkReply) and done.reply.passages == ("Sprint 24 ends Fri 27 Nov 17:00.",)
