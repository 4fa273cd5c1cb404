"""One real Redis for the module."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from integrations.redis import Line
from models.clock import SystemClock
from tests.redis_server import RedisServer, redis_server


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def redis(running: RedisServer) -> RedisServer:
    running.say("REPLICAOF", "NO", "ONE")
    running.say("FLUSHALL")
    return running


@pytest.fixture
async def line(redis: RedisServer) -> AsyncIterator[Line]:
    opened = Line(redis.url, SystemClock(), again=0.1)
    yield opened
    await opened.close()
