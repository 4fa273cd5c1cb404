"""One line a subject: who hears that production is down hears nothing lesser of that ticket beside it."""

from __future__ import annotations

from collections.abc import Iterable

from models.directives import Directives
from models.ids import PersonId
from models.signals import Signal, SignalKind
from models.work import Snapshot
from planner.hearers.escalation import heard_by

DOWN = SignalKind.PRODUCTION_DOWN


def outdone(signals: Iterable[Signal], snapshot: Snapshot, directives: Directives) -> frozenset[tuple[PersonId, str]]:
    """Who hears of which subject that production is down: what else is found of it is no news to them."""
    loud = ((heard_by(s, snapshot, directives)[1], s.subject) for s in signals if s.kind is DOWN)
    return frozenset((person, subject) for person, subject in loud if person is not None)


def is_lesser(signal: Signal, person: PersonId, louder: frozenset[tuple[PersonId, str]]) -> bool:
    """Whether ``person`` hears something greater of the same subject."""
    return signal.kind is not DOWN and (person, signal.subject) in louder
