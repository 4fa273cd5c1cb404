"""What follows from a Signal about a ticket: one change in Jira, as the constitution has it, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.actions import Action, ChangeSprintScope, RemindPerson, TransitionIssue
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import ApprovalId, EffectId, IssueKey, ProposalId, PullRequestId, SignalId, SprintId
from models.proposals import Decided, Effect, EffectState, Ending, Outcome, Proposal, Verdict
from models.signals import Urgency
from models.work import Issue, Progress, Snapshot
from planner.policy import decide_all, law_of
from planner.reasoning import RulesMind
from planner.still.factcheck import Ground, is_over, still_so
from tests.planner.pulls import NEXT, begun, closed, law, merged, naming, pull, seen, stray
from tests.planner.world import BASE, DAY, HOUR, LAW, NOON, TEAM, autonomy, history, issue, line, sprint

pytestmark = pytest.mark.anyio

FOLLOWS = {"allow": "transition_issue", "when": "pull_request_merged"}
SCOPE = {"ask": "change_sprint_scope", "of": "pm"}
RULES = law(autonomy=autonomy(follows=FOLLOWS, scope=SCOPE))
BEHIND = seen(begun(1), settled=(merged(1, 1),))
OUTSIDE = seen(strays=(stray(1),), prs=(pull(issues=naming(1)),))

MOVE = TransitionIssue(
    issue=IssueKey("PAY-1"),
    issue_title="Title 1",
    issue_url="https://jira.test/browse/PAY-1",
    before="In Progress",
    after="",
    merged=PullRequestId("acme/api#1"),
)
TAKE_IN = ChangeSprintScope(
    issue=IssueKey("PAY-1"),
    issue_title="Title 1",
    issue_url="https://jira.test/browse/PAY-1",
    before=None,
    after=SprintId(24),
    after_name="Sprint 24",
)


async def proposed(world: Snapshot, rules: Directives = RULES) -> list[Proposal]:
    trigger = Trigger(team=TEAM, reason=Reason.LOOK, at=NOON)
    return list(await RulesMind().propose(world, Ground.of(world, rules).signals, trigger, rules))


async def decided(world: Snapshot, rules: Directives = RULES) -> list[Decided]:
    return list(decide_all(await proposed(world, rules), world, rules, history()))


def made(action: Action, *signals: str) -> Proposal:
    """A proposal as any mind may make it."""
    return Proposal(
        id=ProposalId("mine"),
        action=action,
        because="I say so.",
        evidence=(),
        signals=tuple(SignalId(name) for name in signals),
        urgency=Urgency.CRITICAL,
        rule="mine",
    )


# --- what is proposed -----------------------------------------------------------------------------------------------


async def test_a_ticket_left_behind_is_moved_and_nobody_is_pinged() -> None:
    [each] = await decided(BEHIND)
    assert each.proposal.action == MOVE
    assert (each.decision.verdict, each.decision.rule, each.decision.spend) == (Verdict.ALLOW, "follows", None)


async def test_at_night_it_is_moved_as_well() -> None:
    [each] = await decided(replace(BEHIND, now=NOON + 12 * HOUR))
    assert each.decision.verdict is Verdict.ALLOW


async def test_a_team_that_tests_what_is_merged_names_its_status() -> None:
    for_qa = law(autonomy=autonomy(follows=FOLLOWS), team={"jira": BASE["teams"][0]["jira"] | {"merged_status": "QA"}})
    [each] = await proposed(BEHIND, for_qa)
    assert each.action == replace(MOVE, after="QA")


async def test_the_last_of_several_merges_is_the_reason() -> None:
    twice = seen(begun(1), settled=(merged(1, 1), merged(2, 1, at=NOON - 3 * HOUR)))
    [each] = await proposed(twice)
    assert isinstance(each.action, TransitionIssue) and each.action.merged == "acme/api#2"


async def test_of_a_ticket_nobody_has_begun_its_owner_hears_instead() -> None:
    fresh = seen(begun(1, status="To Do", progress=Progress.TODO), settled=(merged(1, 1),))
    [each] = await proposed(fresh)
    assert isinstance(each.action, RemindPerson) and each.action.person == "ann"


async def test_the_pm_is_asked_to_take_work_outside_into_the_sprint() -> None:
    [each] = await decided(OUTSIDE)
    assert each.proposal.action == TAKE_IN
    assert (each.decision.verdict, each.decision.rule, each.decision.approvers[0]) == (Verdict.ASK, "scope", "pat")


async def test_out_of_the_sprint_it_was_planned_for() -> None:
    planned = seen(strays=(stray(1, sprint=NEXT.id),), prs=(pull(issues=naming(1)),))
    [each] = await proposed(planned)
    assert each.action == replace(TAKE_IN, before=NEXT.id, before_name="Sprint 25")
    assert each.undo == "Yes, for 24 hours: the Undo button, or /pm undo"


async def test_into_which_of_two_running_sprints_is_not_guessed() -> None:
    two = (sprint(), sprint(26))
    world = seen(strays=(stray(1),), prs=(pull(issues=naming(1)),), sprints=two, known_sprints=two)
    [each] = await proposed(world)
    assert isinstance(each.action, RemindPerson) and each.action.person == "pat"


async def test_further_up_the_ladder_somebody_hears() -> None:
    further = line("further", {"escalate": "merged_but_open", "after": "1 business day", "to": "tech_lead"})
    rules = law(autonomy=autonomy(follows=FOLLOWS), escalation=[*BASE["escalation"], further])
    assert [type(each.action) for each in await proposed(BEHIND, rules)] == [TransitionIssue, RemindPerson]


# --- the exception holds for what it says and for nothing else ------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "beside", "verdict", "rule"),
    [
        (MOVE, {}, Verdict.ALLOW, "follows"),
        (replace(MOVE, merged=None), {}, Verdict.ASK, "unlisted"),
        (MOVE, {"asks": {"ask": "transition_issue", "of": "pm"}}, Verdict.ALLOW, "follows"),
        (replace(MOVE, merged=None), {"asks": {"ask": "transition_issue", "of": "pm"}}, Verdict.ASK, "asks"),
        (MOVE, {"no": {"never": "transition_issue"}}, Verdict.DENY, "no"),
        (MOVE, {"no": {"never": "transition_issue", "unless_approved_by": "pm"}}, Verdict.ASK, "no"),
        (TAKE_IN, {"odd": {"allow": "change_sprint_scope", "when": "pull_request_merged"}}, Verdict.ASK, "unlisted"),
    ],
)
def test_only_a_merge_frees_a_change_of_status(action: Action, beside: Any, verdict: Verdict, rule: str) -> None:
    found = law_of(action, law(autonomy=autonomy(follows=FOLLOWS, **beside)))
    assert (found.verdict, found.rule) == (verdict, rule)


def test_without_the_line_a_change_of_status_is_asked_of_the_pm() -> None:
    found = law_of(MOVE, LAW)
    assert (found.verdict, found.rule, found.role) == (Verdict.ASK, "unlisted", "pm")


@pytest.mark.parametrize("mode", ["suggest", "shadow"])
async def test_in_other_modes_it_is_asked_or_only_recorded(mode: str) -> None:
    [each] = await decided(BEHIND, law(autonomy=autonomy(follows=FOLLOWS), team={"mode": mode}))
    assert each.decision.verdict is (Verdict.ASK if mode == "suggest" else Verdict.DENY)


# --- a mind may pick it, not make it up -----------------------------------------------------------------------------

FOREIGN: list[tuple[str, Snapshot, Action]] = [
    ("another ticket", BEHIND, replace(MOVE, issue=IssueKey("PAY-2"))),
    ("another status", BEHIND, replace(MOVE, after="Closed")),
    ("from another status", BEHIND, replace(MOVE, before="To Do")),
    ("another pull request", BEHIND, replace(MOVE, merged=PullRequestId("acme/api#9"))),
    ("no pull request", BEHIND, replace(MOVE, merged=None)),
    ("another title", BEHIND, replace(MOVE, issue_title="<!channel>")),
    ("another address", BEHIND, replace(MOVE, issue_url="https://evil.test")),
    ("a ticket that is done", seen(closed(1), settled=(merged(1, 1),)), MOVE),
    ("a ticket worked on elsewhere", seen(begun(1), settled=(merged(1, 1),), prs=(pull(2, issues=naming(1)),)), MOVE),
    ("nothing merged", seen(begun(1)), MOVE),
    ("another sprint", OUTSIDE, replace(TAKE_IN, after=SprintId(25))),
    ("out of the sprint", OUTSIDE, replace(TAKE_IN, after=None)),
    ("from another sprint", OUTSIDE, replace(TAKE_IN, before=SprintId(25))),
    ("work of the sprint", seen(begun(1), prs=(pull(issues=naming(1)),)), TAKE_IN),
]


@pytest.mark.parametrize(("world", "action"), [row[1:] for row in FOREIGN], ids=[row[0] for row in FOREIGN])
def test_a_change_no_finding_asks_for_is_denied(world: Snapshot, action: Action) -> None:
    names = [signal.id for signal in Ground.of(world, RULES).signals]
    [each] = decide_all([made(action, *names)], world, RULES, history())
    assert (each.decision.verdict, each.decision.rule) == (Verdict.DENY, "no-finding")


@pytest.mark.parametrize(("world", "action"), [(BEHIND, MOVE), (OUTSIDE, TAKE_IN)])
async def test_what_a_mind_says_of_it_is_put_in_our_words(world: Snapshot, action: Action) -> None:
    [own] = await proposed(world)
    [each] = decide_all([made(action)], world, RULES, history())
    assert each.proposal == own


# --- at the last moment ---------------------------------------------------------------------------------------------


def effect(proposal: Proposal, approved: bool) -> Effect:
    return Effect(
        id=EffectId("e"),
        team=TEAM,
        cycle=None,
        proposal=proposal,
        action=proposal.action,
        state=EffectState.PLANNED,
        approval=ApprovalId("a") if approved else None,
    )


def moved(ticket: Issue) -> Issue:
    return replace(ticket, status="QA", status_since=NOON - HOUR)


CHANGED: list[tuple[str, Snapshot, Snapshot, str]] = [
    ("done meanwhile", BEHIND, seen(closed(1), settled=(merged(1, 1),)), "left behind"),
    ("moved meanwhile", BEHIND, seen(moved(begun(1)), settled=(merged(1, 1),)), "left behind"),
    ("worked on again", BEHIND, seen(begun(1), settled=(merged(1, 1),), prs=(pull(2, issues=naming(1)),)), "left"),
    ("another merged", BEHIND, seen(begun(1), settled=(merged(1, 1), merged(2, 1, at=NOON - 2 * HOUR))), "left"),
    ("taken in meanwhile", OUTSIDE, seen(begun(1), prs=(pull(issues=naming(1)),)), "outside the sprint"),
    ("merged meanwhile", OUTSIDE, seen(strays=(stray(1),), settled=(merged(1, 1),)), "outside the sprint"),
    ("its sprint ended", OUTSIDE, replace(OUTSIDE, sprints=(), known_sprints=(NEXT,)), "outside the sprint"),
]


@pytest.mark.parametrize(("before", "after", "why"), [row[1:] for row in CHANGED], ids=[row[0] for row in CHANGED])
@pytest.mark.parametrize("approved", [True, False])
async def test_what_has_settled_itself_is_not_done(before: Snapshot, after: Snapshot, why: str, approved: bool) -> None:
    [own] = await proposed(before)
    ground = Ground.of(after, RULES)
    outcome = still_so(effect(own, approved), ground)
    assert isinstance(outcome, Outcome) and outcome.ending is Ending.CHANGED and why in outcome.words
    assert is_over(own, ground)


@pytest.mark.parametrize("world", [BEHIND, OUTSIDE])
async def test_what_still_stands_is_done_a_day_later_too(world: Snapshot) -> None:
    [own] = await proposed(world)
    ground = Ground.of(replace(world, now=NOON + DAY), RULES)
    assert still_so(effect(own, True), ground) == effect(own, True)
    assert not is_over(own, ground)


def test_the_sprint_of_another_look_is_not_asked_about() -> None:
    """A ticket of the running sprint, looked at from the sprint before, lies outside of what is seen but not of it."""
    before = sprint(23)
    ours = issue(1)
    world = replace(OUTSIDE, sprint=before, sprints=(before,), issues=(), strays=(ours,))
    assert Ground.of(world, RULES).signals == ()
