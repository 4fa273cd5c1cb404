"""``pm start`` as an operator runs it, its vendors out of reach, and somebody who sends it webhooks all the time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from sqlalchemy import create_engine, select

from models.database import address_of
from models.tables.queue import inbox
from tests.bot.knocking import ENVIRONMENT, ROOT, SECRETS, hub
from tests.world import free_port

PATIENCE = 60.0
"""Seconds until something that must happen is missed."""

PAUSE = 0.02
"""Seconds between two deliveries of one sender."""


@dataclass
class Agent:
    """One process group; ``limits`` are those of ``resource``, set before it begins."""

    folder: Path
    database: str
    limits: Mapping[int, int] = field(default_factory=dict)
    more: Mapping[str, str] = field(default_factory=dict)
    words: tuple[str, ...] = ("start",)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """Everything it has said."""
        file = self.folder / "agent.log"
        return file.read_text() if file.exists() else ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        own = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PYTHONPATH": str(ROOT), "PORT": str(self.port)}
        with (self.folder / "agent.log").open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", *self.words],
                cwd=self.folder,
                env={**ENVIRONMENT, **own, "DATABASE_URL": self.database, **self.more},
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=self._limit,
            )

    def _limit(self) -> None:
        for limit, value in self.limits.items():
            resource.setrlimit(limit, (value, value))

    def kill(self) -> None:
        """All of it at once, without a word."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def children(self) -> list[int]:
        """The processes it has forked: gunicorn's worker, in which everything is done."""
        assert self.process is not None
        return [int(p) for p in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()]

    async def check(self, name: str) -> Mapping[str, Any]:
        """What ``/ready`` says of one dependency."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/ready") as answer:
            return next(each for each in (await answer.json())["checks"] if each["name"] == name)

    async def answers(self) -> None:
        """Wait until it does."""
        end = time.monotonic() + PATIENCE
        async with aiohttp.ClientSession() as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(f"{self.url}/health", timeout=aiohttp.ClientTimeout(total=2)) as answer:
                        if answer.status == 200:
                            return
                assert self.process is not None and self.process.poll() is None, self.log[-2000:]
                assert time.monotonic() < end, self.log[-2000:]
                await asyncio.sleep(0.05)


@dataclass
class Sender:
    """Sends one delivery after the other, each once, and knows which of them were acknowledged."""

    agent: Agent
    name: str = "d"
    answers: Counter[int] = field(default_factory=Counter)
    """By status; 0 where no answer came."""
    acknowledged: set[str] = field(default_factory=set)
    patient: int = 0
    """Of the answers 503, those that say when to come again."""
    _sent: int = 0

    async def one(self, session: aiohttp.ClientSession) -> int:
        """The next delivery; the answer's status."""
        self._sent += 1
        id = f"{self.name}-{self._sent}"
        issue = {"id": str(self._sent), "key": f"PAY-{self._sent}", "fields": {"project": {"key": "PAY"}}}
        body = json.dumps({"webhookEvent": "jira:issue_updated", "issue": issue}).encode()
        headers = {"X-Hub-Signature": hub(body, SECRETS["jira"]), "X-Atlassian-Webhook-Identifier": id}
        headers["Content-Type"] = "application/json"
        status = 0
        with contextlib.suppress(aiohttp.ClientError, TimeoutError):
            limit = aiohttp.ClientTimeout(total=50)
            url = f"{self.agent.url}/webhooks/jira"
            async with session.post(url, data=body, headers=headers, timeout=limit) as answer:
                status = answer.status
                self.patient += status == 503 and "Retry-After" in answer.headers
        self.answers[status] += 1
        if status == 202:
            self.acknowledged.add(id)
        return status

    @contextlib.asynccontextmanager
    async def sending(self, lines: int = 4) -> AsyncIterator[None]:
        """While the block runs, over so many connections."""
        over = asyncio.Event()
        async with aiohttp.ClientSession() as session:
            tasks = [asyncio.create_task(self._line(session, over)) for _ in range(lines)]
            try:
                yield
            finally:
                over.set()
                await asyncio.gather(*tasks)

    async def _line(self, session: aiohttp.ClientSession, over: asyncio.Event) -> None:
        while not over.is_set():
            await self.one(session)
            await asyncio.sleep(PAUSE)

    async def takes(self, seconds: float = PATIENCE) -> float:
        """Seconds until a delivery is taken again."""
        began = time.monotonic()
        async with aiohttp.ClientSession() as session:
            while await self.one(session) != 202:
                assert time.monotonic() - began < seconds, (self.answers, self.agent.log[-2000:])
                await asyncio.sleep(0.1)
        return time.monotonic() - began


def kept(database: str) -> set[str]:
    """The deliveries that are in the database, each of them once."""
    engine = create_engine(address_of(database))
    with engine.connect() as connection:
        rows = [str(row.delivery_id) for row in connection.execute(select(inbox.c.delivery_id))]
    engine.dispose()
    assert len(rows) == len(set(rows))
    return set(rows)


@contextlib.asynccontextmanager
async def at_work(agent: Agent) -> AsyncIterator[Sender]:
    """The agent up, and ended at last whatever happens."""
    agent.start()
    try:
        await agent.answers()
        yield Sender(agent)
    finally:
        agent.kill()


def lines(log: str, action: str) -> list[dict[str, Any]]:
    """What it has logged of that action."""
    return [found for line in log.splitlines() if f'"action": "{action}"' in line and (found := json.loads(line))]
