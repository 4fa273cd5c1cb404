"""The last plan outlives the process, and a row of another shape is as good as none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.thinking import KeptPlans
from bot.thinking.plans import ABOUT, LAST
from models.database import Database, upgrade
from models.ids import TeamId
from models.store import Store
from planner.reasoning import LastPlan
from tests.contracts.stores.values import FakeClock

pytestmark = pytest.mark.anyio
TEAM = TeamId("payments")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'pm.db'}"
    upgrade(url)
    database = Database(url, FakeClock())
    yield Store(database, FakeClock())
    await database.close()


async def test_what_was_kept_comes_back_whole(store: Store) -> None:
    plan = LastPlan(
        tried=FakeClock().now(),
        weighed=True,
        found={"s1": "blocked_too_long PAY-7"},
        tickets={"PAY-7": "In Progress"},
        takers={"p1": "mike"},
        order=("p1", "p2"),
    )
    await KeptPlans(store).keep(TEAM, plan)
    assert await KeptPlans(store).last(TEAM) == plan
    assert await KeptPlans(store).last(TeamId("other")) is None


@pytest.mark.parametrize("row", [{}, [], "x", 7, {"tried": "yesterday"}, {"tried": None}])
async def test_a_row_of_another_shape_is_no_plan(store: Store, row: object) -> None:
    await store.remember(TEAM, ABOUT, LAST, row)
    assert await KeptPlans(store).last(TEAM) is None
