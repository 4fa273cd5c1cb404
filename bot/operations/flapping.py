"""When to tell of a condition: only what has held for a while, once, and never again for what comes and goes.

A message lives: it is edited when what it tells of changes or is over. What is over and comes back within
``COMES_BACK`` is told by editing the same message, which makes no sound.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.operations.conditions import CONDITIONS, Condition, Found
from models.running import Alert

CALM = timedelta(minutes=10)
"""How long a condition that was told must not have held before it is said to be over."""

COMES_BACK = timedelta(hours=6)
"""What holds again so soon after it was over is told by its old message."""

GATHERS = timedelta(hours=24)
"""Quiet conditions of so long a time share one message."""

ALIKE = timedelta(hours=1)
"""Within so long a time one message tells of a grave condition, whatever and however many teams it is about."""

REDRAWN, SELDOM = timedelta(minutes=10), timedelta(hours=6)
"""A message is edited because its figures have changed when it is twice as old as at the last edit: not sooner than
this, and not later than that."""

MISSED = timedelta(minutes=5)
"""Nobody looked for so long: whether it held meanwhile is not known, so its time begins anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What follows from one look."""

    keep: tuple[Alert, ...] = ()
    forget: tuple[tuple[str, str], ...] = ()
    tell: tuple[str, ...] = ()
    """Messages (by name) that are to be sent now, each for the first time."""
    redraw: tuple[str, ...] = ()
    """Messages that say something else now."""


@dataclass
class _Sheet:
    """The rows while they are gone through."""

    now: datetime
    rows: dict[tuple[str, str], Alert]
    changed: dict[tuple[str, str], Alert] = field(default_factory=dict)
    gone: list[tuple[str, str]] = field(default_factory=list)
    tell: list[str] = field(default_factory=list)
    redraw: list[str] = field(default_factory=list)

    def put(self, alert: Alert) -> None:
        self.rows[alert.key] = self.changed[alert.key] = alert

    def drop(self, key: tuple[str, str]) -> None:
        del self.rows[key]
        self.gone.append(key)


def turn(
    known: Sequence[Alert],
    found: Iterable[Found],
    now: datetime,
    conditions: Mapping[str, Condition] = CONDITIONS,
) -> Turn:
    """What to keep and to say, given what is ``known`` and what was ``found`` at ``now`` (real time)."""
    sheet = _Sheet(now, {alert.key: alert for alert in known})
    holds = {(each.name, each.subject): each for each in found}
    for each in holds.values():
        _holds(sheet, each, conditions[each.name])
    for key in [key for key in sheet.rows if key not in holds]:
        _holds_not(sheet, sheet.rows[key])
    _figures(sheet, holds)
    tell = tuple(dict.fromkeys(sheet.tell))
    redraw = tuple(name for name in dict.fromkeys(sheet.redraw) if name not in tell)
    return Turn(keep=tuple(sheet.changed.values()), forget=tuple(sheet.gone), tell=tell, redraw=redraw)


def _holds(sheet: _Sheet, found: Found, condition: Condition) -> None:
    row, now = sheet.rows.get((found.name, found.subject)), sheet.now
    if row is not None and row.ended is not None and now - row.ended >= COMES_BACK:
        row = None
    if row is None or (row.told is None and now - row.held > MISSED) or _is_ahead(row, now):
        row = Alert(name=found.name, subject=found.subject, since=now, held=now, words=found.words)
    if row.ended is not None:
        sheet.put(replace(row, ended=None, since=now, held=now, words=found.words, times=row.times + 1, drawn=now))
        sheet.redraw.append(row.message)
        return
    row = replace(row, held=now, words=found.words if row.told is None else row.words)
    if row.told is None and now - row.since >= condition.after:
        row = _told(sheet, row, condition)
    sheet.put(row)


def _is_ahead(row: Alert, now: datetime) -> bool:
    """Whether it was written by a clock that was ahead: then nothing of it can be gone by."""
    return max(row.since, row.held, row.ended or row.held) > now + MISSED


def _told(sheet: _Sheet, row: Alert, condition: Condition) -> Alert:
    """It is to be told: with others of its kind, with the other quiet ones of this time, or else by a new message."""
    now = sheet.now
    begins, lasts = (f"{ALERT} {row.name} ", ALIKE) if condition.grave else (QUIET, GATHERS)
    open_ = [each for each in sheet.rows.values() if each.message.startswith(begins) and _begun(each) > now - lasts]
    message = max((each.message for each in open_), default="")
    if message:
        sheet.redraw.append(message)
    else:
        message = f"{begins}{row.since.isoformat(timespec='seconds')}"
        sheet.tell.append(message)
    return replace(row, told=now, drawn=now, message=message)


def _figures(sheet: _Sheet, holds: Mapping[tuple[str, str], Found]) -> None:
    """Whatever is drawn again says what is so now of all its rows, so that their figures are no reason for another."""
    for message in dict.fromkeys(row.message for row in sheet.rows.values() if row.told is not None):
        rows = [row for row in sheet.rows.values() if row.message == message]
        stale = [row for row in rows if row.ended is None and row.key in holds and holds[row.key].words != row.words]
        if stale and (message in sheet.redraw or _is_due(rows, sheet.now)):
            sheet.redraw.append(message)
            for row in stale:
                sheet.put(replace(row, words=holds[row.key].words, drawn=sheet.now))


def _is_due(rows: Sequence[Alert], now: datetime) -> bool:
    drawn, since = max(row.drawn or row.held for row in rows), min(row.since for row in rows)
    return now - drawn >= min(max(drawn - since, REDRAWN), SELDOM)


ALERT = "alert"
"""Begins the name of every message of ours."""

QUIET = f"{ALERT} quiet "
"""Begins the name of a message that several conditions share; when the first of them began follows."""


def _begun(alert: Alert) -> datetime:
    return datetime.fromisoformat(alert.message.rpartition(" ")[2])


def _holds_not(sheet: _Sheet, row: Alert) -> None:
    if row.told is None:
        sheet.drop(row.key)  # it never held for long enough: nobody heard, so nobody needs to hear that it is over
    elif row.ended is None and (sheet.now - row.held >= CALM or _is_ahead(row, sheet.now)):
        sheet.put(replace(row, ended=sheet.now, drawn=sheet.now))
        sheet.redraw.append(row.message)
