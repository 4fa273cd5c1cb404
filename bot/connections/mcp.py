"""MCP servers: connected for the asking, and able to answer something; never needed, because REST answers too."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Protocol

from bot.connections.probes import Probe
from bot.doors.readiness import Dependency
from integrations.health import Check

STARTING = 45.0
"""Seconds a server may take: some need twenty to connect, and a process that fails eight more to end."""


class McpPort(Protocol):
    """All configured servers together."""

    @property
    def names(self) -> Sequence[str]:
        """Every server."""

    def start(self) -> None:
        """Begin to connect."""
        ...

    async def wait(self) -> None:
        """Until each is connected or has failed to be."""
        ...

    def checks(self) -> Sequence[Check]:
        """One for each server, called ``mcp NAME``."""
        ...


def probes(hub: McpPort) -> list[Probe]:
    """One for each server; the first one asked connects them all."""
    settled: list[asyncio.Task[None]] = []

    async def ask(name: str) -> Check:
        if not settled:
            hub.start()
            settled.append(asyncio.create_task(hub.wait()))
        await asyncio.shield(settled[0])
        return told(hub, name)

    return [Probe(_label(name), partial(ask, name), patience=STARTING) for name in hub.names]


def quick(hub: McpPort, here: Callable[[], bool]) -> list[Dependency]:
    """How they stand now; a process without the worker (``here`` is false) connects to none."""

    async def ask(name: str) -> Check:
        return told(hub, name) if here() else Check(_label(name), True, "in the worker's process", off=True)

    return [Dependency(_label(name), partial(ask, name)) for name in hub.names]


def told(hub: McpPort, name: str) -> Check:
    """What the hub says of one server."""
    found = next((check for check in hub.checks() if check.name == _label(name)), None)
    return replace(found, grave=False) if found is not None else Check(_label(name), False, "unknown", grave=False)


def _label(name: str) -> str:
    return f"mcp {name}"
