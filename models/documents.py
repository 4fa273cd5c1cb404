"""Reports of delegated tasks as they are kept: begun at most twice, finished once, readable long after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.actions import Task
from models.database import Database
from models.ids import EffectId, PersonId, TeamId
from models.keeping import documents as kept
from models.money import Money

MOST_RUNS = 2
"""How often one task is begun: again only after a run in which Claude could not be asked anything."""


class DocumentState(StrEnum):
    """How far a task is."""

    RUNNING = "running"
    """Under way, or its process died."""
    BROKEN = "broken"
    """Its last run came to nothing."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines: plain text, and where to check it."""

    heading: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One delegated task and its report."""

    id: EffectId
    """Of the effect that carries it out."""
    team: TeamId
    asker: PersonId | None
    task: Task
    about: str
    state: DocumentState
    runs: int
    begun: datetime
    """Company time, of the first run."""
    ended: datetime | None = None
    title: str = ""
    summary: tuple[str, ...] = ()
    """At most five lines, plain text."""
    body: tuple[Section, ...] = ()
    """The rest of it, for a message."""
    markdown: str = ""
    """All of it, for a file."""
    dropped: int = 0
    """Texts left out, because no fact carries them."""
    cost: Money = field(default_factory=Money)
    """Of all its runs; while one is under way, and where it died, all that was approved."""
    trouble: str = ""
    """Why the last run came to nothing."""
    shown: Mapping[str, str] = field(default_factory=dict)
    """``{"channel", "ts"}`` of the message that tells of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """What a task came to."""

    title: str
    summary: tuple[str, ...]
    body: tuple[Section, ...]
    markdown: str
    dropped: int = 0


class Documents:
    """The reports of every team."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, new: Document, most: Money) -> Document:
        """Note that a run of it begins, however the last one ended; what is done stays as it is.

        Returns what it had cost until then. Nothing yet: ``most`` is counted from now on, so only one run may go on.
        """
        row = await self._database.write(lambda c: kept.begin(c, _values(new), MOST_RUNS, most.nano), "document")
        return _document(row)

    async def spend(self, id: EffectId, cost: Money) -> None:
        """Add what one run cost."""
        await self._database.write(lambda c: kept.spend(c, id, cost.nano), "document")

    async def finish(self, id: EffectId, done: Finished, at: datetime) -> None:
        """Keep the report; a second one changes nothing."""
        told: dict[str, Any] = {"title": done.title[:200], "summary": list(done.summary), "markdown": done.markdown}
        told |= {"body": [[each.heading, [list(line) for line in each.lines]] for each in done.body]}
        state = {"state": DocumentState.DONE.value, "ended": at, "trouble": "", "dropped": done.dropped}
        await self._database.write(lambda c: kept.change(c, id, told | state), "document")

    async def break_off(self, id: EffectId, why: str, at: datetime) -> None:
        """Note that a run came to nothing."""
        values = {"state": DocumentState.BROKEN.value, "ended": at, "trouble": why[:300]}
        await self._database.write(lambda c: kept.change(c, id, values), "document")

    async def show(self, id: EffectId, place: Mapping[str, str]) -> None:
        """Note which message tells of it."""
        await self._database.write(lambda c: kept.place(c, id, dict(place)), "document")

    async def of(self, id: str) -> Document | None:
        """The one of that id."""
        row = await self._database.read(lambda c: kept.of(c, id))
        return _document(row) if row is not None else None

    async def latest(self, limit: int, team: TeamId | None = None) -> Sequence[Document]:
        """The newest first, without their text."""
        rows = await self._database.read(lambda c: kept.latest(c, limit, team))
        return [_document(row) for row in rows]


def _values(new: Document) -> Mapping[str, Any]:
    return {
        "id": new.id,
        "team": new.team,
        "asker": new.asker,
        "task": new.task.value,
        "about": new.about[:200],
        "begun": new.begun,
    }


def _document(row: Mapping[Any, Any]) -> Document:
    return Document(
        id=EffectId(row["id"]),
        team=TeamId(row["team"]),
        asker=PersonId(row["asker"]) if row["asker"] else None,
        task=Task(row["task"]),
        about=row["about"],
        state=DocumentState(row["state"]),
        runs=row["runs"],
        begun=row["begun"],
        ended=row["ended"],
        title=row["title"],
        summary=tuple(row["summary"] or ()),
        body=tuple(Section(head, tuple((t, u) for t, u in lines)) for head, lines in row.get("body") or ()),
        markdown=row.get("markdown") or "",
        cost=Money(row["cost"]),
        trouble=row["trouble"],
        dropped=row["dropped"],
        shown=row["shown"] or {},
    )
