"""Slack under every fault of ``table.py``. The most telling cells run with every ``make test``."""

from __future__ import annotations

import pytest

from tests.faults.stage.cells import cells_of, play
from tests.faults.stage.elsewhere import Elsewhere
from tests.faults.stage.town import Town

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("fault", "operation", "outcome"), cells_of("slack "))
async def test_what_becomes_of_it(place: Town, addresses: Elsewhere, fault: str, operation: str, outcome: str) -> None:
    await play(place, addresses, fault, operation, outcome)
