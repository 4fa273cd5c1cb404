"""It is up while the doors are open and somebody works behind them; what nobody wrote down counts as down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.operations.uptime import uptime
from models.running import ALIVE, Kind, Process, Shift
from tests.bot.operations.standings import NOW

HOUR = timedelta(hours=1)
WEEK = NOW - timedelta(days=7)


def at_work(kind: Kind, begin: float, end: float, *, ended: bool = True) -> Shift:
    """Of one process, from so many hours ago until so many."""
    process = Process(name=f"{kind}{begin}", kind=kind, host="h", pid=1, version="1")
    beat = NOW - end * HOUR
    return Shift(process, NOW - begin * HOUR, beat, beat if ended else None)


def up(*shifts: Shift) -> float:
    """Hours."""
    return uptime(shifts, WEEK, NOW).up / HOUR


def test_one_process_that_does_both_is_up_from_its_first_to_its_last_word() -> None:
    found = uptime([at_work(Kind.START, 10, 2)], WEEK, NOW)
    assert (found.up / HOUR, found.down / HOUR, found.since) == (8, 2, NOW - 10 * HOUR)
    assert found.share == 0.8


def test_what_a_clock_that_was_ahead_has_said_is_not_believed() -> None:
    dead, left = at_work(Kind.START, 3, -6, ended=False), at_work(Kind.START, 3, -6)
    assert not dead.alive(NOW) and up(dead) == up(left) == 0
    just = replace(dead, beat=NOW + ALIVE)
    assert just.alive(NOW) and up(just) == 3


def test_doors_without_a_worker_are_not_up_and_neither_is_a_worker_alone() -> None:
    assert up(at_work(Kind.WEB, 10, 0)) == up(at_work(Kind.WORKER, 10, 0)) == 0
    assert up(at_work(Kind.WEB, 10, 0), at_work(Kind.WORKER, 6, 3)) == 3


def test_a_rolling_restart_leaves_no_gap_and_two_at_once_count_once() -> None:
    assert up(at_work(Kind.START, 10, 4), at_work(Kind.START, 5, 0)) == 10


def test_a_gap_between_two_processes_is_down() -> None:
    assert up(at_work(Kind.START, 10, 6), at_work(Kind.START, 5, 0)) == 9


def test_who_is_alive_is_up_until_now_and_who_was_killed_until_the_last_word() -> None:
    late = 2 * ALIVE / HOUR
    assert up(at_work(Kind.START, 10, ALIVE / HOUR / 2, ended=False)) == 10
    assert up(at_work(Kind.START, 10, late, ended=False)) == 10 - late


def test_only_the_week_is_looked_at_and_before_anybody_came_nothing_is_known() -> None:
    assert uptime([at_work(Kind.START, 24 * 30, 0)], WEEK, NOW).share == 1
    assert uptime([], WEEK, NOW).share is None
