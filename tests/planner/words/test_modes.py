"""How far the agent may go for a team: every action there is, in every mode, under the shipped constitution."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, get_args

import pytest

from models.actions import (
    Action,
    AskApproval,
    AskIdentity,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    DelegateTask,
    Escalate,
    Item,
    PostDigest,
    PostToOtherChannel,
    Reassign,
    RemindPerson,
    ShadowLog,
    Task,
    TellAdmins,
    TransitionIssue,
    Unflag,
)
from models.directives import Directives, Mode
from models.directives_file import load
from models.ids import (
    AccountId,
    ApprovalId,
    EffectId,
    IssueKey,
    PersonId,
    ProposalId,
    PullRequestId,
    SignalId,
    SprintId,
)
from models.proposals import Effect, EffectState, Ending, Proposal, Verdict
from models.signals import Urgency
from models.work import Person, Snapshot
from planner.bounds.worktime import team_calendar
from planner.policy import CLOSED_WORLD, SHADOW, SUGGEST, as_recorded, decide, still_allowed
from tests.planner.world import history, sprint
from tests.world import CONSTITUTION

LAW = load(CONSTITUTION)
TEAM = LAW.teams[0]
LATE = datetime.fromisoformat("2026-11-18T16:40:00-05:00")
"""Wednesday, in everybody's working hours, and in Sarah's and Mike's last two."""

SARAH, MIKE = PersonId("sarah"), PersonId("mike")
ITEM = Item(SignalId("s"), "blocked_too_long", "PAY-7", "PAY-7 waits", "https://x/PAY-7", "high", "blocked-1-day")
PAY_7: dict[str, Any] = {"issue": IssueKey("PAY-7"), "issue_title": "Pay", "issue_url": "https://x/PAY-7"}
DAY = date(2026, 11, 18)

ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY

TABLE: list[tuple[Action, tuple[Verdict, str], tuple[Verdict, str]]] = [
    # the action · in act · in suggest; in shadow nothing is ever done or asked
    (RemindPerson(person=SARAH, items=(ITEM,)), (ALLOW, "ask-for-updates"), (ASK, SUGGEST)),
    (CommentOnIssue(person=MIKE, issue=IssueKey("PAY-7"), item=ITEM), (ALLOW, "status-check-comments"), (ASK, SUGGEST)),
    (Reassign(**PAY_7, giver=None, taker=SARAH), (ASK, "confirm-reassign"), (ASK, "confirm-reassign")),
    (
        TransitionIssue(**PAY_7, before="In Review", after="Done", merged=PullRequestId("acme/payments-api#1")),
        (ALLOW, "status-follows-merges"),
        (ASK, SUGGEST),
    ),
    (TransitionIssue(**PAY_7, before="In Review", after="Done"), (ASK, "unlisted"), (ASK, "unlisted")),
    (CloseIssue(**PAY_7, before="To Do"), (ASK, "never-delete-or-close"), (ASK, "never-delete-or-close")),
    (ChangeSprintScope(**PAY_7, before=None, after=SprintId(24)), (ASK, "confirm-scope"), (ASK, "confirm-scope")),
    (
        ChangePriority(**PAY_7, before="Low", after="High"),
        (ASK, "never-change-priority"),
        (ASK, "never-change-priority"),
    ),
    (Unflag(**PAY_7), (ASK, "confirm-unflag"), (ASK, "confirm-unflag")),
    (Escalate(channel="leadership", item=ITEM, facts=()), (ASK, "confirm-escalation"), (ASK, "confirm-escalation")),
    (
        PostDigest(channel="team", day=DAY, headline="h", items=(), footer=""),
        (ALLOW, "daily-summary"),
        (ASK, SUGGEST),
    ),
    (
        PostToOtherChannel(channel="ops", headline="h", facts=()),
        (ASK, "confirm-other-channels"),
        (ASK, "confirm-other-channels"),
    ),
    (
        DelegateTask(task=Task.ROOT_CAUSE, about="PAY-7", question="Why?"),
        (ASK, "unlisted"),
        (ASK, "unlisted"),
    ),
    (TellAdmins(channel="ops", headline="h", facts=()), (ALLOW, "tell-admins"), (ALLOW, "tell-admins")),
    (ShadowLog(person=SARAH, day=DAY, sent=1, withheld=0), (ALLOW, "tell-admins"), (ALLOW, "tell-admins")),
    (AskApproval(approval=ApprovalId("a"), person=SARAH), (DENY, CLOSED_WORLD), (DENY, CLOSED_WORLD)),
    (AskIdentity(person=MIKE, account=AccountId("x"), item=ITEM), (ALLOW, "ask-who-you-are"), (ASK, SUGGEST)),
]
"""What may be done alone, what needs a yes, and by which line."""

ROWS = [pytest.param(*row, id=f"{number} {row[0].kind}") for number, row in enumerate(TABLE, 1)]


def law(mode: Mode) -> Directives:
    return LAW.model_copy(update={"teams": (TEAM.model_copy(update={"mode": mode}),)})


def proposal(action: Action) -> Proposal:
    return Proposal(
        id=ProposalId("p"),
        action=action,
        because="it waits",
        evidence=(),
        signals=(SignalId("s"),),
        urgency=Urgency.MEDIUM,
        rule="blocked-1-day",
    )


def decided(action: Action, mode: Mode) -> tuple[Verdict, str]:
    people = {
        m.id: Person(id=m.id, name=m.name, zone=m.zone, account=m.account, holidays=m.holidays) for m in TEAM.members
    }
    seen = Snapshot(
        team=TEAM.id,
        now=LATE,
        sprint=sprint(),
        issues=(),
        pull_requests=(),
        people=people,
        read_at={},
        sprints=(sprint(),),
    )
    decision = decide(proposal(action), seen, law(mode), history())
    recorded = as_recorded(decision, proposal(action), law(mode).teams[0])
    return recorded.verdict, recorded.rule


def test_every_action_there_is_stands_in_the_table() -> None:
    assert {type(action) for action, *_ in TABLE} == set(get_args(Action))


@pytest.mark.parametrize(("action", "act", "suggest"), ROWS)
def test_act_lives_by_the_file_and_suggest_asks_for_everything(
    action: Action, act: tuple[Verdict, str], suggest: tuple[Verdict, str]
) -> None:
    assert (decided(action, Mode.ACT), decided(action, Mode.SUGGEST)) == (act, suggest)


@pytest.mark.parametrize(("action", "act", "suggest"), ROWS)
def test_shadow_does_nothing_and_asks_nobody(action: Action, act: tuple[Verdict, str], suggest: object) -> None:
    kept = act[0] is not DENY and not isinstance(action, ShadowLog)  # its own log is in no mode: somebody must see it
    assert decided(action, Mode.SHADOW) == ((DENY, SHADOW) if kept else act)


def effect(action: Action, approval: ApprovalId | None = None) -> Effect:
    return Effect(
        id=EffectId("e"),
        team=TEAM.id,
        cycle=None,
        proposal=proposal(action),
        action=action,
        state=EffectState.PLANNED,
        approval=approval,
    )


@pytest.mark.parametrize(("action", "act", "suggest"), ROWS)
def test_a_mode_that_was_changed_since_counts_at_the_last_moment(
    action: Action, act: tuple[Verdict, str], suggest: tuple[Verdict, str]
) -> None:
    """Decided under ``act``, on its way out, and then somebody edits the file."""
    if act[0] is DENY or isinstance(action, ShadowLog):
        return
    yes = ApprovalId("a") if act[0] is ASK else None
    day = team_calendar(LAW, TEAM.id).local_day(LATE)
    ready = effect(replace(action, day=day) if isinstance(action, PostDigest) else action, yes)
    now = LATE - timedelta(hours=6) if isinstance(action, PostDigest) else LATE
    assert still_allowed(ready, {}, law(Mode.ACT), now) is None
    shadowed = still_allowed(ready, {}, law(Mode.SHADOW), now)
    assert shadowed is not None and shadowed.ending is Ending.FORBIDDEN and "shadow mode" in shadowed.words
    suggested = still_allowed(ready, {}, law(Mode.SUGGEST), now)
    assert (suggested is None) == (yes is not None or suggest[0] is ALLOW)
