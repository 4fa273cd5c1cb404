"""From a Snapshot to Signals, by rule: every condition the product can find is in this tuple."""

from __future__ import annotations

from collections.abc import Callable

from models.directives import Directives
from models.signals import Findings, SignalKind
from models.work import Snapshot
from planner.detect.blocked_too_long import blocked_too_long
from planner.detect.blocker_of_several import blocker_of_several
from planner.detect.build_red import build_red
from planner.detect.changes_idle import changes_idle
from planner.detect.done_but_open import done_but_open
from planner.detect.identity_uncertain import identity_uncertain
from planner.detect.merged_but_open import merged_but_open
from planner.detect.nobody_assigned import nobody_assigned
from planner.detect.overdue_date import overdue_date
from planner.detect.person_away import person_away
from planner.detect.person_overloaded import person_overloaded
from planner.detect.production_down import production_down
from planner.detect.review_overdue import review_overdue
from planner.detect.reviews_piling_up import reviews_piling_up
from planner.detect.scope_changed import scope_changed
from planner.detect.sprint_at_risk import sprint_at_risk
from planner.detect.sprint_critical import sprint_critical
from planner.detect.stale_in_progress import stale_in_progress
from planner.detect.work_outside_sprint import work_outside_sprint

Detector = Callable[[Snapshot, Directives], Findings]

DOWN = SignalKind.PRODUCTION_DOWN
"""Of what is equally urgent it comes first: whatever else is said of its ticket is the lesser news."""

DETECTORS: tuple[Detector, ...] = (
    production_down,
    blocked_too_long,
    blocker_of_several,
    stale_in_progress,
    overdue_date,
    review_overdue,
    reviews_piling_up,
    changes_idle,
    build_red,
    merged_but_open,
    done_but_open,
    work_outside_sprint,
    nobody_assigned,
    sprint_at_risk,
    sprint_critical,
    scope_changed,
    person_overloaded,
    person_away,
    identity_uncertain,
)


def detect(snapshot: Snapshot, directives: Directives) -> Findings:
    """Everything that deserves attention now, the most urgent first, and when time alone will add to it."""
    found = [find(snapshot, directives) for find in DETECTORS]
    signals = sorted(
        (signal for each in found for signal in each.signals),
        key=lambda s: (-s.urgency, s.kind is not DOWN, s.since, s.kind, s.subject, s.step, s.addressee or ""),
    )
    return Findings(tuple(signals), min((each.ripens for each in found if each.ripens), default=None))
