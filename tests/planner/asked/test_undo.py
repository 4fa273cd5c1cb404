"""What was done is taken back by its opposite, by whoever may say yes to it, for a day; a message never is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.actions import (
    Action,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    DelegateTask,
    PostToOtherChannel,
    Reassign,
    Task,
    TransitionIssue,
    Unflag,
)
from models.directives import Directives
from models.ids import EffectId, IssueKey, PersonId, ProposalId, PullRequestId, SprintId
from models.proposals import Effect, EffectState, Proposal
from models.signals import Urgency
from planner.asked.undo import UNDO_OPEN, Refusal, can_be_taken_back, inverse, taken_back
from planner.reasoning import reminder
from tests.planner.world import HOUR, LAW, NOON, TEAM, autonomy, constitution, signal

ABOUT: dict[str, Any] = {"issue": IssueKey("PAY-7"), "issue_title": "T", "issue_url": "https://x"}
ANN, BOB, PAT, DEB = (PersonId(name) for name in ("ann", "bob", "pat", "deb"))
GIVEN = Reassign(**ABOUT, giver=None, taker=ANN)
FOLLOWED = TransitionIssue(**ABOUT, before="In Review", after="", merged=PullRequestId("acme/api#1"))


def done(action: Action, **changes: Any) -> Effect:
    proposal = Proposal(
        id=ProposalId("p"), action=action, because="", evidence=(), signals=(), urgency=Urgency.LOW, rule="r"
    )
    effect = Effect(
        id=EffectId("e"), team=TEAM, cycle=None, proposal=proposal, action=action, state=EffectState.SENT, ended=NOON
    )
    return replace(effect, **changes)


@pytest.mark.parametrize(
    ("action", "after", "opposite"),
    [
        (GIVEN, "", Reassign(**ABOUT, giver=ANN, taker=None)),
        (Reassign(**ABOUT, giver=BOB, taker=ANN), "", Reassign(**ABOUT, giver=ANN, taker=BOB)),
        (FOLLOWED, "Done", TransitionIssue(**ABOUT, before="Done", after="In Review")),
        (CloseIssue(**ABOUT, before="To Do"), "Won't Do", TransitionIssue(**ABOUT, before="Won't Do", after="To Do")),
        (
            ChangePriority(**ABOUT, before="Low", after="high"),
            "High",
            ChangePriority(**ABOUT, before="High", after="Low"),
        ),
        (Unflag(**ABOUT, since=NOON), "not flagged", Unflag(**ABOUT, again=True)),
        (
            ChangeSprintScope(**ABOUT, before=None, after=SprintId(25), after_name="Sprint 25"),
            "25",
            ChangeSprintScope(**ABOUT, before=SprintId(25), after=None, before_name="Sprint 25"),
        ),
    ],
)  # fmt: skip
def test_the_opposite_begins_where_the_receipt_says_it_ended(action: Action, after: str, opposite: Action) -> None:
    effect = done(action, receipt={"after": after})
    assert can_be_taken_back(action)
    assert inverse(effect) == opposite
    taken = taken_back(effect, PAT, LAW, NOON)
    assert isinstance(taken, Proposal) and (taken.action, taken.undoes, taken.asked_by) == (opposite, effect.id, PAT)


@pytest.mark.parametrize(
    ("action", "said"),
    [
        (reminder(ANN, [signal()], LAW).action, "A message that was sent cannot be taken back."),
        (PostToOtherChannel(channel="team", headline="", facts=()), "A message that was sent cannot be taken back."),
        (
            ChangePriority(**ABOUT, before=None, after="High"),
            "PAY-7 had no priority before, and I cannot take one off. Change it in Jira.",
        ),
        (
            DelegateTask(task=Task.PATTERN, about="", question=""),
            "That only read things, so there is nothing to take back.",
        ),
        (CloseIssue(**ABOUT, before="To Do"), "It is not on record which status PAY-7 was given. Move it in Jira."),
    ],
)
def test_what_has_no_opposite_says_why(action: Action, said: str) -> None:
    assert taken_back(done(action), PAT, LAW, NOON) == Refusal(said)


def test_an_undo_is_not_taken_back_itself() -> None:
    effect = done(GIVEN)
    effect = replace(effect, proposal=replace(effect.proposal, undoes=EffectId("first")))
    assert isinstance(inverse(effect), Refusal)


def test_it_is_open_for_a_day_and_no_longer() -> None:
    assert isinstance(taken_back(done(GIVEN), PAT, LAW, NOON + UNDO_OPEN), Proposal)
    late = taken_back(done(GIVEN), PAT, LAW, NOON + UNDO_OPEN + HOUR)
    assert isinstance(late, Refusal) and late.words.startswith("That was more than 24 hours ago")


@pytest.mark.parametrize("state", [s for s in EffectState if s is not EffectState.SENT])
def test_only_what_was_done_is_taken_back(state: EffectState) -> None:
    assert isinstance(taken_back(done(GIVEN, state=state), PAT, LAW, NOON), Refusal)


FREE = constitution(autonomy=autonomy(follow={"allow": "transition_issue", "when": "pull_request_merged"}))
NEVER = constitution(autonomy=autonomy(not_at_all={"never": "reassign"}))


@pytest.mark.parametrize(
    ("action", "law", "by", "may"),
    [
        (GIVEN, LAW, PAT, True),
        (GIVEN, LAW, DEB, True),
        (GIVEN, LAW, ANN, False),
        (FOLLOWED, FREE, ANN, True),
        (FOLLOWED, LAW, ANN, False),
        (GIVEN, NEVER, PAT, False),
    ],
)
def test_whoever_may_say_yes_may_take_it_back(action: Action, law: Directives, by: PersonId, may: bool) -> None:
    taken = taken_back(done(action, receipt={"after": "Done"}), by, law, NOON)
    assert isinstance(taken, Proposal) is may


def test_whoever_may_not_is_told_who_may() -> None:
    assert taken_back(done(GIVEN), ANN, LAW, NOON) == Refusal("Only Pat or Deb can take this back. Nothing was done.")


def test_pressing_twice_is_one_undo_whoever_presses() -> None:
    first, second = (taken_back(done(GIVEN), who, LAW, NOON) for who in (PAT, DEB))
    assert isinstance(first, Proposal) and isinstance(second, Proposal) and first.id == second.id
