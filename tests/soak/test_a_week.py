"""The first days of the soak, in the normal suite: the oracle sees nothing wrong, and would see it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.figures import examples
from tests.soak.soak import DAY, MONDAY, soaking
from tests.world import in_memory

pytestmark = pytest.mark.anyio

DAYS = 5


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where the machine has a folder for that."""
    with in_memory(tmp_path) as place:
        yield place


async def test_five_days_of_forty_people_and_nothing_to_complain_of(folder: Path) -> None:
    async with soaking(folder, DAYS) as soak:
        await soak.live_until(MONDAY + DAYS * DAY)
    assert not soak.oracle.faults, examples(soak.oracle)
    assert soak.oracle.said["remind_person"] > 10, "long enough to mean something"
    assert soak.oracle.said["post_digest"] > 15
