"""What is thrown at the product: a storm of signed webhooks with repeats, out of order, and people who go on asking."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import aiohttp

from bot.chaos.wire import SORRY, Sent
from integrations.signatures import sign
from models.clock import SystemClock
from models.database import Database
from models.ids import fresh, named
from models.mailbox import Mailbox, NewJob
from tests.topology.cluster import TEAMS, Cluster

CONNECTIONS = 16
"""Deliveries under way at a time: what Jira has open towards one site."""

AGAIN = 0.25
"""Seconds after which a delivery that was not taken comes again."""

PAUSE = 0.1
"""Seconds between an answer somebody got and their next question."""

FORM = {"Content-Type": "application/json"}


@dataclass
class Storm:
    """Deliveries, and what became of each try."""

    answers: Counter[int] = field(default_factory=Counter)
    """By status; 0 where no answer came."""
    first: Counter[int] = field(default_factory=Counter)
    """The same of first tries alone."""
    taken: list[float] = field(default_factory=list)
    """Seconds each answer of a first try took."""
    over: bool = False
    """Set to end it before everything is sent."""
    began: float = 0.0
    ended: float = 0.0

    @property
    def failed(self) -> int:
        """Tries that were not taken."""
        return sum(count for status, count in self.answers.items() if status != 202)

    @property
    def seconds(self) -> float:
        """From the first try to the last answer."""
        return self.ended - self.began

    async def send(self, cluster: Cluster, count: int, *, seed: str, repeats: float = 0.1, every: float = 0.0) -> None:
        """``count`` different deliveries and a share of ``repeats``, shuffled; over in as long as it takes.

        Each comes again until it is taken, as vendors do. With ``every`` each connection waits so long between two.
        """
        luck = random.Random(seed)
        names = [*range(count), *luck.sample(range(count), int(count * repeats))]
        luck.shuffle(names)
        self.began = time.monotonic()
        # As a vendor: a connection of its own for each delivery now and then, kept alive in between.
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:

            async def line() -> None:
                while names and not self.over:
                    await self._deliver(cluster, session, names.pop(), seed)
                    await asyncio.sleep(every)

            await asyncio.gather(*(line() for _ in range(CONNECTIONS)))
        self.ended = time.monotonic()

    async def _deliver(self, cluster: Cluster, session: aiohttp.ClientSession, number: int, seed: str) -> None:
        sent, body, headers = _delivery(cluster, number, seed)
        sent = cluster.flow.wire.deliveries.setdefault((sent.source, sent.id), sent)
        for tries in range(400):
            began = time.monotonic()
            status = await _post(session, f"{cluster.web.url}/webhooks/jira", body, headers)
            self.answers[status] += 1
            if tries == 0:
                self.first[status] += 1
                self.taken.append(time.monotonic() - began)
            sent.tries += 1
            if status == 202:
                sent.acknowledged += 1
                return
            await asyncio.sleep(AGAIN)
        raise AssertionError("a delivery was never taken")


async def _post(session: aiohttp.ClientSession, url: str, body: bytes, headers: dict[str, str]) -> int:
    try:
        async with session.post(url, data=body, headers=headers, timeout=aiohttp.ClientTimeout(total=20)) as answer:
            await answer.read()
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return 0


def _delivery(cluster: Cluster, number: int, seed: str) -> tuple[Sent, bytes, dict[str, str]]:
    """A change of status of about 3 kB, of some ticket of some team's sprint."""
    tickets = cluster.tickets[number % TEAMS]
    key, id = tickets[number // TEAMS % len(tickets)]
    body = json.dumps(
        {
            "timestamp": 1_795_000_000_000 + number,
            "webhookEvent": "jira:issue_updated",
            "issue_event_type_name": "issue_generic",
            "user": {"accountId": "712020:somebody"},
            "issue": {
                "id": id,
                "key": key,
                "fields": {"summary": "A ticket", "description": "x" * 2_500, "project": {"key": key.split("-")[0]}},
            },
            "changelog": {"items": [{"field": "status", "fieldId": "status", "from": "1", "to": "3"}]},
        }
    ).encode()
    name = named("storm", seed, number)
    headers = {**FORM, "X-Atlassian-Webhook-Identifier": name}
    secret = cluster.flow.simulator.secrets.jira_webhook_secret
    headers["X-Hub-Signature"] = sign(body, secret)
    return Sent("jira", name, "jira:issue_updated", "712020:somebody"), body, headers


@dataclass
class People:
    """Three who ask one after the other, again and again, and how long each waited for the answer."""

    waits: list[float] = field(default_factory=list)
    troubles: int = 0
    """Questions that were refused at the door and asked again."""

    @contextlib.asynccontextmanager
    async def asking(self, cluster: Cluster) -> AsyncIterator[None]:
        """While the block runs."""
        over = asyncio.Event()
        task = asyncio.create_task(self._keep_asking(cluster, over))
        try:
            yield
        finally:
            over.set()
            await task

    async def ask(self, cluster: Cluster, times: int) -> None:
        """So many questions."""
        for number in range(times):
            await self._one(cluster, number)
            await asyncio.sleep(PAUSE)

    async def _keep_asking(self, cluster: Cluster, over: asyncio.Event) -> None:
        number = 0
        while not over.is_set():
            await self._one(cluster, number)
            await asyncio.sleep(PAUSE)
            number += 1

    async def _one(self, cluster: Cluster, number: int) -> None:
        flow = cluster.flow
        who = flow.slack_id(("mike", "dana", "noor")[number % 3])
        began, before = time.monotonic(), sum(map(len, flow.replies.values()))
        while not await _taken(cluster, who):
            self.troubles += 1
            await asyncio.sleep(AGAIN)
        await flow.until("an answer", lambda: sum(map(len, flow.replies.values())) > before)
        self.waits.append(time.monotonic() - began)


async def _taken(cluster: Cluster, who: str) -> bool:
    """Whether a question was taken down; an honest *no* is an answer too, and Slack wants 200 for it."""
    flow = cluster.flow
    answered = await flow.simulator.slack_out.command(who, flow.channel(), "/pm", "help")
    return answered.ok and SORRY not in answered.body


async def backlog(cluster: Cluster, count: int) -> None:
    """So many jobs of the last lane, each with a key of its own: what a storm would be if looks did not join."""
    database = Database(cluster.flow.database, SystemClock())
    mailbox = Mailbox(database, SystemClock())
    team = cluster.flow.simulator.directives.teams[0].id
    for number in range(count):
        await mailbox.put(NewJob("tidy", f"tidy:{fresh()}:{number}", team, lane=2))
    await database.close()


async def worked_off(cluster: Cluster) -> float:
    """Seconds until nothing of the backlog waits or runs."""
    began = time.monotonic()
    left = "SELECT count(*) FROM jobs WHERE kind = 'tidy' AND state IN ('waiting', 'running')"
    while await asyncio.to_thread(cluster.count, left):
        await asyncio.sleep(0.2)
    return time.monotonic() - began
