"""How the agent itself is doing, read from its own tables: for ``pm status``, /api/status and /metrics."""

from __future__ import annotations

import importlib.metadata
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot import tally
from models.clock import Clock
from models.directives import Directives, Team
from models.ledger import Ledger
from models.mailbox import Depths, Mailbox
from models.store import READING, Reading, Store

_LANES = {0: "people", 1: "events", 2: "periodic"}


def version() -> str:
    """The installed version of the agent."""
    try:
        return importlib.metadata.version("pm-agent")
    except importlib.metadata.PackageNotFoundError:
        return "unknown (not installed)"


LASTS = timedelta(minutes=5)
"""Real time for which the words of a whole read are believed: every page renews them."""

CYCLES = 5
"""How many of a team's last cycles are shown."""


async def status(
    directives: Directives, mailbox: Mailbox, store: Store, ledger: Ledger, clock: Clock
) -> Mapping[str, Any]:
    """Everything ``pm status`` shows, ready for JSON: instants are ISO 8601 in UTC, ages are seconds."""
    return {
        "version": version(),
        "directives": directives.version,
        "at": clock.real().isoformat(),
        "company_time": clock.now().isoformat(),
        "queue": _queue(await mailbox.depths()),
        "searches": await tally.recent(store, clock.real()),
        "teams": [await _team(team, store, ledger, clock) for team in directives.teams],
    }


def _queue(depths: Depths) -> Mapping[str, Any]:
    return {
        "waiting": {_LANES[lane]: depths.waiting.get(lane, 0) for lane in _LANES},
        "oldest_waiting": round(max(depths.oldest.values(), default=0.0), 1),
        "running": depths.running,
        "dead_letters": depths.dead,
        "deliveries_unseen": depths.unseen,
    }


async def _team(team: Team, store: Store, ledger: Ledger, clock: Clock) -> Mapping[str, Any]:
    next_look = await store.next_look(team.id)
    done = Counter(effect.state.value for effect in await ledger.recent(team=team.id, days=1, limit=500))
    return {
        "id": team.id,
        "name": team.name,
        "mode": team.mode.value,
        "paused": await store.paused(team.id),
        "next_look": next_look.isoformat() if next_look else None,
        "data": _data(await store.readings(team.id), clock),
        "reading": _under_way(await store.recall(team.id, READING), clock),
        "effects_last_day": dict(done),
        "last_cycles": [
            {"at": c.at.isoformat(), "reason": c.reason, "urgency": c.urgency.name.lower(), "signals": c.signals}
            for c in await ledger.last_cycles(team.id, CYCLES)
        ],
    }


def _under_way(told: Mapping[str, Any], clock: Clock) -> Mapping[str, str]:
    """How far whole reads have come, by source; one whose process died says nothing any more after a while."""
    fresh = clock.real() - LASTS
    return {source: said["words"] for source, said in told.items() if datetime.fromisoformat(said["at"]) >= fresh}


def _data(readings: Mapping[Any, Reading], clock: Clock) -> Mapping[str, Any]:
    """How old the mirror is, by source."""
    return {
        str(source): {
            "read_at": reading.at.isoformat() if reading.at else None,
            "age": round((clock.real() - reading.at).total_seconds()) if reading.at else None,
            "error": reading.error,
        }
        for source, reading in readings.items()
    }
