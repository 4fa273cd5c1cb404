"""A day in shadow mode: nothing leaves but one log to one admin, whose buttons keep feedback and nothing else."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.proposals import Verdict
from models.trials import Trials
from planner.asked.questions import parse_command
from planner.asked.quiet.pausing import AskShadow
from planner.reports.shadow import begin_of
from tests.bot.views.reading import seen
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
        begin = begin_of(world.team, world.app.directives, CUT, None)
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
        assert "[Useful ✓] [Not useful]" in drawn_now(world, log)
        await world.click("dana", log, "kept_not_useful")
        await world.settle()
        [mark] = await trials.marks(team)
        assert mark.useful is False, "the last word counts"
        assert "[Useful] [Not useful ✓]" in drawn_now(world, log) and "[Useful ✓]" not in drawn_now(world, log)

        await until(world, CUT + timedelta(hours=3))
        assert len(await trials.marks(team)) == 1 and len(world.messages()) == 1


async def test_every_admin_can_mark_what_they_ask_for_and_nobody_else_can(tmp_path: Path) -> None:
    async with running(tmp_path, text=SHADOW) as world:
        world.lose_an_owner()
        await world.settle()
        room = next(name for name, each in world.simulator.workspace.channels.items() if not each.direct)
        for person in ("noor", "li"):
            await world.simulator.slack_out.command(world.slack_id(person), room, "/pm", "shadow")
        await world.settle(parked=True)
        [page], [refused] = seen_by(world, "noor"), seen_by(world, "li")
        assert refused.text.startswith("Only an admin sees what shadow mode keeps. Ask Dana Whitfield or Noor")
        assert "Today so far, Tue 17 Nov until" in page.text

        await world.click("noor", page, "kept_useful")
        await world.settle(parked=True)
        [mark] = await Trials(world.app.database).marks(world.team.id)
        assert (mark.person, mark.useful, mark.sent) == ("noor", True, True)
        [drawn] = seen_by(world, "noor")
        assert drawn.ts == page.ts and seen(drawn.blocks).count("[Useful ✓]") == 1
        await world.click("noor", page, "kept_not_useful")
        await world.settle(parked=True)
        assert [each.useful for each in await Trials(world.app.database).marks(world.team.id)] == [False]
        assert world.messages() == [], "nothing here sends anything"


def seen_by(world: World, person: str) -> list[Any]:
    """What only they were shown."""
    return [m for m in world.simulator.workspace.messages.values() if m.only_for == world.slack_id(person)]


def drawn_now(world: World, log: Any) -> str:
    [drawn] = world.messages()
    assert drawn.ts == log.ts
    return seen(drawn.blocks)


def test_what_is_kept_can_be_asked_for() -> None:
    assert parse_command("shadow") == parse_command("shadow mode") == AskShadow()
