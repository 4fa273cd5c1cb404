"""That the bell is what makes it quick, and the fence what keeps a sleeper harmless: shown by taking each away."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from bot.chaos.checker import violations
from bot.chaos.looking_back import look_back
from bot.chaos.product import Product
from tests.bench.figures import milliseconds, percentile
from tests.postgresql import Server
from tests.topology.cluster import Cluster, running
from tests.topology.load import People, backlog

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

QUICK = 0.5
"""Seconds: half of what a worker takes to find work by itself."""

QUESTIONS = 15

HELD = "SELECT id, token FROM jobs WHERE state = 'running' ORDER BY id"

DEAF = (
    "CREATE FUNCTION public.pg_notify(text, text) RETURNS void LANGUAGE plpgsql AS 'BEGIN END'",
    "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = public, pg_catalog', current_database()); END $$",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()",
)
"""A PostgreSQL that takes every word for other processes and passes none on."""


async def test_the_bell_is_what_makes_it_quick(server: Server, tmp_path: Path) -> None:
    async with running(tmp_path / "run", server, web=1, workers=1) as cluster:
        heard, unheard = People(), People()
        await heard.ask(cluster, QUESTIONS)
        for words in DEAF:
            await asyncio.to_thread(cluster.write, words)
        await cluster.ready(1)
        await asyncio.sleep(2.5)  # the worker's ear is connected anew, and rings once for that
        await unheard.ask(cluster, QUESTIONS)
        print(f"\npeople with the bell {milliseconds(heard.waits)}; without {milliseconds(unheard.waits)}")
    assert percentile(heard.waits, 0.5) < QUICK < percentile(unheard.waits, 0.5)


async def test_a_worker_that_stands_still_with_work_in_hand_writes_nothing_when_it_wakes(
    server: Server, tmp_path: Path
) -> None:
    async with running(tmp_path / "run", server, web=1, workers=1) as cluster:
        await backlog(cluster, 200)
        sleeper = cluster.workers[0]
        held = await _stopped_with_work(cluster, sleeper)
        await cluster.hire()
        mine = f"SELECT id, token, state, finished FROM jobs WHERE id IN ({', '.join(str(id) for id, _ in held)})"
        taken = await _worked_off(cluster, mine)
        _tell(sleeper, signal.SIGCONT)
        await asyncio.sleep(3)
        assert cluster.ask(mine + " ORDER BY id") == taken
        assert {id: token for id, token, _, _ in taken} == {id: token + 1 for id, token in held}
        await cluster.settled()
    assert violations(look_back(cluster.flow)) == []


def _tell(worker: Product, what: signal.Signals) -> None:
    assert worker.process is not None
    os.kill(worker.process.pid, what)


async def _stopped_with_work(cluster: Cluster, worker: Product) -> list[tuple[int, int]]:
    """The jobs (id, token) it holds, and will hold until it is woken."""
    for _ in range(100):
        _tell(worker, signal.SIGSTOP)
        await asyncio.sleep(0.3)  # what it had sent is written by now
        held = [(row[0], row[1]) for row in cluster.ask(HELD)]
        if held:
            return held
        _tell(worker, signal.SIGCONT)
        await asyncio.sleep(0.05)
    raise AssertionError("it never held anything")


async def _worked_off(cluster: Cluster, mine: str) -> list[Any]:
    """The same jobs once another worker has done them."""
    done: list[Any] = []
    while not done or any(state != "done" for _, _, state, _ in done):
        await asyncio.sleep(0.5)
        done = await asyncio.to_thread(cluster.ask, mine + " ORDER BY id")
    return done
