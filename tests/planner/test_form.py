"""What every message must carry: one without a link, its urgency or its reason is refused before it is sent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.actions import CommentOnIssue, Escalate, Item, PostDigest, Reassign, RemindPerson
from models.events import Reason, Trigger
from models.ids import EffectId, IssueKey, PersonId, SignalId
from models.proposals import Effect, EffectState, Ending, Verdict
from planner.detect import detect
from planner.policy import decide, decide_all, still_allowed
from planner.policy.form import lacks
from planner.reasoning import RulesMind, reminder
from tests.planner.world import (
    BASE,
    NOON,
    TEAM,
    constitution,
    history,
    issue,
    line,
    people,
    pull_request,
    signal,
    snapshot,
)

pytestmark = pytest.mark.anyio

ANN = PersonId("ann")
LAW = constitution(communication=[*BASE["communication"], line("context", {"require": ["link", "urgency", "why"]})])
ITEM = Item(
    signal=SignalId("s"), kind="k", subject="PAY-1", text="PAY-1 waits", url="https://jira.test/PAY-1",
    urgency="low", rule="blocked-1-day",
)  # fmt: skip


def messages(item: Item) -> list[Any]:
    return [
        RemindPerson(person=ANN, items=(ITEM, item)),
        CommentOnIssue(person=ANN, issue=IssueKey("PAY-1"), item=item),
        Escalate(channel="leadership", item=item, facts=()),
        PostDigest(channel="team", day=NOON.date(), headline="h", items=(item,), footer=""),
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [({"url": ""}, "a link"), ({"url": "see Jira"}, "a link"), ({"urgency": ""}, "how urgent"), ({"rule": ""}, "why")],
)
def test_a_message_that_lacks_a_part_is_refused_with_the_line_that_asks_for_it(
    change: dict[str, Any], words: str
) -> None:
    for action in messages(replace(ITEM, **change)):
        missing = lacks(action, LAW)
        assert missing is not None and missing[0] == "context" and words in missing[1]
        assert lacks(action, constitution()) is None


def test_a_whole_message_is_not() -> None:
    assert [lacks(action, LAW) for action in messages(ITEM)] == [None] * 4


async def test_all_that_the_rules_say_carries_every_part() -> None:
    world = snapshot(issue(1, flagged_since=NOON.replace(month=10)), issue(2, None), prs=(pull_request(1),))
    signals = detect(world, LAW).signals
    trigger = Trigger(team=TEAM, reason=Reason.DIGEST, at=NOON)
    proposals = await RulesMind().propose(world, signals, trigger, LAW)
    assert {type(p.action) for p in proposals} >= {RemindPerson, Escalate, Reassign, PostDigest}
    assert [lacks(p.action, LAW) for p in proposals] == [None] * len(proposals)
    assert "context" not in {d.decision.rule for d in decide_all(proposals, world, LAW, history())}


def test_it_is_refused_when_it_is_decided_and_once_more_before_it_is_sent() -> None:
    world = snapshot(issue(1, flagged_since=NOON.replace(month=10)))
    bare = messages(replace(ITEM, url=""))[0]
    proposal = replace(reminder(ANN, [signal()], LAW), action=bare)
    decision = decide(proposal, world, LAW, history())
    assert (decision.verdict, decision.rule) == (Verdict.DENY, "context")
    effect = Effect(id=EffectId("e"), team=TEAM, cycle=None, proposal=proposal, action=bare, state=EffectState.PLANNED)
    outcome = still_allowed(effect, people(), LAW, NOON)
    assert outcome is not None and outcome.ending is Ending.FORBIDDEN and "lacks a link (context)" in outcome.words
