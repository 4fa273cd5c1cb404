"""Whose Home is in front of them: drawn when it is opened, and again when something of it has changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.app import App
from models.ids import TeamId
from models.mailbox import NewJob
from planner.hearers.contact import ALL_TEAMS

IN_SIGHT = timedelta(minutes=30)
"""Real time after it was opened or last pressed for which a Home is kept up to date."""

BREATH = 3.0
"""Seconds (real time) between two drawings of one Home, however much happens."""

TOGETHER = 0.2
"""Seconds in which changes that follow each other become one drawing."""

JOB = "home"
"""The kind of job that draws, and the name under which it is remembered who looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is remembered of somebody's Home (real time)."""

    opened: datetime
    drawn: datetime | None = None
    hash: str = ""
    """Slack's of what was drawn last."""


async def opened(app: App, user: str) -> None:
    """They look at it: draw it, and for a while again whenever it changes."""
    before = await seen(app, user)
    now = app.clock.real()
    known = Seen(opened=now, drawn=before.drawn, hash=before.hash) if before else Seen(opened=now)
    await keep(app, user, known)
    await _plan(app, user, known)


async def touch(app: App, user: str, note: str = "") -> None:
    """Something of it may have changed. Nothing happens unless they have opened it not long ago.

    ``note`` is one line for whoever has pressed something there: it stands first in the next drawing.
    """
    known = await seen(app, user) if user else None
    if known is not None and app.clock.real() - known.opened <= IN_SIGHT:
        await _plan(app, user, known, note, TOGETHER)


async def _plan(app: App, user: str, known: Seen, note: str = "", pause: float = 0.0) -> None:
    """One job a person, so that no two drawings of one Home are ever under way."""
    since = (app.clock.real() - known.drawn).total_seconds() if known.drawn else BREATH
    delay = max(BREATH - since, pause)
    payload = {"user": user} | ({"note": note} if note else {})
    team = TeamId(app.directives.teams[0].id)
    await app.mailbox.put(NewJob(JOB, f"home:{user}", team, 0, payload, coalesce=True, delay=delay, max_wait=BREATH))


async def seen(app: App, user: str) -> Seen | None:
    """What is remembered; ``None`` for a Home that was never opened, or long ago."""
    kept: Mapping[str, Any] | None = await app.store.remembered(ALL_TEAMS, JOB, user[:120])
    if kept is None:
        return None
    drawn = datetime.fromisoformat(kept["drawn"]) if kept.get("drawn") else None
    return Seen(opened=datetime.fromisoformat(kept["opened"]), drawn=drawn, hash=str(kept.get("hash", "")))


async def keep(app: App, user: str, known: Seen) -> None:
    """Remember it for every process."""
    drawn = known.drawn.isoformat() if known.drawn else ""
    value = {"opened": known.opened.isoformat(), "drawn": drawn, "hash": known.hash}
    await app.store.remember(ALL_TEAMS, JOB, user[:120], value)
