"""A small thread pool for a synchronous library: every call ends, and tells whether anything was sent."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from integrations.rest.answers import meaning
from integrations.rest.calls import CURRENT, TIMEOUT, Call
from models.errors import NotDone, Unclear

LATE = 1.2
"""Times a call's own seconds until its caller is told without it: only name resolution can outlast a deadline.

So ten seconds make twelve, which is what ``carry_out`` waits before it looks an unclear write up.
"""

C = TypeVar("C")
T = TypeVar("T")


class Threads(Generic[C]):
    """Threads that each have a client of their own (sessions are not thread-safe). ``seconds`` is a call's time."""

    def __init__(self, build: Callable[[], C], name: str, size: int = 4, *, seconds: float = TIMEOUT) -> None:
        self._build = build
        self._own = threading.local()
        self._pool = ThreadPoolExecutor(max_workers=size, thread_name_prefix=name)
        self._slots = asyncio.Semaphore(size)
        self._seconds = seconds
        self.busy = 0
        """Threads at work; one whose caller has given up is still counted until it has really ended."""

    async def call(self, what: str, ask: Callable[[C], T]) -> T:
        """Run ``ask`` with this thread's client. Raises a ``VendorError`` that begins with ``what``."""
        await self._turn(what)
        call = Call(self._seconds)
        future = asyncio.wrap_future(self._submit(what, ask, call))
        try:
            async with asyncio.timeout(self._seconds * LATE):
                return await future
        except TimeoutError:
            if call.sent:
                raise Unclear(f"{what}: no complete answer within {self._seconds:g} s") from None
            raise NotDone(f"{what}: cannot be reached: its name is not resolved in time") from None

    def close(self) -> None:
        """Take no more calls. One under way ends in the background, at its deadline at the latest."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _turn(self, what: str) -> None:
        """Wait for a thread, but no longer than for an answer."""
        try:
            async with asyncio.timeout(self._seconds):
                await self._slots.acquire()
        except TimeoutError:
            raise NotDone(f"{what}: too many calls are under way") from None

    def _submit(self, what: str, ask: Callable[[C], T], call: Call) -> Future[T]:
        loop = asyncio.get_running_loop()
        self.busy += 1
        try:
            future = self._pool.submit(self._run, what, ask, call)
        except RuntimeError:  # closed
            self._free()
            raise NotDone(f"{what}: PM Agent is stopping") from None
        future.add_done_callback(lambda _: _tell(loop, self._free))
        return future

    def _free(self) -> None:
        self.busy -= 1
        self._slots.release()

    def _run(self, what: str, ask: Callable[[C], T], call: Call) -> T:
        import requests

        CURRENT.set(call)
        if not hasattr(self._own, "client"):
            self._own.client = self._build()
        try:
            return ask(self._own.client)
        except (requests.RequestException, TimeoutError) as failure:
            raise meaning(what, failure, sent=call.sent) from None


def _tell(loop: asyncio.AbstractEventLoop, done: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended before the thread
        loop.call_soon_threadsafe(done)
