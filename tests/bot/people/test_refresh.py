"""Who is who is read before every look and every effect: in one reading, so that neither waits for three."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from bot.people.roster import Roster
from models.clock import SystemClock
from models.database import Database, upgrade
from models.ids import PersonId
from models.store import Store
from planner.hearers.contact import ABOUT, ALL_TEAMS
from planner.policy.trust import STEPS
from tests.planner.world import LAW

pytestmark = pytest.mark.anyio
T = TypeVar("T")


class Counted(Database):
    reads = 0

    async def read(self, fn: Callable[[Connection], T]) -> T:
        self.reads += 1
        return await super().read(fn)


async def test_who_is_who_is_one_reading_of_one_moment(tmp_path: Path) -> None:
    upgrade(url := f"sqlite:///{tmp_path / 'pm.db'}")
    database = Counted(url, SystemClock())
    try:
        store = Store(database, SystemClock())
        await store.remember(ALL_TEAMS, ABOUT, PersonId("ann"), {"channel": "jira"})
        identities, kept = await store.known_of_people(ALL_TEAMS, (ABOUT, STEPS))
        assert (identities, kept) == ([], [{"ann": {"channel": "jira"}}, {}])
        roster, before = Roster(LAW, store), database.reads
        await roster.refresh()
        assert database.reads == before + 1
    finally:
        await database.close()
