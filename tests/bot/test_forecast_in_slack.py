"""A forecast as people meet it: kept by the clock, asked for in a thread, acted upon, compared in the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from integrations.simulator.slack.workspace import Message
from models.forecasts import Ended
from models.ids import SprintId
from models.work import Sprint
from planner.bounds.worktime import team_calendar
from planner.facts.observe import watched_sprints
from planner.foresight.standing import stand_now
from tests.world import World, running

pytestmark = pytest.mark.anyio

SHORT = (0, 0, 0, 6, 0, 0, 9, 0, 3, 0)
"""Points by which ten earlier sprints fell short."""


async def remember(world: World) -> Sprint:
    """Ten earlier sprints that stood as the running one stands now, at every tenth of their time."""
    facts = await world.app.store.facts_about(world.team.id)
    [sprint] = watched_sprints(facts)
    calendar = team_calendar(world.directives, world.team.id)
    stand = stand_now(facts, sprint, world.clock.now(), calendar)
    assert stand is not None
    for number, short in enumerate(SHORT, 1):
        each = replace(stand, sprint=SprintId(number))
        rows = [Ended(replace(each, share=tenth / 10), stand.target - short) for tenth in range(11)]
        ended = world.clock.now() - timedelta(days=14 * (20 - number))
        await world.app.foresight.keep_ended(world.team.id, SprintId(number), ended, rows)
    return sprint


def said_in(world: World, thread: str) -> Message:
    return world.messages(lambda m: m.thread == thread)[-1]


async def test_the_clock_keeps_a_forecast_a_day_and_a_question_gets_it_with_what_would_help(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        sprint = await remember(world)
        await world.later(timedelta(minutes=1))
        [first] = await world.app.foresight.of_sprint(world.team.id, sprint.id)
        await world.later(timedelta(days=1))
        await world.later(timedelta(minutes=1))
        kept = await world.app.foresight.of_sprint(world.team.id, sprint.id)
        assert [each.day.day for each in kept] == [17, 18] and first.past == 10

        slack, out = world.simulator.workspace, world.simulator.slack_out
        room = next(c.id for c in slack.channels.values() if c.name == "engineering")
        asked = out.say(world.slack_id("dana"), room, f"<@{slack.bot}> can we still make Friday?")
        await world.settle()
        answer = said_in(world, asked.ts)
        assert f"yesterday {round(100 * first.chance)} %" in answer.text
        assert "Rests on 10 past sprints of this board" in answer.text

        moving = next(e for b in answer.blocks for e in b.get("elements", ()) if "Propose moving" in str(e.get("text")))
        await out.click(world.slack_id("li"), {"channel": room, "ts": answer.ts}, {**moving})
        await world.settle()
        key = moving["value"].split()[1]
        card = world.direct_messages("dana")[-1]
        assert "Approve?" in card.text and key in card.text

        await world.app.foresight.keep_ended(world.team.id, sprint.id, world.clock.now(), [Ended(first.stand, 1.0)])
        over = await world.app.foresight.scored(world.team.id)
        assert [(each.day.day, each.came_true) for each in over] == [(17, False), (18, False)]
