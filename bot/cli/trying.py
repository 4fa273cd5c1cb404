"""What a back-test needs of the house: a Jira to read, the agent's own ledger to look into, or a company made up."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.app import App, build
from bot.backtest.days import Days, Tell
from bot.backtest.fetch import Wanted, days_of
from bot.backtest.folder import Folder
from bot.settings import Settings
from bot.sync.past import Pasts, pasts_of
from integrations.simulator.server import Simulator, company_clock
from models.clock import Clock, SharedClock, SystemClock
from models.database import Database, Purpose, upgrade
from models.directives import Directives
from models.scratch import Scratch
from models.written import look_up

PAST = 6
"""Sprints that a made-up company looks back on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the past is read from."""

    settings: Settings
    clock: Clock
    own: bool = True
    """Whether the agent's own database may know what people did."""


async def read_days(wanted: Wanted, law: Directives, folder: Folder, source: Source, tell: Tell) -> Days:
    """The days that are to be lived through. Raises ``OperatorError`` and ``VendorError``."""
    async with _reading(folder, source) as pasts, own_ledger(source) as ours:
        return await days_of(wanted, law, pasts, folder, ours, tell)


@contextlib.asynccontextmanager
async def _reading(folder: Folder, source: Source) -> AsyncIterator[Pasts | None]:
    """Jira and Bitbucket, as far as they are configured; no other client is made, and nothing of ours is touched."""
    url = f"sqlite:///{folder.path / 'reading.db'}"
    upgrade(url)
    app = build(only_reading(source.settings, url), source.clock, Scratch(url, source.clock))
    try:
        if app.jira is None:
            yield None
        else:
            yield pasts_of(app.jira, app.bitbucket, app.store, source.clock, lambda: app.directives)
    finally:
        await _close(app)


def only_reading(settings: Settings, database_url: str) -> Settings:
    """``settings`` of an app that has no client but Jira's and Bitbucket's, on that database."""
    nobody = SecretStr("")
    off = {"slack_bot_token": nobody, "anthropic_api_key": nobody, "mcp_config": None, "redis_url": ""}
    return settings.model_copy(update=off | {"database_url": database_url})


async def _close(app: App) -> None:
    for service in (app.jira, app.bitbucket):
        if service is not None:
            await service.close()
    await app.database.close()


@contextlib.asynccontextmanager
async def own_ledger(source: Source) -> AsyncIterator[Database | None]:
    """The agent's own database, opened so that it refuses every change; ``None`` where there is none yet."""
    if not source.own or source.settings.no_database_yet():
        yield None
        return
    database = Database(source.settings.database_url, source.clock, purpose=Purpose.READ)
    try:
        await database.check_version()
        yield database
    finally:
        await database.close()


# --- where the past is read from --------------------------------------------------------------------------------


@contextlib.asynccontextmanager
async def configured(constitution: Path) -> AsyncIterator[Source]:
    """What the environment names, for the teams of ``constitution``. Raises ``SettingsError``."""
    settings = Settings.from_environment(only_look=True).model_copy(update={"directives_file": constitution})
    clock = SharedClock(settings.clock_file) if settings.clock_file else SystemClock()
    yield Source(settings=settings, clock=clock)


@contextlib.asynccontextmanager
async def made_up(folder: Folder, constitution: Path, law: Directives) -> AsyncIterator[Source]:
    """A simulated company of ``law`` with some sprints behind it, on loopback, for as long as the block runs."""
    clock = company_clock(folder.path / "clock.json", law)
    text = "\n".join(each.plain() for each in look_up(constitution).texts)
    simulator = Simulator(law, text, clock, f"http://127.0.0.1:{_free_port()}", past=PAST)
    await simulator.start()
    try:
        yield Source(settings=_settings_for(simulator.environment(), constitution), clock=clock, own=False)
    finally:
        await simulator.stop()


def _settings_for(environment: Mapping[str, str], constitution: Path) -> Settings:
    """The simulated company's, and nothing of this shell's own, so that no real account is touched."""
    given: dict[str, Any] = {name.lower(): value for name, value in environment.items()}
    secret = {n: SecretStr(v) for n, v in given.items() if n.endswith(("token", "secret", "api_key"))}
    nothing = Settings.model_construct().model_dump()
    return Settings.model_construct(**nothing | given | secret | {"directives_file": constitution})


def _free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
