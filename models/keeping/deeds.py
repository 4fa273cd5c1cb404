"""What was done for, to or at the word of one person: read for their Home."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, and_, func, or_, select

from models.actions import AskApproval
from models.ids import EffectId, PersonId, TeamId
from models.keeping import effects as outbox
from models.proposals import MOST_UNDOS, Effect, EffectState, effect_of, undo_of
from models.tables import approvals, cycles, effects


def about(
    connection: Connection, person: PersonId, teams: Collection[TeamId], since: datetime, limit: int
) -> tuple[list[Effect], int]:
    """What ``person`` was sent, asked for or said yes to, and was done since then (company time); the newest first.

    At most ``limit`` of it, and how much there is.
    """
    at_their_word = or_(
        effects.c.proposal["asked_by"].as_string() == person,
        effects.c.approval.in_(select(approvals.c.id).where(approvals.c.by == person)),
    )
    # A card that asked another for a yes is no deed of whoever wanted it, or gave it.
    theirs = or_(effects.c.person == person, and_(effects.c.kind != AskApproval.kind, at_their_word))
    done = (effects.c.team.in_(list(teams)), effects.c.ended >= since, effects.c.state == EffectState.SENT.value)
    wanted = select(effects).where(*done, theirs).order_by(effects.c.ended.desc(), effects.c.id).limit(limit)
    count = connection.execute(select(func.count()).select_from(effects).where(*done, theirs)).scalar()
    return [outbox.to_effect(row) for row in connection.execute(wanted).mappings()], int(count or 0)


def undone(connection: Connection, which: Collection[EffectId]) -> frozenset[EffectId]:
    """Those of ``which`` that somebody takes back or has taken back."""
    tries = {effect_of(undo_of(effect, n)): effect for effect in which for n in range(MOST_UNDOS)}
    over = (EffectState.CANCELLED.value, EffectState.DEAD.value)
    found = select(effects.c.id).where(effects.c.id.in_(list(tries)), effects.c.state.not_in(over))
    return frozenset(tries[EffectId(row)] for row in connection.execute(found).scalars())


def cost(connection: Connection, since: datetime) -> float:
    """What thinking has cost since then (company time), in US dollars."""
    total = connection.execute(select(func.sum(cycles.c.cost_usd)).where(cycles.c.at >= since)).scalar()
    return float(total or 0.0)
