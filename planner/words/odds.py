"""How a chance is said: never as certain, and always with the day it was foretold on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from models.forecasts import Odds
from planner.bounds.worktime import Calendar

OLD = timedelta(days=5)
"""A forecast older than that is not quoted: no week-end of holidays is longer."""

_VERDICTS = (
    (0.9, "Very likely all of it"),
    (0.7, "Probably all of it"),
    (0.5, "More likely than not all of it"),
    (0.3, "More likely not all of it"),
    (0.1, "Probably not all of it"),
    (0.0, "Very likely not all of it"),
)


EVEN = 0.5
"""Below that a sprint is not said to be on track, whatever is done of it."""

_BY_THE_DAY_AFTER = 2
"""Working days that a forecast decides on: its own, and the next one until that has its own."""


def rounded(chance: float) -> float:
    """As it is told, in whole per cent: words beside a number go by the number that is read."""
    return round(100 * chance) / 100


def percent(chance: float) -> str:
    """``62 %``; nothing is certain: ``over 99 %``, ``under 1 %``."""
    if chance > 0.99:
        return "over 99 %"
    return "under 1 %" if chance < 0.01 else f"{round(100 * chance)} %"


def verdict(chance: float) -> str:
    """The chance that all of it is done in words: ``Probably all of it``."""
    return next(words for least, words in _VERDICTS if rounded(chance) >= least)


def quoted_odds(odds: Sequence[Odds], calendar: Calendar, now: datetime) -> str:
    """``62 % to finish all of it, before that 78 %: forecast of Mon 23 Nov 09:00``; empty where none is of these days.

    ``odds`` newest first; ``calendar`` is the reader's.
    """
    last = latest(odds, now)
    if last is None:
        return ""
    before = f", {day_name(odds[1].day, last.day)} {percent(odds[1].chance)}" if odds[1:] else ""
    of = f"forecast of {calendar.when(last.at)} from {last.past} past sprints"
    return f"{percent(last.chance)} to finish all of it{before}: {of}"


def latest(odds: Sequence[Odds], now: datetime) -> Odds | None:
    """The last forecast, unless it is too old to be quoted; ``odds`` newest first."""
    return odds[0] if odds and now - odds[0].at <= OLD else None


def of_today(odds: Sequence[Odds], calendar: Calendar, now: datetime) -> Odds | None:
    """The forecast that decides today: the day's own, and until there is one that of the working day before.

    ``odds`` newest first; ``calendar`` is the team's.
    """
    last = latest(odds, now)
    if last is None or calendar.working_days(last.day, calendar.local_day(now)) > _BY_THE_DAY_AFTER:
        return None
    return last


def day_name(day: date, today: date) -> str:
    """``yesterday``, ``on Fri``, ``on Fri 13 Nov``."""
    gone = (today - day).days
    if gone == 1:
        return "yesterday"
    return f"on {day:%a}" if 0 < gone < 7 else f"on {day:%a} {day.day} {day:%b}"
