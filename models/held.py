"""Whether the work in hand is still ours, asked at the last moment before something leaves that cannot be undone."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

from models.clock import Clock
from models.errors import NotDone

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[None]]
"""Raises ``LostLease`` when somebody else has taken the work over."""

FRESH = 1.0
"""Seconds for which an answer is worth anything: a lease is at least three times as long (LEASE_SECONDS)."""

TRIES = 3
"""Answers in a row that may come too late: then it is the database that is slow, not we that stood still."""


@dataclass(frozen=True, slots=True)
class _Work:
    check: Check
    clock: Clock


_MINE: ContextVar[_Work | None] = ContextVar("work in hand", default=None)


@contextlib.contextmanager
def held(check: Check, clock: Clock) -> Iterator[None]:
    """What is done in this block, and in tasks begun in it, is done for the work that ``check`` asks about."""
    token = _MINE.set(_Work(check, clock))
    try:
        yield
    finally:
        _MINE.reset(token)


async def still_held() -> None:
    """Go on only if the work in hand is ours; outside ``held`` there is nothing to lose. Raises as ``sure``."""
    work = _MINE.get()
    if work is not None:
        await sure(work.check, work.clock)


async def sure(check: Check, clock: Clock) -> None:
    """Ask until the answer is fresh. Raises ``LostLease``, and ``NotDone`` after ``TRIES`` that were not.

    A process may be stopped between any two lines, as by a debugger, or while its virtual machine is moved. When it
    goes on, its lease is over and another has done its work: an answer it asked for before is believed no more.
    """
    took = 0.0
    for _ in range(TRIES):
        asked = clock.monotonic()
        await check()
        took = clock.monotonic() - asked
        if took < FRESH:
            return
    words = f"the database is too slow: it said after {took:.1f} s whose work this is, and that holds for {FRESH:.0f} s"
    log.warning("nothing was sent: %s", words, extra={"action": "database_slow"})
    raise NotDone(words)
