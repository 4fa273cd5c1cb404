"""One question, two ways to its answer: MCP first to discover and search, REST first for facts, each try counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from integrations.fallback.direct import Direct
from integrations.mcp import Failure, Hub, Operation, Question, Reason, operation_of
from integrations.mcp.failures import REAL_ANSWERS, reason_of
from models.clock import Clock
from models.errors import NotDone, Refused, Unclear, VendorError


class Way(StrEnum):
    """How an answer is reached."""

    MCP = "mcp"
    REST = "rest"


FIRST = {
    Operation.SEARCH_ISSUES: Way.MCP,
    Operation.SEARCH_MESSAGES: Way.MCP,
    Operation.GET_THREAD: Way.MCP,
    Operation.GET_ISSUE: Way.REST,
    Operation.FIND_SPRINT: Way.REST,
}
"""Who is asked first. A thread is what a search has found; an issue by its key and a sprint are facts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try of one way: what is counted."""

    operation: Operation
    way: Way
    server: str
    """A server's name, or ``rest``."""
    reason: Reason | None
    """Why it gave no answer; ``None`` when it did."""
    seconds: float
    detail: str = ""
    passed_on: bool = False
    """Whether somebody else was asked because of it."""

    @property
    def answered(self) -> bool:
        """Whether this was an answer; that something does not exist is one too."""
        return self.reason is None or self.reason in REAL_ANSWERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer and how it was reached; the last attempt is the one that gave it."""

    value: Any
    attempts: tuple[Attempt, ...]

    @property
    def by(self) -> str:
        """Who answered: ``mcp jira``, or ``rest``."""
        last = self.attempts[-1]
        return f"mcp {last.server}" if last.way is Way.MCP else "rest"

    @property
    def seconds(self) -> float:
        """How long all of it took."""
        return sum(each.seconds for each in self.attempts)


PATIENCE = 3.0
"""Seconds somebody who tries a search out waits for servers that are starting, when REST could answer as well."""


class Finder:
    """Asks ``hub`` and ``direct`` in the order of the operation; ``watch`` is told of each attempt."""

    def __init__(
        self, hub: Hub | None, direct: Direct, clock: Clock, watch: Callable[[Attempt], None] = lambda attempt: None
    ) -> None:
        self._hub, self._direct, self._clock, self._watch = hub, direct, clock, watch
        self._patient = False

    def patient(self) -> Finder:
        """The same, but it waits for servers that are starting: ``PATIENCE``, or to the end where REST cannot help."""
        waits = Finder(self._hub, self._direct, self._clock, self._watch)
        waits._patient = True
        return waits

    async def ask(self, question: Question, *, first: Way | None = None) -> Answered:
        """The answer, whoever gives it. ``first`` overrides the order.

        Raises ``Refused`` (``not_found``, ``invalid``) when the service says so, whichever way it was asked: another
        way would hear the same. Raises ``NotDone`` or ``Unclear`` when nobody could answer.
        """
        ways = self._ways(question, first)
        attempts: list[Attempt] = []
        for turn, way in enumerate(ways):
            began = self._clock.monotonic()
            try:
                server, value = await self._try(way, question)
            except VendorError as error:
                last = turn == len(ways) - 1
                attempts.append(self._failed(question, way, error, self._clock.monotonic() - began, last))
                if attempts[-1].reason in REAL_ANSWERS:
                    raise Refused(str(error), code=str(attempts[-1].reason)) from None
                if last:
                    raise _nobody(attempts, error) from None
                continue
            attempts.append(self._worked(question, way, server, self._clock.monotonic() - began))
            return Answered(value=value, attempts=tuple(attempts))
        raise NotDone(f"nothing is configured that could answer {operation_of(question)}")

    def _ways(self, question: Question, first: Way | None) -> list[Way]:
        order = [Way.MCP, Way.REST]
        if (first or FIRST[operation_of(question)]) is Way.REST:
            order.reverse()
        able = {Way.MCP: self._hub is not None and bool(self._hub.names), Way.REST: self._direct.can(question)}
        return [way for way in order if able[way]]

    async def _try(self, way: Way, question: Question) -> tuple[str, Any]:
        if way is Way.MCP and self._hub is not None:
            whole = None if not self._direct.can(question) else PATIENCE
            return await self._hub.answer(question, whole if self._patient else 0.0)
        return "rest", await self._direct.answer(question)

    def _worked(self, question: Question, way: Way, server: str, seconds: float) -> Attempt:
        attempt = Attempt(operation=operation_of(question), way=way, server=server, reason=None, seconds=seconds)
        self._watch(attempt)
        return attempt

    def _failed(self, question: Question, way: Way, error: VendorError, seconds: float, last: bool) -> Attempt:
        reason = reason_of(error)
        attempt = Attempt(
            operation=operation_of(question),
            way=way,
            server=(error.server or "none") if isinstance(error, Failure) else "rest",
            reason=reason,
            seconds=seconds,
            detail=str(error),
            passed_on=not last and reason not in REAL_ANSWERS,
        )
        self._watch(attempt)
        return attempt


def _nobody(attempts: Sequence[Attempt], error: VendorError) -> VendorError:
    """What the last one said, and in one line what the others had said before."""
    told = "; ".join(each.detail for each in attempts)
    if isinstance(error, Refused):
        return Refused(told, code=error.code)
    if isinstance(error, NotDone):
        return NotDone(told, retry_after=error.retry_after)
    return Unclear(told)
