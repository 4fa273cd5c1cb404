"""``pm costs``: what Claude came to, summed the ways an admin asks, beside what it may cost."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from models.bills import Caps, Wanted
from models.clock import SystemClock
from models.database import Database
from models.errors import NotThought, Silence
from models.ids import TeamId, fresh
from models.money import Money
from models.purse import Purse
from models.thoughts import Purpose, Size, Stop, Thought, Usage
from tests.bot.cli.test_commands import pm

pytestmark = pytest.mark.usefixtures("environment")

CAPS = Caps(team=Money.usd(9), person=Money.usd(9))
USED = Usage(read=100, cached=300, written=50)


async def _spend(url: str) -> None:
    clock = SystemClock()
    database = Database(url, clock)
    purse = Purse(database)
    for purpose, size, cost in ((Purpose.PLAN, Size.LARGE, "0.03"), (Purpose.TALK, Size.SMALL, "0.002")):
        ask = Wanted(
            id=fresh(),
            team=TeamId("payments"),
            day=clock.now().date(),
            at=clock.now(),
            purpose=purpose,
            prompt="p/1",
            size=size,
            worst=dict.fromkeys(Size, Money.usd(1)),
        )
        await purse.hold(ask, CAPS)
        model = "claude-sonnet-5-5" if size is Size.LARGE else "claude-haiku-5-5"
        await purse.settle(ask.id, Thought(text="", stop=Stop.END, usage=USED, model=model), Money.usd(cost))
        if purpose is Purpose.TALK:
            await purse.hold(again := replace(ask, id=fresh()), CAPS)
            await purse.give_up(again.id, NotThought(Silence.AWAY, "overloaded"), model)
    await database.close()


@pytest.fixture
def spent(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asyncio.run(_spend(f"sqlite:///{tmp_path / 'pm.db'}"))


@pytest.mark.usefixtures("spent")
def test_programs_get_every_sum() -> None:
    told = json.loads(pm("costs", "--json", "--days", "2").output)
    assert told["total"]["usd"] == 0.032 and told["total"]["calls"] == 3 and told["total"]["unused"] == 1
    assert told["by_purpose"]["plan"]["usd"] == 0.03
    assert told["by_model"]["claude-haiku-5-5"]["calls"] == 2
    assert told["total"]["cache_hits"] == 0.75
    assert told["today"][0]["cap_usd"] == 1.0


@pytest.mark.usefixtures("spent")
def test_people_read_what_was_spent_and_on_what() -> None:
    told = pm("costs", "--days", "2").output
    assert "of $1.00 is spent today" in told and "$0.03 in 2 days, by the prices of" in told
    assert "plan" in told and "75%" in told


def test_without_a_call_it_says_who_did_it() -> None:
    assert "No model was asked in 7 days: rules and templates did all of it." in pm("costs").output


def test_a_team_that_is_not_there_is_refused_with_those_that_are() -> None:
    done = pm("costs", "--team", "paments")
    assert done.exit_code == 2 and "payments" in done.output
