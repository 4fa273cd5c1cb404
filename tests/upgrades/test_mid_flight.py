"""What an older version had under way is finished by this one: nothing lost, nothing done twice, no limit passed."""

from __future__ import annotations

import pytest

from models.database import upgrade
from tests.upgrades.finished import effects, events, limits, questions
from tests.upgrades.finishing import office
from tests.upgrades.old_rows import ARRIVED, OLDER, leave

pytestmark = pytest.mark.anyio

QUICK = "0001"
REVISIONS = [name if name == QUICK else pytest.param(name, marks=pytest.mark.faults) for name in OLDER]


@pytest.mark.parametrize("revision", REVISIONS)
async def test_what_was_under_way_is_finished_once(empty: str, revision: str) -> None:
    leave(empty, revision)
    upgrade(empty)
    async with office(empty) as here:
        here.world[ARRIVED] = 1
        await here.finish()
        for promise in (events, effects, questions, limits):
            await promise(here)
