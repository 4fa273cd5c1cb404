"""What was decided, told and sent is kept as long as a promise may rest on it, and then for half a year."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, delete, exists, or_, select

from models.ids import SignalId, TeamId
from models.keeping.effects import ENDED
from models.keeping.looks import last_whole
from models.keeping.records import load
from models.proposals import ApprovalState, EffectState, Verdict
from models.signals import Signal
from models.tables.asks import approvals, cards
from models.tables.looks import cycles, decisions, reminders, told
from models.tables.outbox import effects
from models.tables.queue import jobs

SETTLED = timedelta(days=180)
"""How long is kept what was decided, told and sent, once it is over. Policy is shown all that is kept."""

SPENT = timedelta(days=30)
"""How long a unit of attention is kept after its day; only today's can be spent."""

DEEP = 10
"""Of so many times a batch it is looked whether they may go: those that must stay are few."""

_ENDED = [state.value for state in ENDED]
_ON_ITS_WAY = effects.c.state.in_([state.value for state in EffectState if state not in ENDED])
_PENDING = approvals.c.state == ApprovalState.PENDING.value


def going_on(connection: Connection) -> frozenset[SignalId]:
    """The episodes that each team's last look at everything found, on whatever rung: they are not over."""
    teams = connection.execute(select(cycles.c.team).distinct()).scalars().all()
    found = [connection.execute(last_whole(TeamId(team), cycles.c.signals)).scalar() for team in teams]
    signals = (load(tuple[Signal, ...], row) for row in found if row is not None)
    return frozenset(name for each in signals for signal in each for name in signal.ids_so_far)


def drop_told(connection: Connection, now: datetime, most: int) -> int:
    """Who was told of episodes that are over."""
    old = select(told.c.person, told.c.signal).where(told.c.at < now - SETTLED).order_by(told.c.at).limit(DEEP * most)
    kept = going_on(connection)
    gone = [(person, signal) for person, signal in connection.execute(old) if signal not in kept][:most]
    for person, signal in gone:
        connection.execute(delete(told).where(told.c.person == person, told.c.signal == signal))
    return len(gone)


def drop_decisions(connection: Connection, now: datetime, most: int) -> int:
    """What was settled, once its question is answered, its effect has ended and its episodes are over.

    The cycles in which nothing settled is left go with their age.
    """
    approved = select(effects.c.approval).where(_ON_ITS_WAY, effects.c.approval.is_not(None))
    asked = select(approvals.c.proposal_id).where(or_(_PENDING, approvals.c.id.in_(approved)))
    under_way = select(effects.c.cycle).where(_ON_ITS_WAY, effects.c.cycle.is_not(None))
    over = and_(decisions.c.proposal_id.not_in(asked), decisions.c.cycle.not_in(under_way))
    old = (
        select(decisions.c.id, decisions.c.proposal["signals"].label("about"))
        .where(decisions.c.verdict != Verdict.DEFER.value, decisions.c.at < now - SETTLED, over)
        .order_by(decisions.c.at)
        .limit(DEEP * most)
    )
    kept = going_on(connection)
    gone = [row.id for row in connection.execute(old) if kept.isdisjoint(row.about or ())][:most]
    return connection.execute(delete(decisions).where(decisions.c.id.in_(gone))).rowcount


def drop_effects(connection: Connection, now: datetime, most: int) -> int:
    """What has ended, once no decision of its look is left, and no dead letter that may be replayed."""
    replayable = jobs.c.payload["effect"].as_string()
    dead = select(replayable).where(jobs.c.state == "dead", replayable.is_not(None))
    decided = exists().where(decisions.c.cycle == effects.c.cycle, decisions.c.verdict != Verdict.DEFER.value)
    old = select(effects.c.id).where(
        effects.c.ended < now - SETTLED, effects.c.state.in_(_ENDED), ~decided, effects.c.id.not_in(dead)
    )
    return connection.execute(
        delete(effects).where(effects.c.id.in_(old.order_by(effects.c.ended).limit(most)))
    ).rowcount


def drop_approvals(connection: Connection, now: datetime, most: int) -> int:
    """Questions that were settled, with every copy of them, once nothing they led to is left."""
    led_to = select(effects.c.approval).where(effects.c.approval.is_not(None))
    decided = exists().where(decisions.c.proposal_id == approvals.c.proposal_id)
    old = select(approvals.c.id).where(
        approvals.c.asked_at < now - SETTLED, ~_PENDING, approvals.c.id.not_in(led_to), ~decided
    )
    gone = connection.execute(old.order_by(approvals.c.asked_at).limit(most)).scalars().all()
    connection.execute(delete(cards).where(cards.c.approval.in_(gone)))
    return connection.execute(delete(approvals).where(approvals.c.id.in_(gone))).rowcount


def drop_reminders(connection: Connection, now: datetime, most: int) -> int:
    """Attention that was spent on days gone by."""
    key = (reminders.c.person, reminders.c.day, reminders.c.budget, reminders.c.ordinal)
    edge = (now - SPENT).date().isoformat()
    old = connection.execute(select(*key).where(reminders.c.day < edge).order_by(reminders.c.day).limit(most)).all()
    for row in old:
        connection.execute(delete(reminders).where(*(column == value for column, value in zip(key, row, strict=True))))
    return len(old)


STEPS: Mapping[str, Callable[[Connection, datetime, int], int]] = {
    "told": drop_told,
    "decisions": drop_decisions,
    "effects": drop_effects,
    "approvals": drop_approvals,
    "reminders": drop_reminders,
}
"""All of it ages in company time; in this order, because what is last rests on what is first."""
