"""A whole world for a test: the simulated company on loopback and the real product beside it, in one process.

Everything between them is real: signed HTTP, Bolt, the SDK clients, a database. Only time is the test's.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import SecretStr
from sqlalchemy import Connection, update

from bot.app import App, build
from bot.server import make_asgi
from bot.settings import Settings
from integrations.simulator.claude.api import Pace
from integrations.simulator.server import Simulator
from integrations.simulator.slack.workspace import Message
from integrations.slack.outgoing.pacing import Pacer
from models.clock import SharedClock
from models.database import upgrade
from models.directives import Directives, Team
from models.directives_file import parse
from models.ids import PersonId
from models.mailbox import NewJob
from models.tables.queue import jobs
from planner.bounds.limits import Place
from planner.hearers.approvals import course
from planner.hearers.putting_off import clock_of
from planner.policy.trust import is_tried
from planner.reports.shadow import cut_of
from tests.waiting import UNFINISHED, ahead, under_way, unfinished

CONSTITUTION = Path(__file__).parents[1] / "directives.yaml"
TUESDAY = datetime.fromisoformat("2026-11-17T09:40:00-05:00")
"""An ordinary working morning of the constitution's team, ten minutes after its digest."""

REREAD = timedelta(minutes=10)
"""How often the product reconciles."""

ASGI = Callable[..., Any]


@dataclass(kw_only=True)
class World:
    """What a test can do and see."""

    simulator: Simulator
    app: App
    clock: SharedClock
    directives: Directives
    settings: Settings
    work: bool = True
    wrap: Callable[[ASGI], ASGI] = lambda asgi: asgi
    """Put around the product's doors, for looking at what goes through them."""
    equip: Callable[[App], None] = lambda app: None
    """Done to the product before it opens, and each time it is started again."""
    _product: contextlib.AsyncExitStack = field(default_factory=contextlib.AsyncExitStack)

    @property
    def team(self) -> Team:
        """The only team."""
        return self.directives.teams[0]

    def slack_id(self, person: str) -> str:
        """The Slack user id of a member."""
        return str(self.team.member(PersonId(person)).slack)

    async def start(self) -> None:
        """The product opens its doors."""
        await self._product.enter_async_context(_serving(self.app, self.settings.port, self.work, self.wrap))

    async def stop(self) -> None:
        """The product ends cleanly."""
        await self._product.aclose()

    async def restart(self) -> None:
        """The product ends and starts again on the same database."""
        await self.stop()
        self.app = hurried(build(self.settings))
        self.equip(self.app)
        await self.start()

    # --- time -------------------------------------------------------------------------------------------------

    async def settle(self, seconds: float = 20.0, *, parked: bool = False) -> None:
        """Wait until nothing is under way and no job waits or runs, at most ``seconds``.

        With ``parked``, what has failed and waits for its next try is not waited for, nor what has looked at the
        clock and waits for its moment; and a burst of events is taken to be over.
        """
        async with asyncio.timeout(seconds):
            while True:
                if self.simulator.webhooks is not None:
                    await self.simulator.webhooks.idle()
                await self.simulator.slack_out.idle()
                left, now = await unfinished(self.app.database), self.clock.real()
                if parked and any(ahead(job, now) for job in left):
                    await self._pass_real_time(REREAD, fresh=True)
                if not any(under_way(job, now, parked) for job in left):
                    return
                await asyncio.sleep(0.02)

    async def later(self, by: timedelta) -> None:
        """Company time jumps; the clock is asked to look at once instead of at its next tick."""
        from bot.scheduler import tick

        self.clock.advance(by)
        await tick(self.app)
        await self.settle()

    async def live(self, by: timedelta, *, reread: bool = False) -> None:
        """Time passes as in life: the product wakes whenever something is due.

        With ``reread`` it first reconciles, as it does every ten minutes: needed after a change that
        no webhook told.
        """
        end = self.clock.now() + by
        if reread:
            await self.reconcile()
        while self.clock.now() < end:
            await self._sleep_until(await self._next_moment(end))

    async def _next_moment(self, end: datetime) -> datetime:
        now = self.clock.now()
        days = [now.astimezone(self.team.tz).date() + timedelta(days=n) for n in (0, 1)]
        digests = [datetime.combine(day, self.team.digest.at, self.team.tz) for day in days]
        alarm = await self.app.store.next_alarm()
        logs = [cut_of(self.team, self.directives, now + timedelta(days=n)) for n in (0, 1) if is_tried(self.team)]
        moments = (end, alarm, *digests, *logs, *[moment async for moment in self._moments_of_questions()])
        return min(moment for moment in moments if moment is not None and moment > now)

    async def _moments_of_questions(self) -> AsyncIterator[datetime | None]:
        """When something is due for a question that waits: in life the clock looks every few seconds."""
        for asked in await self.app.ledger.pending():
            at = Place(asked.team, {}, self.directives, self.clock.now())
            since, used = clock_of(asked)
            ahead = course(asked.approvers[0], "pm", asked.proposal.urgency, since, at, used)
            for moment in (ahead.reminder, ahead.passed_on, asked.expires, asked.put_off):
                yield moment

    async def _sleep_until(self, moment: datetime) -> None:
        from bot.scheduler import tick

        passed = moment - self.clock.now()
        self.clock.advance(passed)
        await self._pass_real_time(passed)
        await tick(self.app)
        await self.settle(parked=True)

    async def reconcile(self) -> None:
        """What the ten-minute reading would have found."""
        team = self.team.id
        await self.app.mailbox.put(NewJob(kind="sync", key=f"sync:{team}", team=team, lane=2, coalesce=True))
        await self.settle(parked=True)

    async def _pass_real_time(self, by: timedelta, *, fresh: bool = False) -> None:
        """Jobs wait in real time: let it pass for them, or only for those that were never tried."""

        def pass_(connection: Connection) -> None:
            for job in connection.execute(UNFINISHED).all():
                if ahead(job, self.clock.real()) if fresh else job.state == "waiting":
                    still = (jobs.c.id == job.id) & (jobs.c.state == "waiting")
                    connection.execute(update(jobs).where(still).values(run_at=job.run_at - by))

        if any(job.state == "waiting" for job in await unfinished(self.app.database)):
            await self.app.database.write(pass_, "test")
            self.app.mailbox.doorbell.ring()

    def messages(self, where: Callable[[Message], bool] = lambda message: True) -> list[Message]:
        """Everything the bot has said that lasts, oldest first."""
        workspace = self.simulator.workspace
        said = [m for m in workspace.messages.values() if m.user == workspace.bot and m.only_for is None]
        return [message for message in said if where(message)]

    def direct_messages(self, person: str | None = None) -> list[Message]:
        """What the bot has said in direct messages, to one person or to all."""
        channels = self.simulator.workspace.channels
        wanted = self.slack_id(person) if person else None
        return self.messages(lambda m: channels[m.channel].direct and wanted in {None, channels[m.channel].user})

    # --- what people do ---------------------------------------------------------------------------------------

    def lose_an_owner(self) -> str:
        """Somebody takes their name off a ticket in progress; returns its key."""
        company = self.simulator.company
        issue = next(
            i for i in company.active() if i.assignee and not i.flagged and company.category(i) == "indeterminate"
        )
        company.edit(issue.key, by=str(issue.assignee), assignee=None)
        return issue.key

    def owner_of(self, key: str) -> str | None:
        """Whose ticket it is in the simulated Jira."""
        issue = self.simulator.company.issue(key)
        return issue.assignee if issue else None

    async def click(self, person: str, message: Message, button: str) -> None:
        """Somebody presses the first button of that action id, as Slack would send it."""
        used = next(
            {"action_id": element["action_id"], "block_id": block.get("block_id")}
            for block in message.blocks
            for element in block.get("elements", ())
            if str(element.get("action_id", "")).startswith(button)
        )
        await self.simulator.slack_out.click(
            self.slack_id(person), {"channel": message.channel, "ts": message.ts}, used
        )


def hurried(app: App) -> App:
    """The simulated Slack takes any pace; that the product keeps Slack's own is tested beside its client."""
    if app.slack is not None:
        app.slack.pacer = Pacer(app.clock, hurry=50.0)
    return app


def settings_for(simulator: Simulator, folder: Path, port: int, database_url: str | None, **more: Any) -> Settings:
    """The product's settings for living in the simulated company, and nothing of the machine's own."""
    environment = {name.lower(): value for name, value in simulator.environment().items()}
    secret = {n: SecretStr(v) for n, v in environment.items() if n.endswith(("token", "secret", "api_key"))}
    return Settings.model_construct(
        **Settings.model_construct().model_dump()
        | environment
        | secret
        | {
            "database_url": database_url or f"sqlite:///{folder / 'pm.db'}",
            "directives_file": CONSTITUTION,
            "clock_file": folder / "clock.json",
            "port": port,
            "admin_token": SecretStr("admin"),
        }
        | more
    )


@contextlib.asynccontextmanager
async def running(
    folder: Path,
    *,
    database_url: str | None = None,
    text: str | None = None,
    at: datetime = TUESDAY,
    speed: float = 1.0,
    work: bool = True,
    prepare: Callable[[Simulator], None] = lambda simulator: None,
    wrap: Callable[[ASGI], ASGI] = lambda asgi: asgi,
    equip: Callable[[App], None] = lambda app: None,
    socket: bool = False,
    claude: Pace | None = None,
    patience: float = 20.0,
    **settings: Any,
) -> AsyncIterator[World]:
    """The company and the product, both up, first look done, which takes ``patience`` seconds at most.

    ``prepare`` may change the company before the product sees it; ``settings`` replace the product's own. With
    ``socket`` Slack speaks over Socket Mode; with ``claude``, a pace, the product has a key for the simulated one.
    """
    text = text or CONSTITUTION.read_text(encoding="utf-8")
    constitution = folder / "directives.yaml"
    constitution.write_text(text, encoding="utf-8")
    clock, port = SharedClock(folder / "clock.json"), free_port()
    clock.set(at, speed)
    simulator = _company(text, clock, port, socket=socket, claude=claude)
    await simulator.start()
    prepare(simulator)
    own = settings_for(simulator, folder, port, database_url, directives_file=constitution, **settings)
    await _empty(folder, database_url)
    world = World(
        simulator=simulator,
        app=hurried(build(own)),
        clock=clock,
        directives=parse(text, "directives.yaml"),
        settings=own,
        work=work,
        wrap=wrap,
        equip=equip,
    )
    equip(world.app)
    try:
        await world.start()
        if work:
            await world.settle(patience)
        yield world
    finally:
        await world.stop()
        await simulator.stop()


def _company(text: str, clock: SharedClock, port: int, **kinds: Any) -> Simulator:
    """The vendors of the product at that port, who send again soon what it has not taken."""
    waits = (0.2,) * 20
    law, product = parse(text, "directives.yaml"), f"http://127.0.0.1:{port}"
    return Simulator(law, text, clock, product, pacing=False, webhook_waits=waits, event_retries=waits, **kinds)


async def _empty(folder: Path, database_url: str | None) -> None:
    """A database of this version: a file of the world's own, or the one it is given."""
    if database_url is None:
        (folder / "pm.db").write_bytes(empty_database())
    else:
        await asyncio.to_thread(upgrade, database_url)


@contextlib.asynccontextmanager
async def _serving(app: App, port: int, work: bool, wrap: Callable[[ASGI], ASGI]) -> AsyncIterator[None]:
    """The product's doors on loopback, and its worker behind them."""
    doors = wrap(make_asgi(app, with_worker=work))
    config = uvicorn.Config(doors, port=port, log_config=None, lifespan="on", ws="none", timeout_graceful_shutdown=5)
    server = Doors(config)
    bound = socket.socket()  # before anything of the product connects from a port of its own
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    serving = asyncio.create_task(server.serve(sockets=[bound]))
    try:
        async with asyncio.timeout(20):
            while not server.started and not serving.done():
                await asyncio.sleep(0.02)
        yield
    finally:
        server.ended.set()
        await serving


class Doors(uvicorn.Server):
    """Ends when it is told to, where uvicorn looks ten times a second and waits a tenth more: worlds are many."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ended = asyncio.Event()

    async def main_loop(self) -> None:
        await self.on_tick(0)
        await self.ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        async with asyncio.timeout(self.config.timeout_graceful_shutdown):
            while self.server_state.tasks:
                await asyncio.sleep(0.005)
        await self.lifespan.shutdown()


@contextlib.contextmanager
def in_memory(otherwise: Path) -> Iterator[Path]:
    """A folder in main memory where the system has one, for tests that commit thousands of times.

    What they test is not the disk: with one, a busy neighbour makes minutes of their seconds.
    """
    memory = Path("/dev/shm")
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        yield otherwise
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="pm-agent-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@cache
def empty_database() -> bytes:
    """A database of this version with nothing in it, made once: alembic's operations are one per process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "pm.db"
        upgrade(f"sqlite:///{file}")
        return file.read_bytes()


def fresh_database(file: Path) -> str:
    """The address of an empty database of this version, in ``file``: copied, as making one costs forty of it."""
    file.write_bytes(empty_database())
    return f"sqlite:///{file}"


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
