"""Jira on paper: what had moved is left alone, as in life, and what we would have changed ourselves is no news."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.backtest.walk.chronicle import Chronicle
from bot.backtest.walk.clock import SetClock
from bot.backtest.walk.desk import set_up
from bot.backtest.walk.paper import ECHO, PaperJira
from bot.backtest.walk.replay import LANES
from models.actions import Action, ChangePriority, ChangeSprintScope, Reassign, TransitionIssue, Unflag
from models.ids import AccountId, EffectId, IssueKey, PersonId, SprintId, TeamId
from models.proposals import Effect, EffectState
from models.work import Facts, Issue, Person, Progress
from tests.backtest.live import MONDAY, TEAM, Kept, constitution
from tests.contracts.stores.values import handover, issue, proposal

pytestmark = pytest.mark.anyio

ANN = Person(id=PersonId("ann"), name="Ann", zone="UTC", account=AccountId("a1"))
KEY = IssueKey("PAY-7")
MINUTE = timedelta(minutes=1)


def about(ticket: Issue, team: TeamId = TEAM) -> Facts:
    return Facts(team=team, sprints=(), issues=(ticket,), pull_requests=(), people=(ANN,), read_at={})


def effect(action: Action, **changes: Any) -> Effect:
    what = replace(proposal(action), **changes)
    return Effect(id=EffectId("e1"), team=TEAM, cycle=None, proposal=what, action=action, state=EffectState.SENDING)


NAMED: dict[str, Any] = {"issue": KEY, "issue_title": "Pay", "issue_url": "https://x"}
HANDED = Reassign(**NAMED, giver=ANN.id, taker=PersonId("li"))
DEEDS: dict[str, tuple[Action, dict[str, Any], dict[str, Any]]] = {
    "owner": (HANDED, {"assignee": ANN.account}, {"assignee": AccountId("b2")}),
    "owner gone": (HANDED, {"assignee": ANN.account}, {"assignee": None}),
    "status": (TransitionIssue(**NAMED, before="Blocked", after="Done"), {}, {"status": "In Review"}),
    "priority": (ChangePriority(**NAMED, before="High", after="Low"), {}, {"priority": "Low"}),
    "sprint": (
        ChangeSprintScope(**NAMED, before=SprintId(24), before_name="S", after=None, after_name=""),
        *({}, {"sprint": SprintId(25)}),
    ),
    "flag": (Unflag(**NAMED), {"flagged_since": MONDAY}, {"flagged_since": None}),
    "over": (HANDED, {"assignee": ANN.account}, {"assignee": ANN.account, "progress": Progress.DONE}),
}


@pytest.mark.parametrize("what", DEEDS)
async def test_what_has_moved_since_it_was_decided_is_left_alone(what: str) -> None:
    action, before, moved = DEEDS[what]
    held = about(issue(**before))
    jira = PaperJira(SetClock(MONDAY), lambda team: held)
    assert await jira.changed(effect(action)) is None
    held = about(issue(**moved))
    assert "nothing done" in str(await jira.changed(effect(action)))


async def test_our_own_change_is_an_echo_for_two_minutes_and_for_that_ticket() -> None:
    clock = SetClock(MONDAY)
    jira = PaperJira(clock, lambda team: about(issue()))
    assert not jira.is_echo(frozenset({KEY}))
    await jira.perform(effect(handover(KEY)))
    clock.at += ECHO
    assert jira.is_echo(frozenset({KEY})) and not jira.is_echo(frozenset({KEY, IssueKey("PAY-8")}))
    clock.at += timedelta(seconds=1)
    assert not jira.is_echo(frozenset({KEY}))


@pytest.mark.parametrize("ours", [True, False])
async def test_only_what_others_change_is_a_reason_to_look(ours: bool, tmp_path: Path) -> None:
    kept = Kept()
    kept.keep(MONDAY, about(issue()))
    kept.keep(MONDAY + MINUTE, about(issue(status="Done", updated=MONDAY + MINUTE)))
    chronicle = Chronicle(MONDAY, MONDAY + 2 * MINUTE, {TEAM: kept})
    async with set_up(tmp_path / "walk.db", chronicle, constitution(tmp_path)) as replay:
        replay._hold(TEAM)
        if ours:
            await replay.jira.perform(effect(handover(KEY)))
        replay.clock.at += MINUTE
        await replay._take_up(TEAM)
        assert (await replay.app.mailbox.due_in(LANES) is None) is ours
