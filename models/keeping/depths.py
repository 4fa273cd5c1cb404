"""How much work waits and for how long: figures of the queue, which change nothing in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, func, not_, select, true

from models.tables.queue import jobs

SOON = timedelta(seconds=5)
"""What was never tried and is due only after this was planned for later; it does not wait for a worker."""


def waiting_for_a_worker(connection: Connection, lane: int, now: datetime) -> float:
    """Seconds the oldest due job of ``lane`` has waited; one whose key is worked waits for its turn, not for us."""
    running = select(jobs.c.key).where(jobs.c.state == "running")
    due = and_(jobs.c.state == "waiting", jobs.c.lane == lane, jobs.c.run_at <= now, jobs.c.key.not_in(running))
    oldest = connection.execute(select(func.min(jobs.c.run_at)).where(due)).scalar()
    return 0.0 if oldest is None else (now - oldest).total_seconds()


def counted(connection: Connection, now: datetime, teams: Collection[str] | None = None) -> Mapping[str, Any]:
    """Jobs by state, waiting ones by lane, and how long the oldest due one of each has waited; of ``teams`` or all."""
    mine = true() if teams is None else jobs.c.team.in_(list(teams))
    planned = and_(jobs.c.attempts == 0, jobs.c.run_at > now + SOON)
    waits, later = func.count(case((not_(planned), 1))), func.count(case((planned, 1)))
    by_lane = select(jobs.c.lane, waits, later, func.min(case((jobs.c.run_at <= now, jobs.c.run_at))))
    lanes = connection.execute(by_lane.where(jobs.c.state == "waiting", mine).group_by(jobs.c.lane)).all()
    rest = select(jobs.c.state, func.count()).where(jobs.c.state.in_(("running", "dead")), mine)
    states: dict[str, int] = dict(connection.execute(rest.group_by(jobs.c.state)).all())
    return {
        "waiting": {lane: count for lane, count, _, _ in lanes},
        "later": sum(count for _, _, count, _ in lanes),
        "oldest": {lane: (now - due).total_seconds() for lane, _, _, due in lanes if due is not None},
        "running": states.get("running", 0),
        "dead": states.get("dead", 0),
    }
