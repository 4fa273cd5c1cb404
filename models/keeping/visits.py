"""Sign-ins to the dashboard, row by row: a link works once, a cookie is known by its hash alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, or_, select, update

from models.ids import unguessable
from models.tables.dashboard import links, visits
from models.tables.outbox import audit

LINK = timedelta(minutes=10)
"""How long a one-time link works."""

LONGEST = timedelta(hours=12)
"""How long somebody stays signed in at most."""

IDLE = timedelta(hours=2)
"""After so long without a request they are signed out."""

RENEWED = timedelta(minutes=15)
"""How long one cookie is good for before the browser is given another."""

OVERLAP = timedelta(seconds=60)
"""How long the cookie before that is still taken: several requests may be on their way."""

SEEN = timedelta(minutes=1)
"""Requests nearer to each other than this are not written down."""

HOST = "the host"
"""Who holds the machine the agent runs on. No member can be called so: an id in directives.yaml has no blank."""

NOBODYS = "-"
"""The team of audit rows that are no team's."""


def hashed(secret: str) -> str:
    """What is kept instead of a secret of 32 random bytes: nobody can try so many."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def add_link(connection: Connection, secret: str, by: str, now: datetime) -> datetime:
    """Keep a link; until when it works."""
    _sweep(connection, now)
    connection.execute(insert(links).values(hash=hashed(secret), made=now, until=now + LINK))
    note(connection, by, "dashboard link made", "dashboard", now)
    return now + LINK


def link_works(connection: Connection, secret: str, now: datetime) -> bool:
    """Whether it would let somebody in."""
    wanted = select(links.c.hash).where(links.c.hash == hashed(secret), links.c.until > now)
    return connection.execute(wanted).first() is not None


def use_link(connection: Connection, secret: str, now: datetime) -> bool:
    """Use a link up; ``False`` when it is unknown, used or too old."""
    mine = delete(links).where(links.c.hash == hashed(secret), links.c.until > now)
    return connection.execute(mine).rowcount == 1


def begin(connection: Connection, who: str, how: str, now: datetime, instead_of: str = "") -> str:
    """Sign somebody in; the secret of their cookie. ``instead_of`` is the one their browser had until now."""
    _sweep(connection, now)
    if instead_of:
        connection.execute(delete(visits).where(or_(visits.c.hash == hashed(instead_of), _before(instead_of, now))))
    secret = unguessable()
    fresh = {"hash": hashed(secret), "form": unguessable(), "who": who}
    times = {"begun": now, "seen": now, "renewed": now, "until": now + LONGEST}
    connection.execute(insert(visits).values(**fresh, **times))
    note(connection, who, f"signed in {how}", "dashboard", now)
    return secret


def find(connection: Connection, secret: str, now: datetime) -> RowMapping | None:
    """The visit of that cookie, while it lasts."""
    mine = or_(visits.c.hash == hashed(secret), _before(secret, now))
    wanted = select(visits).where(mine, visits.c.until > now, visits.c.seen > now - IDLE)
    return connection.execute(wanted).mappings().first()


def _before(secret: str, now: datetime) -> ColumnElement[bool]:
    """It was the cookie until a moment ago."""
    return and_(visits.c.before == hashed(secret), visits.c.renewed > now - OVERLAP)


def is_due(row: Mapping[Any, Any], secret: str, now: datetime) -> bool:
    """Whether its browser shall be given another cookie."""
    return bool(row["hash"] == hashed(secret) and row["renewed"] <= now - RENEWED)


def renew(connection: Connection, secret: str, now: datetime) -> str | None:
    """Another secret for the same visit; ``None`` where another request has just been given one."""
    old, new = hashed(secret), unguessable()
    changes = {"hash": hashed(new), "before": old, "renewed": now}
    done = connection.execute(update(visits).where(visits.c.hash == old).values(**changes))
    return new if done.rowcount == 1 else None


def touch(connection: Connection, row: str, now: datetime) -> None:
    """Note that somebody is still there."""
    connection.execute(update(visits).where(visits.c.hash == row).values(seen=now))


def end(connection: Connection, row: str, who: str, now: datetime) -> None:
    """Sign this browser out, also where another request of its has just been given a new cookie."""
    connection.execute(delete(visits).where(or_(visits.c.hash == row, visits.c.before == row)))
    note(connection, who, "signed out", "dashboard", now)


def end_all(connection: Connection, who: str, now: datetime, why: str) -> int:
    """Sign every browser of theirs out; how many."""
    gone = connection.execute(delete(visits).where(visits.c.who == who)).rowcount
    note(connection, who, "signed out everywhere", "dashboard", now, why)
    return gone


def note(connection: Connection, who: str, what: str, about: str, now: datetime, detail: str = "") -> None:
    """Write down who came and went."""
    row = {"team": NOBODYS, "who": who, "what": what, "about": about, "detail": detail, "at": now}
    connection.execute(insert(audit).values(**row))


def _sweep(connection: Connection, now: datetime) -> None:
    """What is over goes whenever somebody comes: nothing else needs to."""
    connection.execute(delete(links).where(links.c.until <= now))
    connection.execute(delete(visits).where(or_(visits.c.until <= now, visits.c.seen <= now - IDLE)))
