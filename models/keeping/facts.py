"""The mirror as it is written: what each source said last, never replaced by anything older.

An issue is kept under its immutable id, so that one that is moved to another project stays one issue. How all of it is
read stands in ``models.keeping.mirrored``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, delete, or_, select

from models.database import insert_into
from models.events import Source
from models.ids import IssueKey, SprintId, TeamId, fresh
from models.keeping.records import dump, load
from models.tables.mirror import facts, reads
from models.work import Issue, Linked, Person

WHOLE = "whole"
"""The kind of row that names a sprint whose issues were all read."""

KEY = "key"
"""The kind of row that says which issue (its immutable id) a key means, or that it means none."""

STAMP = "stamp"
"""The kind of a team's one row that is renewed whenever another is written: whoever has seen it has read them all."""

MOMENTS = ("status_since", "progress_since", "unassigned_since", "flagged_since", "priority_since")
"""Of an issue, what both a webhook's body and its history date."""

SAME_MOMENT = timedelta(seconds=2)
"""Two times of one change that are no farther apart are one: Jira's own differ by milliseconds."""

CHUNK = 500
"""Rows of one statement: SQLite takes 32,766 values at most, older ones fewer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of one source for one team."""

    team: TeamId
    source: Source
    began: datetime
    """Real time; nothing it says is older than that."""
    complete: bool


def people_of(connection: Connection, team: TeamId) -> tuple[Person, ...]:
    """The people the mirror knows of ``team``, and nothing else."""
    theirs = select(facts.c.value).where(facts.c.team == team, facts.c.kind == "person").order_by(facts.c.id)
    return tuple(load(Person, value) for value in connection.execute(theirs).scalars())


def save(
    connection: Connection,
    reading: Reading,
    given: Mapping[str, Sequence[Any]],
    now: datetime,
    whole: Collection[SprintId] | None = None,
    keep: Collection[str] = (),
) -> None:
    """Keep what one reading said, and of which sprints it read everything; ``keep`` stays without being mentioned."""
    restamp(connection, reading.team, now)
    if whole is not None:
        _keep_whole(connection, reading.team, whole, now)
    for kind, values in given.items():
        rows = sorted((_row(reading, kind, value) for value in values), key=lambda row: str(row["id"]))
        if kind == "issue":
            held = _held(connection, reading.team, [row["id"] for row in rows])
            _follow(connection, reading, rows, held)
            rows = [_dated(_steadied(row, held.get(row["id"])), held.get(row["id"])) for row in rows]
        for start in range(0, len(rows), CHUNK):
            _upsert(connection, rows[start : start + CHUNK])
        if reading.complete:
            _drop_others(connection, reading, kind, {*keep, *(row["id"] for row in rows)})
    if reading.complete:
        _note(connection, reading.team, reading.source, at=reading.began, error=None)


def drop(connection: Connection, team: TeamId, kind: str, names: Collection[str], now: datetime) -> None:
    """Forget rows of one kind by id: what they told of is gone."""
    gone = sorted(set(names))
    if gone:
        restamp(connection, team, now)
    for start in range(0, len(gone), CHUNK):
        part = facts.c.id.in_(gone[start : start + CHUNK])
        connection.execute(delete(facts).where(facts.c.team == team, facts.c.kind == kind, part))


def keep_keys(connection: Connection, team: TeamId, known: Mapping[str, str | None], now: datetime) -> None:
    """Remember which issue each key means."""
    restamp(connection, team, now)
    _keep_keys(connection, team, known, now)


def restamp(connection: Connection, team: TeamId, now: datetime) -> None:
    """Say that rows of the team's mirror change in this transaction, at ``now`` (real time).

    Called before they do: so the writers of one team take turns, and two of them never wait for each other.
    """
    new = {"saved": now, "value": fresh()}
    row = insert_into(connection, facts).values(team=team, kind=STAMP, id="", **new)
    connection.execute(row.on_conflict_do_update(index_elements=[facts.c.team, facts.c.kind, facts.c.id], set_=new))


def _keep_keys(connection: Connection, team: TeamId, known: Mapping[str, str | None], now: datetime) -> None:
    row = {"team": team, "kind": KEY, "updated": None, "saved": now}
    rows = [{**row, "id": key, "value": {"issue": issue}} for key, issue in sorted(known.items())]
    for start in range(0, len(rows), CHUNK):
        _upsert(connection, rows[start : start + CHUNK])


def keys_known(connection: Connection, team: TeamId, since: datetime) -> frozenset[str]:
    """The keys whose meaning was learnt at or after ``since`` (real time)."""
    wanted = select(facts.c.id).where(facts.c.team == team, facts.c.kind == KEY, facts.c.saved >= since)
    return frozenset(connection.execute(wanted).scalars())


def doubtful_keys(connection: Connection, team: TeamId, since: datetime) -> frozenset[IssueKey]:
    """Keys that were found to be none before ``since`` (real time), and that somebody still writes."""
    wanted = select(facts.c.id, facts.c.value).where(facts.c.team == team, facts.c.kind == KEY, facts.c.saved < since)
    none = {name for name, value in connection.execute(wanted) if value["issue"] is None}
    if not none:
        return frozenset()
    kinds = facts.c.kind.in_(("issue", "pull_request"))
    values = connection.execute(select(facts.c.value).where(facts.c.team == team, kinds)).scalars()
    written = {key for value in values for key in (*value.get("issues", ()), *value.get("blocked_by", ()))}
    return frozenset(IssueKey(key) for key in none & written)


def holders(connection: Connection, teams: Collection[TeamId], issue: str) -> list[TeamId]:
    """Those of ``teams`` whose mirror holds the issue of that immutable id."""
    wanted = select(facts.c.team).where(facts.c.team.in_(sorted(teams)), facts.c.kind == "issue", facts.c.id == issue)
    return [TeamId(team) for team in connection.execute(wanted.order_by(facts.c.team)).scalars()]


def failed(connection: Connection, team: TeamId, source: Source, error: str) -> None:
    """Note that ``source`` could not be read."""
    _note(connection, team, source, error=error)


def _row(reading: Reading, kind: str, value: Any) -> dict[str, Any]:
    updated = getattr(value, "updated", None)
    return {
        "team": reading.team,
        "kind": kind,
        "id": str(value.id),
        "updated": updated,
        "saved": reading.began,
        "value": dump(value),
    }


def _held(connection: Connection, team: TeamId, names: Sequence[str]) -> dict[str, Any]:
    """What the mirror holds of these issues, by immutable id."""
    found: dict[str, Any] = {}
    for start in range(0, len(names), CHUNK):
        these = facts.c.id.in_(names[start : start + CHUNK])
        wanted = select(facts.c.id, facts.c.value).where(facts.c.team == team, facts.c.kind == "issue", these)
        found |= {name: value for name, value in connection.execute(wanted)}
    return found


def _follow(connection: Connection, reading: Reading, rows: Sequence[dict[str, Any]], held: Mapping[str, Any]) -> None:
    """Issues that have another key than we knew: the old one means them from now on."""
    known = ((row["id"], row["value"]["key"]) for row in rows if row["id"] in held)
    moved: dict[str, str | None] = {old: name for name, key in known if (old := held[name]["key"]) != key}
    if moved:
        _keep_keys(connection, reading.team, moved, reading.began)


def _steadied(row: dict[str, Any], held: Any) -> dict[str, Any]:
    """The row with the moments we knew, where it tells the same ones a little otherwise: an episode must not begin anew
    because a webhook and the history date one change by two clocks.
    """
    new = row["value"]
    known = {name: held.get(name) for name in MOMENTS} if held is not None else {}
    same = {name: at for name, at in known.items() if at and new[name] and at != new[name] and _is_one(at, new[name])}
    return {**row, "value": {**new, **same}} if same else row


def _is_one(one: str, other: str) -> bool:
    return abs(datetime.fromisoformat(one) - datetime.fromisoformat(other)) <= SAME_MOMENT


def _dated(row: dict[str, Any], held: Any) -> dict[str, Any]:
    """The row with since when each blocker blocks it. Jira tells that to nobody, so it is the change that brought it.

    One that was there at the first reading, or that was done before, blocks since nobody knows when.
    """
    if held is None or not row["value"]["blocked_by"]:
        return row
    new = load(Issue, row["value"])
    old = load(Issue, held)
    since = {each.key: each.at for each in old.linked_since if each.key in new.blocked_by}
    came = [key for key in new.blocked_by if key not in (*old.blocked_by, *old.freed_by)]
    since |= {key: new.updated for key in came}
    linked = tuple(Linked(key, at) for key, at in since.items())
    return row if not linked else {**row, "value": dump(replace(new, linked_since=linked))}


def _upsert(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace; what the provider changed earlier than what we hold is not written.

    Where provider time cannot tell, because it is the same or there is none, the later reading wins.
    """
    row = insert_into(connection, facts)
    newer = row.excluded
    later = or_(facts.c.updated.is_(None), newer.updated.is_(None), newer.updated == facts.c.updated)
    statement = row.on_conflict_do_update(
        index_elements=[facts.c.team, facts.c.kind, facts.c.id],
        set_={"updated": newer.updated, "saved": newer.saved, "value": newer.value},
        where=or_(newer.updated > facts.c.updated, and_(later, newer.saved >= facts.c.saved)),
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
