"""What people ask of the facts is told from them: when it ends, what nobody has, what somebody does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.ids import AccountId, IssueKey
from models.work import Facts
from planner.words.replies import PlainReply, Reply, SeveralReply, SheetReply
from tests.planner.reports.believable import ask, closed, work
from tests.planner.reports.test_answers import sheet, told
from tests.planner.world import DAY, NOON, facts, issue, pull_request, sprint

pytestmark = pytest.mark.anyio


async def says(text: str, held: Facts | None = None) -> Reply:
    return await ask(text, held, said=True)


@pytest.mark.parametrize(
    "text", ["when does the sprint end?", "how many days are left?", "how many points are left?", "left"]
)
async def test_when_it_ends_and_how_much_is_left_is_one_answer(text: str) -> None:
    assert sheet(await says(text)).headline == (
        "Sprint 24 ends Fri 27 Nov 17:00 (the team’s time): 7 working days left, counting today. "
        "19 points and 5 issues left: 10 of 29 points done."
    )


async def test_a_sprint_without_an_end_or_over_says_so() -> None:
    endless = work(sprints=(replace(sprint(24), end=None),))
    assert sheet(await says("when does the sprint end?", endless)).headline.startswith(
        "Sprint 24 has no end in Jira. 19"
    )
    reply = await says("when does sprint 23 end?", work(sprints=(closed(23), sprint(24))))
    assert isinstance(reply, PlainReply) and "is over" in reply.text


async def test_what_nobody_has_is_told_with_how_long_already() -> None:
    reply = sheet(await says("which tickets have no owner?"))
    assert reply.headline == "1 issue of the running sprint has no owner."
    assert told(reply)[""] == [("PAY-3", "", "To Do, no owner for 3 working hours")]
    everything = facts(issue(1, "ann"))
    assert sheet(await says("unowned", everything)).headline == "Every open issue has an owner."


async def test_what_somebody_works_on_is_their_open_tickets_and_what_waits_for_them() -> None:
    reply = sheet(await says("what is Bob working on?"))
    assert reply.headline == "Bob has 2 open issues of the running sprint."
    assert [(key, why) for key, _, why in told(reply)["Issues"]] == [
        ("PAY-2", "In Progress for 2 working hours"),
        ("PAY-6", "To Do for 1 working hour"),
    ]


# --- blocked, and Jira does not say by what --------------------------------------------------------------------------

FLAGGED = facts(issue(111, "ann", title="Tokens", flagged_since=NOON - 5 * DAY), issue(2, "bob"))


@pytest.mark.parametrize("text", ["am I blocked?", "what is Ann blocked by?", "is ann blocked", "waiting for ann"])
async def test_a_flagged_ticket_waits_although_jira_does_not_say_for_what(text: str) -> None:
    reply = sheet(await says(text, FLAGGED))
    assert reply.headline == "PAY-111 is flagged, and Jira does not say for what."
    assert told(reply)["Blocked, and Jira does not say by what"] == [("PAY-111", "Ann", "flagged for 3 working days")]


async def test_it_is_nobody_elses_flag() -> None:
    assert sheet(await says("is bob blocked?", FLAGGED)).headline.startswith("Nobody waits for Bob")


async def test_why_a_flagged_ticket_is_blocked_is_said_not_to_be_known() -> None:
    reply = sheet(await says("why is PAY-111 blocked?", FLAGGED))
    assert reply.headline.endswith("It has been flagged for 3 working days; Jira does not say for what.")


async def test_what_a_link_says_is_told_as_before() -> None:
    held = facts(issue(1, "ann", flagged_since=NOON - DAY, blocked_by=(IssueKey("PAY-2"),)), issue(2, "bob"))
    assert (
        "It has been blocked by PAY-2 for 1 working day." in sheet(await says("why is PAY-1 blocked?", held)).headline
    )
    assert "Jira does not say" not in str(await says("waiting", held))


async def test_a_ticket_that_somebody_let_go_of_says_who_had_it() -> None:
    held = facts(issue(114, None, last_assignee=AccountId("acc-bob")))
    assert "nobody has it, Bob had it last" in sheet(await says("why does PAY-114 have no owner?", held)).headline


# --- not known, and why ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("why are we late?", "what I read says what is so and since when, not why"),
        ("who moved PAY-2?", "I keep when something was changed in Jira, not who changed it"),
        ("which way is the wind?", "I did not understand “which way is the wind?”"),
        ("give it a rest", "I do not see which ticket is meant"),
    ],
)
async def test_what_is_not_known_is_said_with_the_true_reason_and_what_can_be_asked(text: str, because: str) -> None:
    reply = await says(text)
    assert isinstance(reply, PlainReply) and reply.text.startswith(f"I don't know, because {because}")
    assert reply.choices


async def test_a_ticket_that_is_named_is_offered() -> None:
    reply = await says("who moved PAY-2?")
    assert isinstance(reply, PlainReply) and reply.choices[0] == ("PAY-2 Refund webhooks", "about PAY-2")


async def test_an_unknown_pull_request_is_said_to_be_unknown() -> None:
    held = facts(issue(1), prs=(pull_request(1),))
    reply = await says("is PR 88 merged?", held)
    assert isinstance(reply, PlainReply) and reply.text == "I know no PR 88 of this team’s repositories."
    unread = replace(held, read_at={"jira": NOON})
    reply = await says("is PR 88 merged?", unread)
    assert isinstance(reply, PlainReply) and reply.text == "I don't know: Bitbucket has not been read."


# --- several at once -------------------------------------------------------------------------------------------------


async def test_two_questions_get_two_answers_in_their_order() -> None:
    reply = await says("how are we doing? and who has PAY-2?")
    assert isinstance(reply, SeveralReply)
    assert [getattr(each, "title", "").split(" · ")[0] for each in reply.replies] == ["Sprint 24", "PAY-2"]


async def test_the_part_that_was_not_understood_is_named_behind_the_answer_to_the_other() -> None:
    reply = await says("what is blocked and is it raining?")
    assert isinstance(reply, SeveralReply)
    first, rest = reply.replies
    assert isinstance(rest, PlainReply)
    assert rest.text == "The rest I don't know, because I did not understand the part “is it raining”."
    assert isinstance(first, SheetReply) and first.title.startswith("Blocked")


async def test_what_is_to_be_done_is_not_done_beside_a_question() -> None:
    reply = await says("how is PAY-2 doing? give it to me")
    assert isinstance(reply, SeveralReply) and "is to be said in a message of its own" in str(reply.replies[-1])
