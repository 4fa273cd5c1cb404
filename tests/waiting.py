"""What of the product's work is under way, by its table of jobs: for tests that wait until it has done what it does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from models.database import Database
from models.tables.queue import jobs

Job = Row[Any]

UNFINISHED = select(jobs.c["id", "kind", "state", "run_at", "attempts", "error"]).where(
    jobs.c.state.in_(["waiting", "running"])
)


async def unfinished(database: Database) -> Sequence[Job]:
    """What waits or runs, in one look: waiting means to ask this some thousand times."""
    return await database.read(lambda connection: connection.execute(UNFINISHED).all())


def never_tried(job: Job) -> bool:
    """One that nobody has begun: a job that only waits for a moment counts no try, but says why it waits."""
    return job.attempts == 0 and job.error is None


def ahead(job: Job, now: datetime) -> bool:
    """Never tried, as its moment has not come; ``now`` is real time."""
    return job.state == "waiting" and never_tried(job) and bool(job.run_at > now)


def under_way(job: Job, now: datetime, parked: bool) -> bool:
    """Whether it is to be waited for; with ``parked``, not what has failed or looked at the clock and waits."""
    if parked:
        return bool(job.state == "running" or job.run_at <= now or never_tried(job))
    return bool(job.kind != "living" or job.state != "waiting" or job.attempts)
