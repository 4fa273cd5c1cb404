"""Three sprints with 500 tickets are lived through once more in under a minute."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.backtest.days import Days
from bot.backtest.folder import Folder
from bot.backtest.trial import Trial
from models.directives_file import load
from tests.backtest.large import FORTNIGHT, three_sprints
from tests.bench.figures import at_most, machine, record, spread

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

CONSTITUTION = Path(__file__).parents[2] / "directives.yaml"
TICKETS, TARGET, ROUNDS = 500, 60.0, 3


async def test_three_sprints_of_500_tickets_in_a_minute(tmp_path: Path) -> None:
    law, taken, looks = load(CONSTITUTION), [], 0
    begin = datetime(2026, 9, 7, 7, tzinfo=UTC)
    past = three_sprints(law.teams[0], TICKETS, begin)
    end = begin + 3 * FORTNIGHT
    for number in range(ROUNDS):
        folder = Folder(tmp_path / str(number))
        folder.make()
        days = Days(sprints=("24", "25", "26"), begin=begin, end=end, tellings={law.teams[0].id: past})
        began = time.perf_counter()
        looks = (await Trial(days, folder).of(CONSTITUTION, law, law)).looks
        taken.append(time.perf_counter() - began)
    print(f"\n{TICKETS} tickets, three sprints, {len(past.instants(begin, end))} moments, {looks} looks: {machine()}")
    print(f"  {spread(taken, '{:.1f}')} s; best {min(taken):.1f} s")
    what = f"three sprints of {TICKETS} tickets lived through once more"
    assert record("issue", what, min(taken), at_most(TARGET, "s"))
