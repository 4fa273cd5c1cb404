"""Two clocks: company time for business rules, real time for signatures, leases and deadlines.

Nothing else in the product reads a clock. Every instant is an aware UTC ``datetime``.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """What everything that needs the time is handed."""

    def now(self) -> datetime:
        """Company time, UTC: working hours, budgets, due dates, sprint days."""
        ...

    def real(self) -> datetime:
        """Real time, UTC: signatures, leases, retry times, data age."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back: durations and time-outs inside one process."""
        ...


class SystemClock:
    """The machine's own clock: company time and real time are the same."""

    def now(self) -> datetime:
        """See ``Clock.now``."""
        return self.real()

    def real(self) -> datetime:
        """See ``Clock.real``."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """See ``Clock.monotonic``."""
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Pace:
    """How company time runs: at ``real`` it was ``company``, and since then ``speed`` times as fast."""

    company: datetime
    real: datetime
    speed: float

    def at(self, real: datetime) -> datetime:
        """Company time at the real instant ``real``."""
        return self.company + (real - self.real) * self.speed

    def to_json(self) -> str:
        """The form kept in the clock file."""
        return json.dumps({"company": self.company.isoformat(), "real": self.real.isoformat(), "speed": self.speed})

    @classmethod
    def from_json(cls, text: str) -> Pace:
        """Read what ``to_json`` wrote. Raises ``ValueError`` on anything else."""
        try:
            said = json.loads(text)
            company, real = (datetime.fromisoformat(said[name]).astimezone(UTC) for name in ("company", "real"))
            pace = cls(company, real, float(said["speed"]))
        except (KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ValueError(f"this is no pace: {error}") from None
        return pace


class SharedClock(SystemClock):
    """Company time that several processes read from one small file, so a demo can run it faster.

    The file is re-read when it changes; while it is missing or half-written the last good pace holds.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp: int | None = None
        self._pace = Pace(self.real(), self.real(), 1.0)

    def now(self) -> datetime:
        """See ``Clock.now``."""
        return self.pace().at(self.real())

    def pace(self) -> Pace:
        """The pace in force."""
        try:
            stamp = self._file.stat().st_mtime_ns
            if stamp != self._stamp:
                self._pace, self._stamp = Pace.from_json(self._file.read_text()), stamp
        except (OSError, ValueError, KeyError):
            pass
        return self._pace

    def set(self, company: datetime, speed: float) -> None:
        """From this moment it is ``company`` and time runs ``speed`` times as fast as real time."""
        draft = self._file.with_suffix(".new")
        draft.write_text(Pace(company, self.real(), speed).to_json())
        draft.replace(self._file)

    def advance(self, by: timedelta) -> None:
        """Jump forward; the speed stays."""
        self.set(self.now() + by, self.pace().speed)
