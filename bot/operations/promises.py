"""What was promised, and what came of it in the last seven days: one way to compute each figure, for whoever shows it.

``pm status``, ``GET /api/status`` and the dashboard all ask ``promises``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot import tally
from bot.metrics import BEYOND, SUM, TIMES
from bot.operations.uptime import Uptime, uptime
from models.clock import Clock
from models.events import Source
from models.ids import TeamId
from models.ledger import Ledger
from models.lessons import FALSE_POSITIVE
from models.operations import Operations
from models.running import Count, Standing
from models.store import Store

DAYS = 7
"""Over so many days every promise is looked at."""

WEBHOOK, CYCLE = 2.0, 20.0
"""Seconds within which 99 of 100 deliveries are answered, and looks are done."""

MCP, UP, WRONG = 0.80, 0.99, 0.10
"""Of searches over MCP, at least; of the time, at least; of messages, at most called useless or too many."""

DOLLARS, PEOPLE = 1.0, 10
"""What thinking may come to a day, for so many people; a larger team in proportion."""

ENOUGH = 20
"""Of fewer deliveries, looks, searches or messages nothing is said in per cent."""

A_DAY = timedelta(days=1)
"""Of less time nothing is said about being up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise and what came of it. ``kept`` is ``None`` where too little is known to say."""

    name: str
    promise: str
    target: str
    figure: str
    kept: bool | None
    numbers: Mapping[str, float | int | None] = field(default_factory=dict)
    """The same for programs: shares between 0 and 1, times in seconds, money in dollars."""

    @property
    def verdict(self) -> str:
        """``kept``, ``not kept`` or ``too little known``."""
        return {True: "kept", False: "not kept", None: "too little known"}[self.kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the figures come from. ``teams`` are those of ``bot.status.standing``."""

    operations: Operations
    store: Store
    ledger: Ledger
    clock: Clock
    teams: Sequence[Mapping[str, Any]]


async def promises(of: Sources, days: int = DAYS) -> tuple[Promise, ...]:
    """Every promise of the last ``days``, always the same ones in the same order."""
    now = of.clock.real()
    since = now - timedelta(days=days)
    lies = await of.operations.standing(since, (of.clock.now() - timedelta(days=days - 1)).date().isoformat())
    up = uptime(await of.operations.shifts(since), since, now)
    searches = await tally.recent(of.store, now, days)
    return (
        webhooks(await of.operations.counted("pm_webhook_seconds", since), await _not_kept(of, since)),
        cycles(await of.operations.counted("pm_cycle_seconds", since)),
        mcp(searches),
        being_up(up),
        await _wrong(of, days),
        interventions(lies),
        sign_ins(searches),
        dollars(lies, of.teams, await _days_known(of, now, days)),
    )


def promise_as_data(each: Promise) -> Mapping[str, Any]:
    """One promise, ready for JSON."""
    told = {"name": each.name, "promise": each.promise, "target": each.target, "figure": each.figure}
    return {**told, "kept": each.kept, "numbers": dict(each.numbers)}


# --- one by one -----------------------------------------------------------------------------------------------------


VENDORS = (Source.JIRA, Source.BITBUCKET)


def webhooks(counts: Mapping[Count, int], not_kept: int = 0) -> Promise:
    """How soon Jira and Bitbucket had their answer. Slack is told apart: a click of somebody's may open a window.

    A delivery that could not be kept was not answered, however quickly it was told so: it counts as the slowest.
    """
    theirs = {count: n for count, n in counts.items() if count.labels[0] in VENDORS}
    theirs |= {Count("pm_webhook_seconds", ("not kept", BEYOND)): not_kept} if not_kept else {}
    what = ("delivery", "deliveries")
    return _quick("webhooks", "A webhook is answered", "pm_webhook_seconds", theirs, WEBHOOK, what)


async def _not_kept(of: Sources, since: datetime) -> int:
    counts = await of.operations.counted("pm_deliveries", since)
    return sum(n for count, n in counts.items() if count.labels[0] in VENDORS and count.labels[-1] == "unavailable")


def cycles(counts: Mapping[Count, int]) -> Promise:
    """How long a look took; one that failed counts as the slowest."""
    return _quick("cycles", "A look is done", "pm_cycle_seconds", counts, CYCLE, ("look", "looks"))


def _quick(
    name: str, promise: str, metric: str, counts: Mapping[Count, int], limit: float, what: tuple[str, str]
) -> Promise:
    total = sum(n for count, n in counts.items() if count.labels[-1] != SUM)
    half, most = percentile(metric, counts, 0.50), percentile(metric, counts, 0.99)
    figure = f"99 of 100 {_within(most, metric)}, half {_within(half, metric)}; {total:,} {what[total != 1]}"
    return Promise(
        name=name,
        promise=promise,
        target=f"99 of 100 within {limit:g} s",
        figure=figure if total else "none yet",
        kept=None if total < ENOUGH or most is None else most <= limit,
        numbers={"p50_at_most": _told(half), "p99_at_most": _told(most), "count": total},
    )


def percentile(metric: str, counts: Mapping[Count, int], share: float) -> float | None:
    """Seconds within which that share lies: an edge, so never less than it was. Infinite behind the last edge."""
    edges = (*map(float, TIMES[metric][2]), float("inf"))
    by_edge = dict.fromkeys(edges, 0)
    for count, number in counts.items():
        edge = count.labels[-1]
        if edge != SUM and float(edge) in by_edge:
            by_edge[float(edge)] += number
    wanted, sofar = share * sum(by_edge.values()), 0
    for until, number in by_edge.items():
        sofar += number
        if sofar and sofar >= wanted:
            return until
    return None


def _told(seconds: float | None) -> float | None:
    """For JSON, which knows no infinity: nothing where it was beyond the last edge."""
    return None if seconds is None or seconds == float("inf") else seconds


def _within(seconds: float | None, metric: str) -> str:
    last = TIMES[metric][2][-1]
    if seconds is None or seconds > last:
        return f"over {last:g} s"
    return f"within {seconds * 1000:g} ms" if seconds < 1 else f"within {seconds:g} s"


def mcp(searches: Mapping[str, Any]) -> Promise:
    """How often an MCP server answered; whoever does not is made up for by REST."""
    asked, share, passed = searches["mcp_attempts"], searches["mcp_success"], searches["fallback_rate"]
    figure = f"{share:.0%} of {asked:,}, {passed:.0%} passed on to REST" if asked else "no MCP server was asked"
    return Promise(
        name="mcp",
        promise="Searches over MCP are answered",
        target=f"over {MCP:.0%}, the rest by REST",
        figure=figure,
        kept=share > MCP if asked >= ENOUGH else None,
        numbers={"success": share, "fallback": passed, "count": asked},
    )


def being_up(up: Uptime) -> Promise:
    """Whether the doors were open and somebody worked behind them."""
    share, known = up.share, up.until - up.since
    figure = "not known yet" if share is None else f"{share:.2%} of {_long(known)}, down {_long(up.down)}"
    return Promise(
        name="uptime",
        promise="It is up",
        target=f"over {UP:.0%} of the time",
        figure=figure,
        kept=share > UP if share is not None and known >= A_DAY else None,
        numbers={"share": share, "known_seconds": known.total_seconds(), "down_seconds": up.down.total_seconds()},
    )


async def _wrong(of: Sources, days: int) -> Promise:
    told = wrong = 0
    for team in of.teams:
        for each in await of.ledger.reception(TeamId(team["id"]), days):
            told += each.told
            wrong += min(each.told, sum(count for said, count in each.said.items() if said in FALSE_POSITIVE))
    share = wrong / told if told else None
    return Promise(
        name="false_positives",
        promise="Messages are worth getting",
        target=f"under {WRONG:.0%} called wrong by their readers",
        figure=f"{share:.0%}, {wrong} of {told}" if share is not None else "no message was sent",
        kept=share < WRONG if share is not None and told >= ENOUGH else None,
        numbers={"share": share, "wrong": wrong, "count": told},
    )


_DID = {
    "dead letter tried again": "dead letters tried again",
    "dead letter dropped": "dead letters dropped",
    "restored": "backups restored",
}


def interventions(lies: Standing) -> Promise:
    """What people had to do that the agent is there to do by itself."""
    total = sum(lies.interventions.values())
    what = ", ".join(f"{number} {_DID.get(name, name)}" for name, number in sorted(lies.interventions.items()))
    return Promise(
        name="interventions",
        promise="It runs by itself",
        target="nobody has to step in",
        figure=what or "nobody had to",
        kept=total == 0,
        numbers={"count": total, **lies.interventions},
    )


def sign_ins(searches: Mapping[str, Any]) -> Promise:
    """How often an MCP server turned us away until somebody renews what we sign in with."""
    rows = [
        row for server in searches["operations"].values() for name, row in server.items() if name.startswith("mcp ")
    ]
    refused = sum(row["failures"].get("auth", 0) for row in rows)
    asked = searches["mcp_attempts"]
    never = "never turned away" if asked else "no MCP server was asked"
    return Promise(
        name="mcp_sign_ins",
        promise="MCP servers stay signed in",
        target="nobody has to sign in again",
        figure=f"turned away {refused} times" if refused else never,
        kept=refused == 0 if asked or refused else None,
        numbers={"count": refused},
    )


def dollars(lies: Standing, teams: Sequence[Mapping[str, Any]], days: float) -> Promise:
    """What thinking came to a day, for the team whose share of its promise is largest."""
    spent = dict.fromkeys((team["id"] for team in teams), 0.0)
    for (team_id, _), nano in lies.spent.items():
        if team_id in spent:
            spent[team_id] += nano / 1e9
    limits = {team["id"]: DOLLARS * max(1.0, team.get("people", 0) / PEOPLE) for team in teams}
    worst = max(spent, key=lambda name: spent[name] / limits[name], default="")
    a_day = spent.get(worst, 0.0) / days
    whose = f", {worst}" if len(teams) > 1 and a_day else ""
    return Promise(
        name="dollars",
        promise="Thinking is cheap",
        target=f"under ${limits.get(worst, DOLLARS):.2f} a day",
        figure=f"${a_day:.2f} a day{whose}",
        kept=a_day < limits.get(worst, DOLLARS),
        numbers={"a_day": a_day, "total": sum(spent.values())},
    )


async def _days_known(of: Sources, now: datetime, days: int) -> float:
    """Over how many days money is spread: no more than anybody was at work, so that a first day is not made cheap."""
    first = await of.operations.known_since()
    known = (now - first) / A_DAY if first is not None else 1.0
    return min(float(days), max(1.0, known))


def _long(time: timedelta) -> str:
    """``3 h 20 min``, ``6.9 days``, ``45 s``."""
    seconds = time.total_seconds()
    if seconds >= 2 * 86400:
        return f"{seconds / 86400:.1f} days"
    if seconds >= 3600:
        return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:.0f} min"
    return f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"
