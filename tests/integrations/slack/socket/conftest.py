"""A simulated Slack that speaks over Socket Mode, and beside it one socket of ours that keeps what comes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from integrations.simulator.server import Simulator, company_clock
from integrations.slack.socket import Envelope, Opening, Pace, Socket, Standing
from models.clock import SystemClock
from models.directives_file import parse

LAW = (Path(__file__).parents[4] / "directives.yaml").read_text(encoding="utf-8")

QUICK = Pace(
    ping=0.03, silent=0.12, unpinged=0.5, hello=1.0, close=0.1, grace=0.3, steady=0.2, soonest=0.02, latest=0.1, drain=1
)
"""Production's order of things a fiftieth as long."""


@dataclass
class Ours:
    """Our end, and Slack's."""

    slack: Simulator
    socket: Socket
    took: list[Envelope] = field(default_factory=list)
    answer: dict[str, Any] | None = field(default_factory=dict)
    """What each delivery is answered with; ``None``: it could not be kept."""
    hold: asyncio.Event | None = None
    """While it is not set, keeping takes for ever."""
    lost: list[str] = field(default_factory=list)

    async def take(self, envelope: Envelope) -> dict[str, Any] | None:
        self.took.append(envelope)
        if self.hold is not None:
            await self.hold.wait()
        return self.answer

    async def until(self, so: Callable[[], bool], seconds: float = 5.0) -> None:
        """Wait until it is so."""
        async with asyncio.timeout(seconds):
            while not so():
                await asyncio.sleep(0.005)

    async def command(self) -> bool:
        """Somebody types a command; whether it was acknowledged."""
        world = self.slack.workspace
        user = next(u.id for u in world.users.values() if not u.bot)
        channel = next(c.id for c in world.channels.values() if not c.direct)
        return (await self.slack.slack_out.command(user, channel, "/pm", "status")).ok

    async def works_again(self, seconds: float = 8.0) -> None:
        """Commands are acknowledged again."""
        async with asyncio.timeout(seconds):
            while not await self.command():
                await asyncio.sleep(0.005)


@contextlib.asynccontextmanager
async def connected(
    folder: Path, *, pace: Pace = QUICK, token: str = "", wait: bool = True, base: str = ""
) -> AsyncIterator[Ours]:
    directives = parse(LAW, "directives.yaml")
    slack = Simulator(
        directives,
        LAW,
        company_clock(folder / "clock.json", directives),
        "http://127.0.0.1:9",
        pacing=False,
        socket=True,
        event_retries=(0.05,) * 5,
    )
    await slack.start()
    slack.slack_socket.patience = 0.5
    clock = SystemClock()
    opening = Opening(token or slack.secrets.slack_app_token, base or f"{slack.url}/slack/api/", seconds=2)
    ours: Ours

    async def take(envelope: Envelope) -> dict[str, Any] | None:
        return await ours.take(envelope)

    lost = list[str]()
    standing = Standing(clock, pace.silent + pace.ping, lost=lost.append)
    ours = Ours(slack, Socket(opening, take, clock, standing, pace), lost=lost)
    running = asyncio.create_task(ours.socket.run())
    try:
        if wait:
            await ours.until(lambda: standing.since is not None)
        yield ours
    finally:
        await ours.socket.stop()
        await asyncio.wait([running], timeout=2)
        assert running.done() and running.exception() is None
        await slack.stop()


Connect = Callable[..., contextlib.AbstractAsyncContextManager[Ours]]


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """Open the two ends; ``pace``, ``token``, ``wait`` as ``connected`` has them."""
    return lambda **how: connected(tmp_path, **how)
