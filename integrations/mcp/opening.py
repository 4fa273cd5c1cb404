"""How a server of a configuration is reached: a child process with nothing of ours in its environment, or HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import urlsplit

import anyio

from integrations.mcp.bindings import Binding, atlassian, slack
from integrations.mcp.config import Entry
from integrations.mcp.failures import Failure, Reason, refusal_of
from integrations.mcp.session import Limits

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _tools(bindings: Iterable[Binding]) -> str:
    return ",".join(dict.fromkeys(binding.tool for binding in bindings))


_GUARDS: Mapping[str, Mapping[str, str]] = {
    atlassian.KIND: {"READ_ONLY_MODE": "true", "ENABLED_TOOLS": _tools(atlassian.BINDINGS)},
    slack.KOROTOVSKY: {"SLACK_MCP_ENABLED_TOOLS": _tools(b for b in slack.BINDINGS if b.kind == slack.KOROTOVSKY)},
}
"""Forced upon servers we know, by a part of how they are started: what they could write is switched off."""

_MANNERS: Mapping[str, Mapping[str, str]] = {
    atlassian.KIND: {"JIRA_TIMEOUT": "8", "ATLASSIAN_CIRCUIT_BREAKER_THRESHOLD": "2"},
}
"""Given unless the entry says otherwise: without the threshold it asks again for ever while Jira answers 429."""


LAST_WORDS = 0.2
"""Seconds a child's error stream is listened to after its end: that is where it says why."""


class Words:
    """The last lines a child has written to its error stream, without its secrets."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = secrets
        self._lines: deque[str] = deque(maxlen=20)

    def take(self, line: bytes) -> None:
        """One line as it came."""
        text = "".join(c for c in line.decode("utf-8", "replace").strip() if c.isprintable())[:300]
        for secret in self._secrets:
            text = text.replace(secret, "***")
        if text:
            self._lines.append(text)

    def last(self) -> str:
        """The last line, or nothing."""
        return self._lines[-1] if self._lines else ""


Opening = Callable[[], AbstractAsyncContextManager[Any]]


def opening(entry: Entry, limits: Limits, *, guarded: bool = True) -> tuple[Opening, Callable[[], str]]:
    """What opens a session of ``entry``, and what its child said last.

    ``guarded`` switches off what a server we know could write; without it the server shows all it has.
    """
    if entry.kind == "http":
        return (lambda: _over_http(entry, limits)), (lambda: "")
    words = Words(entry.secrets())
    given = environment(entry) if guarded else dict(entry.env)
    return (lambda: _as_child(entry, words, given)), words.last


def environment(entry: Entry) -> dict[str, str]:
    """The variables a child gets beside the few it inherits (HOME, PATH and their like)."""
    started = " ".join((entry.command, *entry.args))
    known = next((name for name in _GUARDS if name in started), "")
    return {**_MANNERS.get(known, {}), **entry.env, **_GUARDS.get(known, {})}


@contextlib.asynccontextmanager
async def _as_child(entry: Entry, words: Words, given: dict[str, str]) -> AsyncIterator[Any]:
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    parameters = StdioServerParameters(command=entry.command, args=list(entry.args), env=given, cwd=entry.folder)
    with anyio.CancelScope(shield=True) as starting:
        async with (
            _listening(words) as errors,
            Client(_started(stdio_client(parameters, errlog=errors), starting)) as client,
        ):
            yield client


@contextlib.asynccontextmanager
async def _started(transport: AbstractAsyncContextManager[Any], starting: anyio.CancelScope) -> AsyncIterator[Any]:
    """The transport, which may be abandoned only once its child is there.

    Half-way through its start a child has no owner yet: it would be killed, and nobody would wait for its end.
    """
    async with transport as streams:
        starting.shield = False
        yield streams


@contextlib.asynccontextmanager
async def _listening(words: Words) -> AsyncIterator[Any]:
    """A pipe for the child's error stream: read all the time, so that it never fills, and kept short."""
    loop = asyncio.get_running_loop()
    read, write = os.pipe()
    reader = asyncio.StreamReader(limit=16 * 1024)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read, "rb"))
    listening = asyncio.create_task(_listen(reader, words))
    errors = os.fdopen(write, "w")
    try:
        yield errors
    finally:
        errors.close()
        await asyncio.wait({listening}, timeout=LAST_WORDS)
        listening.cancel()
        transport.close()


async def _listen(reader: asyncio.StreamReader, words: Words) -> None:
    while True:
        try:
            line = await reader.readline()
        except ValueError:  # a line longer than the limit: what was read of it is dropped
            continue
        if not line:
            return
        words.take(line)


@contextlib.asynccontextmanager
async def _over_http(entry: Entry, limits: Limits) -> AsyncIterator[Any]:
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client

    from integrations.mcp.measured import Measured

    most = 6 * limits.size + 65_536  # what it tells is wrapped in JSON, where each character may take six
    too_large = Failure(f"{entry.name}: the answer is larger than {limits.size // 1024} KB", Reason.TOO_LARGE)

    async def checked(response: Any) -> None:
        # Here, because the library tells nobody the status: a wrong token looks like a broken server to it.
        if refusal := refusal_of(entry.name, response.status_code, response.headers.get("retry-after", "")):
            raise refusal
        told = response.headers.get("content-length", "0")
        if told.isdigit() and int(told) > most:
            raise too_large
        response.stream = Measured(response.stream, most, too_large)

    web = httpx2.AsyncClient(
        headers=dict(entry.headers),
        timeout=httpx2.Timeout(limits.call, read=limits.call + 5),
        event_hooks={"response": [checked]},
        trust_env=urlsplit(entry.url).hostname not in _LOOPBACK,
    )
    async with web, Client(streamable_http_client(entry.url, http_client=web)) as client:
        yield client
