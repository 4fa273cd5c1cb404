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

LASTING = 60.0
"""Seconds a vendor's answer is good for: each costs calls that people's own work should have."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """One thing to ask. ``needed`` ones decide whether deliveries may be sent here at all.

    Slack, Jira and Bitbucket are not needed in that sense: while they are down we go on taking deliveries,
    and work them off later.
    """

    name: str
    ask: Callable[[], Awaitable[Check]]
    needed: bool = False
    fresh: float = FRESH
    """Seconds for which its answer is believed; a failure is asked again after ``FRESH`` at the latest."""


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
        self._known: dict[str, tuple[float, Answer]] = {}
        self._turn = asyncio.Lock()

    async def answers(self) -> Sequence[Answer]:
        """One answer per dependency, none older than it may be."""
        async with self._turn:
            now = self._clock.monotonic()
            due = [d for d in self._dependencies if now >= self._until(d.name)]
            for dependency, check in zip(due, await asyncio.gather(*(_ask(d) for d in due)), strict=True):
                lasts = dependency.fresh if check.ok else min(FRESH, dependency.fresh)
                until = self._clock.monotonic() + lasts
                self._known[dependency.name] = until, Answer(check, dependency.needed)
            return [self._known[d.name][1] for d in self._dependencies]

    def _until(self, name: str) -> float:
        return self._known[name][0] if name in self._known else float("-inf")


async def _ask(dependency: Dependency) -> Check:
    try:
        async with asyncio.timeout(PATIENCE):
            return await dependency.ask()
    except TimeoutError:
        return Check(dependency.name, False, f"no answer in {PATIENCE:.0f} s", "Check the network and the service")
    except Exception as error:  # noqa: BLE001 - a door: whatever is wrong with a dependency is the answer
        return Check(dependency.name, False, f"{type(error).__name__}: {error}", "See the log")


def known(check: Check) -> Dependency:
    """Something whose state was clear when we started."""

    async def ask() -> Check:
        return check

    return Dependency(check.name, ask)


def switched_off(name: str, remedy: str) -> Dependency:
    """A service nobody configured: nothing is wrong, and it says what would turn it on."""
    return known(Check(name, True, f"off: {remedy}", off=True))


def as_data(answers: Sequence[Answer]) -> Mapping[str, object]:
    """For ``/ready``. ``hint`` and ``remedy`` are the same words: what to do when ``ok`` is false."""
    ready = all(a.check.ok or not a.check.grave for a in answers if a.needed)
    return {"ready": ready, "checks": [_told(a) for a in answers]}


def _told(answer: Answer) -> Mapping[str, object]:
    check = answer.check
    return {
        "name": check.name,
        "ok": check.ok,
        "state": check.state,
        "needed": answer.needed,
        "detail": check.detail,
        "hint": check.hint,
        "remedy": check.hint,
    }
