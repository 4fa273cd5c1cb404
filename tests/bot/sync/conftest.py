"""The desk at which the mirror is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.database import Database
from models.mailbox import Mailbox
from models.store import Store
from tests.bot.sync.desk import Desk
from tests.contracts.stores.values import FakeClock
from tests.world import fresh_database


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    url = fresh_database(tmp_path / "mirror.db")
    clock = FakeClock()
    database = Database(url, clock)
    mailbox = Mailbox(database, clock)
    yield Desk(Store(database, clock), clock, mailbox)
    await mailbox.stop()
    await database.close()
