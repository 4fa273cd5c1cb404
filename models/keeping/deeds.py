"""What was done for, to or at the word of one person, and to what is theirs: read for their Home and their messages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from models.actions import (
    AskApproval,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    Reassign,
    RemindPerson,
    TransitionIssue,
    Unflag,
)
from models.ids import EffectId, PersonId, TeamId
from models.keeping import effects as outbox
from models.proposals import MOST_UNDOS, Effect, EffectState, effect_of, undo_of
from models.tables.asks import approvals
from models.tables.outbox import effects

CHANGES = frozenset(
    kind.kind for kind in (Reassign, TransitionIssue, CloseIssue, ChangePriority, ChangeSprintScope, Unflag)
)
"""What changes a ticket."""

LONGEST_UNTOLD = timedelta(days=7)
"""How far back (company time) a message tells what others have changed: what is older, Jira and Home have told."""

_SENT = effects.c.state == EffectState.SENT.value


def recent(
    connection: Connection, person: PersonId | None, team: TeamId | None, since: datetime, limit: int
) -> list[Effect]:
    """Effects planned for a person, or by a team, since then (company time), latest first."""
    wanted = select(effects).where(effects.c.planned >= since)
    if person is not None:
        wanted = wanted.where(effects.c.person == person)
    if team is not None:
        wanted = wanted.where(effects.c.team == team)
    wanted = wanted.order_by(effects.c.planned.desc(), effects.c.id).limit(limit)
    return [outbox.to_effect(row) for row in connection.execute(wanted).mappings()]


def about(
    connection: Connection,
    person: PersonId,
    teams: Collection[TeamId],
    since: datetime,
    limit: int,
    issues: Collection[str] = (),
) -> tuple[list[Effect], int]:
    """What ``person`` was sent, asked for or said yes to, or whose ticket was changed, and was done since then
    (company time); the newest first.

    ``issues`` are the keys of what they own now. At most ``limit`` of it, and how much there is.
    """
    # A card that asked another for a yes is no deed of whoever wanted it, or gave it.
    worded = and_(effects.c.kind != AskApproval.kind, _at_word_of(person))
    theirs = or_(effects.c.person == person, worded, _of_what_is_theirs(person, issues))
    done = (effects.c.team.in_(list(teams)), effects.c.ended >= since, _SENT)
    wanted = select(effects).where(*done, theirs).order_by(effects.c.ended.desc(), effects.c.id).limit(limit)
    count = connection.execute(select(func.count()).select_from(effects).where(*done, theirs)).scalar()
    found = [outbox.to_effect(row) for row in connection.execute(wanted).mappings()]
    return outbox.with_yes(connection, found), int(count or 0)


def changed_for(
    connection: Connection, person: PersonId, team: TeamId, until: datetime, issues: Collection[str] = ()
) -> list[Effect]:
    """What others have changed of ``person``'s tickets between their last message and ``until`` (company time).

    The oldest first; ``issues`` as in ``about``. What was taken back meanwhile is left out, both ways.
    """
    told = and_(effects.c.person == person, effects.c.kind == RemindPerson.kind, effects.c.team == team, _SENT)
    last = connection.execute(select(func.max(effects.c.ended)).where(told, effects.c.ended < until)).scalar()
    since = max(last, until - LONGEST_UNTOLD) if last is not None else until - LONGEST_UNTOLD
    done = (effects.c.team == team, effects.c.ended > since, effects.c.ended <= until, _SENT)
    by_others = and_(_of_what_is_theirs(person, issues), ~_at_word_of(person))
    rows = connection.execute(select(effects).where(*done, by_others).order_by(effects.c.ended, effects.c.id))
    found = [outbox.to_effect(row) for row in rows.mappings()]
    over = undone(connection, [effect.id for effect in found])
    kept = [e for e in found if e.id not in over and e.proposal.undoes not in over]
    return outbox.with_yes(connection, kept)


def _at_word_of(person: PersonId) -> ColumnElement[bool]:
    """They asked for it, or said yes to it. Nobody's word is not unknown: it is not theirs."""
    asked = func.coalesce(effects.c.proposal["asked_by"].as_string(), "") == person
    said = select(approvals.c.id).where(approvals.c.by == person)
    return or_(asked, func.coalesce(effects.c.approval, "").in_(said))


def _of_what_is_theirs(person: PersonId, issues: Collection[str]) -> ColumnElement[bool]:
    """A ticket they lose or get, or a change of one of ``issues``."""
    hands = or_(effects.c.action["giver"].as_string() == person, effects.c.action["taker"].as_string() == person)
    theirs = effects.c.action["issue"].as_string().in_(list(issues))
    changed = and_(effects.c.kind.in_(CHANGES), theirs)
    return or_(and_(effects.c.kind == Reassign.kind, hands), changed)


def undone(connection: Connection, which: Collection[EffectId]) -> frozenset[EffectId]:
    """Those of ``which`` that somebody takes back or has taken back."""
    tries = {effect_of(undo_of(effect, n)): effect for effect in which for n in range(MOST_UNDOS)}
    over = (EffectState.CANCELLED.value, EffectState.DEAD.value)
    found = select(effects.c.id).where(effects.c.id.in_(list(tries)), effects.c.state.not_in(over))
    return frozenset(tries[EffectId(row)] for row in connection.execute(found).scalars())
