"""The whole product by hand behind a real nginx and TLS, as Compose would run it, and an enemy before it."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bench.figures import machine, milliseconds, percentile
from tests.deploy.front import script
from tests.deploy.topology import Topology, topology
from tests.deploy.traffic import Sender, SlowLoris, kept

pytestmark = [pytest.mark.anyio, pytest.mark.faults]

SOCKETS, ROUNDS, EACH, AT_ONCE = 1_000, 3, 150, 4
PROMISED = 2.0
"""Seconds within which a webhook is acknowledged."""


@pytest.fixture(scope="module")
async def up(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Topology]:
    async with topology(tmp_path_factory.mktemp("topology")) as up:
        yield up


@pytest.fixture
def sender(up: Topology) -> Sender:
    return Sender(up.front, up.simulator.secrets.jira_webhook_secret)


async def test_deliveries_pass_through_tls_and_are_on_disk(up: Topology, sender: Sender) -> None:
    before = kept(up.database)
    await sender.burst(100, 8)
    assert sender.answers == {"202": 100} and kept(up.database) == before + 100


async def test_only_the_public_routes_of_the_product_answer(up: Topology) -> None:
    async with up.front.session() as session:
        for path in ("/ready", "/metrics", "/api/status", "/api/trigger-cycle", "/dashboard"):
            async with session.get(f"{up.front.url}{path}") as answer:
                assert answer.status == 404, path
        async with session.get(f"{up.front.url}/health") as answer:
            assert (await answer.json())["status"] == "alive"
        for path in ("/slack/events", "/webhooks/jira", "/webhooks/bitbucket"):
            async with session.post(f"{up.front.url}{path}", data=b"{}") as answer:
                assert answer.status == 401, path


async def test_a_thousand_slow_sockets_do_not_keep_anybody_waiting(up: Topology, sender: Sender) -> None:
    alone, beside = list[list[float]](), list[list[float]]()
    for _ in range(ROUNDS):
        alone.append(await sender.burst(EACH, AT_ONCE))
        enemy = SlowLoris(up.front, SOCKETS)
        async with enemy.at_it():
            beside.append(await sender.burst(EACH, AT_ONCE))
            assert enemy.open >= 0.9 * SOCKETS, "the enemy had gone"
    told(alone, beside)
    assert sender.answers == {"202": 2 * ROUNDS * EACH}
    assert min(percentile(one, 0.99) for one in beside) < PROMISED


def told(alone: list[list[float]], beside: list[list[float]]) -> None:
    print(f"\nacknowledged through nginx and TLS, {ROUNDS} rounds of {EACH}: {machine()}")
    print(f"  alone                     {milliseconds([s for one in alone for s in one])}")
    print(f"  beside {SOCKETS} slow sockets  {milliseconds([s for one in beside for s in one])}")
    for share in (0.5, 0.99):
        ratios = [percentile(b, share) / percentile(a, share) for a, b in zip(alone, beside, strict=True)]
        print(f"  ratio of p{share * 100:.0f}: {statistics.median(ratios):.2f} [{min(ratios):.2f}..{max(ratios):.2f}]")
    best = [min(percentile(one, 0.99) for one in rounds) for rounds in (alone, beside)]
    print(f"  best round's p99 {best[1] * 1000:.1f} ms beside, {best[0] * 1000:.1f} ms alone: {best[1] / best[0]:.2f}")


async def test_reloads_of_nginx_and_of_the_web_processes_lose_nothing(up: Topology, sender: Sender) -> None:
    before, done = kept(up.database), asyncio.Event()
    sending = asyncio.create_task(sender.until(done, 6))
    fronts, webs = up.front.children(), up.web_processes()
    for _ in range(2):
        assert up.front.nginx("-s", "reload").returncode == 0
        await asyncio.sleep(0.7)
    up.reload_web()
    async with asyncio.timeout(40):
        while webs & up.web_processes():
            await asyncio.sleep(0.2)
    done.set()
    await sending
    print(f"\nreloads under load: {dict(sender.answers)} of {sender.sent}")
    assert not fronts & up.front.children(), "nginx did not reload"
    assert set(sender.answers) == {"202"} and kept(up.database) == before + sender.sent


async def test_a_new_certificate_is_taken_up_without_a_lost_delivery(
    up: Topology, sender: Sender, tmp_path: Path
) -> None:
    front, done = up.front, asyncio.Event()
    old = (front.tls / "fullchain.pem").read_text()
    script("tls/self-signed.sh", "pm.test", str(tmp_path))
    front.trust.load_verify_locations(str(tmp_path / "fullchain.pem"))
    sending = asyncio.create_task(sender.until(done, 4))
    reload = f"{' '.join(front.command('-s', 'reload'))}"
    put = await asyncio.to_thread(script, "tls/use-certificate.sh", str(tmp_path), str(front.tls), PM_RELOAD=reload)
    await asyncio.sleep(1)
    done.set()
    await sending
    assert put.returncode == 0 and (front.tls / "fullchain.pem").read_text() != old
    assert set(sender.answers) == {"202"}


async def test_a_burst_of_two_thousand_from_one_address_is_taken_whole(up: Topology, sender: Sender) -> None:
    taken = await sender.burst(2_000, 60)
    print(f"\n2,000 from one address, 60 at once: {milliseconds(taken)}; {machine()}")
    assert sender.answers == {"202": 2_000}
