"""A simulated Claude for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.integrations.claude.loopback import Loopback, serving


@pytest.fixture
async def loopback() -> AsyncIterator[Loopback]:
    """The vendor and our client."""
    async with serving() as both:
        yield both
