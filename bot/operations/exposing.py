"""The figures of one moment as gauges for Prometheus: the same from whichever process is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.metrics import Metrics
from bot.operations.vitals import Vitals

Told = tuple[str, str, float, Mapping[str, str]]
"""Name, words, value, labels."""


def expose(seen: Vitals, metrics: Metrics, version: str) -> None:
    """Set every gauge anew; what is not so any more is not told any more."""
    metrics.depths(seen.depths)
    told = [*_queue(seen), *_outside(seen), *_searches(seen), *_house(seen)]
    told.append(("pm_build_info", "1, with the version of this process", 1.0, {"version": version}))
    metrics.forget(*(name for name in LABELLED))
    for name, words, value, labels in told:
        metrics.gauge(name, words, value, **labels)


LABELLED = (
    "pm_mirror_age_seconds",
    "pm_mirror_failing",
    "pm_source_silent_seconds",
    "pm_webhooks_missing",
    "pm_spent_today_dollars",
    "pm_daily_cap_dollars",
    "pm_token_days_left",
    "pm_clock_ahead_seconds",
)
"""Gauges whose labels come and go."""


def _queue(seen: Vitals) -> Iterator[Told]:
    yield "pm_people_wait_seconds", "How long somebody has waited for a worker", seen.people_wait, {}
    yield "pm_sends_ambiguous", "Sends nobody knows the end of yet", seen.lies.ambiguous, {}
    words = "Since the oldest of them was tried first"
    yield "pm_oldest_ambiguous_seconds", words, seen.lies.oldest_ambiguous, {}
    for kind, number in seen.at_work.items():
        yield "pm_processes", "Processes at work", number, {"kind": kind.value}


def _outside(seen: Vitals) -> Iterator[Told]:
    for source, seconds in seen.silent.items():
        words = "Since a source last sent anything with a good signature"
        yield "pm_source_silent_seconds", words, seconds, {"source": source}
    for source, number in seen.missing.items():
        words = "Changes of the last hours that no webhook told, where that is many"
        yield "pm_webhooks_missing", words, number, {"source": source}
    for (team, source), (age, error) in seen.mirror.items():
        yield "pm_mirror_age_seconds", "How old what the mirror says is", age, {"team": team, "source": source}
        words = "1 while the last reading of a source has failed"
        yield "pm_mirror_failing", words, float(bool(error)), {"team": team, "source": source}
    for vendor, day in seen.expiries.items():
        days = float((day - seen.today).days)
        yield "pm_token_days_left", "Days until a vendor's token ends", days, {"vendor": vendor}


def _searches(seen: Vitals) -> Iterator[Told]:
    asked = seen.searches["mcp_attempts"]
    yield "pm_mcp_attempts", "Searches over MCP, today and yesterday", asked, {}
    if asked:
        yield "pm_mcp_success_share", "Of them, answered", seen.searches["mcp_success"], {}
        yield "pm_mcp_fallback_share", "Of them, passed on to REST", seen.searches["fallback_rate"], {}


def _house(seen: Vitals) -> Iterator[Told]:
    for team, (spent, cap) in seen.money.items():
        yield "pm_spent_today_dollars", "What counts against today's cap for Claude", spent, {"team": team}
        yield "pm_daily_cap_dollars", "What may be spent on Claude a day", cap, {"team": team}
    if seen.free is not None:
        yield "pm_disk_free_bytes", "Free where the database lies", seen.free[0], {}
        yield "pm_disk_free_share", "The same as a share of the disk", seen.free[1], {}
    for host, ahead in seen.clocks.items():
        yield "pm_clock_ahead_seconds", "A machine's clock ahead of the database's", ahead, {"host": host}
    if seen.backup_age is not None:
        yield "pm_backup_age_seconds", "Age of the last backup", seen.backup_age, {}
