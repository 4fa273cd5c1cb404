"""What has come through the doors since the start: do a vendor and we hold the same secret?

A secret cannot be read back from any vendor. That its deliveries pass the door is the only proof there is; that one
was refused proves little, because anybody can knock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from integrations.health import Check
from models.clock import Clock
from models.events import Source

KNOCKS_LAST = timedelta(hours=1)
"""How long a refused delivery is told after the last one: a stranger's knock must not be a fault for good."""

_LATER = "; if it stays so, give both sides the same secret: docs/set-up.md, 6"
REMEDIES = {
    Source.SLACK: "Type /pm help in Slack and look again; if it stays so, compare SLACK_SIGNING_SECRET with the "
    "Signing Secret of the app's Basic Information page",
    Source.JIRA: f"Change an issue and look again{_LATER}",
    Source.BITBUCKET: f"Change a pull request and look again{_LATER}",
}


@dataclass
class _Seen:
    accepted: int = 0
    last: datetime | None = None
    refused: int = 0
    knocked: datetime | None = None


@dataclass
class Arrivals:
    """Counts of this process, by source. Instants are real time."""

    clock: Clock
    _seen: dict[Source, _Seen] = field(default_factory=dict)

    def accepted(self, source: Source) -> None:
        """A delivery with a good signature."""
        seen = self._of(source)
        seen.accepted, seen.last = seen.accepted + 1, self.clock.real()

    def refused(self, source: Source) -> None:
        """A delivery that was signed, but not with our secret, or too long ago."""
        seen = self._of(source)
        seen.refused, seen.knocked = seen.refused + 1, self.clock.real()

    def check(self, source: Source, name: str) -> Check:
        """Warns when deliveries come and none was ever good; after the first good one strangers change nothing."""
        seen = self._of(source)
        if seen.last is not None:
            return Check(name, True, f"{seen.accepted} taken since the start, the last {self._ago(seen.last)}")
        if seen.knocked is None:
            return Check(name, True, "nothing has come yet since the start")
        whose = "the vendor signs with another secret, or a stranger knocked"
        detail = f"{seen.refused} refused, none accepted so far, the last {self._ago(seen.knocked)}: {whose}"
        return Check(name, False, detail, REMEDIES[source], grave=False)

    def _of(self, source: Source) -> _Seen:
        seen = self._seen.setdefault(source, _Seen())
        if seen.knocked is not None and self.clock.real() - seen.knocked > KNOCKS_LAST:
            seen.refused, seen.knocked = 0, None
        return seen

    def _ago(self, at: datetime) -> str:
        return f"{max(0.0, (self.clock.real() - at).total_seconds()):.0f} s ago"
