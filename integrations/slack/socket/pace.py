"""How long things may take on the socket; production's values as they stand, shorter ones in tests."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds, all of them.

    Silence is noticed after ``silent`` and at most one ``ping`` more. Then Slack may still wait its three seconds for a
    command that it put into the dead line: with both and a new connection it is below ten.
    """

    ping: float = 1.0
    """Between two pings of ours; whoever is alive answers each."""
    silent: float = 3.5
    """Nothing heard at all, no answer to three pings: another connection is opened beside this one.

    A network that loses packets for a moment may look so too: then one address too many is asked for.
    """
    unpinged: float = 60.0
    """Slack pings us too. Where it has begun to and then stops, what answers our pings is no Slack any more."""
    hello: float = 5.0
    """Slack has to greet a new connection."""
    close: float = 0.5
    """To say goodbye in; Slack often leaves the line open after it."""
    grace: float = 10.0
    """A connection that Slack replaces is still read: what is on its way arrives."""
    steady: float = 10.0
    """A connection that lived shorter counts as a failure, so that one that always falls is not opened in a circle."""
    soonest: float = 0.5
    latest: float = 60.0
    """First and longest wait before another try."""
    refused: float = 300.0
    """Longest wait while Slack says no: somebody must change something first, and need not restart us then."""
    drain: float = 5.0
    """At the end, for what was read to be finished."""

    def wait(self, failures: int, *, refused: bool = False) -> float:
        """Before the next try, after so many failures in a row."""
        doubled = self.soonest * 2.0 ** min(failures - 1, 20) if failures > 0 else 0.0
        return min(self.refused if refused else self.latest, doubled)
