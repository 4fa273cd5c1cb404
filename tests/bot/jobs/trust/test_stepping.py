"""One undo, and the agent asks again before it does more of the kind, until an admin's press in Home ends that."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.jobs.trust.daily import difference
from models.directives import Mode
from models.trust import Cause
from planner.answer import explained
from planner.words.modes import step_lines
from tests.world import CONSTITUTION, World, running

pytestmark = pytest.mark.anyio

ROOMY = CONSTITUTION.read_text(encoding="utf-8").replace("per_person_per_day: 1,", "per_person_per_day: 5,", 1)


BY_LINE = ROOMY.replace("mode: act ", "mode: suggest ").replace(
    "    zone: America/New_York  ", "    modes: {merged-means-moved: act}\n    zone: America/New_York  ", 1
)
"""A team of which one line alone acts."""


def merged(world: World) -> str:
    """Somebody's ticket in progress, and its pull request merged; returns its key."""
    company, team = world.simulator.company, world.team.bitbucket
    sprint = next(each.id for each in company.sprints.values() if each.state == "active")
    li = str(world.team.member("li").jira)  # type: ignore[arg-type]
    made = company.create(world.team.jira.projects[0], li, "One more", assignee=li, points=2)
    company.edit(made.key, li, sprints=(sprint,), status="In Progress")
    place = f"{team.workspace}/{team.repositories[0]}"
    pull = company.open_pull_request(place, li, f"{made.key} One more", f"feature/{made.key}", [])
    company.merge(pull, li)
    return str(made.key)


def status_of(world: World, key: str) -> Any:
    issue = world.simulator.company.issue(key)
    return issue.status if issue else None


@pytest.mark.parametrize("text", [ROOMY, BY_LINE], ids=["team", "line"])
async def test_one_undo_and_it_asks_again_until_an_admin_lets_it_act(tmp_path: Path, text: str) -> None:
    async with running(tmp_path, text=text) as world:
        first = merged(world)
        await world.settle(parked=True)
        await world.live(timedelta(minutes=70))
        assert status_of(world, first) == "Done"
        [moved] = [e for e in await world.app.ledger.recent(team=world.team.id) if e.action.kind == "transition_issue"]
        li = world.slack_id("li")
        channel = next(name for name, each in world.simulator.workspace.channels.items() if not each.direct)
        await world.simulator.slack_out.command(li, channel, "/pm", f"undo {moved.proposal.id}")
        await world.settle(parked=True)
        assert status_of(world, first) == "In Progress"
        [step] = world.app.directives.teams[0].stepped
        assert (step.kind, step.cause, step.by, step.about) == (
            "transition_issue", Cause.UNDO, "li", moved.proposal.id,
        )  # fmt: skip

        second = merged(world)
        await world.settle(parked=True)
        await world.live(timedelta(minutes=70))
        assert status_of(world, second) == "In Progress"
        [asked] = [a for a in await world.app.ledger.pending() if getattr(a.proposal.action, "issue", "") == second]
        why = await world.app.ledger.why(asked.proposal.id)
        assert why is not None
        assert "stepped back after an undo on Tue 17 Nov" in explained(why, world.app.directives).decision
        assert "stepped back after an undo on Tue 17 Nov" in step_lines(world.app.directives.teams[0])[0]
        change = await difference(world.app, world.team.id, "transition_issue", Mode.SUGGEST)
        assert "transition_issue: suggest" in change

        third = merged(world)
        assert await world.app.roster.trust_again(world.team.id, "transition_issue")
        await world.settle(parked=True)
        await world.live(timedelta(minutes=70))
        assert status_of(world, third) == "Done"


async def test_a_no_to_a_card_of_what_acts_by_now_and_it_asks_before_the_next(tmp_path: Path) -> None:
    """The team takes suggestions alone until its owner lets it act; meanwhile one card stands."""
    suggests = ROOMY.replace("mode: act ", "mode: suggest ")
    async with running(tmp_path, text=suggests) as world:
        first = merged(world)
        await world.settle(parked=True)
        await world.live(timedelta(minutes=70))
        [card] = [message for message in world.direct_messages("dana") if first in message.text]
        world.settings.directives_file.write_text(ROOMY, encoding="utf-8")
        await world.app.constitution.look(at_once=True)
        await reject(world, card, first)
        [step] = world.app.directives.teams[0].stepped
        assert (step.kind, step.cause, step.by) == ("transition_issue", Cause.REJECTION, "dana")

        second = merged(world)
        await world.settle(parked=True)
        await world.live(timedelta(minutes=70))
        assert [status_of(world, key) for key in (first, second)] == ["In Progress"] * 2
        assert second in [getattr(asked.proposal.action, "issue", "") for asked in await world.app.ledger.pending()]


async def reject(world: World, card: Any, issue: str) -> None:
    """Dana says no to the card's line about that ticket, and why."""
    [asked] = [a for a in await world.app.ledger.pending() if getattr(a.proposal.action, "issue", "") == issue]
    out, workspace, dana = world.simulator.slack_out, world.simulator.workspace, world.slack_id("dana")
    where = {"channel": card.channel, "ts": card.ts}
    await out.click(dana, where, {"action_id": "reject_why", "block_id": answers_of(card, asked.id)})
    await world.settle(parked=True)
    async with asyncio.timeout(10):
        while "'block_id': 'reason'" not in str(view := workspace.views.get(workspace.open_views.get(dana, ""), {})):
            await asyncio.sleep(0.02)
    form = next(each["element"] for each in view["blocks"] if each.get("block_id") == "reason")
    chosen = next(each for each in form["options"] if each["value"] == "not_needed")
    filled = {"reason": {"reason": {"type": form["type"], "selected_option": chosen}}}
    assert not (await out.submit(dana, view["id"], filled)).get("errors")
    await world.settle(parked=True)


def answers_of(card: Any, approval: str) -> str:
    """The row of buttons that answers one question of a card."""
    [row] = [each for each in card.blocks if each["type"] == "actions" and approval in str(each)]
    return str(row["block_id"])
