"""How long it was up: the doors open and somebody at work behind them, by what the processes have said themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models.running import ALIVE, OPENS, WORKS, Kind, Shift

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Uptime:
    """Of the time ``since`` then, how much it was up. What nobody wrote down counts as down."""

    since: datetime
    until: datetime
    up: timedelta

    @property
    def share(self) -> float | None:
        """Between 0 and 1; ``None`` when no time has passed."""
        known = self.until - self.since
        return self.up / known if known > timedelta() else None

    @property
    def down(self) -> timedelta:
        """The rest."""
        return self.until - self.since - self.up


def uptime(shifts: Sequence[Shift], since: datetime, now: datetime) -> Uptime:
    """From ``since``, at the latest from the first time anybody was at work, until ``now``."""
    first = min((shift.began for shift in shifts), default=now)
    since = min(max(since, first), now)
    open_, working = _of(shifts, OPENS, since, now), _of(shifts, WORKS, since, now)
    both = sum((end - begin for begin, end in shared(open_, working)), timedelta())
    return Uptime(since, now, both)


def _of(shifts: Sequence[Shift], kinds: frozenset[Kind], since: datetime, now: datetime) -> list[Stretch]:
    """When at least one process of these kinds was at work; who is alive is so until ``now``."""
    mine = ((shift.began, _last(shift, now)) for shift in shifts if shift.process.kind in kinds)
    return together((max(begin, since), min(end, now)) for begin, end in mine)


def _last(shift: Shift, now: datetime) -> datetime:
    """Until when it is believed; a clock that was ahead has said nothing that can be."""
    last = now if shift.alive(now) else shift.ended or shift.beat
    return last if last <= now + ALIVE else shift.began


def together(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time, with what overlaps or touches as one."""
    joined: list[Stretch] = []
    for begin, end in sorted(each for each in stretches if each[0] < each[1]):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((begin, end))
    return joined


def shared(one: Sequence[Stretch], other: Sequence[Stretch]) -> list[Stretch]:
    """The time that is in both; neither may overlap itself."""
    pairs = ((max(a, c), min(b, d)) for a, b in one for c, d in other)
    return [(begin, end) for begin, end in pairs if begin < end]
