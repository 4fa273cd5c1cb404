"""A company in good health, for tests that make it ill in one way."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from bot.operations.vitals import Vitals
from models.ids import TeamId
from models.mailbox import Depths
from models.running import Kind, Standing

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
QUIET = Depths(waiting={}, later=0, oldest={}, running=0, dead=0, unseen=0, oldest_unseen=0.0)
CALM = Standing(ambiguous=0, oldest_ambiguous=0.0, spent={}, interventions={})
WELL = Vitals(
    at=NOW,
    today=NOW.date(),
    depths=QUIET,
    people_wait=0.0,
    lies=CALM,
    at_work={Kind.WEB: 2, Kind.WORKER: 4, Kind.START: 0},
    silent={"jira": 4.0},
    missing={},
    unstored=0,
    late=0,
    reaped=0,
    mirror={("pay", "jira"): (300.0, "")},
    searches={"mcp_attempts": 40, "mcp_success": 0.95, "fallback_rate": 0.05},
    money={"pay": (0.2, 1.0)},
    free=(90 * 1024**3, 0.6),
    clocks={"web-1": 0.01, "worker-1": -0.4},
    backup_age=3600.0,
    expiries={"jira": date(2027, 3, 31)},
)

ILL: dict[str, Vitals] = {
    "events_wait": replace(WELL, depths=replace(QUIET, unseen=3, oldest_unseen=61.0)),
    "people_wait": replace(WELL, people_wait=11.0),
    "dead_letters": replace(WELL, depths=replace(QUIET, dead=1)),
    "no_doors": replace(WELL, at_work={Kind.WORKER: 1}),
    "no_worker": replace(WELL, at_work={Kind.WEB: 1}),
    "not_stored": replace(WELL, unstored=1),
    "mirror_stale": replace(WELL, mirror={("pay", "jira"): (1801.0, "refused")}),
    "disk_low": replace(WELL, free=(1024**3, 0.05)),
    "sends_unclear": replace(WELL, lies=replace(CALM, ambiguous=1, oldest_ambiguous=901.0)),
    "webhooks_missing": replace(WELL, missing={"jira": 5}),
    "workers_vanish": replace(WELL, reaped=6),
    "clock_wrong": replace(WELL, clocks={"web-1": 0.0, "worker-1": -5.1}),
    "summary_late": replace(WELL, late=1),
    "money_nearly_spent": replace(WELL, money={"pay": (0.9, 1.0)}),
    "mcp_fails": replace(WELL, searches={"mcp_attempts": 20, "mcp_success": 0.79, "fallback_rate": 0.21}),
    "backup_old": replace(WELL, backup_age=26 * 3600 + 1.0),
    "token_ends": replace(WELL, expiries={"jira": date(2026, 12, 7)}),
}
"""By condition: just over its edge."""

JUST_WELL: dict[str, Vitals] = {
    "events_wait": replace(WELL, depths=replace(QUIET, unseen=3, oldest_unseen=60.0)),
    "people_wait": replace(WELL, people_wait=10.0),
    "no_doors": replace(WELL, at_work={Kind.START: 1}),
    "mirror_stale": replace(WELL, mirror={("pay", "jira"): (1800.0, "refused")}),
    "disk_low": replace(WELL, free=(1024**3, 0.5)),
    "sends_unclear": replace(WELL, lies=replace(CALM, ambiguous=1, oldest_ambiguous=900.0)),
    "workers_vanish": replace(WELL, reaped=5),
    "clock_wrong": replace(WELL, clocks={"web-1": 5.0, "worker-1": -5.0}),
    "money_nearly_spent": replace(WELL, money={"pay": (0.89, 1.0), "ops": (0.0, 0.0)}),
    "mcp_fails": replace(WELL, searches={"mcp_attempts": 19, "mcp_success": 0.1, "fallback_rate": 0.9}),
    "backup_old": replace(WELL, backup_age=None),
    "token_ends": replace(WELL, expiries={"jira": date(2026, 12, 8)}),
}
"""Just within it."""


def standing(**changes: Any) -> Standing:
    """What lies there."""
    return replace(CALM, **changes)


PAY = TeamId("pay")
