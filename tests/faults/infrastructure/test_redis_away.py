"""Redis killed, flushed, read-only: every delivery is taken, one line says what is so, and it is used again."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.faults.infrastructure.agent import Agent, at_work, kept
from tests.redis_server import RedisServer, redis_server
from tests.world import fresh_database

pytestmark = [pytest.mark.anyio, pytest.mark.faults]


def read_only(redis: RedisServer) -> None:
    redis.say("REPLICAOF", "127.0.0.1", "1")


TROUBLES = {
    "killed": (RedisServer.kill, RedisServer.start, {"warning"}),
    "flushed": (lambda redis: redis.say("FLUSHALL"), lambda redis: None, {"ok"}),
    "read-only": (read_only, lambda redis: redis.say("REPLICAOF", "NO", "ONE"), {"ok", "warning"}),
}
"""How it begins, how it ends, and what ``/ready`` says; that one only reads is known once a pace was asked of it."""


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_it_costs_no_delivery_and_is_used_again(trouble: str, tmp_path: Path) -> None:
    begins, ends, states = TROUBLES[trouble]
    database = fresh_database(tmp_path / "pm.db")
    with redis_server(tmp_path) as redis:
        agent = Agent(tmp_path, database, more={"REDIS_URL": redis.url})
        async with at_work(agent) as sender, sender.sending():
            await asyncio.sleep(1)
            begins(redis)
            await asyncio.sleep(2)
            found = await agent.check("redis")
            assert found["state"] in states and (found["state"] == "ok" or "REDIS_URL" in found["remedy"])
            ends(redis)
            async with asyncio.timeout(20):
                while (await agent.check("redis"))["state"] != "ok":
                    await asyncio.sleep(0.5)
    assert set(sender.answers) == {202} and sender.acknowledged <= kept(database)
    assert "Traceback" not in agent.log
