"""A Signal: a condition found by rule that deserves attention, with the evidence for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from models.ids import PersonId, SignalId, named


class SignalKind(StrEnum):
    """Every condition the product can find; directives.yaml names them."""

    BLOCKED_TOO_LONG = "blocked_too_long"
    REVIEW_OVERDUE = "review_overdue"
    NOBODY_ASSIGNED = "nobody_assigned"
    SPRINT_AT_RISK = "sprint_at_risk"
    IDENTITY_UNCERTAIN = "identity_uncertain"
    """Has no threshold of its own: it is found when a line allows ``ask_identity``."""


class Urgency(IntEnum):
    """How soon to look again, and which of two messages goes first."""

    LOW = 0
    MEDIUM = 1
    HIGH = 2
    CRITICAL = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One fact in words, with where to check it."""

    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One condition about one subject, in one episode (``since`` begins it)."""

    kind: SignalKind
    subject: str
    """An issue key, a pull request id, ``sprint:<id>``, ``author:<person>`` or ``account:<id>``."""
    headline: str
    """One plain-text sentence of facts: what is so, since when. Never escaped here."""
    url: str
    since: datetime
    urgency: Urgency
    addressee: PersonId | None
    """Whose move it is; ``None`` when the constitution's people do not include them."""
    evidence: tuple[Evidence, ...]
    rule: str
    """Id of the directive that set the threshold."""
    step: int = 0
    """The rung of the ladder this episode has reached; each is acted on once."""
    remedy: str = ""
    """What to do when it is over already: ``take the flag off in Jira``. Empty where its kind says enough."""

    @property
    def id(self) -> SignalId:
        """One name per episode and rung, so each is told once."""
        return SignalId(named(self.kind, self.subject, self.since.isoformat(), self.step))

    @property
    def ids_so_far(self) -> frozenset[SignalId]:
        """The names of this episode on this rung and on those before it: whatever was told of it bears one."""
        return frozenset(replace(self, step=step).id for step in range(self.step + 1))


@dataclass(frozen=True, slots=True)
class Findings:
    """What one look found, and when the picture would change by time alone."""

    signals: tuple[Signal, ...]
    ripens: datetime | None = None
    """The earliest instant (company time) at which a condition that holds now becomes a Signal."""
