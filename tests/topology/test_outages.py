"""Redis killed, frozen and flushed, PostgreSQL stopped, in the middle of a storm: it recovers, and nothing is lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.chaos.checker import violations
from bot.chaos.looking_back import look_back
from tests.bench.figures import milliseconds
from tests.postgresql import Server
from tests.redis_server import RedisServer
from tests.topology.cluster import running
from tests.topology.load import People, Storm

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

EVENTS = 2_000
PACE = 0.1
"""Seconds each of the connections waits between two deliveries, so that the storm lasts through the outages."""

POLL = 1.0
"""Seconds within which work is found without any bell."""

DOWN = 5.0
"""Seconds PostgreSQL is away."""


async def test_redis_that_dies_freezes_or_forgets_costs_latency_alone(
    server: Server, redis: RedisServer, tmp_path: Path
) -> None:
    storm, people = Storm(), People()
    async with running(tmp_path / "run", server, redis_url=redis.url) as cluster:
        async with people.asking(cluster):
            sending = asyncio.create_task(storm.send(cluster, EVENTS, seed="redis", every=PACE))
            await asyncio.sleep(3)
            redis.kill()
            await asyncio.sleep(5)
            redis.start()
            await asyncio.sleep(4)
            with redis.frozen():
                await asyncio.sleep(5)
            redis.say("FLUSHALL")
            await sending
            await cluster.settled()
        print(f"\nRedis killed, frozen, flushed: {milliseconds(storm.taken)}; people {milliseconds(people.waits)}")
        logs = cluster.logs()
    assert storm.failed == 0 and people.troubles == 0
    assert max(people.waits) < max(POLL, 0.25) + 2.0
    assert '"action": "redis_away"' in logs and '"action": "redis_back"' in logs
    assert "Traceback" not in logs
    assert violations(look_back(cluster.flow)) == []


async def test_postgresql_that_stops_is_waited_for_and_nothing_taken_is_lost(
    server: Server, redis: RedisServer, tmp_path: Path
) -> None:
    storm, people = Storm(), People()
    async with running(tmp_path / "run", server, redis_url=redis.url) as cluster:
        async with people.asking(cluster):
            sending = asyncio.create_task(storm.send(cluster, EVENTS, seed="postgresql", every=PACE))
            await asyncio.sleep(4)
            await asyncio.to_thread(server.stop)
            await asyncio.sleep(DOWN / 2)
            cluster.hang_up()  # new processes meet a database that is not there, and must not end the old ones' service
            await asyncio.sleep(DOWN / 2)
            await asyncio.to_thread(server.start)
            await sending
            await cluster.settled()
        down = {status: count for status, count in storm.answers.items() if status != 202}
        told = f"{storm.answers[202]} taken, meanwhile {down}, {people.troubles} questions asked again"
        print(f"\nPostgreSQL stopped for {DOWN:.0f} s: {told}")
        assert cluster.web.starts == 1 and all(worker.starts == 1 for worker in cluster.workers)
    assert storm.answers[503] and set(storm.answers) == {202, 503}
    assert violations(look_back(cluster.flow)) == []
