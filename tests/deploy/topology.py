"""The topology of deploy/compose.yaml by hand: nginx, two web processes, two workers, PostgreSQL, Redis, a company."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import aiohttp

from integrations.simulator.server import Simulator
from models.clock import SharedClock
from models.database import upgrade
from models.directives_file import parse
from tests.deploy.front import DEPLOY, Front, child, listens, needs, serving, written
from tests.postgresql import postgresql
from tests.world import CONSTITUTION, free_port

ROOT = DEPLOY.parent
TUESDAY = datetime.fromisoformat("2026-11-17T10:00:00-05:00")
WEBS, WORKERS = 2, 2


@dataclass
class Topology:
    """Everything up."""

    front: Front
    simulator: Simulator
    database: str
    web_port: int
    web: subprocess.Popen[bytes]
    log: Path

    def reload_web(self) -> None:
        """What ``systemctl reload`` does."""
        self.web.send_signal(signal.SIGHUP)

    def web_processes(self) -> set[int]:
        words = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text().split()
        return {int(word) for word in words}


@contextlib.asynccontextmanager
async def topology(folder: Path) -> AsyncIterator[Topology]:
    """Start all of it on loopback, and end all of it."""
    needs("nginx", "redis-server", "openssl")
    simulator, constitution = await a_company(folder, port := free_port())
    with postgresql(durable=True) as database:
        doorbell = f"redis://127.0.0.1:{free_port()}/0"
        await asyncio.to_thread(upgrade, database)
        variables = environment(folder, constitution, port, database, doorbell) | simulator.environment()
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(redis(folder, doorbell))
            web = await stack.enter_async_context(gunicorn(folder, variables))
            command = [sys.executable, "-m", "bot", "worker"]
            logs = [folder / f"worker-{number}.log" for number in range(WORKERS)]
            workers = [await stack.enter_async_context(child(command, log, cwd=folder, env=variables)) for log in logs]
            front = written(folder, port)
            async with serving(front):
                await ready(port, web, folder)
                yield Topology(front, simulator, database, port, web, folder / "web.log")
            for process in (web, *workers):
                process.terminate()  # all at once, so that they end side by side
        await simulator.stop()


async def a_company(folder: Path, port: int) -> tuple[Simulator, Path]:
    text = CONSTITUTION.read_text(encoding="utf-8")
    constitution = folder / "directives.yaml"
    constitution.write_text(text, encoding="utf-8")
    clock = SharedClock(folder / "clock.json")
    clock.set(TUESDAY, 1.0)
    simulator = Simulator(parse(text, "directives.yaml"), text, clock, f"http://127.0.0.1:{port}", pacing=False)
    await simulator.start()
    return simulator, constitution


def environment(folder: Path, constitution: Path, port: int, database: str, doorbell: str) -> dict[str, str]:
    """What the processes are told: nothing of this shell's own settings."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "DATABASE_URL": database,
        "REDIS_URL": doorbell,
        "DIRECTIVES_FILE": str(constitution),
        "CLOCK_FILE": str(folder / "clock.json"),
        "PORT": str(port),
        "WEB_CONCURRENCY": str(WEBS),
        "LOG_LEVEL": "WARNING",
    }


Child = contextlib.AbstractAsyncContextManager[subprocess.Popen[bytes]]


def gunicorn(folder: Path, variables: dict[str, str]) -> Child:
    """As deploy/compose.yaml starts it."""
    command = [sys.executable, "-m", "gunicorn", "-c", str(DEPLOY / "gunicorn.conf.py"), "bot.server:web()"]
    return child(command, folder / "web.log", cwd=folder, env=variables)


def redis(folder: Path, address: str) -> Child:
    """A Redis that keeps nothing, as in deploy/compose.yaml."""
    port = address.rpartition(":")[2].partition("/")[0]
    words = ["--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", str(folder)]
    return child(["redis-server", *words], folder / "redis.log")


async def ready(port: int, web: subprocess.Popen[bytes], folder: Path) -> None:
    """Wait until the doors answer; at once when they never will."""
    try:
        async with asyncio.timeout(60), aiohttp.ClientSession() as session:
            while not (await listens(port) and await alive(session, port)):
                assert web.poll() is None, (folder / "web.log").read_text()[-3000:]
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError((folder / "web.log").read_text()[-3000:]) from None


async def alive(session: aiohttp.ClientSession, port: int) -> bool:
    with contextlib.suppress(aiohttp.ClientError):
        async with session.get(f"http://127.0.0.1:{port}/health") as answer:
            return answer.status == 200
    return False
