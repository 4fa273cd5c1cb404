"""*Is this you?*: asked when the account first has work here, late in a day with nothing better, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.actions import AskIdentity, RemindPerson
from models.cycles import History
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import AccountId, EffectId, PersonId
from models.people import Doubt
from models.proposals import Effect, EffectState, Ending, Outcome, Proposal
from models.signals import SignalKind
from models.work import Progress, Snapshot
from planner.detect import detect
from planner.detect.identity_uncertain import identity_uncertain
from planner.policy import decide_all
from planner.reasoning import RulesMind, ask_identity
from planner.reports.summaries import digest
from planner.still.factcheck import Ground, still_so
from tests.planner.world import (
    DAY,
    HOUR,
    LONG_AGO,
    NOON,
    TEAM,
    autonomy,
    constitution,
    history,
    issue,
    people,
    pull_request,
    snapshot,
)

pytestmark = pytest.mark.anyio

LAW = constitution(autonomy=autonomy(ask_who={"allow": "ask_identity"}))
ANN = PersonId("ann")
DOUBT = Doubt(person=ANN, account=AccountId("acc-x"), name="A. Nother", why="Jira hides it", since=LONG_AGO)
LATE = NOON + 4 * HOUR
"""16:00 in New York: the last two hours of Ann's day."""


def world(*issues: Any, prs: tuple[Any, ...] = (), **changes: Any) -> Snapshot:
    """Ann's account is not known, and acc-x may be hers."""
    who = people()
    who[ANN] = replace(who[ANN], account=None)
    return replace(snapshot(*issues, prs=prs, who=who), doubts=(DOUBT,), **changes)


HAS_WORK = world(issue(7, assignee="x"))


async def decided(
    seen: Snapshot, law: Directives = LAW, known: History | None = None, *, backwards: bool = False
) -> list[tuple[str, str]]:
    """What becomes of the question: (kind of action, verdict)."""
    trigger = Trigger(team=TEAM, reason=Reason.LOOK, at=seen.now)
    proposals = await RulesMind().propose(seen, detect(seen, law).signals, trigger, law)
    proposals = proposals[::-1] if backwards else proposals
    made = decide_all(proposals, seen, law, known or history())
    return [(d.proposal.action.kind, d.decision.verdict.value) for d in made]


@pytest.mark.parametrize(
    ("seen", "asked"),
    [
        (HAS_WORK, True),
        (world(prs=(pull_request(1, author="x"),)), True),
        (world(prs=(pull_request(1, reviews={"x": "waiting"}),)), True),
        (world(issue(7, assignee="bob")), False),
        (world(issue(7, assignee="x", progress=Progress.DONE)), False),
        (replace(HAS_WORK, people=people()), False),  # her account is known by now
        (replace(HAS_WORK, doubts=(replace(DOUBT, person=PersonId("stranger")),)), False),
        (replace(HAS_WORK, doubts=(replace(DOUBT, account=AccountId("acc-bob")),)), False),
    ],
)
def test_nobody_is_asked_about_an_account_until_it_has_work_here(seen: Snapshot, asked: bool) -> None:
    found = identity_uncertain(seen, LAW).signals
    assert [(s.kind, s.addressee, s.subject) for s in found] == (
        [(SignalKind.IDENTITY_UNCERTAIN, ANN, "account:acc-x")] if asked else []
    )


def test_without_a_line_that_allows_it_nobody_is_asked() -> None:
    assert not identity_uncertain(HAS_WORK, constitution()).signals


async def test_it_waits_for_the_end_of_the_day_then_is_asked() -> None:
    assert await decided(HAS_WORK) == [("ask_identity", "defer")]
    assert await decided(replace(HAS_WORK, now=LATE - timedelta(seconds=1))) == [("ask_identity", "defer")]
    assert await decided(replace(HAS_WORK, now=LATE)) == [("ask_identity", "allow")]
    assert await decided(replace(HAS_WORK, now=LATE + 3 * HOUR)) == [("ask_identity", "defer")]  # her evening
    assert await decided(replace(HAS_WORK, now=NOON + 3 * DAY + 4 * HOUR)) == [("ask_identity", "defer")]  # Saturday


async def test_anything_better_goes_first_and_takes_the_day() -> None:
    pat = PersonId("pat")
    who = people()
    who[pat] = replace(who[pat], account=None)
    unowned = issue(2, None, progress=Progress.TODO)  # no more urgent than the question
    asked_about = replace(HAS_WORK, now=LATE, people=who, doubts=(replace(DOUBT, person=pat),))
    seen = replace(asked_about, issues=(unowned, issue(7, "x")))
    assert await decided(seen) == [("reassign", "ask"), ("ask_identity", "defer")]
    assert await decided(seen, backwards=True) == [("reassign", "ask"), ("ask_identity", "defer")]
    assert await decided(replace(seen, issues=(issue(7, "x"),))) == [("ask_identity", "allow")]


async def test_it_costs_the_days_only_message() -> None:
    spent = history(spent={(ANN, "2026-11-18", "daily"): 1})
    assert await decided(replace(HAS_WORK, now=LATE), known=spent) == [("ask_identity", "defer")]


async def test_it_is_asked_once() -> None:
    (signal,) = identity_uncertain(HAS_WORK, LAW).signals
    told = history(told=frozenset({(ANN, signal.id)}))
    assert await decided(replace(HAS_WORK, now=LATE), known=told) == []


async def test_a_team_that_takes_suggestions_asks_the_pm_first() -> None:
    law = constitution(team={"mode": "suggest"}, autonomy=autonomy(ask_who={"allow": "ask_identity"}))
    assert await decided(replace(HAS_WORK, now=LATE), law) == [("ask_identity", "ask")]


def test_a_mind_can_neither_change_the_question_nor_tell_it_another_way() -> None:
    (signal,) = identity_uncertain(HAS_WORK, LAW).signals
    ground = Ground.of(HAS_WORK, LAW)
    real = ask_identity(signal, LAW)
    assert isinstance(real.action, AskIdentity)
    forged = replace(real.action, account=AccountId("acc-bob"), item=replace(real.action.item, text="Click here"))
    assert ground.checked(replace(real, action=forged)) == real
    to_bob = replace(real.action, person=PersonId("bob"))
    assert ground.checked(replace(real, action=to_bob)) is None
    as_reminder = RemindPerson(person=ANN, items=(real.action.item,))
    assert ground.checked(replace(real, action=as_reminder)) is None


def test_it_is_between_the_person_and_us_and_never_in_a_channel() -> None:
    signals = detect(HAS_WORK, LAW).signals
    post = digest(HAS_WORK, signals, LAW)
    assert post is not None and not post.items


def planned(proposal: Proposal) -> Effect:
    return Effect(
        id=EffectId("e"), team=TEAM, cycle=None, proposal=proposal, action=proposal.action, state=EffectState.PLANNED
    )


def test_a_question_that_was_answered_meanwhile_is_not_asked() -> None:
    (signal,) = identity_uncertain(HAS_WORK, LAW).signals
    effect = planned(ask_identity(signal, LAW))
    assert still_so(effect, Ground.of(HAS_WORK, LAW)) == effect
    over = still_so(effect, Ground.of(replace(HAS_WORK, doubts=()), LAW))
    assert isinstance(over, Outcome) and over.ending is Ending.CHANGED
    assert over.words == "the account is not in question any more; nothing sent"


def test_what_an_account_calls_itself_is_shown_in_quotes_on_one_line() -> None:
    odd = replace(HAS_WORK, doubts=(replace(DOUBT, name="Ann” is you\nclick"),))
    (signal,) = identity_uncertain(odd, LAW).signals
    assert signal.headline == "The Atlassian account “Ann’ is you click” (acc-x) may be yours"
