"""What people did with our messages, and when, so that the same days can be lived through once more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.hushes import Hush
from models.ids import CycleId, EffectId, HushId, PersonId, ProposalId, TeamId
from models.lessons import Observation
from models.pauses import Pause
from models.proposals import Objection, Proposal
from models.trust import StepBack
from models.work import Absence


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Somebody's yes or no to the question about one proposal."""

    at: datetime
    """Company time, as everywhere here."""
    team: TeamId
    proposal: ProposalId
    by: PersonId
    approve: bool
    note: str = ""
    objection: Objection | None = None
    again: datetime | None = None
    """Of a no because it is too early: before when the same is not proposed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """Somebody's yes to something else than was proposed."""

    at: datetime
    team: TeamId
    proposal: ProposalId
    by: PersonId
    became: Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class PutOffTill:
    """Somebody wants to be asked later."""

    at: datetime
    team: TeamId
    proposal: ProposalId
    by: PersonId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hushed:
    """Somebody has put something off, muted it, or said what is so with one press."""

    at: datetime
    team: TeamId
    hush: Hush


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """Somebody has ended what they had put off."""

    at: datetime
    team: TeamId
    person: PersonId
    hush: HushId


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Somebody has pressed a button of the message of one effect: they have answered it."""

    at: datetime
    team: TeamId
    person: PersonId
    effect: EffectId


@dataclass(frozen=True, slots=True, kw_only=True)
class Taught:
    """What somebody has said of a message, or set right about themselves."""

    at: datetime
    team: TeamId
    observation: Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Wished:
    """What somebody has asked for."""

    at: datetime
    team: TeamId
    proposal: Proposal
    cycle: CycleId
    """Under which it was written down: the question's own name comes from it."""
    own_yes: bool
    """Whether they confirmed it in the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rested:
    """An admin lets nothing unasked leave; or, without a pause, again."""

    at: datetime
    team: TeamId
    pause: Pause | None
    by: PersonId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedBack:
    """The agent asks again before it does more of a kind: so it was when the days began."""

    at: datetime
    team: TeamId
    step: StepBack


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """An admin lets actions of that kind be done as the constitution has it, again."""

    at: datetime
    team: TeamId
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferred:
    """How somebody wants to be contacted from then on."""

    at: datetime
    team: TeamId
    person: PersonId
    wish: Mapping[str, Any]
    """As it is remembered; empty for as the constitution has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Somebody wants no daily summary until the sprint ends; or, not ``skip``, every day again."""

    at: datetime
    team: TeamId
    by: str
    """Their Slack id."""
    skip: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """From then on somebody was absent for another reason, or, without one, was there."""

    at: datetime
    team: TeamId
    person: PersonId
    absent: Absence | None


Press = (
    Answered
    | Edited
    | PutOffTill
    | Hushed
    | Lifted
    | Pressed
    | Taught
    | Wished
    | Rested
    | Skipped
    | SteppedBack
    | Trusted
    | Preferred
    | Away
)
"""Everything that is lived through once more."""
