"""All configured MCP servers together: who can answer a question now, and the answer as ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from integrations.health import Check
from integrations.mcp.bindings import BINDINGS, READS, Binding, Place, rovo
from integrations.mcp.config import Entry
from integrations.mcp.discovery import Offer, changes, offer_of
from integrations.mcp.failures import UNTRIED, Failure, Reason
from integrations.mcp.opening import opening
from integrations.mcp.operations import Operation, Question, operation_of
from integrations.mcp.pins import Pins
from integrations.mcp.session import Limits, Server, ToolInfo
from models.clock import Clock
from models.errors import OperatorError

log = logging.getLogger(__name__)

Opening = Callable[[], AbstractAsyncContextManager[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one configured server stands: for ``pm mcp list``, checks and the dashboard."""

    name: str
    state: str
    """``ready``, ``connecting``, ``down``, ``resting`` (its breaker is open) or ``refused`` (its entry is unusable)."""
    kinds: tuple[str, ...] = ()
    operations: tuple[Operation, ...] = ()
    tools: int = 0
    connections: int = 0
    problems: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Tools that are not what was accepted."""

    @property
    def usable(self) -> bool:
        """Whether it can answer something now."""
        return self.state == "ready" and bool(self.operations)


@dataclass(slots=True)
class _Member:
    server: Server
    offer: Offer
    changed: tuple[str, ...] = ()
    cloud: str = ""


class Hub:
    """The servers of a configuration, in its order. Build it with ``hub_of``; ``start`` connects in the background."""

    def __init__(self, clock: Clock, pins: Pins, place: Place, limits: Limits | None = None) -> None:
        self._clock, self._pins, self._place, self._limits = clock, pins, place, limits or Limits()
        self._members: dict[str, _Member] = {}
        self._refused: dict[str, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Every server by name, usable or not."""
        return (*self._members, *self._refused)

    def add(self, name: str, opens: Opening, last_words: Callable[[], str] = lambda: "") -> None:
        """Put a server at the end of the order."""
        server = Server(
            name,
            opens,
            self._clock,
            allowed=READS,
            limits=self._limits,
            learnt=lambda tools: self._learn(name, tools),
            last_words=last_words,
        )
        self._members[name] = _Member(server, Offer())

    def refuse(self, name: str, problem: str) -> None:
        """Remember why an entry is not used."""
        self._refused[name] = problem

    def start(self) -> None:
        """Begin to connect to every server."""
        for member in self._members.values():
            member.server.start()

    async def wait(self) -> None:
        """Until every server is connected or has failed to be, at most the connect deadline."""
        await asyncio.gather(*(_settled(member.server) for member in self._members.values()))

    async def reach(self, name: str) -> None:
        """Connect to this one alone, until that has worked or failed. Raises ``OperatorError``."""
        await _settled(self._known(name).server)

    async def close(self) -> None:
        """End every session; child processes are gone afterwards."""
        await asyncio.gather(*(member.server.close() for member in self._members.values()))

    def able(self, operation: Operation) -> tuple[str, ...]:
        """Names of the servers whose tools fit, as far as is known."""
        return tuple(name for name, member in self._members.items() if operation in member.offer.bindings)

    async def answer(self, question: Question, patience: float | None = 0.0) -> tuple[str, Any]:
        """The name of the server that answered, and its answer. Raises the ``Failure`` of the last one asked.

        ``patience``: seconds to wait for servers that start; ``None``: until they have worked or failed. The next
        server is asked only when the one before could not be tried at all, so that a question costs one deadline and
        not one for each server.
        """
        operation = operation_of(question)
        await self._started(operation, patience)
        failure: Failure | None = None
        for name in self._candidates(operation):
            try:
                return name, await self._ask(self._members[name], question)
            except Failure as failed:
                failure = failed
                failure.server = name
                if failed.reason not in UNTRIED:
                    break
        raise failure or self._missing(operation)

    def standing(self) -> list[Standing]:
        """How every server stands."""
        usable = [self._standing(name, member) for name, member in self._members.items()]
        return usable + [Standing(name=n, state="refused", problems=(p,)) for n, p in self._refused.items()]

    def checks(self) -> list[Check]:
        """One check for each server: ready means that it can answer something, not only that it is connected."""
        return [_check(each) for each in self.standing()]

    def accept(self, name: str) -> bool:
        """Accept the tools ``name`` shows now. Raises ``OperatorError``; ``False`` when it cannot be written down."""
        member = self._known(name)
        if not member.server.connected:
            told = member.server.trouble.removeprefix(f"{name}: ") or "it was not started"
            raise OperatorError(f"{name} is not connected: {told}", hint="See pm mcp list")
        kept = self._pins.accept(name, member.server.tools)
        self._learn(name, member.server.tools)
        return kept

    def _known(self, name: str) -> _Member:
        if name in self._refused:
            raise OperatorError(f"{name} cannot be used: {self._refused[name]}")
        if name not in self._members:
            raise OperatorError(f"there is no server {name}; there are {', '.join(self.names) or 'none'}")
        return self._members[name]

    # --- one question -----------------------------------------------------------------------------------------

    async def _started(self, operation: Operation, patience: float | None) -> None:
        """Wait for servers that are starting, until one that offers ``operation`` is there or patience has ended."""
        starting = [member.server for member in self._members.values() if member.server.starting]
        waits = {asyncio.create_task(server.begun()) for server in starting} if patience != 0 else set()
        try:
            async with asyncio.timeout(patience):
                while waits and not any(self._members[name].server.connected for name in self.able(operation)):
                    _, waits = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            return
        finally:
            for wait in waits:
                wait.cancel()

    def _candidates(self, operation: Operation) -> list[str]:
        """Servers that offer it; a server that was never reached may turn out to."""
        return [
            name
            for name, member in self._members.items()
            if operation in member.offer.bindings or not member.server.connections
        ]

    def _missing(self, operation: Operation) -> Failure:
        """Why nobody can be asked; it names a server whose tools have become unusable."""
        failure = Failure(f"no MCP server offers {operation}", Reason.MISSING_TOOL)
        tools = [binding.tool for binding in BINDINGS if binding.operation is operation]
        for name, member in self._members.items():
            for problem in member.offer.problems:
                if problem.partition(" ")[0] in tools:
                    failure = Failure(f"{name}: {problem}", Reason.MISSING_TOOL)
                    failure.server = name
        return failure

    async def _ask(self, member: _Member, question: Question) -> Any:
        server, operation = member.server, operation_of(question)
        if not server.connected and not member.offer.bindings:
            server.start()
            raise Failure(server.trouble or f"{server.name} is still starting", Reason.STARTING)
        binding = member.offer.bindings.get(operation)
        if binding is None:
            raise Failure(f"{server.name} does not offer {operation}", Reason.MISSING_TOOL)
        place = await self._placed(member, binding)
        return await server.ask(
            binding.tool, binding.arguments(question, place), lambda raw: binding.read(raw, question, place)
        )

    async def _placed(self, member: _Member, binding: Binding) -> Place:
        if "cloudId" not in binding.sends or self._place.cloud:
            return self._place
        if not member.cloud:
            member.cloud = rovo.cloud_of(await member.server.ask(rovo.SITES, {}), self._place.jira)
        return Place(self._place.jira, member.cloud)

    # --- what they offer --------------------------------------------------------------------------------------

    def _learn(self, name: str, tools: tuple[ToolInfo, ...]) -> None:
        member = self._members[name]
        pinned = self._pins.of(name)
        if pinned is None:
            self._pins.accept(name, tools)
            pinned = self._pins.of(name) or {}
        _, _, changed = changes(pinned, tools)
        if changed and tuple(changed) != member.changed:
            log.error(
                "MCP server %s shows other tools than those accepted: %s. Review them, then: pm mcp accept %s",
                name,
                ", ".join(changed),
                name,
                extra={"action": "mcp_tools_changed"},
            )
        member.changed = tuple(changed)
        member.offer = offer_of(tools, frozenset(changed))

    def _standing(self, name: str, member: _Member) -> Standing:
        server = member.server
        resting = server.breaker.state.value == "open"
        down = server.connections or server.trouble
        state = "resting" if resting else "ready" if server.connected else "down" if down else "connecting"
        trouble = (server.trouble,) if server.trouble and state in {"down", "resting"} else ()
        return Standing(
            name=name,
            state=state,
            kinds=member.offer.kinds,
            operations=tuple(member.offer.bindings),
            tools=len(server.tools),
            connections=server.connections,
            problems=(*trouble, *member.offer.problems),
            changed=member.changed,
        )


def hub_of(entries: Sequence[Entry], clock: Clock, pins: Pins, place: Place, limits: Limits | None = None) -> Hub:
    """A hub of the entries of a configuration; nothing is started."""
    hub = Hub(clock, pins, place, limits)
    for entry in entries:
        if entry.problem:
            hub.refuse(entry.name, entry.problem)
        else:
            opens, last_words = opening(entry, limits or Limits())
            hub.add(entry.name, opens, last_words)
    return hub


def _check(standing: Standing) -> Check:
    name = f"mcp {standing.name}"
    if standing.changed:
        remedy = f"Review what changed, then: pm mcp accept {standing.name}"
        return Check(name, False, f"{', '.join(standing.changed)} changed since accepted", remedy)
    told = "; ".join(each.removeprefix(f"{standing.name}: ") for each in standing.problems)
    if standing.usable:
        return Check(name, True, f"{', '.join(standing.operations)} ({standing.tools} tools)")
    if standing.state == "ready":
        told = told or f"none of its {standing.tools} tools answers a question of ours"
        return Check(name, False, told, "Check its token's rights, or take it out of MCP_CONFIG")
    remedy = "Answers come over REST meanwhile; see docs/mcp.md"
    return Check(name, False, told or standing.state, remedy)


async def _settled(server: Server) -> None:
    try:
        await server.wait()
    except Failure:
        return


def summary(standings: Sequence[Standing]) -> list[Mapping[str, Any]]:
    """Ready for JSON."""
    return [
        {
            "name": each.name,
            "state": each.state,
            "kinds": list(each.kinds),
            "operations": list(each.operations),
            "tools": each.tools,
            "connections": each.connections,
            "problems": list(each.problems),
            "changed": list(each.changed),
        }
        for each in standings
    ]
