"""How the socket stands: since when, last heard when, how often lost; what to do where Slack says no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from integrations.health import Check
from models.clock import Clock

NAME = "slack socket"
"""The name of its check."""

_WAIT = "It goes on by itself. When it stays so: check this machine's way to slack.com, and status.slack.com"


@dataclass
class Standing:
    """Told by whoever keeps the socket, read by ``/ready``, ``/metrics`` and the log."""

    clock: Clock
    silent: float
    """Seconds without a sign of Slack from which on something is wrong."""
    lost: Callable[[str], None] = lambda why: None
    """Is told of every connection that ended, by why."""
    since: datetime | None = None
    """Real time since which there has been a connection."""
    heard: float | None = None
    """Monotonic moment of Slack's last sign."""
    beside: int = 0
    """Connections of this app that Slack counts, other processes' included."""
    ends: Counter[str] = field(default_factory=Counter)
    trouble: str = ""
    remedy: str = ""

    def greeted(self, beside: int) -> bool:
        """Slack has said hello; whether that ends a time without a connection."""
        news = self.since is None
        self.since = self.since or self.clock.real()
        self.heard, self.beside = self.clock.monotonic(), beside
        self.trouble = self.remedy = ""
        return news

    def ended(self, why: str) -> None:
        """A connection is over, or is not trusted any more."""
        self.ends[why] += 1
        self.lost(why)

    def failed(self, trouble: str, remedy: str = "") -> bool:
        """There is no connection, and why; whether that is news."""
        news = trouble != self.trouble
        self.since, self.trouble, self.remedy = None, trouble, remedy or _WAIT
        return news

    @property
    def quiet(self) -> float | None:
        """Seconds since Slack's last sign; ``None`` before the first."""
        return None if self.heard is None else self.clock.monotonic() - self.heard

    def check(self) -> Check:
        """For ``/ready``."""
        if self.trouble:
            return Check(NAME, False, self.trouble, self.remedy)
        if self.since is None or self.quiet is None:
            return Check(NAME, False, "not connected yet", "Look again in a few seconds", grave=False)
        if self.quiet > self.silent:
            return Check(NAME, False, f"silent for {self.quiet:.0f} s; connecting anew", _WAIT, grave=False)
        return Check(NAME, True, self._words())

    def _words(self) -> str:
        assert self.since is not None
        lost = ", ".join(f"{number} {why}" for why, number in self.ends.most_common())
        words = f"connected since {self.since:%H:%M:%S} UTC, heard {self.quiet:.0f} s ago"
        return f"{words}, {self.ends.total()} reconnects" + (f" ({lost})" if lost else "")
