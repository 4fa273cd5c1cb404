"""How many signed deliveries a second are on disk before their 202, against a transaction for each of them."""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from integrations.signatures import sign
from models.database import upgrade
from models.ids import fresh
from tests.bench.door import SECRET
from tests.bench.figures import machine, milliseconds, spread
from tests.postgresql import postgresql
from tests.world import free_port

pytestmark = [pytest.mark.anyio, pytest.mark.bench]

ROUNDS = 3
DELIVERIES = 600
CONNECTIONS = 32
GROUPED, SINGLE = 200, 1


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """On the machine's real disk: the folder of pytest's temporary files."""
    return f"sqlite:///{tmp_path / 'bench.db'}"


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The wheel's server with fsync on, as an operator would run it."""
    with postgresql(durable=True) as url:
        yield url


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_group_commit_beats_a_commit_for_each_request(kind: str, request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue(f"{kind}_url")
    await asyncio.to_thread(upgrade, url)
    rates: dict[int, list[float]] = {GROUPED: [], SINGLE: []}
    waits: dict[int, list[float]] = {GROUPED: [], SINGLE: []}
    async with door(url, GROUPED) as grouped, door(url, SINGLE) as single:
        for _ in range(ROUNDS):
            for batch, address in ((GROUPED, grouped), (SINGLE, single)):
                seconds, taken = await burst(address)
                rates[batch].append(DELIVERIES / seconds)
                waits[batch] += taken
    ratios = [a / b for a, b in zip(rates[GROUPED], rates[SINGLE], strict=True)]
    print(f"\nintake on {kind}: {machine()}")
    print(f"  group commit        {spread(rates[GROUPED])} deliveries/s, {milliseconds(waits[GROUPED])}")
    print(f"  commit per request  {spread(rates[SINGLE])} deliveries/s, {milliseconds(waits[SINGLE])}")
    print(f"  ratio               {spread(ratios, '{:.1f}')}")
    assert statistics.median(ratios) > 1


@contextlib.asynccontextmanager
async def door(url: str, batch: int) -> AsyncIterator[str]:
    """One product process over ``url``; yields the address of its Jira door."""
    port = free_port()
    script = Path(__file__).with_name("door.py")
    process = subprocess.Popen([sys.executable, str(script), str(port), url, str(batch)])
    try:
        async with aiohttp.ClientSession() as session, asyncio.timeout(30):
            while not await answers(session, f"http://127.0.0.1:{port}/health"):
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}/webhooks/jira"
    finally:
        process.terminate()
        process.wait(15)


async def answers(session: aiohttp.ClientSession, address: str) -> bool:
    """Whether somebody listens there yet."""
    with contextlib.suppress(aiohttp.ClientError):
        async with session.get(address) as answer:
            return answer.status == 200
    return False


async def burst(address: str) -> tuple[float, list[float]]:
    """Send all deliveries over the connections; the seconds in all, and of each."""
    bodies = [delivery(number) for number in range(DELIVERIES)]
    taken: list[float] = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:

        async def worker() -> None:
            while bodies:
                body, headers = bodies.pop()
                began = time.perf_counter()
                async with session.post(address, data=body, headers=headers) as answer:
                    assert answer.status == 202
                taken.append(time.perf_counter() - began)

        began = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(CONNECTIONS)))
        return time.perf_counter() - began, taken


def delivery(number: int) -> tuple[bytes, dict[str, str]]:
    """A signed change of status of about 3.5 kB, like Jira's."""
    body = json.dumps(
        {
            "timestamp": 1_795_000_000_000 + number,
            "webhookEvent": "jira:issue_updated",
            "issue_event_type_name": "issue_generic",
            "user": {"accountId": "712020:somebody"},
            "issue": {
                "id": str(10_000 + number % 50),
                "key": f"PAY-{number % 50 + 1}",
                "fields": {"summary": "A ticket", "description": "x" * 3_000, "project": {"key": "PAY"}},
            },
            "changelog": {"items": [{"field": "status", "fieldId": "status", "from": "1", "to": "3"}]},
        }
    ).encode()
    headers = {"X-Atlassian-Webhook-Identifier": fresh(), "Content-Type": "application/json"}
    return body, headers | {"X-Hub-Signature": sign(body, SECRET)}
