"""One live connection to each MCP server: its own task opens and closes it, everybody else only asks.

A call has a deadline. When it passes, or when a call is abandoned, the whole session is thrown away: servers of the
older protocol die when an answer comes after its question was taken back, and nothing tells which ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import anyio

from integrations.mcp.breaker import Breaker, State
from integrations.mcp.failures import REAL_ANSWERS, UNTRIED, Failure, Reason
from integrations.mcp.results import CAP, decoded
from models.clock import Clock

log = logging.getLogger(__name__)

STALE_SESSION = -32600
"""What a restarted HTTP server answers to the session of its predecessor."""
NO_SUCH_TOOL = -32602
UNREADABLE = -32700
"""What the library itself says of an answer that is no message, with that answer in its words."""
TELLS = 0.3
"""Seconds a lost call waits for its session to end, which is when it is known why."""
PAGES = 20
"""Pages of a list of tools; a list that does not end is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds and characters. mcp-atlassian needs 2 to 10 s to start, and answers a search in less than 1 s."""

    connect: float = 20.0
    call: float = 10.0
    patience: float = 1.0
    """How long a call waits for a connection that is being made, before somebody else is asked."""
    relist: float = 3600.0
    stop: float = 8.0
    """How long a server may take to end: closing its input, a signal and a kill each have 2 s."""
    size: int = CAP


@dataclass(frozen=True, slots=True)
class ToolInfo:
    """What a server says of one of its tools: untrusted words, for people to read and for hashes."""

    name: str
    description: str
    schema: Mapping[str, Any]
    read_only: bool | None = None
    """Its own hint, which proves nothing."""


@dataclass(slots=True)
class _Link:
    """One session from opening to closing."""

    ready: asyncio.Future[Any]
    """The client, or the ``Failure`` that came instead."""
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    owner: asyncio.Task[None] | None = None
    scope: anyio.CancelScope | None = None
    tools: tuple[ToolInfo, ...] = ()
    failure: Failure | None = None
    """Why it ended, once it has."""

    @property
    def usable(self) -> bool:
        """Whether calls may still be given to it."""
        return self.owner is not None and not self.owner.done() and not self.stop.is_set()


class Server:
    """One MCP server by name. ``opening`` gives a fresh ``mcp.Client``; only tools of ``allowed`` are ever called.

    ``learnt`` is told the list of tools after every connection and once an hour; ``last_words`` says what the
    server wrote before it died.
    """

    def __init__(
        self,
        name: str,
        opening: Callable[[], AbstractAsyncContextManager[Any]],
        clock: Clock,
        *,
        allowed: Collection[str],
        limits: Limits | None = None,
        learnt: Callable[[tuple[ToolInfo, ...]], None] = lambda tools: None,
        last_words: Callable[[], str] = lambda: "",
    ) -> None:
        self.name, self.breaker = name, Breaker(clock)
        self.connections = 0
        """How often a connection was made."""
        self.trouble = ""
        """The last failure, in one line."""
        self._opening, self._allowed = opening, frozenset(allowed)
        self._limits, self._learnt, self._last_words = limits or Limits(), learnt, last_words
        self._link: _Link | None = None
        self._retired: set[asyncio.Task[None]] = set()

    @property
    def connected(self) -> bool:
        """Whether a session is open now."""
        link = self._link
        return link is not None and link.usable and link.ready.done() and not isinstance(link.ready.result(), Failure)

    @property
    def starting(self) -> bool:
        """Whether a connection is being made now."""
        return self._link is not None and self._link.usable and not self._link.ready.done()

    async def begun(self) -> None:
        """Until the connection that is being made is there or has failed; begins none."""
        if self._link is not None:
            await asyncio.wait({self._link.ready})

    @property
    def tools(self) -> tuple[ToolInfo, ...]:
        """The tools of the open session."""
        return self._link.tools if self._link is not None and self.connected else ()

    def start(self) -> None:
        """Begin to connect, in the background."""
        if self._link is None or not self._link.usable:
            self._link = self._begin()

    async def wait(self) -> None:
        """Connect and wait until that has worked or failed and been cleared away. Raises ``Failure``."""
        await self._client(self._limits.connect + self._limits.stop)

    async def ask(
        self, tool: str, arguments: Mapping[str, Any], read: Callable[[Any], Any] = lambda answer: answer
    ) -> Any:
        """Call one tool and ``read`` its answer, which is plain data by then. Bounded in time. Raises ``Failure``.

        An answer that ``read`` refuses counts against the server like none at all.
        """
        if tool not in self._allowed:
            raise Failure(f"{self.name}: {tool} is not on the list of tools that only read", Reason.MISSING_TOOL)
        if not self.breaker.admits():
            wait = f"{self.breaker.wait():.0f} s"
            raise Failure(f"{self.name} has failed several times and rests for {wait}", Reason.BREAKER_OPEN)
        try:
            async with asyncio.timeout(self._limits.call + self._limits.patience):
                answer = read(await self._answer(tool, dict(arguments)))
        except TimeoutError:
            raise self._noted(Failure(f"{self.name}: no answer in time", Reason.TIMEOUT)) from None
        except Failure as failure:
            raise self._noted(failure) from None
        except BaseException:
            self.breaker.unknown()
            raise
        self.breaker.worked()
        return answer

    async def close(self) -> None:
        """End the session and wait, within bounds, until its process is gone."""
        if self._link is not None:
            self._retire(self._link)
            self._link = None
        if self._retired:
            _, late = await asyncio.wait(self._retired, timeout=self._limits.stop)
            for task in late:
                task.cancel()
            if late:
                await asyncio.wait(late, timeout=self._limits.stop)

    # --- one call ---------------------------------------------------------------------------------------------

    async def _answer(self, tool: str, arguments: dict[str, Any]) -> Any:
        try:
            result = await self._call(tool, arguments)
        except Failure as failure:
            if failure.reason is not Reason.LOST or failure.retry_after != 0:
                raise
            result = await self._call(tool, arguments)  # reading twice is harmless; the new session is made in ms
        return decoded(self.name, result, self._limits.size)

    async def _call(self, tool: str, arguments: dict[str, Any]) -> Any:
        client = await self._client(self._limits.patience)
        link = self._link
        assert link is not None and link.owner is not None
        # A task of its own: when a connection dies, the library ends the call with a CancelledError that is not ours.
        call = asyncio.create_task(client.call_tool(tool, arguments), name=f"mcp {self.name} {tool}")
        try:
            await asyncio.wait({call, link.owner}, timeout=self._limits.call, return_when=asyncio.FIRST_COMPLETED)
            if call.done():
                return await self._outcome(call, link, tool)
            lost = link.owner.done()
        finally:
            if not call.done():
                self._retire(link)
                call.cancel()
        if lost:
            raise await self._lost(link, f"the connection was lost{self._said()}")
        raise Failure(f"{self.name}: no answer in {self._limits.call:g} s", Reason.TIMEOUT)

    async def _outcome(self, call: asyncio.Task[Any], link: _Link, tool: str) -> Any:
        from mcp import MCPError

        error = None if call.cancelled() else call.exception()
        if not call.cancelled() and error is None:
            return call.result()
        if isinstance(error, MCPError) and error.code == NO_SUCH_TOOL:
            raise Failure(f"{self.name}: {_one_line(error)}", Reason.MISSING_TOOL)
        self._retire(link)
        if isinstance(error, MCPError) and error.code == UNREADABLE:
            raise Failure(f"{self.name}: {tool} answered what cannot be read", Reason.UNREADABLE)
        stale = isinstance(error, MCPError) and error.code == STALE_SESSION
        if isinstance(error, MCPError) or call.cancelled():
            told = _one_line(error) if error else f"the connection was lost{self._said()}"
            raise await self._lost(link, told, stale=stale)
        raise Failure(f"{self.name}: {tool} answered what cannot be read ({type(error).__name__})", Reason.UNREADABLE)

    async def _lost(self, link: _Link, told: str, *, stale: bool = False) -> Failure:
        """Why a call ended with its session: what ended the session knows better than the call does."""
        if link.owner is not None:
            await asyncio.wait({link.owner}, timeout=TELLS)
        if link.failure is not None and link.failure.reason is not Reason.LOST:
            return link.failure
        return Failure(f"{self.name}: {told}", Reason.LOST, retry_after=0 if stale else None)

    def _noted(self, failure: Failure) -> Failure:
        """Tell the breaker, and begin to connect again at once where that is what is missing."""
        if failure.reason in REAL_ANSWERS:
            self.breaker.worked()
            return failure
        self.trouble = str(failure)
        if failure.reason in UNTRIED:
            self.breaker.unknown()
        else:
            self.breaker.failed(failure.retry_after if failure.reason is Reason.RATE_LIMIT else None)
        if self.breaker.state is State.CLOSED:
            self.start()
        return failure

    # --- the session ------------------------------------------------------------------------------------------

    async def _client(self, patience: float) -> Any:
        self.start()
        link = self._link
        assert link is not None
        await asyncio.wait({link.ready}, timeout=patience)
        if not link.ready.done():
            raise Failure(f"{self.name} is still starting", Reason.STARTING)
        client = link.ready.result()
        if isinstance(client, Failure):
            raise client
        return client

    def _begin(self) -> _Link:
        link = _Link(asyncio.get_running_loop().create_future())
        link.owner = asyncio.create_task(self._own(link), name=f"mcp {self.name}")
        return link

    def _retire(self, link: _Link) -> None:
        link.stop.set()
        if not link.ready.done() and link.scope is not None:
            link.scope.cancel()
        if link.owner is not None and not link.owner.done():
            self._retired.add(link.owner)
            link.owner.add_done_callback(self._retired.discard)

    async def _own(self, link: _Link) -> None:
        """Open, publish, wait for the end, close: all in one task, as the library's cancel scopes demand."""
        try:
            # The library's kind of deadline: one of asyncio's own would cut its clean-up short and leave the child.
            with anyio.fail_after(self._limits.connect) as link.scope:
                if link.stop.is_set():
                    return
                async with self._opening() as client:
                    link.tools = await _all_tools(client)
                    link.scope.deadline = math.inf
                    self.connections += 1
                    self._learnt(link.tools)
                    link.ready.set_result(client)
                    await self._stay(link, client)
        except BaseException as error:
            self._ended(link, error)
            if isinstance(error, asyncio.CancelledError) and _cancelled_by_us():
                raise
        finally:
            link.stop.set()
            if not link.ready.done():
                link.ready.set_result(Failure(f"{self.name} was stopped while it started", Reason.LOST))

    async def _stay(self, link: _Link, client: Any) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(link.stop.wait(), self._limits.relist)
                return
            with anyio.fail_after(self._limits.call):
                link.tools = await _all_tools(client)
            self._learnt(link.tools)

    def _ended(self, link: _Link, error: BaseException) -> None:
        failure = _meaning(self.name, error, self._limits.connect, self._said())
        link.failure, self.trouble = failure, str(failure)
        log.warning("%s", failure, extra={"action": "mcp_ended"})
        if not link.ready.done():
            link.ready.set_result(failure)

    def _said(self) -> str:
        said = self._last_words()
        return f"; it said: {said}" if said else ""


async def _all_tools(client: Any) -> tuple[ToolInfo, ...]:
    found: list[ToolInfo] = []
    cursor: str | None = None
    for _ in range(PAGES):
        page = await client.list_tools(cursor=cursor, cache_mode="bypass")
        found += [
            ToolInfo(
                tool.name,
                tool.description or "",
                tool.input_schema,
                tool.annotations.read_only_hint if tool.annotations else None,
            )
            for tool in page.tools
        ]
        cursor = page.next_cursor
        if not cursor:
            break
    return tuple(found)


def _cancelled_by_us() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _meaning(server: str, error: BaseException, seconds: float, said: str) -> Failure:
    """What ended a session, as a failure; the library wraps the cause in groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, Failure):
        return error
    if isinstance(error, TimeoutError):
        return Failure(f"{server} does not answer within {seconds:g} s of its start{said}", Reason.TIMEOUT)
    if isinstance(error, FileNotFoundError):
        return Failure(f"{server}: its command {error.filename!r} is not found", Reason.LOST)
    return Failure(f"{server} cannot be reached: {_one_line(error)}{said}", Reason.LOST)


def _one_line(error: BaseException) -> str:
    return f"{' '.join(str(error).split())[:200] or 'the connection ended'} ({type(error).__name__})"
