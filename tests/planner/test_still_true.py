"""What is over is not told: an effect that has waited is weighed against the facts of the moment it goes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.actions import AskApproval, PostDigest, Reassign, RemindPerson
from models.events import Reason, Trigger
from models.ids import ApprovalId, EffectId, PersonId
from models.proposals import Effect, EffectState, Ending, Outcome, Proposal
from models.signals import SignalKind
from models.work import Progress, Snapshot
from planner.detect import detect
from planner.reasoning import RulesMind
from planner.still.factcheck import Ground, still_so
from tests.planner.world import (
    DAY,
    HOUR,
    LAW,
    LONG_AGO,
    NOON,
    TEAM,
    constitution,
    issue,
    line,
    pull_request,
    snapshot,
    sprint,
)

pytestmark = pytest.mark.anyio

A_DAY_AGO = NOON - 26 * HOUR


async def planned(world: Snapshot, kind: str, reason: Reason = Reason.LOOK, law: Any = LAW) -> Effect:
    """The effect of the first proposal of ``kind`` that the rules make of ``world``."""
    trigger = Trigger(team=TEAM, reason=reason, at=world.now)
    proposals = await RulesMind().propose(world, detect(world, law).signals, trigger, law)
    return effect_of(next(p for p in proposals if p.action.kind == kind))


def effect_of(proposal: Proposal) -> Effect:
    return Effect(
        id=EffectId("e"), team=TEAM, cycle=None, proposal=proposal, action=proposal.action, state=EffectState.PLANNED
    )


def then(effect: Effect, world: Snapshot, law: Any = LAW) -> Effect | Outcome:
    return still_so(effect, Ground.of(world, law))


def ended(effect: Effect, world: Snapshot, law: Any = LAW) -> Outcome:
    outcome = then(effect, world, law)
    assert isinstance(outcome, Outcome)
    return outcome


STUCK, STUCK_TOO = issue(1, flagged_since=A_DAY_AGO), issue(2, flagged_since=A_DAY_AGO)
FOR_MIKE = issue(3, "mike", flagged_since=A_DAY_AGO)
LONG_STUCK = issue(4, flagged_since=LONG_AGO)
UNOWNED = issue(5, None)
DONE: dict[str, Any] = {"progress": Progress.DONE, "flagged_since": None}


@pytest.mark.parametrize(
    ("ticket", "kind", "words"),
    [
        (STUCK, "remind_person", "PAY-1 is not blocked any more; nothing sent"),
        (FOR_MIKE, "comment_on_issue", "PAY-3 is not blocked any more; nothing sent"),
        (LONG_STUCK, "escalate", "PAY-4 is not blocked any more; nothing sent"),
        (UNOWNED, "reassign", "PAY-5 does not lack an owner any more; nothing sent"),
    ],
)
async def test_what_is_over_is_neither_told_nor_asked(ticket: Any, kind: str, words: str) -> None:
    effect = await planned(snapshot(ticket), kind)
    card = replace(effect, action=AskApproval(approval=ApprovalId("a"), person=PersonId("pat")))
    approved = replace(effect, approval=ApprovalId("a"))
    for waiting in (effect, card, approved):
        assert then(waiting, snapshot(ticket)) == waiting
        outcome = ended(waiting, snapshot(replace(ticket, **DONE)))
        assert (outcome.ending, outcome.words) == (Ending.CHANGED, words)


async def test_a_reminder_of_which_part_is_over_is_decided_anew_at_once() -> None:
    effect = await planned(snapshot(STUCK, STUCK_TOO), "remind_person")
    card = replace(effect, action=AskApproval(approval=ApprovalId("a"), person=PersonId("pat")))
    for waiting in (effect, card):
        outcome = ended(waiting, snapshot(replace(STUCK, **DONE), STUCK_TOO))
        assert (outcome.ending, outcome.until) == (Ending.DEFERRED, NOON)


async def test_of_what_was_approved_the_rest_is_told() -> None:
    effect = replace(await planned(snapshot(STUCK, STUCK_TOO), "remind_person"), approval=ApprovalId("a"))
    rest = then(effect, snapshot(replace(STUCK, **DONE), STUCK_TOO))
    assert isinstance(rest, Effect) and isinstance(rest.action, RemindPerson)
    assert [item.subject for item in rest.action.items] == ["PAY-2"]


async def test_a_new_title_or_a_later_rung_is_the_same_matter() -> None:
    effect = await planned(snapshot(STUCK), "remind_person")
    later = snapshot(replace(STUCK, title="Renamed"), now=NOON + 5 * DAY)
    assert len(detect(later, LAW).signals) == 2
    assert then(effect, later) == effect


async def test_a_second_episode_is_another_matter() -> None:
    effect = await planned(snapshot(STUCK), "remind_person")
    again = snapshot(replace(STUCK, flagged_since=A_DAY_AGO + HOUR), now=NOON + 5 * DAY)
    assert ended(effect, again).ending is Ending.CHANGED


async def test_a_sprint_that_is_still_at_risk_when_the_next_window_opens_is_the_same_matter() -> None:
    further = line("to-boss", {"escalate": "sprint_at_risk", "days_before_end": 1, "to": "leadership"})
    law = constitution(escalation=[further])
    world = snapshot(issue(1), sprints=(sprint(end=NOON + 2 * DAY),))
    effect = await planned(world, "remind_person", law=law)
    tomorrow = replace(world, now=NOON + DAY)
    (now_there,) = detect(tomorrow, law).signals
    assert (now_there.kind, now_there.step) == (SignalKind.SPRINT_AT_RISK, 1)
    assert then(effect, tomorrow, law) == effect
    done = replace(world, issues=(replace(issue(1), **DONE),))
    assert ended(effect, done, law).words == "the sprint is not at risk any more; nothing sent"


async def test_who_has_done_their_part_is_not_told_what_others_have_to_do() -> None:
    asked = pull_request(7, reviews={"ann": "waiting", "bob": "waiting"}, author="deb")
    effect = await planned(snapshot(prs=(asked,)), "remind_person")
    assert isinstance(effect.action, RemindPerson) and effect.action.person == "ann"
    reviewed = pull_request(7, reviews={"ann": "approved", "bob": "waiting"}, author="deb")
    assert then(effect, snapshot(prs=(asked,))) == effect
    outcome = ended(effect, snapshot(prs=(reviewed,)))
    assert (outcome.ending, outcome.words) == (Ending.CHANGED, "acme/api#7 is somebody else's by now; nothing sent")


async def test_a_daily_summary_goes_out_as_it_was_written() -> None:
    effect = await planned(snapshot(STUCK), PostDigest.kind, Reason.DIGEST)
    assert then(effect, snapshot()) == effect


async def test_an_unowned_ticket_that_waits_for_nobody_in_particular_may_go_to_whoever_was_chosen() -> None:
    effect = await planned(snapshot(UNOWNED), "reassign")
    assert isinstance(effect.action, Reassign)
    busier = issue(9, str(effect.action.taker), points=8)
    assert then(effect, snapshot(UNOWNED, busier)) == effect
