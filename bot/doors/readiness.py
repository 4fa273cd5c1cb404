"""What must work, asked by name, with a time limit and a memory, so that a curious probe hurts nobody."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from integrations.health import Check
from models.clock import Clock

PATIENCE = 3.0
"""Seconds one dependency has to answer."""

FRESH = 10.0
"""Seconds an answer is good for: a probe every second must not become a call to Slack every second."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """One thing to ask. ``needed`` ones decide whether deliveries may be sent here at all.

    Slack, Jira and Bitbucket are not needed in that sense: while they are down we go on taking deliveries,
    and work them off later.
    """

    name: str
    ask: Callable[[], Awaitable[Check]]
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """A dependency's state."""

    check: Check
    needed: bool


class Readiness:
    """Asks every dependency at once and remembers the answers for a while."""

    def __init__(self, clock: Clock, dependencies: Sequence[Dependency]) -> None:
        self._clock = clock
        self._dependencies = tuple(dependencies)
        self._answers: tuple[Answer, ...] = ()
        self._until = float("-inf")
        self._turn = asyncio.Lock()

    async def answers(self) -> Sequence[Answer]:
        """One answer per dependency, at most ``FRESH`` seconds old."""
        async with self._turn:
            if self._clock.monotonic() >= self._until:
                checks = await asyncio.gather(*(_ask(d) for d in self._dependencies))
                self._answers = tuple(Answer(c, d.needed) for c, d in zip(checks, self._dependencies, strict=True))
                self._until = self._clock.monotonic() + FRESH
            return self._answers


async def _ask(dependency: Dependency) -> Check:
    try:
        async with asyncio.timeout(PATIENCE):
            return await dependency.ask()
    except TimeoutError:
        return Check(dependency.name, False, f"no answer in {PATIENCE:.0f} s", "Check the network and the service")
    except Exception as error:  # noqa: BLE001 - a door: whatever is wrong with a dependency is the answer
        return Check(dependency.name, False, f"{type(error).__name__}: {error}", "See the log")


def switched_off(name: str, remedy: str) -> Dependency:
    """A service nobody configured: nothing is wrong, and it says what would turn it on."""

    async def ask() -> Check:
        return Check(name, True, f"off: {remedy}")

    return Dependency(name, ask)


def as_data(answers: Sequence[Answer]) -> Mapping[str, object]:
    """For ``/ready``."""
    ready = all(a.check.ok for a in answers if a.needed)
    return {
        "ready": ready,
        "checks": [
            {"name": c.name, "ok": c.ok, "needed": a.needed, "detail": c.detail, "hint": c.hint}
            for a in answers
            for c in (a.check,)
        ],
    }
