"""One house for all that knock at it: its doors are opened once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fuzz.house import House, housed


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with housed(tmp_path_factory.mktemp("house"), SLACK_CLIENT_ID="1.2", SLACK_CLIENT_SECRET="shh") as opened:
        yield opened
