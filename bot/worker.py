"""The loop that works: claim, do, finish; people first, one at a time per key, and nothing lost when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence

from bot.app import App
from bot.jobs import HANDLERS
from models.errors import DatabaseNotReady, LostLease, OperatorError, VendorError
from models.mailbox import Job

log = logging.getLogger(__name__)

RENEWALS = 4
"""How often a lease is renewed in its life: three may be missed before somebody else takes over."""

IDLE = 1.0
"""Seconds between two looks for work when nobody rang."""

BLOCKED = 0.05
"""Seconds to wait when the only job that is due may not run yet because its key is busy."""

MAX_TRIES = 10
"""Tries after which our own failure makes a job a dead letter."""

MAX_WAITS = 60
"""Tries after which a vendor's makes it one: with the longest backoff of five minutes, about five hours."""

LANES: tuple[Sequence[int], ...] = ((0,), (0, 1, 2), (0, 1, 2), (0, 1, 2))
"""One slot per entry; the first is kept for people."""


async def run_worker(app: App, stop: asyncio.Event) -> None:
    """Work until ``stop``; what is under way is finished first."""
    async with asyncio.TaskGroup() as group:
        for lanes in LANES:
            group.create_task(_slot(app, lanes, stop))


async def _slot(app: App, lanes: Sequence[int], stop: asyncio.Event) -> None:
    while not stop.is_set():
        heard = app.mailbox.doorbell.rings
        try:
            job = await app.mailbox.claim(lanes, app.settings.lease_seconds)
        except DatabaseNotReady as gone:
            log.error("no database: %s", gone, extra={"action": "claim_failed"})
            await _pause(stop, IDLE)
            continue
        if job is None:
            due = await app.mailbox.due_in(lanes)
            await app.mailbox.wait(IDLE if due is None else min(IDLE, max(due, BLOCKED)), since=heard)
        else:
            await work(app, job)


async def work(app: App, job: Job) -> None:
    """Do one claimed job under a lease that is kept alive meanwhile."""
    if job.attempts > MAX_WAITS:  # whatever it does to its worker, nobody lives to tell
        await app.mailbox.bury(job, f"{job.attempts} tries, and none came to an end")
        return
    keeper = asyncio.create_task(_keep(app, job))
    try:
        await HANDLERS[job.kind](app, job)
    except LostLease:
        log.warning("%s %s was taken over", job.kind, job.key, extra={"action": "lost_lease", "job": job.id})
    except (VendorError, DatabaseNotReady) as failure:
        await _again(app, job, failure)
    except Exception as failure:
        log.exception("%s %s failed", job.kind, job.key, extra={"action": "job_failed", "job": job.id})
        await _again(app, job, failure)
    finally:
        keeper.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeper


async def _keep(app: App, job: Job) -> None:
    """Renew the lease well before it ends. When it is lost, the handler's own fenced write will say so."""
    lease = app.settings.lease_seconds
    while True:
        await asyncio.sleep(lease / RENEWALS)
        with contextlib.suppress(LostLease, DatabaseNotReady):
            await app.mailbox.renew(job, lease)


async def _again(app: App, job: Job, failure: Exception) -> None:
    words = f"{type(failure).__name__}: {failure}"
    with contextlib.suppress(LostLease, DatabaseNotReady):
        if job.attempts >= (MAX_WAITS if isinstance(failure, (VendorError, DatabaseNotReady)) else MAX_TRIES):
            await app.mailbox.bury(job, words)
            log.error("%s %s is a dead letter: %s", job.kind, job.key, words, extra={"action": "dead_letter"})
            return
        hint = " " + failure.hint if isinstance(failure, OperatorError) else ""
        log.warning("%s %s waits: %s%s", job.kind, job.key, words, hint, extra={"action": "retry"})
        await app.mailbox.retry(job, words, app.worker_backoff(job, getattr(failure, "retry_after", None)))


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
