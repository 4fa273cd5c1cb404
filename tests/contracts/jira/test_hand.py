"""Every Action the hand carries out in Jira: once, found again, refused with names, and never over a faster change."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integrations.jira import Jira, JiraHand
from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue, Status
from integrations.simulator.server import Simulator
from models.actions import (
    Action,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    Reassign,
    TransitionIssue,
    Unflag,
)
from models.errors import NotDone, Refused, Unclear
from models.ids import AccountId, EffectId, PersonId, ProposalId, SprintId, TeamId
from models.proposals import Effect, EffectState, Proposal
from models.signals import Urgency
from models.work import Person
from planner.asked.undo import inverse

pytestmark = pytest.mark.anyio

OURS, THEIRS = PersonId("ours"), PersonId("theirs")


@pytest.fixture
def hand(jira: Jira, company: Company, one: Issue) -> JiraHand:
    """``ours`` has the issue, ``theirs`` is another who may have it."""
    other = next(a for a in company.members[one.project] if a != one.assignee)
    accounts = {OURS: str(one.assignee), THEIRS: other}
    people = {
        person: Person(id=person, name=person.title(), zone="UTC", account=AccountId(account))
        for person, account in accounts.items()
    }
    return JiraHand(jira, lambda: people)


def effect(action: Action, **changes: Any) -> Effect:
    proposal = Proposal(
        id=ProposalId("p"), action=action, because="", evidence=(), signals=(), urgency=Urgency.LOW, rule="r", **changes
    )
    return Effect(
        id=EffectId("e"), team=TeamId("pay"), cycle=None, proposal=proposal, action=action, state=EffectState.PLANNED
    )


def about(issue: Issue) -> dict[str, Any]:
    return {"issue": issue.key, "issue_title": "T", "issue_url": "https://x"}


def actions(one: Issue, running: int, ahead: int) -> dict[str, Action]:
    return {
        "transition": TransitionIssue(**about(one), before=one.status, after="In Review"),
        "to done": TransitionIssue(**about(one), before=one.status, after=""),
        "close": CloseIssue(**about(one), before=one.status),
        "priority": ChangePriority(**about(one), before=one.priority, after="Lowest"),
        "flag": Unflag(**about(one), again=True),
        "into a sprint": ChangeSprintScope(**about(one), before=SprintId(running), after=SprintId(ahead)),
        "into the backlog": ChangeSprintScope(**about(one), before=SprintId(running), after=None),
        "give": Reassign(**about(one), giver=OURS, taker=THEIRS),
        "take off": Reassign(**about(one), giver=OURS, taker=None),
    }


KINDS = ("transition", "to done", "close", "priority", "flag", "into a sprint", "into the backlog", "give", "take off")


@pytest.mark.parametrize("name", KINDS)
async def test_it_is_done_found_and_taken_back(
    hand: JiraHand, company: Company, simulator: Simulator, one: Issue, running: int, ahead: int, name: str
) -> None:
    todo, before = effect(actions(one, running, ahead)[name]), company.issues[one.key]
    assert await hand.find(todo) is None and await hand.changed(todo) is None
    receipt = await hand.perform(todo)
    after = company.issues[one.key]
    assert after.changes[-1].by == simulator.jira.me, "Jira shows whose change it is"
    assert after != before and await hand.find(todo) == receipt
    assert (await hand.changed(todo) or "").startswith(one.key)

    opposite = inverse(replace(todo, receipt=receipt.ref))
    undo = effect(opposite, undoes=todo.id)  # type: ignore[arg-type]
    assert await hand.changed(undo) is None
    await hand.perform(undo)
    back = company.issues[one.key]
    for field in ("status", "priority", "assignee", "flagged"):
        assert getattr(back, field) == getattr(before, field)
    assert back.sprints[-1:] == before.sprints[-1:]


@pytest.mark.parametrize("name", KINDS)
async def test_somebody_elses_faster_change_is_told_and_not_overrun(
    hand: JiraHand, company: Company, one: Issue, running: int, ahead: int, name: str
) -> None:
    action = actions(one, running, ahead)[name]
    kind = (
        name
        if name in ("priority", "flag", "give", "take off")
        else "sprint"
        if "to a" in name or "the b" in name
        else ""
    )
    fields: dict[str, dict[str, Any]] = {
        "": {"status": "Blocked"},
        "priority": {"priority": "Highest"},
        "flag": {"flagged": True},
        "give": {"assignee": company.members[one.project][-1]},
        "take off": {"assignee": company.members[one.project][-1]},
        "sprint": {"sprints": (ahead,) if "the b" in name else ()},
    }
    company.edit(one.key, str(one.assignee), **fields[kind])
    now = company.issues[one.key]
    said = await hand.changed(effect(action))
    assert said is not None and said.startswith(one.key) and said.endswith(("nothing done.", "nothing to do."))
    if kind != "give" and kind != "take off":
        assert (" by Ours" in said or ": Ours did it" in said) and "Z" in said
    undo = await hand.changed(effect(action, undoes=EffectId("first")))
    assert undo is not None
    assert company.issues[one.key] == now


FIELDS: dict[str, Any] = {
    "transition": lambda one, other, ahead: {"status": "In Review"},
    "to done": lambda one, other, ahead: {"status": "Done"},
    "close": lambda one, other, ahead: {"status": "Done"},
    "priority": lambda one, other, ahead: {"priority": "Lowest"},
    "flag": lambda one, other, ahead: {"flagged": True},
    "into a sprint": lambda one, other, ahead: {"sprints": (ahead,)},
    "into the backlog": lambda one, other, ahead: {"sprints": ()},
    "give": lambda one, other, ahead: {"assignee": other},
    "take off": lambda one, other, ahead: {"assignee": None},
}


@pytest.mark.parametrize("name", KINDS)
async def test_what_somebody_else_did_is_never_called_ours(
    hand: JiraHand, company: Company, one: Issue, running: int, ahead: int, name: str
) -> None:
    other = next(a for a in company.members[one.project] if a != one.assignee)
    company.edit(one.key, other, **FIELDS[name](one, other, ahead))
    begun = replace(effect(actions(one, running, ahead)[name]), state=EffectState.SENDING)
    assert await hand.find(begun) is None
    said = await hand.changed(begun)
    at = company.issues[one.key].changes[-1].at
    assert said is not None and f"{at:%Y-%m-%dT%H:%MZ}" in said and said.endswith(("nothing to do.", "nothing done."))
    assert "Theirs" in said or name == "take off", "Jira tells who; whoever lost it is told the hour"


async def test_a_flag_is_taken_off_and_one_that_was_set_anew_is_left(
    hand: JiraHand, company: Company, one: Issue
) -> None:
    company.edit(one.key, str(one.assignee), flagged=True)
    first = company.issues[one.key].changes[-1].at
    asked = effect(Unflag(**about(one), since=first - timedelta(hours=2)))
    assert (await hand.changed(asked) or "").endswith("by Ours: now flagged anew; nothing done.")
    todo = effect(Unflag(**about(one), since=first))
    assert await hand.changed(todo) is None
    assert (await hand.perform(todo)).words == f"{one.key}: flagged → not flagged"
    assert not company.issues[one.key].flagged
    assert (await hand.changed(todo) or "").startswith(f"{one.key} is not flagged already")


async def test_where_the_edit_screen_has_no_flag_that_is_said(
    hand: JiraHand, company: Company, simulator: Simulator, one: Issue
) -> None:
    company.edit(one.key, str(one.assignee), flagged=True)
    simulator.jira.denied |= {"EDIT_ISSUES"}
    with pytest.raises(Refused, match="no flag on its edit screen. Change it in Jira") as refused:
        await hand.perform(effect(Unflag(**about(one))))
    assert refused.value.code == "no_flag" and company.issues[one.key].flagged


async def test_what_we_did_before_it_was_planned_is_not_its_doing(
    hand: JiraHand, simulator: Simulator, company: Company, one: Issue
) -> None:
    company.edit(one.key, simulator.jira.me, status="In Review")
    at = company.issues[one.key].changes[-1].at
    move = effect(TransitionIssue(**about(one), before=one.status, after="In Review"))
    assert await hand.find(replace(move, planned=at)) is not None
    assert await hand.find(replace(move, planned=at + timedelta(hours=1))) is None


async def test_the_words_of_a_change_that_came_in_between(hand: JiraHand, company: Company, one: Issue) -> None:
    company.edit(one.key, str(one.assignee), status="Blocked")
    at = company.issues[one.key].changes[-1].at
    move = TransitionIssue(**about(one), before=one.status, after="In Review")
    assert await hand.changed(effect(move)) == (
        f"{one.key} changed {at:%Y-%m-%dT%H:%MZ} by Ours: now Blocked; nothing done."
    )
    assert await hand.changed(effect(move, undoes=EffectId("first"))) == (
        f"{one.key} has been changed by Ours since (now Blocked); not undone."
    )


def also(company: Company, *names: str) -> None:
    """The site has more statuses that end an issue."""
    company.statuses |= {n: Status(str(10_100 + i), n, "done") for i, n in enumerate(names)}


async def test_of_several_ends_the_one_that_says_it_was_not_done_closes_it(
    hand: JiraHand, company: Company, one: Issue
) -> None:
    also(company, "Won't Do")
    receipt = await hand.perform(effect(CloseIssue(**about(one), before=one.status)))
    assert company.issues[one.key].status == "Won't Do" == receipt.ref["after"]


@pytest.mark.parametrize("kind", [TransitionIssue, CloseIssue])
async def test_several_ways_are_named_and_none_is_guessed(
    hand: JiraHand, company: Company, one: Issue, kind: Any
) -> None:
    also(company, "Rejected", "Duplicate")
    action = kind(**about(one), before=one.status, **({"after": ""} if kind is TransitionIssue else {}))
    with pytest.raises(Refused, match="Rejected, Duplicate. Say which: /pm set") as refused:
        await hand.perform(effect(action))
    assert refused.value.code == "which_transition"
    assert company.issues[one.key].status == one.status


async def test_a_status_it_cannot_go_to_is_refused_with_those_it_can(hand: JiraHand, one: Issue) -> None:
    with pytest.raises(Refused, match="cannot go to Shipped from here; it can go to To Do") as refused:
        await hand.perform(effect(TransitionIssue(**about(one), before=one.status, after="Shipped")))
    assert refused.value.code == "no_such_transition"


async def test_a_way_that_wants_more_filled_in_is_refused_before_it_is_gone(
    hand: JiraHand, simulator: Simulator, company: Company, one: Issue
) -> None:
    simulator.jira.screens["Done"] = ("resolution",)
    with pytest.raises(Refused, match="Jira wants resolution filled in") as refused:
        await hand.perform(effect(TransitionIssue(**about(one), before=one.status, after="Done")))
    assert refused.value.code == "fields_required"
    assert company.issues[one.key].status == one.status


async def test_a_closed_sprint_takes_nothing(
    hand: JiraHand, company: Company, one: Issue, running: int, past: int
) -> None:
    with pytest.raises(Refused):
        await hand.perform(effect(ChangeSprintScope(**about(one), before=SprintId(running), after=SprintId(past))))
    assert running in company.issues[one.key].sprints


async def test_a_name_is_compared_whatever_its_case(hand: JiraHand, company: Company, one: Issue) -> None:
    await hand.perform(effect(TransitionIssue(**about(one), before=one.status.upper(), after="in review")))
    assert company.issues[one.key].status == "In Review"


WRITES = {
    "transition": r"POST .*/transitions",
    "close": r"POST .*/transitions",
    "priority": r"PUT .*/issue/[^/]+$",
    "into a sprint": r"POST .*/sprint/\d+/issue",
    "into the backlog": r"POST .*/backlog/issue",
    "take off": r"PUT .*/assignee",
}


@pytest.mark.parametrize("name", WRITES)
async def test_a_lost_answer_is_looked_up_and_never_sent_again(
    hand: JiraHand, simulator: Simulator, company: Company, one: Issue, running: int, ahead: int, name: str
) -> None:
    todo = effect(actions(one, running, ahead)[name])
    simulator.faults.add(WRITES[name], close="after", times=1)
    with contextlib.suppress(Unclear):  # a move looks for itself
        await hand.perform(todo)
    assert await hand.find(todo) is not None


@pytest.mark.parametrize("name", WRITES)
async def test_turned_away_is_not_done(
    hand: JiraHand, simulator: Simulator, company: Company, one: Issue, running: int, ahead: int, name: str
) -> None:
    todo = effect(actions(one, running, ahead)[name])
    simulator.faults.add(WRITES[name], status=429, body="{}", times=1)
    with pytest.raises(NotDone):
        await hand.perform(todo)
    assert await hand.find(todo) is None


async def test_a_move_nobody_can_say_whether_it_was_done_is_unclear(
    hand: JiraHand, simulator: Simulator, one: Issue, running: int, ahead: int
) -> None:
    todo = effect(actions(one, running, ahead)["into a sprint"])
    await hand.find(todo)  # the site's fields are known by now
    simulator.faults.add(WRITES["into a sprint"], close="after", times=1)
    simulator.faults.add(r"POST .*/issue/bulkfetch", status=503, times=9)
    with pytest.raises(Unclear):
        await hand.perform(todo)
