"""The desk at which the mirror is tried."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.database import Database, upgrade
from models.mailbox import Mailbox
from models.store import Store
from tests.bot.sync.desk import Desk
from tests.contracts.stores.values import FakeClock


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    url = f"sqlite:///{tmp_path / 'mirror.db'}"
    upgrade(url)
    clock = FakeClock()
    database = Database(url, clock)
    mailbox = Mailbox(database, clock)
    yield Desk(Store(database, clock), clock, mailbox)
    await mailbox.stop()
    await database.close()
