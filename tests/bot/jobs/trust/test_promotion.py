"""A line leaves shadow by ten marks and its owner's hand: marked in Slack, offered, written in the file, and asked."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models.ids import PersonId
from models.trials import Trials
from models.trust import Mark, Recorded
from tests.bot.jobs.trust.test_log import SHADOW, seen_by
from tests.bot.views.reading import seen
from tests.world import World, running

pytestmark = pytest.mark.anyio

ROOMY = SHADOW.replace("per_person_per_day: 1,", "per_person_per_day: 5,", 1)
LINE = "owner-for-every-ticket"
OFFER = f"{LINE}: suggest"


def without_an_owner(world: World, many: int) -> list[str]:
    """So many tickets of the sprint that nobody has; their keys."""
    company, project = world.simulator.company, world.team.jira.projects[0]
    sprint = next(each.id for each in company.sprints.values() if each.state == "active")
    li = str(world.team.member(PersonId("li")).jira)
    made = [company.create(project, li, f"Ticket {n}", points=1) for n in range(many)]
    for each in made:
        company.edit(each.key, li, sprints=(sprint,), status="In Progress")
    return [str(each.key) for each in made]


async def kept_of(world: World) -> list[Recorded]:
    """What shadow mode has kept of the line today."""
    now = world.clock.now()
    found = await Trials(world.app.database).recorded(world.team.id, now - timedelta(days=1), now)
    return [each for each in found if each.proposal.rule == LINE and each.would_be_sent]


async def press(world: World, page: Any, each: Recorded, button: str) -> str:
    """Noor marks one line of what they asked for; what it says then."""
    where = {"channel": page.channel, "ts": page.ts}
    used = {"action_id": button, "block_id": f"mark.{each.proposal.id}"}
    await world.simulator.slack_out.click(world.slack_id("noor"), where, used)
    await world.settle(parked=True)
    return seen(seen_by(world, "noor")[-1].blocks)


async def test_ten_marks_of_which_more_than_nine_in_ten_are_good_let_its_owner_take_a_line_out_of_shadow(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, text=ROOMY) as world:
        without_an_owner(world, 10)
        await world.settle(parked=True)
        await world.live(timedelta(minutes=50))
        kept, trials = await kept_of(world), Trials(world.app.database)
        assert len(kept) == 10 and world.messages() == []
        room = next(name for name, each in world.simulator.workspace.channels.items() if not each.direct)
        await world.simulator.slack_out.command(world.slack_id("noor"), room, "/pm", "shadow")
        await world.settle(parked=True)
        [page] = seen_by(world, "noor")
        shown = [each for each in kept if f"mark.{each.proposal.id}" in json.dumps(page.blocks)]
        for each in kept:
            if each not in shown:  # some of the ten lines that are shown are more urgent: Dana marked them elsewhere
                about = {"team": each.team, "proposal": each.proposal.id, "person": PersonId("dana"), "rule": LINE}
                await trials.mark(Mark(**about, useful=True, sent=True, at=world.clock.now()))  # type: ignore[arg-type]
        for each in shown[:-1]:
            assert OFFER not in await press(world, page, each, "kept_useful")
        assert OFFER not in await press(world, page, shown[-1], "kept_not_useful"), "nine of ten is not more than 90 %"
        said = await press(world, page, shown[-1], "kept_useful")
        assert f"{LINE}: 10 of 10 messages marked useful" in said and f"+      {OFFER}" in said

        held = world.settings.directives_file
        assert held.read_text(encoding="utf-8") == ROOMY, "the file is its owner's"
        line = next(each for each in ROOMY.splitlines() if each.strip().startswith("mode: shadow"))
        held.write_text(ROOMY.replace(line, f"{line}\n    modes:\n      {OFFER}", 1), encoding="utf-8")
        await world.app.constitution.look(at_once=True)
        [new] = without_an_owner(world, 1)
        await world.settle(parked=True)
        await world.live(timedelta(minutes=50))
        asked = [approval.proposal.action for approval in await world.app.ledger.pending()]
        assert new in [getattr(action, "issue", "") for action in asked]
        assert {message.channel for message in world.messages()} == {world.direct_messages("dana")[0].channel}
