"""How searches were answered, counted by operation, server and reason: added up over processes, kept for two weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from integrations.fallback import Attempt, Way
from models.clock import Clock
from models.ids import TeamId, fresh
from models.store import Store

NOBODY = TeamId("*")
"""Counts belong to no team."""

ABOUT = "searches"
KEPT = timedelta(days=14)


class Tally:
    """Counts of this process. ``save`` writes them beside those of other processes, ``recent`` adds all up."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._run = clock, fresh()
        self._day = ""
        self._counts: Counter[str] = Counter()

    @property
    def counts(self) -> Mapping[str, int]:
        """Today's, as ``summary`` reads them."""
        return dict(self._counts)

    def note(self, attempt: Attempt) -> None:
        """Count one attempt."""
        self._turn_page()
        where = f"{attempt.operation}/{attempt.way}/{attempt.server}"
        how = "ok" if attempt.answered else str(attempt.reason)
        self._counts[f"{where}/{how}"] += 1
        self._counts[f"{where}/milliseconds"] += round(attempt.seconds * 1000)
        if attempt.passed_on:
            self._counts[f"{where}/fallback"] += 1

    async def save(self, store: Store) -> None:
        """Write today's counts of this process, and let go of old ones."""
        self._turn_page()
        await store.remember(NOBODY, ABOUT, f"{self._day}/{self._run}", dict(self._counts))
        oldest = (self._clock.real() - KEPT).date().isoformat()
        for key in await store.recall(NOBODY, ABOUT):
            if key < oldest:
                await store.forget(NOBODY, ABOUT, key)

    def _turn_page(self) -> None:
        day = self._clock.real().date().isoformat()
        if day != self._day:
            self._day, self._counts = day, Counter()


async def recent(store: Store, now: datetime, days: int = 7) -> Mapping[str, Any]:
    """What was counted in the last days, ready for JSON; shares are ``None`` where nothing was asked."""
    since = (now - timedelta(days=days - 1)).date().isoformat()
    total: Counter[str] = Counter()
    for key, counts in (await store.recall(NOBODY, ABOUT)).items():
        if key >= since and isinstance(counts, dict):
            total.update({name: count for name, count in counts.items() if isinstance(count, int)})
    return {"days": days, **summary(total)}


def summary(counts: Mapping[str, int]) -> Mapping[str, Any]:
    """Success and fallback, overall and by operation, server and reason."""
    operations: dict[str, dict[str, Any]] = {}
    for name, count in sorted(counts.items()):
        operation, way, server, what = name.split("/", 3)
        row = operations.setdefault(operation, {}).setdefault(f"{way} {server}" if way == Way.MCP else server, {})
        row[what] = row.get(what, 0) + count
    shown = {operation: {name: _server(row) for name, row in rows.items()} for operation, rows in operations.items()}
    # Where no server was meant to answer, none has failed.
    mine, nobody = f"{Way.MCP} ", f"{Way.MCP} none"
    over_mcp = [
        row for rows in shown.values() for name, row in rows.items() if name.startswith(mine) and name != nobody
    ]
    asked = sum(row["attempts"] for row in over_mcp)
    return {
        "mcp_attempts": asked,
        "mcp_success": _share(sum(row["ok"] for row in over_mcp), asked),
        "fallback_rate": _share(sum(row["fallback"] for row in over_mcp), asked),
        "operations": shown,
    }


def _server(row: Mapping[str, int]) -> dict[str, Any]:
    reasons = {name: n for name, n in row.items() if name not in {"ok", "fallback", "milliseconds"}}
    attempts = row.get("ok", 0) + sum(reasons.values())
    return {
        "attempts": attempts,
        "ok": row.get("ok", 0),
        "fallback": row.get("fallback", 0),
        "failures": reasons,
        "average_seconds": round(row.get("milliseconds", 0) / 1000 / attempts, 3) if attempts else None,
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
