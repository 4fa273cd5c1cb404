"""Web processes reloaded, workers replaced one by one and the database upgraded, all under load: nobody notices."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from bot.chaos.checker import violations
from bot.chaos.looking_back import look_back
from bot.chaos.product import ROOT
from tests.bench.figures import milliseconds
from tests.postgresql import Server
from tests.redis_server import RedisServer
from tests.topology.cluster import Cluster, running
from tests.topology.load import People, Storm

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

PACE = 0.1
"""Seconds each of the connections waits between two deliveries."""

RELOADS = 3


async def test_reloads_and_a_rolling_restart_fail_no_delivery(
    server: Server, redis: RedisServer, tmp_path: Path
) -> None:
    storm, people = Storm(), People()
    async with running(tmp_path / "run", server, redis_url=redis.url) as cluster:
        async with people.asking(cluster):
            sending = asyncio.create_task(storm.send(cluster, 20_000, seed="restart", every=PACE))
            generations = [await _reloaded(cluster) for _ in range(RELOADS)]
            upgrades = await asyncio.gather(_upgraded(cluster), _upgraded(cluster))
            for worker in tuple(cluster.workers):
                await cluster.hire()
                await cluster.ready(len(cluster.workers))
                await cluster.dismiss(worker)
            assert not sending.done()  # all of it was under load
            storm.over = True
            await sending
            await cluster.settled()
        print(f"\n{RELOADS} reloads, a rolling restart, two upgrades at once: {storm.answers.total()} deliveries")
        longest = f"the longest {max(storm.taken):.1f} s and {max(people.waits):.1f} s"
        print(
            f"  not taken {storm.failed}; {milliseconds(storm.taken)}; people {milliseconds(people.waits)}; {longest}"
        )
        logs = cluster.logs()
    assert all(not before & after for before, after in generations)
    assert [done.returncode for done in upgrades] == [0, 0], upgrades
    assert storm.failed == 0 and people.troubles == 0
    assert "Traceback" not in logs
    assert violations(look_back(cluster.flow)) == []


async def _reloaded(cluster: Cluster) -> tuple[set[int], set[int]]:
    """The web processes before and after, once the old ones are gone."""
    before, behind = set(cluster.web.workers()), len(cluster.web.log.read_text())
    cluster.hang_up()
    await cluster.flow.until("another generation", lambda: not before & set(cluster.web.workers()))
    said = cluster.web.log.read_text()[behind:]
    assert said.index('"action": "started"') < said.index('"action": "stopping"'), (
        "an old one left before a young served"
    )
    return before, set(cluster.web.workers())


async def _upgraded(cluster: Cluster) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "bot", "db", "upgrade"]
    return await asyncio.to_thread(
        subprocess.run, words, env={**cluster.variables}, cwd=ROOT, capture_output=True, text=True, timeout=60
    )


async def test_workers_of_another_version_wait_and_say_why(server: Server, tmp_path: Path) -> None:
    async with running(tmp_path / "run", server, workers=0, web=1) as cluster:
        ours = cluster.ask("SELECT version_num FROM alembic_version")[0][0]
        await asyncio.to_thread(cluster.write, "UPDATE alembic_version SET version_num = '9999'")
        worker = await cluster.hire()
        storm = Storm()
        await _reloaded(cluster)
        told = "the database is at version 9999"
        await cluster.flow.until("the worker's refusal", lambda: worker.log.exists() and told in worker.log.read_text())
        await cluster.flow.until("the doors' refusal", lambda: told in cluster.web.log.read_text())
        sending = asyncio.create_task(storm.send(cluster, 20, seed="version"))
        await asyncio.sleep(2)
        assert set(storm.answers) == {503} and cluster.count("SELECT count(*) FROM inbox WHERE source = 'jira'") == 0
        await asyncio.to_thread(cluster.write, f"UPDATE alembic_version SET version_num = '{ours}'")
        await sending
        await cluster.ready(1)
        await cluster.settled()
        assert worker.starts == cluster.web.starts == 1
    assert violations(look_back(cluster.flow)) == []
