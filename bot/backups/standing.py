"""How backups stand, as every process knows it: when the last good one was made, and what went wrong since."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta, tzinfo
from typing import Any

from bot.backups.folder import Entry
from models.ids import TeamId
from models.store import Store

NOBODY = TeamId("-")
ABOUT, GOOD, TRIED, WANTED, LEFT = "backups", "last good", "last try", "wanted since", "old ones stay"
"""Where it lies in the store's memory."""

LATE = timedelta(days=2)
"""A last good backup that is older asks for a warning."""


QUIET = time(3, 0)
"""When few are at work: from then on the backup of the day is due."""


def quiet_hour(real: datetime, zone: tzinfo) -> datetime:
    """The last time it was that hour there."""
    local = real.astimezone(zone)
    today = datetime.combine(local.date(), QUIET, zone)
    return today if today <= local else datetime.combine(local.date() - timedelta(days=1), QUIET, zone)


async def note_wanted(store: Store, at: datetime) -> None:
    """Somebody has asked for backups; the first time counts."""
    await store.remember(NOBODY, ABOUT, WANTED, {"at": at.isoformat()}, once=True)


async def note_made(store: Store, made: Entry) -> None:
    """A good one was made."""
    if made.manifest is None:
        return
    at = made.manifest.made.isoformat()
    told = {"at": at, "file": str(made.file), "bytes": made.size, "rows": made.manifest.total}
    await store.remember(NOBODY, ABOUT, GOOD, told)
    for what in (TRIED, LEFT):
        await store.remember(NOBODY, ABOUT, what, {"at": at, "trouble": ""})


async def note_failed(store: Store, at: datetime, trouble: str) -> None:
    """None was made, and why."""
    await store.remember(NOBODY, ABOUT, TRIED, {"at": at.isoformat(), "trouble": trouble})


async def note_left(store: Store, at: datetime, trouble: str) -> None:
    """A good one was made, old ones could not be deleted, and why."""
    await store.remember(NOBODY, ABOUT, LEFT, {"at": at.isoformat(), "trouble": trouble})


async def standing(store: Store, now: datetime) -> Mapping[str, Any]:
    """Ready for JSON; ``age`` is in seconds of real time, and counts from when they were wanted until there is one.

    ``age`` is ``None`` where nobody has asked for any.
    """
    known = await store.recall(NOBODY, ABOUT)
    good, last, wanted, left = (known.get(what) for what in (GOOD, TRIED, WANTED, LEFT))
    since = (good or wanted or {}).get("at")
    age = max(0.0, (now - datetime.fromisoformat(since)).total_seconds()) if since else None
    return {
        "last_good": good,
        "age": round(age) if age is not None else None,
        "late": age is not None and age > LATE.total_seconds(),
        "trouble": (last or {}).get("trouble", ""),
        "left": (left or {}).get("trouble", ""),
    }


async def since(store: Store) -> datetime | None:
    """Of which moment the last good one is, or since when one is wanted in vain; ``None`` where nobody asks for any."""
    known = await store.recall(NOBODY, ABOUT)
    found = known.get(GOOD) or known.get(WANTED)
    return datetime.fromisoformat(found["at"]) if found else None


async def last_good(store: Store) -> datetime | None:
    """When the last good one was made."""
    found = await store.remembered(NOBODY, ABOUT, GOOD)
    return datetime.fromisoformat(found["at"]) if found else None


def in_words(known: Mapping[str, Any], span: str) -> str:
    """One line for ``pm status``; ``span`` is the age for people."""
    good, trouble, left = known["last_good"], known["trouble"], known["left"]
    if known["age"] is None:
        return "backups: none are made; set BACKUP_FOLDER, or run pm backup (docs/backups.md)"
    line = f"backups: the last good one is {span} old ({good['file']})" if good else "backups: none yet"
    if trouble:
        line += f"; the last try failed: {trouble}"
    if left:
        line += f"; {left}"
    return f"WARNING: {line}" if known["late"] or trouble or left else line
