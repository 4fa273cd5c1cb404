"""The product as a company runs it: two web processes behind one port and four workers, on PostgreSQL and Redis."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import create_engine, make_url, text

from bot.chaos.people import Flow
from bot.chaos.play import free_port
from bot.chaos.product import ROOT, Passed, Product, environment
from bot.chaos.wire import Wire
from bot.scheduler import TICK
from integrations.simulator.server import Simulator
from models.clock import SharedClock
from models.database import upgrade
from models.directives_file import parse
from models.ids import fresh
from tests.postgresql import Server, execute

CONSTITUTION = ROOT / "directives.yaml"
MORNING = datetime.fromisoformat("2026-11-17T10:05:00-05:00")
"""A Tuesday of the constitution's team, after its digest: nothing is due by the clock alone."""

TEAMS = 5
"""The constitution's own, and copies of it: each has one running sprint."""

PATIENCE = 60.0
"""Seconds until something that must happen is missed."""

AT_WORK = '"action": "started"'

GUNICORN = ("-c", str(ROOT / "deploy" / "gunicorn.conf.py"), "bot.server:web()")


@dataclass
class Cluster:
    """Everything that runs, and the company around it."""

    flow: Flow
    server: Server
    web: Product
    workers: list[Product]
    variables: Mapping[str, str]
    redis_url: str = ""
    _named: int = 0

    async def hire(self) -> Product:
        """One more worker."""
        self._named += 1
        worker = Product(self.flow.folder, 0, self.variables, ("worker",), name=f"worker-{self._named}")
        await worker.start()
        self.workers.append(worker)
        return worker

    async def dismiss(self, worker: Product) -> None:
        """Ask one to end; it ends what it has begun."""
        self.workers.remove(worker)
        await worker.stop()

    async def ready(self, processes: int) -> None:
        """Wait until the doors answer and as many workers are at work."""
        await self.flow.until("the doors", lambda: len(self.web.workers()) >= 1)
        end = time.monotonic() + PATIENCE
        while await self.web.queue() is None or self.at_work() < processes:
            assert time.monotonic() < end, f"not ready: {self.at_work()} of {processes} workers at work"
            await asyncio.sleep(0.2)

    async def settled(self) -> None:
        """Wait until every clock has ticked and nothing is left of that."""
        await asyncio.sleep(TICK + 1.0)
        await self.flow.quiet()

    def at_work(self) -> int:
        """Workers that have said so."""
        return sum(AT_WORK in worker.log.read_text() for worker in self.workers if worker.log.exists())

    @cached_property
    def tickets(self) -> Sequence[Sequence[tuple[str, str]]]:
        """Key and id of each ticket of each team's sprint."""
        company = self.flow.simulator.company
        return [
            [(str(each.key), str(each.id)) for each in company.active() if each.key.split("-")[0] in team.jira.projects]
            for team in self.flow.simulator.directives.teams
        ]

    def hang_up(self) -> None:
        """SIGHUP to gunicorn: it starts its processes anew, one generation beside the other."""
        assert self.web.process is not None
        os.kill(self.web.process.pid, signal.SIGHUP)

    def ask(self, words: str) -> list[Any]:
        """Rows straight from the database."""
        engine = create_engine(self.flow.database.replace("postgresql://", "postgresql+psycopg://"))
        with engine.connect() as connection:
            rows = list(connection.execute(text(words)).all())
        engine.dispose()
        return rows

    def write(self, words: str) -> None:
        """One statement of the operator's own."""
        execute(self.flow.database.replace("postgresql://", "postgresql+psycopg://"), words)

    def count(self, words: str) -> int:
        """One number straight from the database."""
        return int(self.ask(words)[0][0])

    def logs(self) -> str:
        """What all processes said."""
        return "\n".join(path.read_text() for path in sorted(self.flow.folder.glob("*.log")))


@contextlib.asynccontextmanager
async def running(
    folder: Path, server: Server, *, web: int = 2, workers: int = 4, redis_url: str = ""
) -> AsyncIterator[Cluster]:
    """A company at work."""
    constitution = _law_in(folder)
    clock = SharedClock(folder / "clock.json")
    clock.set(MORNING, 1.0)
    database, port = _database(server), free_port()
    wire = Wire(f"http://127.0.0.1:{port}")
    await wire.start()
    words = constitution.read_text(encoding="utf-8")
    again = {"webhook_waits": (0.3,) * 100, "event_retries": (0.3,) * 100}
    simulator = Simulator(parse(words, "directives.yaml"), words, clock, wire.url, pacing=False, **again)
    await simulator.start()
    shell = {name: os.environ.get(name, "") for name in ("PATH", "HOME")}
    variables = environment(folder, constitution, port, database, simulator.environment(), shell)
    variables |= {"WEB_CONCURRENCY": str(web), "REDIS_URL": redis_url, "LEASE_SECONDS": "5"}
    del variables["CHAOS_TRACE"]
    doors = Product(folder, port, variables, GUNICORN, module="gunicorn", name="web")
    flow = Flow(
        folder,
        clock,
        simulator,
        wire,
        doors,
        Passed(folder / "trace.txt"),
        database,
        patience=PATIENCE,
    )
    simulator.traffic.listeners.append(flow.note_reply)
    cluster = Cluster(flow, server, doors, [], variables, redis_url)
    try:
        await doors.start()
        for _ in range(workers):
            await cluster.hire()
        await cluster.ready(workers)
        await flow.quiet()
        yield cluster
    finally:
        await asyncio.gather(*(each.stop() for each in (doors, *cluster.workers)))
        await simulator.stop()
        await wire.stop()


def _law_in(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    constitution = folder / "directives.yaml"
    constitution.write_text(_constitution(), encoding="utf-8")
    return constitution


def _database(server: Server) -> str:
    name = f"topology_{fresh()}"
    execute(server.url, f"CREATE DATABASE {name}")
    address = make_url(server.url).set(database=name).render_as_string(hide_password=False)
    upgrade(address)
    return address


def _constitution() -> str:
    """The product's own, with more teams of the same people, each with a project, a board and a sprint of its own."""
    law = yaml.safe_load(CONSTITUTION.read_text(encoding="utf-8"))
    first = law["teams"][0]
    for number in range(1, TEAMS):
        other = {"id": f"team{number}", "name": f"Team {number}"}
        other["jira"] = {**first["jira"], "projects": [f"T{number}"], "boards": [100 + number]}
        other["bitbucket"] = {**first["bitbucket"], "repositories": [f"service-{number}"]}
        law["teams"].append(deepcopy({**first, **other}))  # copied, because YAML would point back to what is the same
    return str(yaml.safe_dump(law, sort_keys=False, width=10_000))
