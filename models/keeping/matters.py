"""The past, whole for a look, and as far as one message or one reader needs it: read narrowly at every step outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, select

from models.cycles import NO_HISTORY, History
from models.hushes import EVERYTHING, Hush
from models.ids import PersonId, ProposalId, SignalId, TeamId
from models.keeping import approvals as asks
from models.keeping import hushes as quiet
from models.keeping import living as messages
from models.keeping import past, telling, trust
from models.proposals import Verdict
from models.tables.asks import hushes
from models.tables.looks import decisions, told


def hushes_of(connection: Connection, person: PersonId, now: datetime) -> list[Hush]:
    """What holds for ``person`` at ``now`` (company time) in every team, oldest first."""
    return [hush for hush in _open(connection, hushes.c.person == person) if hush.holds(now)]


def of_team(connection: Connection, team: TeamId, now: datetime) -> History:
    """Everything policy is shown of the past of ``team``, but what experience teaches."""
    supposed, supposed_cards = trust.attention(connection, team, now)
    return History(
        spent=past.spent(connection, now),
        told=past.told_to(connection, team),
        settled=past.settled(connection, team),
        open_cards=asks.open_cards(connection, now),
        raised=past.raised(connection, team),
        pending=asks.pending_of(connection, team),
        hushes=quiet.of_team(connection, team, now),
        living=messages.of_team(connection, team, now),
        heard=telling.heard(connection, team, now),
        early=asks.too_early(connection, team, now),
        wrong=asks.wrong_person(connection, team, now),
        supposed=supposed,
        supposed_cards=supposed_cards,
    )


def about(connection: Connection, team: TeamId, subjects: Sequence[str], now: datetime) -> History:
    """Whom the ladder of these subjects has reached, who wants peace of them, and the attention of today."""
    # A rule can be muted too, and then no subject is named.
    of_these = and_(hushes.c.team == team, hushes.c.subject.in_(["", EVERYTHING, *subjects]))
    return replace(
        NO_HISTORY,
        spent=past.spent(connection, now),
        hushes=tuple(_open(connection, of_these)),
        heard=telling.heard(connection, team, now, subjects),
    )


def of_reader(connection: Connection, team: TeamId, person: PersonId, now: datetime) -> History:
    """What ``person`` was told, what was to be asked for them, and the team's questions."""
    heard = select(told.c.signal).where(told.c.person == person)
    weighed = decisions.c.team == team
    asked = select(decisions.c.proposal_id).where(weighed, decisions.c.verdict == Verdict.ASK.value)
    raised = select(decisions.c.verdict, decisions.c.signals).where(
        weighed,
        decisions.c.person == person,
        decisions.c.verdict.in_([Verdict.ASK.value, Verdict.DENY.value]),
    )
    return replace(
        NO_HISTORY,
        spent=past.spent(connection, now),
        open_cards=asks.open_cards(connection, now),
        told=frozenset((person, SignalId(signal)) for signal in connection.execute(heard).scalars()),
        settled={ProposalId(name): Verdict.ASK for name in connection.execute(asked).scalars()},
        raised=frozenset((person, SignalId(s), Verdict(v)) for v, names in connection.execute(raised) for s in names),
        pending=asks.pending_of(connection, team),
        hushes=tuple(quiet.of_person(connection, team, person, now)),
    )


def _open(connection: Connection, which: ColumnElement[bool]) -> list[Hush]:
    wanted = select(hushes).where(which, hushes.c.ended.is_(None)).order_by(hushes.c.at, hushes.c.id)
    return [quiet.to_hush(row) for row in connection.execute(wanted).mappings()]
