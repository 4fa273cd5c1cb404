"""Who was told of what, when it reached them, and whether they pressed a button of it: each episode once a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, and_, bindparam, func, select, update

from models.actions import Action, AskIdentity, CommentOnIssue, Item, RemindPerson, addressee
from models.cycles import Heard
from models.ids import EffectId, PersonId, SignalId, TeamId
from models.proposals import EffectState
from models.signals import Urgency
from models.tables.looks import told
from models.tables.outbox import effects

RECENT = timedelta(days=30)
"""How far back policy is shown when and how something was told; longer than any clock or pause of the constitution."""

LONGEST = 200
"""Characters of a subject that are kept."""

_SENT = effects.c.state == EffectState.SENT.value


def told_by(action: Action) -> tuple[Item, ...]:
    """What the addressee has heard of once the action is carried out, each episode once."""
    match action:
        case RemindPerson():
            return tuple({item.signal: item for item in action.items}.values())
        case CommentOnIssue() | AskIdentity():
            return (action.item,)
        case _:
            return ()


def rows_of(action: Action, team: TeamId, effect: EffectId, at: datetime) -> list[dict[str, Any]]:
    """The rows of ``told`` that carrying ``action`` out means."""
    return [
        {
            "person": addressee(action),
            "signal": item.signal,
            "team": team,
            "effect": effect,
            "kind": item.kind,
            "subject": item.subject[:LONGEST],
            "urgency": int(_urgency(item.urgency)),
            "at": at,
        }
        for item in told_by(action)
    ]


def _urgency(word: str) -> Urgency:
    return Urgency[word.upper()] if word.upper() in Urgency.__members__ else Urgency.LOW


def heard(
    connection: Connection, team: TeamId, now: datetime, subjects: Sequence[str] | None = None
) -> tuple[Heard, ...]:
    """What people of ``team`` were told lately, the latest last; where ``subjects`` are given, of these alone."""
    since, wanted = now - RECENT, _told_lately()
    if subjects is not None:
        wanted = wanted.where(told.c.subject.in_([subject[:LONGEST] for subject in subjects]))
    rows = connection.execute(wanted, {"of": team, "since": since}).mappings().all()
    own = _written(connection, team, since, subjects) if rows else {}
    return tuple(_heard(row, own) for row in rows)


@cache
def _told_lately() -> Select[Any]:
    """Put together once, as ``_changed_lately``: both are read at every look."""
    return (
        select(told, effects.c.state.label("state"), effects.c.ended.label("ended"))
        .join(effects, effects.c.id == told.c.effect, isouter=True)
        .where(told.c.team == bindparam("of"), told.c.at >= bindparam("since", type_=told.c.at.type))
        .order_by(told.c.at, told.c.person, told.c.signal)
    )


def _heard(row: RowMapping, own: dict[str, datetime]) -> Heard:
    return Heard(
        person=PersonId(row["person"]),
        signal=SignalId(row["signal"]),
        kind=row["kind"],
        subject=row["subject"],
        urgency=Urgency(row["urgency"]),
        at=row["ended"] if row["state"] == EffectState.SENT.value else None,
        answered=row["answered"],
        wrote=own.get(f"jira:{row['subject']}"),
    )


def _written(
    connection: Connection, team: TeamId, since: datetime, subjects: Sequence[str] | None
) -> dict[str, datetime]:
    """When we ourselves last changed each ticket, by the target of the effect."""
    last = _changed_lately()
    if subjects is not None:
        last = last.where(effects.c.target.in_([f"jira:{subject}" for subject in subjects]))
    return {target: at for target, at in connection.execute(last, {"of": team, "since": since})}


@cache
def _changed_lately() -> Select[Any]:
    theirs = and_(effects.c.team == bindparam("of"), _SENT, effects.c.target.startswith("jira:"))
    lately = effects.c.ended >= bindparam("since", type_=effects.c.ended.type)
    return select(effects.c.target, func.max(effects.c.ended)).where(theirs, lately).group_by(effects.c.target)


def answered(connection: Connection, person: PersonId, channel: str, ts: str, at: datetime) -> bool:
    """Note that ``person`` pressed a button of that message; whether it had told them of anything."""
    seen = select(effects.c.id).where(
        effects.c.person == person,
        effects.c.planned >= at - RECENT,
        effects.c.receipt["channel"].as_string() == channel,
        effects.c.receipt["ts"].as_string() == ts,
    )
    first = and_(told.c.effect.in_(seen), told.c.person == person, told.c.answered.is_(None))
    return connection.execute(update(told).where(first).values(answered=at)).rowcount > 0
