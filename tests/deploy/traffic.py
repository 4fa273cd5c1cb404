"""What a vendor sends through the front, and what somebody sends who means ill."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp
from sqlalchemy import create_engine, func, select

from integrations.signatures import sign
from models.ids import fresh
from models.tables.queue import inbox
from tests.deploy.front import HOST, Front

STRANGER = "127.0.0.2"
"""Another address of this machine: limits count by address."""


def delivery(secret: str, number: int, size: int = 3_000) -> tuple[bytes, dict[str, str]]:
    """A signed change of status of about 3.5 kB, as Jira sends it."""
    fields = {"summary": "A ticket", "description": "x" * size, "project": {"key": "PAY"}}
    issue = {"id": str(10_000 + number % 50), "key": f"PAY-{number % 50 + 1}", "fields": fields}
    change = {"items": [{"field": "status", "fieldId": "status", "from": "1", "to": "3"}]}
    said = {
        "timestamp": 1_795_000_000_000 + number,
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_generic",
        "user": {"accountId": "712020:somebody"},
        "issue": issue,
        "changelog": change,
    }
    body = json.dumps(said).encode()
    headers = {"X-Atlassian-Webhook-Identifier": fresh(), "Content-Type": "application/json"}
    return body, headers | {"X-Hub-Signature": sign(body, secret)}


@dataclass
class Sender:
    """A vendor: what it sent, how that was answered, how long each answer took."""

    front: Front
    secret: str
    answers: Counter[str] = field(default_factory=Counter)
    sent: int = 0

    async def burst(self, count: int, at_once: int) -> list[float]:
        """Seconds until each was acknowledged, each over a TLS connection of its own."""
        taken: list[float] = []
        waiting = iter(range(count))
        async with self.front.session(at_once) as session:

            async def line() -> None:
                for _ in waiting:
                    taken.append(await self.one(session))

            await asyncio.gather(*(line() for _ in range(at_once)))
        return taken

    async def one(self, session: aiohttp.ClientSession) -> float:
        self.sent += 1
        body, headers = delivery(self.secret, self.sent)
        began = time.perf_counter()
        try:
            async with session.post(f"{self.front.url}/webhooks/jira", data=body, headers=headers) as answer:
                await answer.read()
                self.answers[str(answer.status)] += 1
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.answers[type(error).__name__] += 1
        return time.perf_counter() - began

    async def until(self, done: asyncio.Event, at_once: int) -> None:
        """Send without a pause until it is done."""
        while not done.is_set():
            await self.burst(4 * at_once, at_once)


def kept(database: str) -> int:
    """Deliveries in the inbox that Jira's door took."""
    engine = create_engine(database)
    try:
        with engine.connect() as connection:
            return int(connection.execute(select(func.count()).where(inbox.c.source == "jira")).scalar_one())
    finally:
        engine.dispose()


@dataclass
class SlowLoris:
    """Sockets that are opened and then hardly say a word; one that is shut out comes back."""

    front: Front
    count: int
    came_back: int = 0
    _open: set[int] = field(default_factory=set)

    @property
    def open(self) -> int:
        """How many hold a connection now."""
        return len(self._open)

    @contextlib.asynccontextmanager
    async def at_it(self) -> AsyncIterator[None]:
        """While the block runs; it begins when nearly all are there."""
        tasks = [asyncio.create_task(self._keep(number)) for number in range(self.count)]
        try:
            async with asyncio.timeout(30):
                while self.open < 0.98 * self.count:
                    await asyncio.sleep(0.05)
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, number: int) -> None:
        while True:
            with contextlib.suppress(OSError, ssl.SSLError, asyncio.IncompleteReadError):
                await self._hold(number)
            self.came_back += 1
            await asyncio.sleep(0.2)

    async def _hold(self, number: int) -> None:
        """A third says nothing at all, a third half a header, a third a header and the first byte of a body."""
        kind = number % 3
        trust = None if kind == 0 else self.front.trust
        name = HOST if trust else None
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.front.https, ssl=trust, server_hostname=name, local_addr=(STRANGER, 0)
        )
        self._open.add(number)
        try:
            writer.write(_WORDS[kind])
            await writer.drain()
            await reader.read()  # until the other side has had enough
        finally:
            self._open.discard(number)
            writer.close()


_HALF = b"POST /webhooks/jira HTTP/1.1\r\nHost: pm.test\r\nX-Slow: "
_BEGUN = b"POST /webhooks/jira HTTP/1.1\r\nHost: pm.test\r\nContent-Length: 900000\r\n\r\n{"
_WORDS = (b"", _HALF, _BEGUN)
