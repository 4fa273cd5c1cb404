"""How far the agent is trusted: what was marked of what it would have sent, and where it has stepped back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.ids import PersonId, ProposalId, TeamId
from models.proposals import Decision, Proposal, Verdict


class Cause(StrEnum):
    """What it steps back after."""

    UNDO = "undo"
    REJECTION = "rejection"

    @property
    def after(self) -> str:
        """With its article: ``an undo``."""
        return "an undo" if self is Cause.UNDO else "a rejection"


@dataclass(frozen=True, slots=True)
class StepBack:
    """One kind of action needs a yes again in a team, whatever the constitution allows, until an admin ends it."""

    kind: str
    cause: Cause
    at: datetime
    """Company time."""
    by: PersonId | None = None
    """Who took back or rejected what."""
    about: str = ""
    """The id of that proposal, for *Why?*."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What an admin thinks of one message that shadow mode kept; nothing but feedback."""

    team: TeamId
    proposal: ProposalId
    person: PersonId
    rule: str
    """The line that found it worth saying."""
    useful: bool
    sent: bool
    """Whether it would have been sent; what would have been withheld anyway says nothing of a line."""
    at: datetime
    """Company time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One thing that was decided in shadow mode, as it stands on record."""

    team: TeamId
    proposal: Proposal
    decision: Decision
    """With ``supposed``."""
    at: datetime
    """Company time."""

    @property
    def would_be_sent(self) -> bool:
        """Whether it would have reached somebody: been done, or been asked of somebody."""
        supposed = self.decision.supposed
        return supposed is not None and supposed.verdict in (Verdict.ALLOW, Verdict.ASK)
