"""How the agent itself is doing, read from its own tables: for ``pm status``, /api/status and /metrics."""

from __future__ import annotations

import importlib.metadata
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot import tally
from bot.backups import standing as backups
from models.clock import Clock
from models.cycles import LastCycle
from models.directives import Directives
from models.ids import TeamId
from models.ledger import Ledger
from models.lessons import What
from models.mailbox import Depths, Mailbox
from models.store import PAST, READING, Reading, Store
from planner.hearers.contact import ABOUT as CONTACT
from planner.hearers.contact import ALL_TEAMS, wishes
from planner.hearers.urgency import UNSAID
from planner.policy.trust import STEPS, kept_of, steps_of

_LANES = {0: "people", 1: "events", 2: "periodic"}


def version() -> str:
    """The installed version of the agent."""
    try:
        return importlib.metadata.version("pm-agent")
    except importlib.metadata.PackageNotFoundError:
        return "unknown (not installed)"


TAKEN = 30
"""Days of company time over which it is told how messages were taken."""

LASTS = timedelta(minutes=5)
"""Real time for which the words of a whole read are believed: every page renews them."""

CYCLES = 5
"""How many of a team's last cycles are shown."""


SITE = TeamId("-")
ABOUT, IN_FORCE = "constitution", "in force"
"""Where in the store's memory lies what the last process that took one up lives by: a command may not be able to."""


def standing(directives: Directives, trouble: str = "") -> Mapping[str, Any]:
    """What status needs of a constitution, ready for JSON; ``trouble`` is why the file is not in force."""
    return {
        "version": directives.version,
        "trouble": trouble,
        "teams": [
            {
                "id": team.id,
                "name": team.name,
                "mode": team.mode.value,
                "modes": dict(team.modes),
                "people": len(team.members),
                "cap_usd": team.daily_cap_usd,
                "zone": team.zone,
            }
            for team in directives.teams
        ],
        "every": {name: str(level.rule.look_every) for name, level in directives.urgency.items()},
    }


async def status(
    law: Mapping[str, Any],
    mailbox: Mailbox,
    store: Store,
    ledger: Ledger,
    clock: Clock,
    waits_for: Collection[TeamId] | None = None,
) -> Mapping[str, Any]:
    """Everything ``pm status`` shows, ready for JSON: instants are ISO 8601 in UTC, ages are seconds.

    ``law`` is a ``standing``. The queue is that of all, or of the teams that somebody ``waits_for``.
    """
    return {
        "version": version(),
        "directives": law["version"],
        "directives_trouble": law["trouble"],
        "at": clock.real().isoformat(),
        "company_time": clock.now().isoformat(),
        "queue": _queue(await mailbox.depths(waits_for)),
        "searches": await tally.recent(store, clock.real()),
        "backups": await backups.standing(store, clock.real()),
        "own_wishes": len(wishes(await store.recall(ALL_TEAMS, CONTACT))),
        "teams": [await _team(team, law["every"], store, ledger, clock) for team in law["teams"]],
    }


def _queue(depths: Depths) -> Mapping[str, Any]:
    return {
        "waiting": {_LANES[lane]: depths.waiting.get(lane, 0) for lane in _LANES},
        "later": depths.later,
        "oldest_waiting": round(max(depths.oldest.values(), default=0.0), 1),
        "running": depths.running,
        "dead_letters": depths.dead,
        "deliveries_unseen": depths.unseen,
    }


async def _team(
    team: Mapping[str, str], every: Mapping[str, str], store: Store, ledger: Ledger, clock: Clock
) -> Mapping[str, Any]:
    name = TeamId(team["id"])
    steps = steps_of(await store.recall(ALL_TEAMS, STEPS)).get(name, ())
    next_look, last = await store.next_look(name), await ledger.last_cycles(name, CYCLES)
    done = Counter(effect.state.value for effect in await ledger.recent(team=name, days=1, limit=500))
    return {
        **team,
        "stepped_back": [{"action": step.kind, **kept_of(step)} for step in steps],
        "paused": await store.paused(name),
        "next_look": next_look.isoformat() if next_look else None,
        "urgency": _urgency(last[0], every) if last else None,
        "data": _data(await store.readings(name), clock),
        "reading": _under_way(await store.recall(name, READING), clock),
        "past_sprints": _past(await store.recall(name, PAST)),
        "effects_last_day": dict(done),
        "learning": await _learning(name, ledger),
        "last_cycles": [
            {"at": c.at.isoformat(), "reason": c.reason, "urgency": c.urgency.name.lower(), "signals": c.signals}
            for c in last
        ],
    }


def _past(known: Mapping[str, Any]) -> Mapping[str, int] | None:
    """How many past sprints were read, could be counted, and Jira refused to tell of; ``None`` before the first."""
    counted = sum(said["stands"] > 0 for said in known.values())
    refused = sum(bool(said.get("refused")) for said in known.values())
    return {"read": len(known) - refused, "counted": counted, "refused": refused} if known else None


async def _learning(team: TeamId, ledger: Ledger) -> Mapping[str, Any]:
    """How messages were taken, rule by rule, and what sprints that are over came to. Never one person by another."""
    seen = (await ledger.experience(team)).observations
    return {
        "days": TAKEN,
        "rules": [
            {
                "rule": each.rule,
                "told": each.told,
                "said": {said.value: count for said, count in each.said.items()},
                "false_positive_rate": each.rate,
                "wrong_person_for": list(each.wrong_for),
            }
            for each in await ledger.reception(team, TAKEN)
        ],
        "velocity": [dict(each.value) for each in seen if each.what is What.VELOCITY and each.value["closed"]],
    }


def _urgency(last: LastCycle, every: Mapping[str, str]) -> Mapping[str, str]:
    """The level of the last look, why it is so, and how often that means to look."""
    level = last.urgency.name.lower()
    return {"level": level, "why": last.pressing, "every": every.get(level, str(UNSAID))}


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
