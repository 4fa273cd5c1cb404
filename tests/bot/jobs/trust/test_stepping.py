"""One undo, and the agent asks again before it does more of the kind, until an admin's press in Home ends that."""

from __future__ import annotations

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


async def test_one_undo_and_it_asks_again_until_an_admin_lets_it_act(tmp_path: Path) -> None:
    async with running(tmp_path, text=ROOMY) as world:
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
        assert "+      transition_issue: suggest" in await difference(
            world.app, world.team.id, "transition_issue", Mode.SUGGEST
        )
