"""A Probe asks one thing by name; all are asked side by side, each with a deadline, and told as they end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from integrations.health import Check
from models.errors import PMAgentError, VendorError

PATIENCE = 20.0
"""Seconds one probe has to answer: a call to a vendor may take 12, and a probe makes up to three short ones."""

AT_ONCE = 8
"""Probes under way at a time: enough to be quick, few enough that no vendor takes it for an attack."""

Ask = Callable[[], Awaitable[Check]]


class State(StrEnum):
    """How a probe ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    OFF = "off"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to ask. When one of ``after`` has failed it is not asked: the cause is told once, not ten times."""

    name: str
    ask: Ask
    after: tuple[str, ...] = ()
    patience: float | None = None
    """Seconds, where it needs more than the others."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a probe: ``remedy`` says what to do, ``cause`` which failed probe kept this one from being asked."""

    name: str
    state: State
    detail: str
    remedy: str = ""
    cause: str = ""

    def as_data(self) -> Mapping[str, object]:
        """For programs; ``ok`` is true for what works and for what nobody asked for."""
        ok = self.state in (State.OK, State.OFF)
        return {
            "name": self.name,
            "state": self.state.value,
            "ok": ok,
            "detail": self.detail,
            "remedy": self.remedy,
        }


def found(check: Check) -> Finding:
    """A check as a finding."""
    return Finding(check.name, State(check.state), check.detail, check.hint)


def constant(check: Check) -> Probe:
    """A probe whose answer is known already."""

    async def ask() -> Check:
        return check

    return Probe(check.name, ask)


def off(name: str, detail: str) -> Probe:
    """Something nobody configured: nothing is wrong, and it says what would turn it on."""
    return constant(Check(name, True, detail, off=True))


async def examine(
    probes: Sequence[Probe], *, patience: float = PATIENCE, at_once: int = AT_ONCE
) -> AsyncIterator[Finding]:
    """Ask all of them; yields each finding as it ends. A probe waits for those of its ``after`` that are asked too."""
    loop, turn = asyncio.get_running_loop(), asyncio.Semaphore(at_once)
    ended: dict[str, asyncio.Future[Finding]] = {probe.name: loop.create_future() for probe in probes}

    async def one(probe: Probe) -> Finding:
        before = [ended[name] for name in probe.after if name in ended]
        finding = _kept_from(probe, [await each for each in before])
        if finding is None:
            async with turn:
                finding = await asked(probe, patience)
        ended[probe.name].set_result(finding)
        return finding

    tasks = [asyncio.create_task(one(probe)) for probe in probes]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def asked(probe: Probe, patience: float = PATIENCE) -> Finding:
    """Ask one probe; whatever goes wrong is its finding."""
    patience = probe.patience or patience
    try:
        async with asyncio.timeout(patience):
            return found(await probe.ask())
    except TimeoutError:
        return Finding(probe.name, State.FAILED, f"no answer in {patience:g} s", "Check the network and try again")
    except VendorError as error:
        return Finding(probe.name, State.FAILED, str(error), "Try again; when it stays so, see docs/set-up.md")
    except PMAgentError as error:
        return Finding(probe.name, State.FAILED, str(error))
    except Exception as error:  # noqa: BLE001 - a door: whatever is wrong with a dependency is the answer
        return Finding(probe.name, State.FAILED, f"{type(error).__name__}: {error}", "This is a defect: please report")


def _kept_from(probe: Probe, before: Iterable[Finding]) -> Finding | None:
    for finding in before:
        if finding.state in (State.FAILED, State.SKIPPED):
            cause = finding.cause or finding.name
            return Finding(probe.name, State.SKIPPED, f"not asked, because of: {cause}", cause=cause)
    return None
