"""The simulated Claude alone on 127.0.0.1, and the product's own client before it: the real SDK in between."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiohttp import web

from integrations.claude import Claude
from integrations.simulator.claude.api import BASE, LARGEST, ClaudeApi, Pace
from integrations.simulator.claude.brains import Brain
from models.clock import Clock, SystemClock
from models.thoughts import Prompt, Purpose, Size, Tool, Turn

KEY = "sk-ant-loopback-0001"
HAIKU, SONNET = "claude-haiku-5-5", "claude-sonnet-5-5"


@dataclass
class Loopback:
    """``api`` is the vendor's side (brain, modes, journal, cache), ``claude`` ours."""

    api: ClaudeApi
    claude: Claude
    url: str
    """What ANTHROPIC_BASE_URL would be; the key is ``KEY``."""


@contextlib.asynccontextmanager
async def serving(
    brain: Brain | None = None, clock: Clock | None = None, pace: Pace | None = None
) -> AsyncIterator[Loopback]:
    """A vendor for one test."""
    clock = clock or SystemClock()
    api = ClaudeApi(clock, KEY, brain=brain, pace=pace)
    app = web.Application(client_max_size=LARGEST)
    app.add_routes(api.routes())
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}{BASE}"
    claude = Claude(KEY, url, clock, pause=0.01)
    try:
        yield Loopback(api, claude, url)
    finally:
        await claude.close()
        await runner.cleanup()


def prompt(
    words: str = "Where does PAY-7 stand?", *, fixed: str = "You answer questions about a sprint.", **how: object
) -> Prompt:
    """A small prompt; ``how`` are its other fields."""
    given: dict[str, object] = {
        "purpose": Purpose.TALK,
        "size": Size.SMALL,
        "name": "test/1",
        "fixed": (fixed,),
        "turns": (Turn(ours=True, text=words),),
        "most": 400,
        "patience": 5.0,
    }
    return Prompt(**(given | how))  # type: ignore[arg-type]


LOOK = Tool("issue", "One issue by its key.", {"type": "object", "properties": {"key": {"type": "string"}}})
