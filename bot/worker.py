"""The loop that works: claim, do, finish; people first, one at a time per key, and nothing lost when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence

from bot import logs
from bot.app import App
from bot.jobs import HANDLERS, Handler
from bot.jobs.saying import tell_buried
from bot.turns import turn
from models.errors import DatabaseNotReady, LostLease, NotDone, Refused, VendorError
from models.held import held
from models.mailbox import Job

log = logging.getLogger(__name__)

Handlers = Mapping[str, Handler]

RENEWALS = 4
"""How often a lease is renewed in its life: three may be missed before somebody else takes over."""

IDLE = 1.0
"""Seconds between two looks for work when nobody rang."""

MAX_TRIES = 10
"""Tries after which our own failure makes a job a dead letter."""

MAX_WAITS = 60
"""Tries after which a vendor's makes it one: with the longest backoff of five minutes, about five hours."""

AGAIN = frozenset(
    {"cycle", "digest", "effect", "foretell", "notice", "past", "people", "presence", "reread", "sync", "tidy", "watch"}
)
"""Kinds of job that what we look at asks for, whether or not anybody presses: a refusal may be mended meanwhile.

Of every other kind, refused for good is the end: later presses of the same key wait behind what is tried again.
"""

PEOPLE, ALL = (0,), (0, 1, 2)
"""The lanes of the one slot that is kept for people, and of every other."""

AT_WORK, UNDER_WAY = 3, 24
"""Jobs of all lanes that compute at a time, and that are under way: the others wait for a model's answer."""


async def run_worker(app: App, stop: asyncio.Event, handlers: Handlers = HANDLERS) -> None:
    """Work until ``stop``; what is under way is finished first."""
    lookout, turns = Lookout(app), asyncio.Semaphore(AT_WORK)
    async with asyncio.TaskGroup() as group:
        group.create_task(_slot(lookout, PEOPLE, asyncio.Semaphore(1), stop, handlers))
        for _ in range(UNDER_WAY):
            group.create_task(_slot(lookout, ALL, turns, stop, handlers))


class Lookout:
    """Looks for work for all slots of one worker: every ring wakes them all, and one look tells all there is nothing.

    They look one after another. Nobody asks again what was seen to be nothing, until it rings or the time is over.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._turn = asyncio.Lock()
        self._heard = -1
        self._lanes = frozenset[int]()
        self._until = 0.0
        """Of the event loop's clock: until then, or the next ring, nothing is to be had of those lanes."""

    async def job(self, lanes: Sequence[int]) -> Job | None:
        """The next job of ``lanes``, claimed; without one, return when it is time to ask again."""
        async with self._turn:
            heard, clock = self.app.mailbox.doorbell.rings, asyncio.get_running_loop()
            known = heard == self._heard and self._lanes.issuperset(lanes) and clock.time() < self._until
            if not known:
                # A look costs less than a claim, and most rings are another slot's.
                due = await self.app.mailbox.due_in(lanes)
                job = await self.app.mailbox.claim(lanes, self.app.settings.lease_seconds) if due == 0 else None
                if job is not None:
                    return job
                # What is due and was not claimed waits for its key: whoever holds that rings when it is done.
                self._heard, self._lanes = heard, frozenset(lanes)
                self._until = clock.time() + min(IDLE, due or IDLE)
            left = self._until - clock.time()
        await self.app.mailbox.wait(max(0.0, left), since=heard)
        return None


async def _slot(
    lookout: Lookout, lanes: Sequence[int], turns: asyncio.Semaphore, stop: asyncio.Event, handlers: Handlers
) -> None:
    """One at a time, for ever; whatever goes wrong here must not take the other slots' work with it."""
    while not stop.is_set():
        try:
            async with turn(turns):
                await _next(lookout, lanes, stop, handlers)
        except DatabaseNotReady as gone:
            log.error("no database: %s", gone, extra={"action": "claim_failed"})
            await _pause(stop, IDLE)
        except Exception:
            log.exception("a worker's turn failed", extra={"action": "turn_failed"})
            await _pause(stop, IDLE)


async def _next(lookout: Lookout, lanes: Sequence[int], stop: asyncio.Event, handlers: Handlers) -> None:
    """The next job, when there is one before it is time to ask again."""
    job = None if stop.is_set() else await lookout.job(lanes)
    if job is not None:
        with logs.about(job=job.id, kind=job.kind, key=job.key, team=job.team, attempt=job.attempts):
            await work(lookout.app, job, handlers)


async def work(app: App, job: Job, handlers: Handlers = HANDLERS) -> None:
    """Do one claimed job under a lease that is kept alive meanwhile; a job whose lease is lost is stopped."""
    if job.attempts > MAX_WAITS:  # whatever it does to its worker, nobody lives to tell
        await app.mailbox.bury(job, f"{job.attempts} tries, and none came to an end")
        await tell_buried(app, job)
        return
    handler = handlers.get(job.kind)
    if handler is None:  # while machines are upgraded one after the other: its key must not stand still meanwhile
        await _again(app, job, NotDone(f"this version knows no work called {job.kind!r}; a newer one has planned it"))
        return
    with held(lambda: app.mailbox.still_ours(job), app.clock):
        doing = asyncio.ensure_future(handler(app, job))
    keeper = asyncio.create_task(_keep(app, job, doing))
    try:
        await doing
    except LostLease:
        log.warning("%s %s was taken over", job.kind, job.key, extra={"action": "lost_lease", "job": job.id})
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if current is not None and current.cancelling():  # it is we who are told to stop, not the keeper's word
            raise
    except (VendorError, DatabaseNotReady) as failure:
        await _again(app, job, failure)
    except Exception as failure:
        log.exception("%s %s failed", job.kind, job.key, extra={"action": "job_failed", "job": job.id})
        await _again(app, job, failure)
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper


async def _keep(app: App, job: Job, doing: asyncio.Future[None]) -> None:
    """Renew the lease well before it ends; once it is lost, stop: somebody else is doing this."""
    lease = app.settings.lease_seconds
    while True:
        await asyncio.sleep(lease / RENEWALS)
        try:
            await app.mailbox.renew(job, lease)
        except LostLease:
            log.warning("%s %s was taken over", job.kind, job.key, extra={"action": "lost_lease", "job": job.id})
            doing.cancel()
            return
        except Exception:
            log.exception("a lease was not renewed", extra={"action": "renew_failed", "job": job.id})


async def _again(app: App, job: Job, failure: Exception) -> None:
    """Try again later, or give up: at once when the answer will not change, else after enough tries."""
    words = f"{type(failure).__name__}: {failure}"
    vendor = isinstance(failure, (VendorError, DatabaseNotReady))
    final = isinstance(failure, Refused) and job.kind not in AGAIN
    with contextlib.suppress(LostLease, DatabaseNotReady):
        if final or job.attempts >= (MAX_WAITS if vendor else MAX_TRIES):
            await app.mailbox.bury(job, words)
            log.error("%s %s is a dead letter: %s", job.kind, job.key, words, extra={"action": "dead_letter"})
            await tell_buried(app, job)
            return
        log.warning("%s %s waits: %s", job.kind, job.key, words, extra={"action": "retry"})
        await app.mailbox.retry(job, words, app.worker_backoff(job, getattr(failure, "retry_after", None)))


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
