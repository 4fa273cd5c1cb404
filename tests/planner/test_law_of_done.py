"""To end a ticket is to close it for the constitution, whatever it is called and whoever asks, but after a merge."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.actions import TransitionIssue, word_of
from models.ids import IssueKey, PersonId, PullRequestId
from models.proposals import Verdict
from models.ways import Possible, Transition
from models.work import Progress
from planner.asked.pressed.edits import edit_of
from planner.asked.requests.meaning import Asker, meaning
from planner.asked.requests.parsing import Request, Wish, parse_request
from planner.policy import law_of
from planner.policy.trust import mode_for
from tests.planner.asked.pressed.test_edits import PAT, SET, asked, desk
from tests.planner.world import LAW, NOON, TEAM, autonomy, constitution, facts, issue

pytestmark = pytest.mark.anyio

WAYS = (
    Transition("1", "Review", "In Review", Progress.DOING, ()),
    Transition("2", "Finish", "Done", Progress.DONE, ()),
)
FREE = constitution(
    team={"modes": {"close_issue": "suggest"}},
    autonomy=autonomy() | {
        "automatic": [{"id": "moves", "says": "Moves.", "rule": {"allow": "transition_issue"}}],
        "needs_confirmation": [],
        "never": [
            {"id": "no-close", "says": "Never.", "rule": {"never": ["close_issue"], "unless_approved_by": "approvers"}}
        ],
    },
)  # fmt: skip


def said(typed: str, *, jira: bool = True, by_model: bool = False) -> Any:
    request, team = parse_request(typed), LAW.team(TEAM)
    assert isinstance(request, Request) and request.wish is Wish.SET
    possible = {IssueKey("PAY-7"): Possible(transitions=WAYS)} if jira else {}
    held = facts(issue(7), issue(8, status="Done", progress=Progress.DONE), issue(9, status="In Review"))
    request = replace(request, possible=possible, by_model=by_model)
    return meaning(request, Asker(team.member(PersonId("ann")), team, held, LAW, NOON))


@pytest.mark.parametrize("typed", ["set PAY-7 to done", "mark PAY-7 as Done", "set PAY-7 to finish"])
@pytest.mark.parametrize("by_model", [False, True])
def test_a_status_that_ends_a_ticket_needs_the_yes_of_who_may_close_it(typed: str, by_model: bool) -> None:
    law = law_of(said(typed, by_model=by_model), FREE)
    assert (law.verdict, law.rule, law.role) == (Verdict.ASK, "no-close", "approvers")


@pytest.mark.parametrize(("typed", "word"), [
    ("set PAY-7 to done", "close_issue"),
    ("set PAY-7 to in review", "transition_issue"),
    ("set PAY-7 to Waiting for Legal", "close_issue"),
])  # fmt: skip
def test_without_jira_the_tickets_in_it_tell_and_what_nobody_knows_counts_as_its_end(typed: str, word: str) -> None:
    assert word_of(said(typed, jira=False)) == word


def test_another_status_is_none_and_a_merge_frees_the_last_one() -> None:
    review = said("set PAY-7 to In Review")
    assert isinstance(review, TransitionIssue) and law_of(review, FREE).verdict is Verdict.ALLOW
    done = said("set PAY-7 to done")
    assert law_of(replace(done, merged=PullRequestId("acme/api#1")), FREE).verdict is Verdict.ALLOW


def test_a_never_about_the_status_holds_for_the_last_one_too() -> None:
    never = constitution(autonomy=autonomy(fixed={"never": ["transition_issue"]}, close={"allow": "close_issue"}))
    assert law_of(said("set PAY-7 to done"), never).rule == "fixed"


def test_its_mode_is_that_of_closing_as_well() -> None:
    modes = [mode_for("", said(f"set PAY-7 to {status}"), FREE.team(TEAM)) for status in ("done", "in review")]
    assert [str(mode) for mode in modes] == ["suggest", "act"]


async def test_an_approver_who_edits_it_into_the_end_needs_to_be_one_who_may_close() -> None:
    law = constitution(autonomy=autonomy() | {
        "never": [{"id": "no-close", "says": "Never that.", "rule": {"never": ["close_issue"]}}],
    })  # fmt: skip
    made = await edit_of(asked(SET), "Done", PAT, desk(law), Possible(transitions=WAYS))
    assert isinstance(made, str) and made.startswith("I can't: no-close")
