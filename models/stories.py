"""What happened, told for people who look at it later: each look with its story, questions, attention, deeds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping

from models.bills import Bill
from models.cycles import WhyRecord
from models.database import Database
from models.ids import CycleId, PersonId, TeamId
from models.keeping import chronicle
from models.proposals import Approval, Verdict
from models.signals import Signal, Urgency
from models.work import Sprint

MOST_DECISIONS = 60
"""Of one look, told with their records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look, in a line."""

    id: CycleId
    team: TeamId
    reason: str
    at: datetime
    """Company time, as ``next_look``."""
    urgency: Urgency
    pressing: str
    """Why it was so urgent: it may name what is not for everybody."""
    signals: int
    verdicts: Mapping[Verdict, int]
    """How many of its proposals were decided which way."""
    thought_by: str
    cost_usd: float
    next_look: datetime
    directives_version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One look as a whole: what it saw, who thought and what that cost, what was decided and what came of it."""

    look: Look
    signals: tuple[Signal, ...]
    records: tuple[WhyRecord, ...]
    """At most ``MOST_DECISIONS``."""
    calls: tuple[Bill, ...]
    """What a model was asked."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question to a person, with its record."""

    approval: Approval
    record: WhyRecord | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What somebody did or was refused."""

    at: datetime
    """Real time."""
    team: str
    who: str
    what: str
    about: str
    detail: str


class Stories:
    """Reads alone. What of it is whose to see is the reader's to decide: nothing here is left out for anybody."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def looks(
        self, teams: Collection[TeamId], limit: int, before: tuple[datetime, str] | None = None
    ) -> Sequence[Look]:
        """The newest looks of these teams; or those before the look of that instant (company time) and id."""
        rows = await self._database.read(lambda c: chronicle.looks(c, teams, limit, before))
        return [_look(*row) for row in rows]

    async def look(self, name: CycleId) -> Look | None:
        """The look of that id."""
        row = await self._database.read(lambda c: chronicle.look(c, name))
        return _look(*row) if row is not None else None

    async def story(self, name: CycleId) -> Story | None:
        """The look of that id, as a whole."""
        return await self._database.read(lambda c: _story(c, name))

    async def found_last(self, team: TeamId) -> tuple[datetime, tuple[Signal, ...]] | None:
        """What the team's last look at everything found, and when (company time); ``None`` before the first."""
        return await self._database.read(lambda c: chronicle.found_last(c, team))

    async def sprints(self, team: TeamId) -> Sequence[Sprint]:
        """The sprints of the mirror alone: of thousands of issues nothing is read."""
        return await self._database.read(lambda c: chronicle.sprints(c, team))

    async def questions(self, teams: Collection[TeamId], waiting: int, over: int) -> Sequence[Question]:
        """Those that wait, the oldest first, at most ``waiting``; then the ``over`` that ended last."""
        rows = await self._database.read(lambda c: chronicle.asked(c, teams, waiting, over))
        return [Question(*row) for row in rows]

    async def attention(self, people: Collection[PersonId], since: date) -> Mapping[PersonId, Mapping[date, int]]:
        """How many unasked messages each of them got on which of their days, since then."""
        return await self._database.read(lambda c: chronicle.attention(c, people, since))

    async def deeds(self, teams: Collection[str], limit: int) -> Sequence[Deed]:
        """What people did or were refused, the latest first."""
        rows = await self._database.read(lambda c: chronicle.deeds(c, teams, limit))
        return [Deed(**{name: row[name] for name in ("at", "team", "who", "what", "about", "detail")}) for row in rows]


def _look(row: RowMapping, verdicts: Mapping[str, int]) -> Look:
    same = {name: row[name] for name in ("reason", "at", "pressing", "thought_by", "cost_usd", "next_look")}
    return Look(
        id=CycleId(row["id"]),
        team=TeamId(row["team"]),
        urgency=Urgency(row["urgency"]),
        signals=len(row["signals"]),
        verdicts={Verdict(verdict): count for verdict, count in verdicts.items()},
        directives_version=row["directives_version"],
        **same,
    )


def _story(connection: Connection, name: CycleId) -> Story | None:
    found = chronicle.look(connection, name)
    if found is None:
        return None
    return Story(
        look=_look(*found),
        signals=chronicle.signals_of(found[0]),
        records=tuple(chronicle.records(connection, name, MOST_DECISIONS)),
        calls=tuple(chronicle.calls_of(connection, name)),
    )
