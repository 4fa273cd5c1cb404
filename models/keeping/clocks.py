"""What a clock that was ahead has put too far off: its jobs run as late as they were meant to, its leases end."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from models.tables.queue import jobs

TOLERATED = timedelta(minutes=1)
"""What machines' clocks may differ by without a word; ``pm test-connections`` tells of more."""

LONGEST_LEASE = timedelta(minutes=10)
"""What a lease can be at most (LEASE_SECONDS)."""

GRACE = timedelta(minutes=1)
"""In which whoever is still at work renews a lease: it does so four times in the life of one."""


def put_right(connection: Connection, now: datetime) -> int:
    """Mend what lies in the future although nothing can be put from there; returns how many jobs were mended."""
    put_ahead = select(jobs.c.id, jobs.c.first_at, jobs.c.run_at).where(
        jobs.c.state == "waiting", jobs.c.first_at > now + TOLERATED
    )
    rows = connection.execute(put_ahead.with_for_update(skip_locked=True)).all()
    for row in rows:
        mended = {"run_at": now + max(row.run_at - row.first_at, timedelta()), "first_at": now}
        connection.execute(update(jobs).where(jobs.c.id == row.id).values(**mended))
    endless = (jobs.c.state == "running") & (jobs.c.lease_until > now + LONGEST_LEASE)
    ended = connection.execute(update(jobs).where(endless).values(lease_until=now + GRACE))
    return len(rows) + ended.rowcount
