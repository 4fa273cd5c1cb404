"""What there is to know of the running of it: processes at work, counts that add up, conditions to put right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from models.ids import TeamId

BEAT = timedelta(seconds=15)
"""How often a process says that it is at work, and writes what it has counted (real time)."""

ALIVE = 3 * BEAT
"""How long after its last word a process is believed to be at work: two may be missed."""


class Kind(StrEnum):
    """What a process is there for."""

    WEB = "web"
    """The doors alone."""
    WORKER = "worker"
    """Worker and clock alone."""
    START = "start"
    """Both."""


OPENS = frozenset({Kind.WEB, Kind.START})
WORKS = frozenset({Kind.WORKER, Kind.START})


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A process, as it says of itself."""

    name: str
    """One for each life of a process."""
    kind: Kind
    host: str
    pid: int
    version: str


@dataclass(frozen=True, slots=True)
class Shift:
    """One time of being at work of a process, without a gap. Instants are real time."""

    process: Process
    began: datetime
    beat: datetime
    ended: datetime | None

    def alive(self, now: datetime) -> bool:
        """Whether it is at work at ``now``, as far as anybody knows. A word from the future was a wrong clock's."""
        return self.ended is None and abs(now - self.beat) <= ALIVE


@dataclass(frozen=True, slots=True)
class Count:
    """What is counted: a name, and what tells its kinds apart."""

    name: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """How often, and when last (real time, as it was written)."""

    value: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One condition that holds, or has held lately. Instants are real time."""

    name: str
    subject: str
    """What it is about where there are several: a source, a team; else empty."""
    since: datetime
    """When it began to hold, this time."""
    held: datetime
    """When it was seen to hold last."""
    words: str
    told: datetime | None = None
    ended: datetime | None = None
    drawn: datetime | None = None
    times: int = 1
    """How often it has held while one message tells of it."""
    message: str = ""
    """Name of the notice that tells of it; empty until it is told."""

    @property
    def key(self) -> tuple[str, str]:
        """One row at a time."""
        return self.name, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What lies there at one moment, read in one go. Ages are seconds."""

    ambiguous: int
    """Sends nobody knows the end of."""
    oldest_ambiguous: float
    spent: dict[tuple[TeamId, str], int]
    """By team and day of its own, in billionths of a dollar; held money counts in full."""
    interventions: dict[str, int]
    """What people had to do themselves since the moment asked for, by what it was."""
