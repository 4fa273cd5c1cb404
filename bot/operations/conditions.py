"""What must be put right, and by whom: one table of conditions, read here and told the same in deploy/alerts.yml."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.operations.vitals import Vitals

EVENTS, PEOPLE = 60.0, 10.0
"""Seconds a delivery may wait for its look, and somebody for a worker (reliability 5)."""

UNCLEAR = 900.0
"""Seconds after which a send nobody knows the end of is somebody's to look at: it is looked up again until then."""

STALE = 1800.0
"""Seconds: three reconciliations, one every ten minutes, have failed."""

UNREAD = STALE + 7200.0
"""Seconds: nothing has failed, but not even what two hours of trusted webhooks put off was done."""

REAPED = 5
"""So many jobs lately whose worker vanished: one crash leaves at most four."""

SPENT = 0.9
"""Of a day's cap."""

SUCCESS, TRIED = 0.8, 20
"""Of searches over MCP, from so many on."""

DISK_SHARE, DISK_BYTES = 0.1, 2 * 1024**3
"""Free where the database lies: the smaller of the two must be there."""

SKEW = 5.0
"""Seconds a machine's clock may be beside the database's: a quarter of a lease, after which it is renewed (worker.py).
The network's time leaves milliseconds; reliability 5, T5, has a clock jump by a second and more."""

BACKUP = 26 * 3600.0
"""Seconds: a daily backup, and two hours for a late one."""

EXPIRY = 14
"""Days before a token's last day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One condition that holds now."""

    name: str
    subject: str = ""
    words: str


Look = Callable[[Vitals], Iterator[tuple[str, str]]]
"""Each time it holds: what about, and what is so, in words without a final stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When to tell of something, and what to do about it."""

    look: Look
    after: timedelta
    """How long it must hold before anybody hears of it."""
    do: str
    """The first thing to do, an exact command where there is one."""
    grave: bool = True
    """Told at once in a message of its own; else with the other quiet ones of a day in one."""


def _events(seen: Vitals) -> Iterator[tuple[str, str]]:
    if seen.depths.oldest_unseen > EVENTS:
        many = _several(seen.depths.unseen, "delivery waits", "deliveries wait")
        yield "", f"{many} for a look, the oldest for {_long(seen.depths.oldest_unseen)}"


def _people(seen: Vitals) -> Iterator[tuple[str, str]]:
    if seen.people_wait > PEOPLE:
        yield "", f"Somebody has waited {_long(seen.people_wait)} for an answer that no worker has begun"


def _dead(seen: Vitals) -> Iterator[tuple[str, str]]:
    if seen.depths.dead:
        yield "", f"{_several(seen.depths.dead, 'job was', 'jobs were')} given up: only somebody's word moves them on"


def _unclear(seen: Vitals) -> Iterator[tuple[str, str]]:
    if seen.lies.oldest_ambiguous > UNCLEAR:
        many = _several(seen.lies.ambiguous, "message or change", "messages or changes")
        yield "", f"Nobody knows whether {many} arrived, the oldest for {_long(seen.lies.oldest_ambiguous)}"


def _doors(seen: Vitals) -> Iterator[tuple[str, str]]:
    if not seen.doors:
        what = "Nothing is at work" if not seen.workers else "No process takes deliveries"
        yield "", f"{what}: webhooks and clicks find nobody"


def _workers(seen: Vitals) -> Iterator[tuple[str, str]]:
    if seen.doors and not seen.workers:
        yield "", "No process works: deliveries are kept, and nothing is done about them"


def _unstored(seen: Vitals) -> Iterator[tuple[str, str]]:
    if seen.unstored:
        yield "", f"{_several(seen.unstored, 'delivery', 'deliveries')} could not be kept and had to be sent again"


def _missing(seen: Vitals) -> Iterator[tuple[str, str]]:
    for source, number in seen.missing.items():
        yield (
            source,
            f"{number} changes in {source.capitalize()} came without a webhook and were seen late",
        )


def _stale(seen: Vitals) -> Iterator[tuple[str, str]]:
    for (team, source), (age, error) in seen.mirror.items():
        if age > (STALE if error else UNREAD):
            why = f": {error[:160]}" if error else ""
            yield f"{team} {source}", f"{source.capitalize()} has not been read for {_long(age)} for {team}{why}"


def _reaped(seen: Vitals) -> Iterator[tuple[str, str]]:
    if seen.reaped > REAPED:
        yield "", f"{seen.reaped} jobs lost their worker lately: it was killed, or stood still"


def _clocks(seen: Vitals) -> Iterator[tuple[str, str]]:
    for host, ahead in seen.clocks.items():
        if abs(ahead) > SKEW:
            where = "ahead of" if ahead > 0 else "behind"
            yield host, f"The clock of {host} is {_long(abs(ahead))} {where} the database's"


def _late(seen: Vitals) -> Iterator[tuple[str, str]]:
    if seen.late:
        yield "", f"{_several(seen.late, 'daily summary', 'daily summaries')} came late or not at all"


def _spent(seen: Vitals) -> Iterator[tuple[str, str]]:
    for team, (spent, cap) in seen.money.items():
        if cap and spent >= SPENT * cap:
            yield team, f"{team} has used ${spent:.2f} of its ${cap:.2f} for Claude today; then templates take over"


def _mcp(seen: Vitals) -> Iterator[tuple[str, str]]:
    asked, share = seen.searches["mcp_attempts"], seen.searches["mcp_success"]
    if asked >= TRIED and share < SUCCESS:
        yield "", f"MCP servers answered {share:.0%} of {asked} searches since yesterday; REST answered the rest"


def _disk(seen: Vitals) -> Iterator[tuple[str, str]]:
    if seen.free is not None and seen.free[0] < DISK_BYTES and seen.free[1] < DISK_SHARE:
        yield "", f"{seen.free[0] / 1024**3:.1f} GB are free where the database lies ({seen.free[1]:.0%})"


def _backup(seen: Vitals) -> Iterator[tuple[str, str]]:
    if seen.backup_age is not None and seen.backup_age > BACKUP:
        yield "", f"The last backup is {_long(seen.backup_age)} old"


def _expiry(seen: Vitals) -> Iterator[tuple[str, str]]:
    for vendor, day in seen.expiries.items():
        if (day - seen.today).days <= EXPIRY:
            yield vendor, f"The {vendor.capitalize()} token ends on {day.isoformat()}"


MINUTE = timedelta(minutes=1)

CONDITIONS: Mapping[str, Condition] = {
    "no_doors": Condition(look=_doors, after=3 * MINUTE, do="pm start"),
    "no_worker": Condition(look=_workers, after=3 * MINUTE, do="pm worker"),
    "not_stored": Condition(look=_unstored, after=2 * MINUTE, do="df -h"),
    "disk_low": Condition(look=_disk, after=10 * MINUTE, do="df -h"),
    "people_wait": Condition(look=_people, after=2 * MINUTE, do="pm test-connections"),
    "events_wait": Condition(look=_events, after=3 * MINUTE, do="pm test-connections"),
    "mirror_stale": Condition(look=_stale, after=5 * MINUTE, do="pm test-connections"),
    "dead_letters": Condition(look=_dead, after=2 * MINUTE, do="pm dead-letters list"),
    "sends_unclear": Condition(look=_unclear, after=10 * MINUTE, do="pm dead-letters list", grave=False),
    "webhooks_missing": Condition(look=_missing, after=20 * MINUTE, do="pm webhooks list", grave=False),
    "workers_vanish": Condition(look=_reaped, after=5 * MINUTE, do="free -m", grave=False),
    "clock_wrong": Condition(look=_clocks, after=5 * MINUTE, do="timedatectl", grave=False),
    "summary_late": Condition(look=_late, after=5 * MINUTE, do="pm test-connections", grave=False),
    "money_nearly_spent": Condition(look=_spent, after=15 * MINUTE, do="pm costs", grave=False),
    "mcp_fails": Condition(look=_mcp, after=30 * MINUTE, do="pm mcp list", grave=False),
    "backup_old": Condition(look=_backup, after=30 * MINUTE, do="pm backup", grave=False),
    "token_ends": Condition(look=_expiry, after=30 * MINUTE, do="pm test-connections", grave=False),
}
"""The worst first, a cause before what it leads to. Each has a rule in deploy/alerts.yml and a chapter in
docs/operations.md."""


def holding(seen: Vitals) -> tuple[Found, ...]:
    """What holds now, the worst first."""
    return tuple(
        Found(name=name, subject=subject[:80], words=words)
        for name, condition in CONDITIONS.items()
        for subject, words in condition.look(seen)
    )


def runbook(name: str) -> str:
    """The chapter to read: its anchor in docs/operations.md."""
    return f"docs/operations.md#{name.replace('_', '-')}"


def _several(number: int, one: str, more: str) -> str:
    return f"1 {one}" if number == 1 else f"{number} {more}"


def _long(seconds: float) -> str:
    for unit, length in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"
