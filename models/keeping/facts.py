"""The mirror: what each source said last, never replaced by anything older."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from models.database import insert_into
from models.events import Source
from models.ids import SprintId, TeamId
from models.keeping.records import dump, load
from models.tables import facts, reads
from models.work import Facts, Issue, Person, PullRequest, Sprint

WHOLE = "whole"
"""The kind of row that names a sprint whose issues were all read."""

CHUNK = 500
"""Rows of one statement: SQLite takes 32,766 values at most, older ones fewer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one source for one team."""

    team: TeamId
    source: Source
    began: datetime
    """Real time."""
    complete: bool


def about(connection: Connection, team: TeamId) -> Facts:
    """Everything the mirror holds about ``team``."""
    rows = connection.execute(select(facts.c.kind, facts.c.value).where(facts.c.team == team).order_by(facts.c.id))
    found: dict[str, list[Any]] = {}
    for kind, value in rows:
        found.setdefault(kind, []).append(value)
    ages = connection.execute(select(reads.c.source, reads.c.at).where(reads.c.team == team, reads.c.at.is_not(None)))
    return Facts(
        team=team,
        sprints=tuple(load(Sprint, value) for value in found.get("sprint", ())),
        issues=tuple(load(Issue, value) for value in found.get("issue", ())),
        pull_requests=tuple(load(PullRequest, value) for value in found.get("pull_request", ())),
        people=tuple(load(Person, value) for value in found.get("person", ())),
        read_at={source: at for source, at in ages},
        whole=frozenset(SprintId(value) for value in found.get(WHOLE, ())),
    )


def save(
    connection: Connection,
    reading: Reading,
    given: Mapping[str, Sequence[Any]],
    now: datetime,
    whole: Collection[SprintId] | None = None,
) -> None:
    """Keep what one reading said, and of which sprints it read everything."""
    if whole is not None:
        _keep_whole(connection, reading.team, whole, now)
    for kind, values in given.items():
        rows = sorted((_row(reading, kind, value, now) for value in values), key=lambda row: str(row["id"]))
        for start in range(0, len(rows), CHUNK):
            _upsert(connection, rows[start : start + CHUNK])
        if reading.complete:
            _drop_others(connection, reading, kind, {row["id"] for row in rows})
    if reading.complete:
        _note(connection, reading.team, reading.source, at=reading.began, error=None)


def failed(connection: Connection, team: TeamId, source: Source, error: str) -> None:
    """Note that ``source`` could not be read."""
    _note(connection, team, source, error=error)


def _row(reading: Reading, kind: str, value: Any, now: datetime) -> dict[str, Any]:
    name = str(value.key if isinstance(value, Issue) else value.id)
    updated = getattr(value, "updated", None)
    return {"team": reading.team, "kind": kind, "id": name, "updated": updated, "saved": now, "value": dump(value)}


def _upsert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace; what the provider changed earlier than what we hold is not written."""
    row = insert_into(connection, facts)
    newer = row.excluded
    statement = row.on_conflict_do_update(
        index_elements=[facts.c.team, facts.c.kind, facts.c.id],
        set_={"updated": newer.updated, "saved": newer.saved, "value": newer.value},
        where=or_(facts.c.updated.is_(None), newer.updated >= facts.c.updated),
    )
    connection.execute(statement, rows)


def _drop_others(connection: Connection, reading: Reading, kind: str, mentioned: set[str]) -> None:
    """Remove what a complete reading did not mention, except what was saved after it had begun."""
    older = (facts.c.team == reading.team) & (facts.c.kind == kind) & (facts.c.saved <= reading.began)
    held = set(connection.execute(select(facts.c.id).where(older)).scalars())
    gone = sorted(held - mentioned)
    for start in range(0, len(gone), CHUNK):
        connection.execute(delete(facts).where(older, facts.c.id.in_(gone[start : start + CHUNK])))


def _keep_whole(connection: Connection, team: TeamId, whole: Collection[SprintId], now: datetime) -> None:
    connection.execute(delete(facts).where(facts.c.team == team, facts.c.kind == WHOLE))
    row = {"team": team, "kind": WHOLE, "updated": None, "saved": now}
    rows = [{**row, "id": str(sprint), "value": sprint} for sprint in sorted(set(whole))]
    if rows:
        _upsert(connection, rows)


def _note(connection: Connection, team: TeamId, source: Source, **changes: Any) -> None:
    row = insert_into(connection, reads).values(team=team, source=source.value, **changes)
    connection.execute(row.on_conflict_do_update(index_elements=[reads.c.team, reads.c.source], set_=changes))
