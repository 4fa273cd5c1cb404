"""One town for all cells of a file: each leaves it as it found it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.faults.stage.elsewhere import Elsewhere, elsewhere
from tests.faults.stage.town import Town, town
from tests.world import in_memory


@pytest.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    with in_memory(tmp_path_factory.mktemp("town")) as folder:
        async with town(Path(folder)) as made:
            yield made


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    with elsewhere(tmp_path_factory.mktemp("keys")) as made:
        yield made
