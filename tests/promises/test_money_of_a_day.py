"""Money: a quiet day asks no model, a spent budget stops no rule, and what is told of it is so, and told once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from integrations.simulator.claude.api import Pace
from integrations.simulator.server import Simulator
from models.bills import Spending
from models.money import Money
from models.tables.looks import cycles, decisions
from models.thoughts import Purpose
from tests.world import CONSTITUTION, World, running

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)


def nothing_the_matter(simulator: Simulator) -> None:
    """Everything of the sprint is done, and nobody waits for a review."""
    company = simulator.company
    company.listeners, told = [], company.listeners
    company.pull_requests.clear()
    for issue in company.active():
        owner = issue.assignee or company.members["PAY"][0]
        company.edit(issue.key, owner, assignee=owner, flagged=False, status=company.status_of("done"))
    company.listeners = told


async def test_a_quiet_day_asks_no_model_at_all(tmp_path: Path) -> None:
    async with running(tmp_path, prepare=nothing_the_matter, claude=Pace()) as world:
        await world.live(8 * HOUR)
        assert world.simulator.claude.journal.bodies == []


async def test_with_a_cent_a_day_every_rule_still_runs(tmp_path: Path) -> None:
    told = {}
    for name, claude in (("rules", None), ("a cent", Pace())):
        (tmp_path / name).mkdir()
        async with running(tmp_path / name, text=capped("0.01"), claude=claude) as world:
            for _ in range(3):
                world.lose_an_owner()
                await world.live(HOUR)
            await world.live(4 * HOUR)
            told[name] = await said(world)
            assert (await spending(world)).counted <= Money.usd("0.01")
    assert told["a cent"] == told["rules"] and len(told["rules"]) > 3


async def test_the_admins_hear_once_what_is_left_of_the_day_when_it_pays_for_no_further_question(
    tmp_path: Path,
) -> None:
    cap = "0.005"
    async with running(tmp_path, text=capped(cap), claude=Pace()) as world:
        for _ in range(4):
            world.lose_an_owner()
            await world.live(HOUR)
        [news] = world.messages(lambda message: "a day for Claude" in message.text)
        spent = await spending(world)
        left = Money.usd(cap) - spent.gone
        assert f"{world.team.name} has {left} left of its ${cap} a day for Claude, less than the next" in news.text
        assert spent.gone and not spent.held, "it was really asked before"


async def spending(world: World) -> Spending:
    now = world.clock.now()
    return await world.app.purse.spending(world.team.id, now.astimezone(world.team.tz).date(), now)


def capped(usd: str) -> str:
    """The shipped constitution with another cap of the day."""
    return CONSTITUTION.read_text(encoding="utf-8").replace("daily_cap_usd: 1.0 ", f"daily_cap_usd: {usd} ")


async def said(world: World) -> set[str]:
    """What was decided, to whom and about what: an owner may be another, whom a model has chosen."""
    wanted = select(decisions.c.verdict, decisions.c.proposal).where(decisions.c.verdict != "defer")
    rows = await world.app.database.read(lambda c: c.execute(wanted).all())
    return {f"{row.verdict} {_in_short(row.proposal['action'])}" for row in rows}


def _in_short(action: dict[str, Any]) -> str:
    if action["kind"] == "post_digest":  # of the moment it is due, which may be before or after the next webhook
        return "post_digest"
    items = action.get("items") or [action.get("item") or {"kind": "", "subject": action.get("issue", "")}]
    about = sorted(f"{each['kind']} {each['subject']}" for each in items)
    whom = action.get("person") or action.get("channel") or ""
    return f"{action['kind']} {whom}: {', '.join(about)}"


async def test_what_a_look_cost_stands_in_its_record_and_in_the_purse(tmp_path: Path) -> None:
    async with running(tmp_path, claude=Pace()) as world:
        world.lose_an_owner()
        await world.live(HOUR)
        bills = [b for b in await world.app.purse.bills(world.clock.now().date()) if b.purpose is Purpose.PLAN]
        wanted = select(cycles.c.id, cycles.c.cost_usd).where(cycles.c.cost_usd > 0)
        rows = await world.app.database.read(lambda c: c.execute(wanted).all())
        assert bills and {bill.cycle: bill.cost.dollars for bill in bills} == {row.id: row.cost_usd for row in rows}
