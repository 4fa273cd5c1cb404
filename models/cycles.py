"""A Cycle: one trigger from look to hand-over, as it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from models.events import Trigger
from models.ids import ApprovalId, CycleId, PersonId, ProposalId, SignalId, TeamId
from models.proposals import Approval, Decided, Decision, EffectState, Proposal, Verdict
from models.signals import Signal, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What the ledger remembers that policy must know before it decides."""

    spent: Mapping[tuple[PersonId, str, str], int]
    """(person, local day in ISO form, budget) -> units already spent."""
    told: frozenset[tuple[PersonId, SignalId]]
    """Who has been told of which episode."""
    settled: Mapping[ProposalId, Verdict]
    """Proposals that were already allowed, asked or denied: never again."""
    open_cards: frozenset[PersonId]
    """Approvers with a question of today: one more line on its card costs nothing, posted yet or not."""
    raised: frozenset[tuple[PersonId, SignalId, Verdict]] = frozenset()
    """Episodes somebody was to be told of, where that was asked of an approver or denied: not again that way."""
    pending: tuple[Approval, ...] = ()
    """The team's questions that wait for an answer, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """The record of one cycle; ``record`` keeps it in one transaction."""

    id: CycleId
    trigger: Trigger
    at: datetime
    """Company time."""
    directives_version: str
    signals: tuple[Signal, ...]
    decided: tuple[Decided, ...]
    urgency: Urgency
    next_look: datetime
    """Company time."""
    overtaken: tuple[ApprovalId, ...] = ()
    """Pending questions whose matter this look has not found any more: they are withdrawn with it."""
    thought_by: str = "rules"
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True)
class LastCycle:
    """One past cycle in a line, for status."""

    id: CycleId
    reason: str
    at: datetime
    """Company time."""
    urgency: Urgency
    signals: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyRecord:
    """Everything the ledger knows of one Proposal: enough to answer *why* without asking a model."""

    team: TeamId
    proposal: Proposal
    decision: Decision
    """The decision that settled it, else the latest *defer*; without spend and approvers."""
    at: datetime
    """Company time of that decision."""
    directives_version: str
    signals: tuple[Signal, ...]
    """What was true then: the Signals the Proposal came from."""
    effect: EffectState | None = None
    """Where its Action is on its way out; ``None`` when none was planned."""
    outcome: str = ""
    """What the world said back, in words."""
    approval: Approval | None = None
