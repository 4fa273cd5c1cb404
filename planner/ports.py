"""What the stories need from outside, as Protocols, bundled as the Desk they work at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from models.clock import Clock
from models.cycles import Cycle, History, WhyRecord
from models.directives import Directives
from models.events import Trigger
from models.ids import ApprovalId, EffectId, TeamId
from models.proposals import Approval, Decided, Effect, Outcome, Proposal, Receipt
from models.signals import Signal
from models.work import Facts, Snapshot


class Work(Protocol):
    """The mirror: what is known of a team's work, and how old that is."""

    async def facts_about(self, team: TeamId) -> Facts:
        """Everything the mirror holds about ``team``; never calls a vendor."""
        ...


class Mind(Protocol):
    """Who weighs signals and proposes: rules, or a model behind the same door."""

    @property
    def name(self) -> str:
        """Who thought, for the record."""
        ...

    async def propose(
        self, snapshot: Snapshot, signals: Sequence[Signal], trigger: Trigger, directives: Directives
    ) -> Sequence[Proposal]:
        """What might be done about ``signals``. Untrusted: policy decides each."""
        ...


class Ledger(Protocol):
    """What was decided, what is on its way out, what the world said back."""

    async def history(self, team: TeamId) -> History:
        """What policy must know before it decides for ``team``."""
        ...

    async def record(self, cycle: Cycle) -> Sequence[Decided]:
        """Keep a cycle, withdraw the questions it has overtaken and plan its effects, in one transaction.

        Returns what was really recorded: a decision that lost a race for somebody's attention
        comes back as *defer*. Raises ``LostLease`` when the cycle's job is no longer ours.
        """
        ...

    async def begin(self, effect: EffectId) -> Effect | None:
        """Commit the intent to send; returns the effect as it was *before*, or ``None`` when it has ended."""
        ...

    async def still_ours(self) -> None:
        """Raises ``LostLease`` when the job this ledger is bound to has been taken over."""
        ...

    async def settle(self, effect: EffectId, outcome: Outcome) -> None:
        """Commit how it ended this time."""
        ...

    async def approval(self, approval: ApprovalId) -> Approval | None:
        """The ask of that id."""
        ...

    async def why(self, id: str) -> WhyRecord | None:
        """The record behind a proposal, effect or approval id; ``None`` when nothing has that id."""
        ...


class Hand(Protocol):
    """One system that can carry out Actions, at most once per Effect id as far as it can tell."""

    async def perform(self, effect: Effect) -> Receipt:
        """Do it, leaving ``effect.id`` as a marker at the target.

        Raises ``NotDone`` (nothing happened), ``Unclear`` (it may have), ``Refused`` (for good).
        """
        ...

    async def find(self, effect: Effect) -> Receipt | None:
        """Look the marker up: the receipt when an earlier try did happen. Raises as ``perform``."""
        ...

    async def changed(self, effect: Effect) -> str | None:
        """Why the world has moved on so that this must not be done any more, or ``None``."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The ports, bundled and handed in."""

    clock: Clock
    directives: Directives
    work: Work
    mind: Mind
    ledger: Ledger
    hands: Mapping[str, Hand]
    """By action kind."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one cycle came to, for logs and for the clock."""

    signals: int
    decided: tuple[Decided, ...]
    next_look: datetime
