"""A day in shadow mode: nothing leaves but one log to one admin, whose buttons keep feedback and nothing else."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.jobs.trust.asked import since
from models.proposals import Verdict
from models.trials import Trials
from planner.asked.questions import parse_command
from planner.asked.quiet.pausing import AskShadow
from tests.world import CONSTITUTION, World, running

pytestmark = pytest.mark.anyio

SHADOW = CONSTITUTION.read_text(encoding="utf-8").replace("mode: act ", "mode: shadow ")
CUT = datetime.fromisoformat("2026-11-17T17:30:00-05:00")


async def until(world: World, moment: datetime) -> None:
    await world.live(moment - world.clock.now())


async def test_one_log_at_the_end_of_the_day_counts_what_the_ledger_holds(tmp_path: Path) -> None:
    async with running(tmp_path, text=SHADOW) as world:
        world.lose_an_owner()
        await world.settle()
        trials, team = Trials(world.app.database), world.team.id
        begin = await since(world.app, world.team, CUT)
        await until(world, CUT - timedelta(minutes=1))
        assert world.messages() == []
        await until(world, CUT + timedelta(minutes=1))

        [log] = world.messages()
        assert log in world.direct_messages("dana")
        kept = await trials.recorded(team, begin, CUT)
        proposals = {each.proposal.id: each.would_be_sent for each in kept}
        sent, withheld = (int(n) for n in re.findall(r"would have sent (\d+), withheld (\d+)", log.text)[0])
        assert sent == sum(proposals.values()) > 0 and sent + withheld <= len(proposals)
        assert {each.decision.verdict for each in kept} <= {Verdict.DENY, Verdict.DEFER}

        await world.click("dana", log, "kept_useful")
        await world.settle()
        [mark] = await trials.marks(team)
        assert (mark.person, mark.useful, mark.sent) == ("dana", True, True)
        [drawn] = world.messages()
        assert "Marked useful" in str(drawn.blocks) and drawn.ts == log.ts

        await until(world, CUT + timedelta(hours=3))
        assert len(await trials.marks(team)) == 1 and len(world.messages()) == 1


def test_what_is_kept_can_be_asked_for() -> None:
    assert parse_command("shadow") == parse_command("shadow mode") == AskShadow()
