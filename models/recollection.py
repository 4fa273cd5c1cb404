"""A ledger read back: what people did on the days it covers, and what was said and withheld on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select

from models.database import Database
from models.ids import EffectId, PersonId, ProposalId, TeamId
from models.keeping import effects as outbox
from models.keeping import identities as who
from models.keeping import recalling
from models.keeping.records import load
from models.people import Identity
from models.presses import Press
from models.proposals import Decision, Effect, EffectState, Proposal, Verdict
from models.signals import Signal
from models.tables.looks import cycles, decisions, reminders
from models.tables.outbox import effects


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One effect that was carried out, and the decision behind it."""

    effect: Effect
    words: str
    decision: Decision | None
    """``None`` for what follows from the passing of time alone, such as the reminder of a question."""
    spent: bool
    """Whether it cost its reader attention."""
    since: datetime | None = None
    """When the earliest matter it tells of began; ``None`` where it is about none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """One proposal that was never carried out, with the last word on it."""

    team: TeamId
    proposal: Proposal
    decision: Decision
    person: PersonId | None
    at: datetime
    """Company time of that word."""


class Recollection:
    """What a ledger still knows; it changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def presses(self, team: TeamId, since: datetime, until: datetime) -> list[Press]:
        """What the people of ``team`` did between two moments of company time, both included, oldest first."""
        return await self._database.read(lambda c: recalling.presses(c, team, since, until))

    async def contacts(self, until: datetime) -> dict[PersonId, datetime]:
        """When everybody last changed how they may be contacted (company time); not who has done so after ``until``."""
        return await self._database.read(lambda c: recalling.contacts(c, until))

    async def began(self, team: TeamId) -> datetime | None:
        """When it first looked at ``team`` (company time), as far back as looks are kept; ``None`` for never."""
        first = select(func.min(cycles.c.at)).where(cycles.c.team == team)
        return await self._database.read(lambda c: c.execute(first).scalar())

    async def identities(self) -> list[Identity]:
        """Every account that was found out or said to be somebody's."""
        return await self._database.read(who.known)

    async def carried(self) -> list[Carried]:
        """Every effect that was carried out, oldest first."""
        return await self._database.read(_carried)

    async def withheld(self) -> list[Withheld]:
        """Every proposal that was refused or put off and never carried out, by the time of the last word on it."""
        return await self._database.read(_withheld)


def _carried(connection: Connection) -> list[Carried]:
    sent = select(effects).where(effects.c.state == EffectState.SENT.value).order_by(effects.c.ended, effects.c.planned)
    rows = connection.execute(sent.order_by(effects.c.id)).mappings().all()
    settled = _settled(connection)
    cost = frozenset(connection.execute(select(reminders.c.effect)).scalars())
    return [
        Carried(
            effect=outbox.to_effect(row),
            words=row["words"],
            decision=settled.get(ProposalId(row["proposal"]["id"])),
            spent=EffectId(row["id"]) in cost,
            since=_since(connection, row),
        )
        for row in rows
    ]


def _since(connection: Connection, row: RowMapping) -> datetime | None:
    """As the look saw it that decided to say so."""
    about = frozenset(row["proposal"].get("signals") or ())
    seen = select(cycles.c.signals).where(cycles.c.id == row["cycle"])
    found = connection.execute(seen).scalar() if about and row["cycle"] is not None else None
    signals = load(tuple[Signal, ...], found) if found else ()
    return min((signal.since for signal in signals if signal.id in about), default=None)


def _settled(connection: Connection) -> dict[ProposalId, Decision]:
    wanted = select(decisions.c.proposal_id, decisions.c.verdict, decisions.c.rule, decisions.c.reason)
    rows = connection.execute(wanted.where(decisions.c.verdict != Verdict.DEFER.value))
    return {ProposalId(name): Decision(verdict=Verdict(v), rule=rule, reason=why) for name, v, rule, why in rows}


def _withheld(connection: Connection) -> list[Withheld]:
    settled = decisions.c.verdict.in_([Verdict.ALLOW.value, Verdict.ASK.value])
    done = frozenset(connection.execute(select(decisions.c.proposal_id).where(settled)).scalars())
    last: dict[str, Withheld] = {}
    for row in connection.execute(select(decisions).order_by(decisions.c.id)).mappings():
        if row["proposal_id"] in done:
            continue
        decision = Decision(verdict=Verdict(row["verdict"]), rule=row["rule"], reason=row["reason"], until=row["until"])
        proposal, who = load(Proposal, row["proposal"]), row["person"]
        person = PersonId(who) if who else None
        team = TeamId(row["team"])
        last[row["proposal_id"]] = Withheld(
            team=team, proposal=proposal, decision=decision, person=person, at=row["at"]
        )
    return sorted(last.values(), key=lambda each: (each.at, each.proposal.id))
