"""The mirror as it is read: what a team's rows say, read again only when one of them has been written.

An issue lies there under its immutable id; what names it by an older key is read as if it named the newer one.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Select, Text, bindparam, cast, select

from models.clock import Clock
from models.ids import IssueKey, SprintId, TeamId
from models.keeping.facts import KEY, STAMP, WHOLE
from models.keeping.records import load
from models.pulls import PullRequest
from models.tables.mirror import facts, reads
from models.work import Facts, Issue, Person, Progress, Sprint

BELIEVED = 60.0
"""Seconds for which one reading of the rows serves at most, whatever the stamp says: while an upgrade rolls, processes
of a version that knows no stamp may write beside us."""

ROWS = 10_000
"""Rows that are kept in memory, of all teams together, 2.3 KB each; beyond that the teams that were asked about
longest ago are let go. The one read last is kept however large it is: it is what the next look needs again."""


_Rows = Mapping[tuple[str, str], tuple[str, Any]]
"""By kind and id what each row says: as text, and as the frozen value that was made of it."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """All rows of a team, as they were when its mirror bore this stamp."""

    stamp: str | None
    """``None`` where nobody has written since there are stamps."""
    at: float
    """``Clock.monotonic`` when it began."""
    rows: _Rows
    facts: Facts
    """What they say together, with the ages of the sources: no row is older than these say."""


class Mirrored:
    """What was read of the mirror, for as long as it holds: used by several threads at once."""

    def __init__(self, clock: Clock, *, most: int = ROWS) -> None:
        self._clock, self._most = clock, most
        self._kept: OrderedDict[TeamId, _Reading] = OrderedDict()
        self._turn = Lock()

    def about(self, connection: Connection, team: TeamId) -> Facts:
        """Everything the mirror holds about ``team``; what has not changed since it was asked last is the very same."""
        began = self._clock.monotonic()
        # Both before the rows: these are then never older than the stamp and the ages they are kept under.
        stamp = connection.execute(_stamp(), {"team": team}).scalar()
        ages = {source: at for source, at in connection.execute(_ages(), {"team": team})}
        with self._turn:
            kept = self._kept.get(team)
        same = kept is not None and stamp is not None and (kept.stamp, kept.facts.read_at) == (stamp, ages)
        if kept is None or not same or began - kept.at >= BELIEVED:
            rows, found = _read_all(connection, team, ages, kept.rows if kept is not None else {})
            kept = _Reading(stamp, began, rows, found)
        self._keep(team, kept)
        return kept.facts

    def _keep(self, team: TeamId, reading: _Reading) -> None:
        with self._turn:
            known = self._kept.get(team) is reading
            self._kept[team] = reading
            self._kept.move_to_end(team)
            left = 0 if known else sum(len(each.rows) for each in self._kept.values())
            while left > self._most and len(self._kept) > 1:
                left -= len(self._kept.popitem(last=False)[1].rows)


def _read_all(connection: Connection, team: TeamId, ages: Mapping[str, datetime], before: _Rows) -> tuple[_Rows, Facts]:
    """From one reading to the next hardly a row changes, and what it says is made of its text once."""
    rows: dict[tuple[str, str], tuple[str, Any]] = {}
    found: dict[str, list[Any]] = {}
    keys: dict[str, Any] = {}
    for kind, name, text in connection.execute(_mirrored(), {"team": team}):
        known = before.get((kind, name))
        row = rows[kind, name] = known if known is not None and known[0] == text else (text, _read(kind, text))
        if kind == KEY:
            keys[name] = row[1]["issue"]
        else:
            found.setdefault(kind, []).append(row[1])
    return rows, replace(_together(team, found, keys), read_at=ages)


def _together(team: TeamId, found: Mapping[str, list[Any]], keys: Mapping[str, str | None]) -> Facts:
    """What the rows say of each other: by today's keys, and of what blocks what that which is not done."""
    issues: list[Issue] = found.get("issue", [])
    names = _Names(keys, {issue.id: issue.key for issue in issues}, frozenset(issue.key for issue in issues))
    done = {issue.key: issue.progress is Progress.DONE for issue in issues}
    pulls: list[PullRequest] = found.get("pull_request", [])
    return Facts(
        team=team,
        sprints=tuple(found.get("sprint", ())),
        issues=tuple(_with_blockers(issue, names, done) for issue in issues),
        pull_requests=tuple(_with_issues(pull, names) for pull in pulls),
        people=tuple(found.get("person", ())),
        whole=frozenset(SprintId(value) for value in found.get(WHOLE, ())),
    )


def _read(kind: str, text: str) -> Any:
    value = json.loads(text)
    return load(_VALUES[kind], value) if kind in _VALUES else value


_VALUES: Mapping[str, Any] = {"issue": Issue, "pull_request": PullRequest, "sprint": Sprint, "person": Person}


@cache
def _mirrored() -> Select[Any]:
    """Written once, as those below: it is read at every step, and putting a statement together takes as long."""
    value = cast(facts.c.value, Text)
    rows = select(facts.c.kind, facts.c.id, value).where(facts.c.team == bindparam("team"), facts.c.kind != STAMP)
    return rows.order_by(facts.c.id)


@cache
def _stamp() -> Select[Any]:
    return select(facts.c.value).where(facts.c.team == bindparam("team"), facts.c.kind == STAMP, facts.c.id == "")


@cache
def _ages() -> Select[Any]:
    return select(reads.c.source, reads.c.at).where(reads.c.team == bindparam("team"), reads.c.at.is_not(None))


@dataclass(frozen=True, slots=True)
class _Names:
    """What keys mean today."""

    known: Mapping[str, str | None]
    """Key to immutable id, ``None`` where there is no such issue."""
    held: Mapping[str, IssueKey]
    """Immutable id to key."""
    current: frozenset[IssueKey]
    """The keys of all issues we hold: whatever was believed of them, they are there."""

    def now(self, keys: Iterable[IssueKey]) -> tuple[IssueKey, ...]:
        """The same issues by the keys they have now, each once; without keys that are known to be none."""
        today = (self._now(key) for key in keys)
        return tuple(dict.fromkeys(key for key in today if key is not None))

    def _now(self, key: IssueKey) -> IssueKey | None:
        if key in self.current or key not in self.known:
            return key
        issue = self.known[key]
        return None if issue is None else self.held.get(issue, key)


def _with_blockers(issue: Issue, names: _Names, done: Mapping[IssueKey, bool]) -> Issue:
    """What blocks it now: when a blocker is finished or taken up again, Jira does not touch what it blocks."""
    if not issue.blocked_by and not issue.freed_by:
        return issue
    held_up, freed = names.now(issue.blocked_by), names.now(issue.freed_by)
    still = [key for key in held_up if not done.get(key, False)] + [key for key in freed if not done.get(key, True)]
    over = [key for key in (*held_up, *freed) if key not in still]
    return replace(issue, blocked_by=tuple(still), freed_by=tuple(over))


def _with_issues(pull: PullRequest, names: _Names) -> PullRequest:
    now = names.now(pull.issues)
    return pull if now == pull.issues else replace(pull, issues=now)
