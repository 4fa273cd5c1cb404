"""Under systemd the port outlives the process: what comes during a restart waits, and is taken by the next one."""

from __future__ import annotations

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.deploy.front import Front, child, serving, written
from tests.deploy.topology import Child, a_company, alive, environment
from tests.deploy.traffic import Sender, kept
from tests.world import fresh_database

pytestmark = [pytest.mark.anyio, pytest.mark.faults]

PATIENCE = 25.0
"""Seconds nginx surely waits for an answer (proxy_read_timeout, 30 s)."""

# What systemd does before it starts a service of a socket: the socket is descriptor 3, and the process is told so.
HANDED = 'exec 3<&"$HANDED"; export LISTEN_FDS=1 LISTEN_PID=$$; exec "$@"'


@dataclass
class Place:
    """The socket systemd would hold, the one it would hear on, and what the process is told."""

    folder: Path
    port: socket.socket
    told: socket.socket
    database: str
    front: Front
    sender: Sender
    environment: dict[str, str]

    @property
    def number(self) -> int:
        return int(self.port.getsockname()[1])

    def start(self) -> Child:
        """``pm start`` as deploy/systemd/pm-agent.service starts it."""
        command = ["bash", "-c", HANDED, "-", sys.executable, "-m", "bot", "start"]
        handed = self.port.fileno()
        variables = {**self.environment, "HANDED": str(handed)}
        return child(command, self.folder / "start.log", cwd=self.folder, env=variables, pass_fds=[handed])


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    port, told = socket.socket(), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    port.bind(("127.0.0.1", 0))
    port.listen(512)
    told.bind(str(tmp_path / "told"))
    told.settimeout(60)
    database = fresh_database(tmp_path / "pm.db")
    number = port.getsockname()[1]
    simulator, constitution = await a_company(tmp_path, number)
    variables = environment(tmp_path, constitution, number, database, "redis://127.0.0.1:1/0")
    del variables["REDIS_URL"], variables["WEB_CONCURRENCY"]
    variables |= {**simulator.environment(), "NOTIFY_SOCKET": str(tmp_path / "told"), "ENVIRONMENT": "production"}
    (tmp_path / "front").mkdir()
    async with serving(written(tmp_path / "front", number)) as front:
        sender = Sender(front, simulator.secrets.jira_webhook_secret)
        yield Place(tmp_path, port, told, database, front, sender, variables)
    await simulator.stop()
    port.close()
    told.close()


async def test_a_restart_of_the_whole_agent_fails_no_delivery(place: Place) -> None:
    done, sender = asyncio.Event(), place.sender
    async with place.start():
        assert b"READY=1" in await asyncio.to_thread(place.told.recv, 4096)
        await answering(place)
        sending = asyncio.create_task(sender.until(done, 4))
        await asyncio.sleep(1)
        ending = time.perf_counter()
    ended = time.perf_counter()
    async with place.start():
        await answering(place)
        away = time.perf_counter() - ending
        await asyncio.sleep(1)
        done.set()
        await sending
    spans = f"ended after {ended - ending:.1f} s, back after {away:.1f} s"
    print(f"\nrestarted under load: {dict(sender.answers)}; {spans}")
    if away > PATIENCE:
        pytest.skip(f"this machine is so busy that a start took {away:.0f} s, longer than nginx waits")
    assert set(sender.answers) == {"202"} and kept(place.database) == sender.sent


async def answering(place: Place) -> None:
    """Wait until it does, or show what it said instead."""
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while not await alive(session, place.number):
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError((place.folder / "start.log").read_text()[-3000:]) from None
