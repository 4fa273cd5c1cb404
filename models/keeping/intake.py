"""Many callers, one transaction: everything that waits is committed together, and each caller learns its own fate."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy.exc import StatementError

from models.errors import DatabaseNotReady, Held, Unwelcome

Item = TypeVar("Item")
Answer = TypeVar("Answer")

BATCH = 200
"""Items of one transaction: one fsync for all of them."""

WAITING = 2_000
"""Items that may wait for the disk; the next one is told to come again."""

TURNS = 6
"""Turns of the event loop without a newcomer after which a batch is complete: about so many lead from a socket to here.
Without them whoever is read first is committed alone, and all the others of the same moment wait for two commits."""


@dataclass(frozen=True, slots=True)
class _Caller(Generic[Item, Answer]):
    item: Item
    answer: asyncio.Future[Answer]


class GroupCommit(Generic[Item, Answer]):
    """Collects items from concurrent callers and hands them to ``commit``, a transaction for each batch."""

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        *,
        waiting: int = WAITING,
        batch: int = BATCH,
        apart: Callable[[Item], Hashable] = id,
    ) -> None:
        """``apart`` names whose an item is: when somebody else holds what one of them needs, the others go alone."""
        self._commit = commit
        self._batch = batch
        self._apart = apart
        self._limit = waiting
        self._queue: deque[_Caller[Item, Answer]] = deque()
        self._work = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    def start(self) -> None:
        """Begin to commit; the first ``submit`` does so too."""
        if self._task is None or self._task.done():  # done without stop(): its loop was cancelled
            self._closing = False
            self._task = asyncio.get_running_loop().create_task(self._run(), name="intake")

    async def stop(self) -> None:
        """Commit what waits, then end; nothing more is accepted."""
        self._closing = True
        self._work.set()
        if self._task is not None:
            await self._task
            self._task = None

    async def submit(self, item: Item) -> Answer:
        """Returns once ``item`` is on disk. Raises ``Unwelcome`` 503 when full or closing, 400 when unstorable."""
        if self._closing:
            raise Unwelcome(503, "shutting down")
        if len(self._queue) >= self._limit:
            raise Unwelcome(503, f"{self._limit} deliveries are waiting for the disk")
        self.start()
        caller: _Caller[Item, Answer] = _Caller(item, asyncio.get_running_loop().create_future())
        self._queue.append(caller)
        self._work.set()
        return await caller.answer

    async def _run(self) -> None:
        while self._queue or not self._closing:
            if not self._queue:
                self._work.clear()
                await self._work.wait()
                continue
            await self._gather()
            await self._settle([self._queue.popleft() for _ in range(min(self._batch, len(self._queue)))])

    async def _gather(self) -> None:
        """Until nobody else is on the way, or a batch is full. It waits for no time: alone, one goes at once."""
        quiet = 0
        while quiet < TURNS and len(self._queue) < self._batch:
            seen = len(self._queue)
            await asyncio.sleep(0)
            quiet = 0 if len(self._queue) > seen else quiet + 1

    async def _settle(self, callers: Sequence[_Caller[Item, Answer]]) -> None:
        """Commit one batch; when it fails, each row by itself, so that a bad one does not fail its neighbours."""
        try:
            answers = await self._commit([caller.item for caller in callers])
        except Held as held:
            await self._settle_apart(callers, held)
            return
        except Exception as error:  # noqa: BLE001 - a door: every failure becomes some caller's answer
            if len(callers) == 1 or isinstance(error, DatabaseNotReady):
                _fail(callers, error)
                return
            for caller in callers:
                await self._settle([caller])
            return
        for caller, answer in zip(callers, answers, strict=True):
            if not caller.answer.done():  # the caller may have gone away meanwhile
                caller.answer.set_result(answer)

    async def _settle_apart(self, callers: Sequence[_Caller[Item, Answer]], held: Held) -> None:
        """Side by side, so that nobody waits for the one that is held."""
        groups: dict[Hashable, list[_Caller[Item, Answer]]] = {}
        for caller in callers:
            groups.setdefault(self._apart(caller.item), []).append(caller)
        if len(groups) == 1:
            _fail(callers, held)
        else:
            await asyncio.gather(*(self._settle(group) for group in groups.values()))


def _fail(callers: Sequence[_Caller[Item, Answer]], error: Exception) -> None:
    if isinstance(error, StatementError):
        error = Unwelcome(400, "this delivery cannot be stored")
    for caller in callers:
        if not caller.answer.done():
            caller.answer.set_exception(error)
