"""A loopback Slack and our client of it, closed after each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from integrations.slack import Slack
from models.clock import SystemClock
from models.links import Links
from tests.integrations.slack.loopback import Loopback, loopback


@pytest.fixture
async def server() -> AsyncIterator[Loopback]:
    async with loopback() as running:
        yield running


@pytest.fixture
async def slack(server: Loopback) -> AsyncIterator[Slack]:
    client = Slack("xoxb-test", server.url, SystemClock(), links=Links.to("https://x.example"))
    yield client
    await client.close()
