"""What was observed, row by row: each thing once, the latest of each kind read back, a person's gone when they ask."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
)

from models.actions import CommentOnIssue, RemindPerson
from models.database import insert_into, insert_new
from models.ids import PersonId, SignalId, TeamId
from models.keeping.records import dump
from models.lessons import (
    ALL,
    OF_ANSWERS,
    Experience,
    Feedback,
    Forgotten,
    Matter,
    Observation,
    Reception,
    Telling,
    Way,
    What,
)
from models.people import FOUND
from models.proposals import ApprovalState, EffectState
from models.tables.asks import approvals, hushes, observations
from models.tables.mirror import identities, memory
from models.tables.outbox import effects

KEPT = timedelta(days=180)
"""How long an observation is kept and counts (company time); what somebody has set right does so until deleted."""

OPEN = timedelta(days=7)
"""How long after a message something may still be learnt from it (company time)."""

MOST = 40
"""The latest observations of one kind about one person that count: who they were last year is not who they are."""

Stamp = tuple[int, int, datetime | None, int]
"""Changes whenever the observations of a team do."""

_ASKED_BY = {RemindPerson.kind: Way.DM, CommentOnIssue.kind: Way.JIRA}

_REPLACED = frozenset({What.VELOCITY, What.FEEDBACK})
"""Of these the latest counts: a sprint goes on, a reader may think better of it."""

_NAMES = (observations.c.what, observations.c.about, observations.c.source)


def keep(connection: Connection, seen: Sequence[Observation]) -> None:
    """Keep what was seen; what is known by its source stays as it was, but for what grows or is somebody's word."""
    for each in seen:
        row = _row(each)
        if each.what not in _REPLACED:
            insert_new(connection, observations, **row)
            continue
        new = insert_into(connection, observations).values(**row)
        newer = {name: row[name] for name in ("value", "at")}
        connection.execute(new.on_conflict_do_update(index_elements=list(_NAMES), set_=newer))


def say(connection: Connection, said: Observation) -> None:
    """Keep somebody's own word instead of an earlier one about the same."""
    before = and_(
        observations.c.person == said.person,
        observations.c.what == What.SAID.value,
        observations.c.about == said.about,
    )
    connection.execute(delete(observations).where(before))
    connection.execute(insert(observations).values(**_row(said)))


_OWN = observations.c.what.in_([What.FORGOTTEN.value, What.SAID.value])
"""What somebody said of themselves, or had deleted, holds wherever they work: it is read for every team."""


def stamp(connection: Connection, team: TeamId) -> Stamp:
    """What ``latest`` was read at."""
    count, last, at, forgotten = connection.execute(_stamped(), {"of": team}).one()
    return count, last or 0, at, forgotten


@cache
def _stamped() -> Select[int, Any, Any, int]:
    # A row that replaces the newest one may get its number: what was forgotten is counted beside it.
    marks = func.count(case((observations.c.what == What.FORGOTTEN.value, 1)))
    wanted = select(func.count(), func.max(observations.c.id), func.max(observations.c.at), marks)
    return wanted.where(or_(observations.c.team == bindparam("of"), _OWN))


def latest(connection: Connection, team: TeamId, now: datetime) -> tuple[Observation, ...]:
    """The observations of a team that count at ``now`` (company time), and everybody's own word; oldest first."""
    order = (observations.c.at.desc(), observations.c.id.desc())
    nth = func.row_number().over(partition_by=(observations.c.person, observations.c.what), order_by=order)
    counts = or_(observations.c.at >= now - KEPT, observations.c.what == What.SAID.value)
    recent = and_(or_(observations.c.team == team, _OWN), counts)
    numbered = select(observations, nth.label("nth")).where(recent).subquery()
    wanted = select(numbered).where(numbered.c.nth <= MOST).order_by(numbered.c.at, numbered.c.id)
    return tuple(_observation(row) for row in connection.execute(wanted).mappings())


ABSENCES = "absences"
"""Under this name memory keeps when who was seen to be away, and when to be back."""


def about_person(connection: Connection, person: PersonId) -> list[Observation]:
    """Everything observed of one person in any team, oldest first."""
    wanted = select(observations).where(observations.c.person == person).order_by(observations.c.at, observations.c.id)
    return [_observation(row) for row in connection.execute(wanted).mappings()]


def forget(connection: Connection, team: TeamId, person: PersonId, topic: str, at: datetime) -> Forgotten:
    """Delete what was observed of ``person`` about ``topic`` (a word of ``What``, or ``ALL``), in every team.

    A mark remains: from messages of any team before ``at`` (company time) nothing is learnt again. With ``ALL``, what
    they had hushed and what a search found of their accounts goes too; what they or an admin said of these stays.
    """
    theirs = and_(observations.c.person == person, observations.c.what != What.FORGOTTEN.value)
    some: ColumnElement[bool] = observations.c.what == topic
    if topic in _CORRECTED:
        some = or_(some, and_(observations.c.what == What.SAID.value, observations.c.about == _CORRECTED[topic]))
    gone = connection.execute(delete(observations).where(theirs, *([] if topic == ALL else [some]))).rowcount
    _mark(connection, team, person, topic, at)
    if topic != ALL:
        return Forgotten(observations=gone)
    quiet = connection.execute(delete(hushes).where(hushes.c.person == person)).rowcount
    found = identities.c.standing.in_(sorted(standing.value for standing in FOUND))
    lost = connection.execute(delete(identities).where(identities.c.person == person, found)).rowcount
    away = and_(memory.c.about == ABSENCES, memory.c.value["person"].as_string() == person)
    connection.execute(delete(memory).where(away))
    return Forgotten(observations=gone, hushes=quiet, identities=lost)


_CORRECTED = {What.CHANNEL.value: "channel", What.HOUR.value: "hours"}
"""Which of somebody's own words belong to a kind of observation."""


def _mark(connection: Connection, team: TeamId, person: PersonId, topic: str, at: datetime) -> None:
    before = and_(observations.c.person == person, observations.c.what == What.FORGOTTEN.value)
    same = before if topic == ALL else and_(before, observations.c.about == topic)
    connection.execute(delete(observations).where(same))
    mark = Observation(
        team=team, person=person, what=What.FORGOTTEN, about=topic, source=f"forget:{person}", value={}, at=at
    )
    connection.execute(insert(observations).values(**_row(mark)))


# --- what may still be learnt from ------------------------------------------------------------------------------


def experience(connection: Connection, team: TeamId, seen: tuple[Observation, ...], now: datetime) -> Experience:
    """``seen`` with the messages of the last days from which nothing has been learnt yet."""
    return Experience(seen, (*_messages(connection, team, now), *_questions(connection, team, now)))


def _messages(connection: Connection, team: TeamId, now: datetime) -> list[Telling]:
    """Reminders and comments that went out; ``answered`` by a button below them."""
    given = {"of": team, "planned_since": now - 2 * OPEN, "since": now - OPEN}
    rows = connection.execute(_open_messages(), given).mappings().all()
    pressed = _pressed(connection, team, now) if rows else {}
    return [_message(row, pressed) for row in rows]


@cache
def _open_messages() -> Select[Any]:
    """Put together once, as ``_open_questions``: both are read at every look."""
    instant = effects.c.planned.type
    return (
        select(effects.c.id, effects.c.person, effects.c.kind, effects.c.action, effects.c.ended)
        .where(
            effects.c.team == bindparam("of"),
            # For the index; nothing waits to be sent for longer than that.
            effects.c.planned >= bindparam("planned_since", type_=instant),
            effects.c.kind.in_(sorted(_ASKED_BY)),
            effects.c.state == EffectState.SENT.value,
            effects.c.ended >= bindparam("since", type_=instant),
            ~_learnt_from(effects.c.id),
        )
        .order_by(effects.c.ended, effects.c.id)
    )


def _message(row: RowMapping, pressed: Mapping[tuple[str, str], datetime]) -> Telling:
    items = row["action"].get("items") or [row["action"]["item"]]
    matters = tuple(Matter(SignalId(item["signal"]), item["subject"]) for item in items)
    places = [(row["id"], ""), *((row["person"], matter.subject) for matter in matters)]
    presses = [at for place in places if (at := pressed.get(place)) is not None and at >= row["ended"]]
    return Telling(
        id=row["id"],
        person=PersonId(row["person"]),
        at=row["ended"],
        asked=_ASKED_BY[row["kind"]],
        rule=items[0]["rule"],
        matters=matters,
        answered=min(presses, default=None),
    )


def _pressed(connection: Connection, team: TeamId, now: datetime) -> dict[tuple[str, str], datetime]:
    """When a button was pressed: by (message, ``""``) for what was said of it, by (person, subject) for a snooze."""
    given = {"of": team, "since": now - OPEN}
    found = {(source, ""): at for source, at in connection.execute(_said_lately(), given)}
    return found | {
        (person, subject): at for person, subject, at in connection.execute(_slept_lately(), given) if subject
    }


@cache
def _said_lately() -> Select[Any]:
    since = bindparam("since", type_=observations.c.at.type)
    said = and_(observations.c.what == What.FEEDBACK.value, observations.c.at >= since)
    return select(observations.c.source, observations.c.at).where(observations.c.team == bindparam("of"), said)


@cache
def _slept_lately() -> Select[Any]:
    lately = hushes.c.at >= bindparam("since", type_=hushes.c.at.type)
    return select(hushes.c.person, hushes.c.subject, hushes.c.at).where(hushes.c.team == bindparam("of"), lately)


def _questions(connection: Connection, team: TeamId, now: datetime) -> list[Telling]:
    """Approval cards that were answered by whoever was asked, or by nobody; one that another answered says nothing."""
    rows = connection.execute(_open_questions(), {"of": team, "since": now - OPEN}).mappings()
    return [
        Telling(
            id=row["id"],
            person=PersonId(row["asked"]),
            at=row["asked_at"],
            asked=Way.DM,
            rule=row["rule"],
            answered=row["at"] if row["state"] != ApprovalState.EXPIRED.value else None,
            lapsed=row["state"] == ApprovalState.EXPIRED.value,
        )
        for row in rows
    ]


@cache
def _open_questions() -> Select[Any]:
    answered = and_(
        approvals.c.state.in_([ApprovalState.APPROVED.value, ApprovalState.REJECTED.value]),
        approvals.c.by == approvals.c.asked,
    )
    wanted = select(approvals).where(
        approvals.c.team == bindparam("of"),
        approvals.c.asked_at >= bindparam("since", type_=approvals.c.asked_at.type),
        approvals.c.channel.is_not(None),
        or_(answered, approvals.c.state == ApprovalState.EXPIRED.value),
        ~_learnt_from(approvals.c.id),
    )
    return wanted.order_by(approvals.c.asked_at, approvals.c.id)


def _learnt_from(source: ColumnElement[Any]) -> ColumnElement[bool]:
    kinds = sorted(what.value for what in OF_ANSWERS)
    return exists().where(observations.c.what.in_(kinds), observations.c.source == source)


# --- how rules were taken ---------------------------------------------------------------------------------------


def reception(connection: Connection, team: TeamId, since: datetime) -> list[Reception]:
    """How the messages of each rule were taken since ``since`` (company time), by rule."""
    told: Counter[str] = Counter()
    sent = select(effects.c.action).where(
        effects.c.team == team,
        effects.c.planned >= since,
        effects.c.kind.in_(sorted(_ASKED_BY)),
        effects.c.state == EffectState.SENT.value,
    )
    for action in connection.execute(sent).scalars():
        told[(action.get("items") or [action["item"]])[0]["rule"]] += 1
    said: dict[str, Counter[Feedback]] = {}
    wrong: dict[str, dict[PersonId, None]] = {}
    spoken = select(observations.c.about, observations.c.person, observations.c.value).where(
        observations.c.team == team, observations.c.what == What.FEEDBACK.value, observations.c.at >= since
    )
    for rule, person, value in connection.execute(spoken.order_by(observations.c.id)):
        said.setdefault(rule, Counter())[Feedback(value["said"])] += 1
        if value["said"] == Feedback.WRONG_PERSON:
            wrong.setdefault(rule, {})[PersonId(person)] = None
    rules = sorted({*told, *said})
    return [Reception(rule, told[rule], dict(said.get(rule, {})), tuple(wrong.get(rule, {}))) for rule in rules]


def _row(each: Observation) -> dict[str, Any]:
    return {
        "team": each.team,
        "person": each.person,
        "what": each.what.value,
        "about": each.about,
        "source": each.source,
        "value": dump(each.value),
        "at": each.at,
    }


def _observation(row: RowMapping) -> Observation:
    return Observation(
        team=TeamId(row["team"]),
        person=PersonId(row["person"]) if row["person"] else None,
        what=What(row["what"]),
        about=row["about"],
        source=row["source"],
        value=row["value"],
        at=row["at"],
    )
