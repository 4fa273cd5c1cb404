"""From a Snapshot to Signals, by rule: every condition the product can find is in this tuple."""

from __future__ import annotations

from collections.abc import Callable

from models.directives import Directives
from models.signals import Findings
from models.work import Snapshot
from planner.detect.blocked_too_long import blocked_too_long
from planner.detect.identity_uncertain import identity_uncertain
from planner.detect.nobody_assigned import nobody_assigned
from planner.detect.review_overdue import review_overdue
from planner.detect.sprint_at_risk import sprint_at_risk

Detector = Callable[[Snapshot, Directives], Findings]

DETECTORS: tuple[Detector, ...] = (
    blocked_too_long,
    review_overdue,
    nobody_assigned,
    sprint_at_risk,
    identity_uncertain,
)


def detect(snapshot: Snapshot, directives: Directives) -> Findings:
    """Everything that deserves attention now, the most urgent first, and when time alone will add to it."""
    found = [find(snapshot, directives) for find in DETECTORS]
    signals = sorted(
        (signal for each in found for signal in each.signals),
        key=lambda s: (-s.urgency, s.since, s.kind, s.subject, s.step, s.addressee or ""),
    )
    return Findings(tuple(signals), min((each.ripens for each in found if each.ripens), default=None))
