"""A Signal: a condition found by rule that deserves attention, with the evidence for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from functools import cached_property

from models.ids import PersonId, SignalId, TeamId, named


class SignalKind(StrEnum):
    """Every condition the product can find; directives.yaml names them."""

    BLOCKED_TOO_LONG = "blocked_too_long"
    BLOCKER_OF_SEVERAL = "blocker_of_several"
    STALE_IN_PROGRESS = "stale_in_progress"
    OVERDUE_DATE = "overdue_date"
    NOBODY_ASSIGNED = "nobody_assigned"
    REVIEW_OVERDUE = "review_overdue"
    REVIEWS_PILING_UP = "reviews_piling_up"
    CHANGES_IDLE = "changes_idle"
    BUILD_RED = "build_red"
    MERGED_BUT_OPEN = "merged_but_open"
    DONE_BUT_OPEN = "done_but_open"
    WORK_OUTSIDE_SPRINT = "work_outside_sprint"
    SPRINT_AT_RISK = "sprint_at_risk"
    SPRINT_CRITICAL = "sprint_critical"
    SCOPE_CHANGED = "scope_changed"
    PERSON_OVERLOADED = "person_overloaded"
    PERSON_AWAY = "person_away"
    PRODUCTION_DOWN = "production_down"
    IDENTITY_UNCERTAIN = "identity_uncertain"
    """Has no threshold of its own: it is found when a line allows ``ask_identity``."""


ABOUT_PEOPLE = frozenset({SignalKind.PERSON_OVERLOADED, SignalKind.PERSON_AWAY})
"""Told to one person privately, never in a channel: what they say of somebody is not for everybody."""


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


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One condition about one subject, in one episode (``since`` begins it)."""

    kind: SignalKind
    subject: str
    """An issue key, a pull request id, ``sprint:<id>``, ``person:<id>``, ``author:<person>`` or ``account:<id>``."""
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
    louder: bool = False
    """Its addressee had been told before it became critical, and is told that once more."""
    team: TeamId | None = None
    """Set where what is found of the subject is one team's alone, as of a person who works in two: then so is the
    episode, and each team tells its own. Everything else belongs to one team, and is told once."""
    remedy: str = ""
    """What to do when it is over already: ``take the flag off in Jira``. Empty where its kind says enough."""
    asks: str = ""
    """What is asked of whoever hears, in a sentence; empty where its kind says enough."""

    @cached_property
    def id(self) -> SignalId:
        """One name per episode and rung, so each is told once."""
        return self._on(self.step, self.louder)

    @cached_property
    def ids_so_far(self) -> frozenset[SignalId]:
        """The names of this episode on this rung and on those before it: whatever was told of it bears one."""
        return frozenset({self.id, *(self._on(step) for step in range(self.step + self.louder))})

    def _on(self, step: int, louder: bool = False) -> SignalId:
        more = (*((f"team:{self.team}",) if self.team else ()), *(("louder",) if louder else ()))
        return SignalId(named(self.kind, self.subject, self.since.isoformat(), step, *more))


@dataclass(frozen=True, slots=True)
class Findings:
    """What one look found, and when the picture would change by time alone."""

    signals: tuple[Signal, ...]
    ripens: datetime | None = None
    """The earliest instant (company time) at which a condition that holds now becomes a Signal."""
