"""What people are told of the work: from facts alone, names only where somebody must act, nothing private in public."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.events import Reason, Trigger
from models.ids import IssueKey
from models.proposals import Approval
from models.work import Facts, Progress
from planner.asked.here import Here
from planner.detect import detect
from planner.facts.observe import observe
from planner.reports.details import details
from planner.words.replies import DigestReply, ListReply, PlainReply, Reply, RulesReply, SheetReply, StatusReply
from tests.bot.views.samples import approval
from tests.planner.reports.believable import DONE, LAW, TODO, Office, ask, away, closed, two_boards, work
from tests.planner.world import DAY, HOUR, NOON, facts, history, issue, pull_request, sprint

pytestmark = pytest.mark.anyio


def sheet(reply: Reply) -> SheetReply:
    assert isinstance(reply, SheetReply), reply
    return reply


def told(reply: Reply) -> dict[str, list[tuple[str, str, str]]]:
    """By group: key, who and why of each row."""
    return {group.name: [(row.key, row.owner, row.why) for row in group.rows] for group in sheet(reply).groups}


# --- blockers ---------------------------------------------------------------------------------------------------


async def test_blockers_say_by_what_since_when_and_whose_move() -> None:
    reply = sheet(await ask("blockers"))
    assert reply.headline == "1 issue is blocked, for 2 working days; 1 issue waits for another that is not done."
    assert told(reply)[""] == [
        ("PAY-1", "Ann", "blocked by PAY-9 for 2 working days"),
        ("PAY-6", "Ann", "waits for PAY-2 (In Progress)"),
    ]


async def test_no_blocker_is_said_in_one_line() -> None:
    reply = sheet(await ask("blockers", facts(issue(1))))
    assert reply.headline == "Nothing is blocked." and not reply.groups


async def test_what_waits_for_something_done_or_is_parked_is_no_blocker() -> None:
    held = facts(
        issue(1, blocked_by=(IssueKey("PAY-2"),)),
        issue(2, **DONE),
        issue(3, status="Parked", blocked_by=(IssueKey("X-1"),)),
    )
    assert sheet(await ask("blockers", held)).headline == "Nothing is blocked."


async def test_of_an_absence_nothing_is_told_in_public() -> None:
    for typed in ("blockers", "reviews", "waiting", "status", "waiting for ann", "changes", "all", "forecast"):
        reply = await ask(typed, away("ann"), public=True)
        assert "away" not in str(reply).replace("take away", "") and "vacation" not in str(reply), typed


# --- reviews ----------------------------------------------------------------------------------------------------


async def test_reviews_tell_whose_move_each_pull_request_is() -> None:
    reply = sheet(await ask("reviews"))
    assert (
        reply.headline == "1 pull request waits for a review, for 3 working days; 1 pull request waits for its author."
    )
    assert told(reply) == {
        "Waits for a review": [("api#7", "Ann", "waiting for review for 3 working days")],
        "Waits for its author": [("api#8", "Ann", "waiting for changes for 3 working days")],
    }


async def test_in_the_details_of_a_summary_one_thing_is_told_once() -> None:
    held = work()
    snapshot = observe(held, Trigger(team=held.team, reason=Reason.ASKED, at=NOON), NOON)
    assert snapshot.sprint is not None
    groups = told(details(snapshot, snapshot.sprint, detect(snapshot, LAW).signals, held, LAW))
    keys = [key for rows in groups.values() for key, _, _ in rows]
    assert {"api#7", "PAY-1"} <= {key for key, _, _ in groups["Needs somebody"]} and len(keys) == len(set(keys))


async def test_what_is_approved_waits_to_be_merged() -> None:
    held = facts(issue(1), prs=(pull_request(8, "ann", {"bob": "approved"}),))
    [(_, _, why)] = told(await ask("reviews", held))["Waits for its author"]
    assert why.startswith("approved, waiting to be merged for")


async def test_without_bitbucket_nothing_is_guessed_of_reviews() -> None:
    reply = sheet(await ask("reviews", work(read_at={"jira": NOON}, pull_requests=())))
    assert reply.headline == "Nothing is known of pull requests: Bitbucket has not been read."


async def test_drafts_and_machines_wait_for_nobody() -> None:
    held = facts(issue(1), prs=(pull_request(1, draft=True), pull_request(2, queued=True)))
    assert sheet(await ask("reviews", held)).headline == "No pull request waits for a review."


# --- who waits for whom -----------------------------------------------------------------------------------------


async def test_who_waits_for_whom_is_one_line_a_thing() -> None:
    assert [(key, who) for key, who, _ in told(await ask("waiting"))[""]] == [
        ("api#7", "Bob → Ann"),
        ("api#8", "Bob → Ann"),
        ("PAY-1", "Ann → Tess"),
        ("PAY-6", "Bob → Ann"),
    ]


@pytest.mark.parametrize("typed", ["waiting for ann", "waiting for Ann?", "waiting on me", "who waits for “Ann”"])
async def test_of_a_person_it_is_told_both_ways(typed: str) -> None:
    rows = told(await ask(typed))
    assert [key for key, _, _ in rows["Waits for Ann"]] == ["api#7", "api#8", "PAY-6"]
    assert [(key, who) for key, who, _ in rows["Ann waits for"]] == [("PAY-1", "Tess")]


async def test_an_unknown_name_offers_those_that_come_near() -> None:
    reply = await ask("waiting for kia")
    assert reply == PlainReply(
        text="Nobody of the team is called “kia”.", choices=(("Kai", "waiting for kai"), ("All", "waiting"))
    )


async def test_nobody_waits_for_their_own_work() -> None:
    held = facts(issue(1, "ann", blocked_by=(IssueKey("PAY-2"),)), issue(2, "ann"))
    assert not sheet(await ask("waiting", held)).groups


# --- mine -------------------------------------------------------------------------------------------------------


def questions(number: int, asked: str) -> list[Approval]:
    return [approval(each, approvers=(asked,)) for each in range(number)]


async def test_mine_tells_each_thing_once_and_what_waits_for_a_yes() -> None:
    office = Office(past=history(pending=tuple(questions(2, "ann"))))
    reply = sheet(await ask("mine", office=office))
    assert reply.headline == "5 things wait for you." and not reply.post_to_channel
    assert [key for key, _, _ in told(reply)["Waits for you"]] == ["api#7", "api#8", "PAY-1"]
    assert reply.notes == ("2 questions of mine wait for your yes or no.",)


async def test_mine_names_other_work_and_says_when_nothing_waits() -> None:
    reply = sheet(await ask("mine", asker="tess"))
    assert reply.headline == "Nothing waits for you. 1 issue of the running sprint is yours."
    assert [key for key, _, _ in told(reply)["Your issues"]] == ["PAY-9"]


async def test_mine_is_told_to_nobody_else() -> None:
    in_public = await ask("mine", public=True)
    assert isinstance(in_public, PlainReply) and in_public.text.startswith("What is yours I tell you alone")
    stranger = await ask("mine", asker=None)
    assert isinstance(stranger, PlainReply) and "not in this team’s constitution" in stranger.text


# --- forecast ---------------------------------------------------------------------------------------------------


async def test_a_forecast_is_a_pace_and_never_a_probability() -> None:
    reply = sheet(await ask("forecast"))
    assert reply.headline == (
        "Not at this pace: 19 points left for 7 working days, 2.7 a day needed, 1.7 a day so far. "
        "10 of 29 points done in 6 working days."
    )
    assert "No probability: fewer than 5 past sprints are known here." in reply.notes
    assert "%" not in f"{reply.headline}{reply.notes}"


async def test_without_estimates_issues_are_counted() -> None:
    held = facts(issue(1), issue(2, **DONE), issue(3, **TODO))
    reply = sheet(await ask("forecast", held))
    assert reply.headline.startswith("Not at this pace: 2 issues left for 7 working days, 0.3 a day needed")
    assert "fewer than half have an estimate" in reply.notes[-1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"start": NOON - 2 * HOUR}, "It is the first day, so there is no pace yet."),
        ({"end": None}, "Jira does not say when the sprint begins and ends"),
        ({"end": NOON - HOUR}, "left and no working day"),
    ],
)
async def test_where_there_is_no_pace_that_is_said(changes: dict[str, Any], words: str) -> None:
    assert words in sheet(await ask("forecast", facts(issue(1), sprints=(sprint(**changes),)))).headline


# --- changes and all --------------------------------------------------------------------------------------------


async def test_changes_count_from_the_working_day_before_and_tell_what_cannot_be_seen() -> None:
    reply = sheet(await ask("changes"))
    assert reply.headline == "Since Tuesday, 17 Nov: 1 done, 1 added, 1 started, 3 moved, 1 merged."
    assert reply.notes == ("Not seen from here: what left the sprint, flags taken off, and steps in between.",)
    assert told(reply)["Done (1)"] == [("PAY-4", "", "Done")]


async def test_on_a_monday_changes_go_back_to_friday() -> None:
    reply = sheet(await ask("changes", later=5 * DAY))
    assert reply.headline == "Nothing has changed since Friday, 20 Nov."


async def test_all_shows_every_issue_by_status_and_counts_what_does_not_fit() -> None:
    held = facts(*(issue(number) for number in range(1, 101)))
    reply = sheet(await ask("all", held))
    [group] = reply.groups
    assert group.name == "In Progress (100)" and len(group.rows) + group.more == 100
    assert reply.notes == ("40 issues not shown here.",) and reply.url


# --- status, boards, how ----------------------------------------------------------------------------------------


async def test_a_status_offers_what_can_be_asked_next_and_how_it_was_computed() -> None:
    reply = await ask("status")
    assert isinstance(reply, StatusReply)
    assert reply.choices == (("What changed since yesterday", "changes id:24"), ("Show all 7", "all id:24"))
    how = await ask(reply.why)
    assert isinstance(how, ListReply) and how.lines == reply.how
    assert "No model was asked for any number." in reply.how


async def test_several_boards_are_one_choice_that_is_remembered_and_said() -> None:
    asked = await ask("status", two_boards())
    assert asked == PlainReply(
        text="2 sprints are running. Which board? I remember it for this channel.",
        choices=(
            ("Sprint 24 · board 7", "board 7 status"),
            ("Platform 31 · board 9", "board 9 status"),
            ("All of them", "status all"),
        ),
    )
    reply = await ask("status", two_boards(), here=Here(board=9))
    assert isinstance(reply, StatusReply) and reply.title.startswith("Platform 31")
    assert reply.board == "Board 9, chosen for this channel (/pm board changes it, /pm status all shows every one)"


async def test_a_sprint_that_is_named_needs_no_board() -> None:
    reply = await ask("status platform 31", two_boards(), here=Here(board=7))
    assert isinstance(reply, StatusReply) and reply.title.startswith("Platform 31") and not reply.board


async def test_every_running_sprint_is_told_at_once() -> None:
    reply = sheet(await ask("status all", two_boards()))
    assert reply.headline == "2 sprints are running."
    assert [group.name.partition(" · ")[0] for group in reply.groups] == ["Sprint 24", "Platform 31"]


async def test_the_board_can_be_asked_and_an_unknown_one_is_refused() -> None:
    chosen = await ask("board", two_boards(), here=Here(board=7, private=True))
    assert isinstance(chosen, PlainReply) and chosen.text == "Answers for you are about board 7 (Sprint 24)."
    assert chosen.choices == (("Sprint 24 · board 7", "board 7"), ("Platform 31 · board 9", "board 9"))
    unknown = await ask("board 99", two_boards())
    assert isinstance(unknown, PlainReply) and unknown.text == "No sprint of a board 99 is running here."


@pytest.mark.parametrize("typed", ["status", "blockers", "mine", "reviews", "waiting", "forecast", "digest", "all"])
async def test_before_jira_was_read_nothing_is_guessed(typed: str) -> None:
    reply = await ask(typed, facts(read_at={}))
    assert isinstance(reply, PlainReply) and "Jira has not been read" in reply.text


@pytest.mark.parametrize("typed", ["changes", "all", "forecast", "why status"])
async def test_instead_of_an_unknown_sprint_those_of_which_something_is_known_are_offered(typed: str) -> None:
    held = replace(work(), sprints=(closed(22), closed(23), sprint(24)))
    unknown = await ask(f"{typed} sprint 99", held)
    assert isinstance(unknown, PlainReply) and unknown.text == "There is no sprint “99” here.", unknown
    assert [command for _, command in unknown.choices] == [f"{typed} id:24"]
    over = await ask(f"{typed} sprint 23", held)
    assert isinstance(over, PlainReply) and "is over" in over.text


# --- digest and directives --------------------------------------------------------------------------------------


async def test_the_summary_on_demand_is_that_of_the_channel() -> None:
    reply = await ask("digest")
    assert isinstance(reply, DigestReply) and len(reply.digest.items) == 3
    assert reply.digest.headline == "Sprint 24: 10 of 29 points done, 6 working days left after today."


async def test_directives_are_told_by_section_with_who_keeps_them() -> None:
    reply = await ask("directives")
    assert isinstance(reply, RulesReply) and reply.footer == "Kept by Pat · version v1"
    assert ("What I never do", ("`no-code` The words of no-code.",)) in reply.sections
    told = {line.split()[0].strip("`") for _, lines in reply.sections for line in lines}
    assert {line.id for line in LAW.lines()} <= told


@pytest.mark.parametrize("typed", ["directives blocked-1-day", "rule blocked 1 day", "directives about blocked-1-day"])
async def test_one_line_is_told_in_full(typed: str) -> None:
    reply = await ask(typed)
    assert isinstance(reply, RulesReply) and reply.headline == "The words of blocked-1-day."
    [(_, lines)] = reply.sections
    assert any(line.startswith("How it is kept: enforced") for line in lines)


async def test_words_find_the_lines_about_them_and_none_is_said_plainly() -> None:
    found = await ask("directives reassign")
    assert isinstance(found, RulesReply) and "ask-reassign" in str(found)
    none = await ask("directives xyzzy")
    assert isinstance(none, RulesReply) and none.headline == "No line is called “xyzzy” or speaks of it."
    assert not none.post_to_channel


async def test_unfinished_names_stand_only_where_somebody_must_act() -> None:
    """Of what is done nobody is named: a list of who has finished what would be a ranking."""
    held: Facts = facts(issue(1, "bob", **DONE, progress_since=NOON - HOUR), issue(2, "ann", progress=Progress.DOING))
    assert "Bob" not in str(await ask("changes", held)) + str(await ask("all", held))
