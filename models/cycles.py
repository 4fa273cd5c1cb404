"""A Cycle: one trigger from look to hand-over, as it is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.events import Trigger
from models.hushes import Hush, Woken
from models.ids import ApprovalId, CycleId, PersonId, ProposalId, SignalId, TeamId, named
from models.lessons import Experience, Observation
from models.proposals import Approval, Decided, Decision, EffectState, Proposal, Undone, Verdict
from models.signals import Signal, Urgency
from models.standing import Living


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Somebody was told of one episode: what the ladder and its clocks go by."""

    person: PersonId
    signal: SignalId
    kind: str
    subject: str
    urgency: Urgency
    """How urgent it was when they were told."""
    at: datetime | None
    """When the message went out (company time); ``None`` while it is under way."""
    answered: datetime | None = None
    """When they pressed a button of that message (company time)."""
    wrote: datetime | None = None
    """When we ourselves changed the subject last, if we did (company time): such a change is nobody's answer."""


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
    hushes: tuple[Hush, ...] = ()
    """What people of the team have put off or muted, and what has ended by itself not long ago; oldest first."""
    living: tuple[Living, ...] = ()
    """Messages of the team sent not long ago, and how their matters stood when we last looked."""
    heard: tuple[Heard, ...] = ()
    """As ``told``, with what, when and how it was taken; the latest last."""
    experience: Experience = Experience()
    """What may be learnt from, and what has been learnt."""
    early: tuple[Approval, ...] = ()
    """Questions answered with *too early*, whose time has not come yet."""
    wrong: tuple[Approval, ...] = ()
    """Questions answered with *wrong person* not long ago, oldest first."""
    supposed: Mapping[tuple[PersonId, str, str], int] = field(default_factory=dict)
    """As ``spent``, of what shadow mode only records: attention it would have cost. Counts for such matters alone."""
    supposed_cards: frozenset[PersonId] = frozenset()
    """As ``open_cards``, of questions that shadow mode only records."""


NO_HISTORY = History(spent={}, told=frozenset(), settled={}, open_cards=frozenset())
"""A ledger that remembers nothing."""


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
    pressing: str = ""
    """Why it is so urgent, in one sentence of facts."""
    overtaken: tuple[ApprovalId, ...] = ()
    """Pending questions whose matter this look has not found any more: they are withdrawn with it."""
    woken: tuple[Woken, ...] = ()
    """Hushes that this look ends."""
    stood: tuple[Living, ...] = ()
    """Messages whose matters stand differently now: they are drawn again."""
    thought_by: str = "rules"
    cost_usd: float = 0.0
    learnt: tuple[Observation, ...] = ()
    """What this look has taught; kept with it."""
    own_yes: bool = False
    """Whether whoever asked for it has said yes with it: what would be asked of them is answered as it is kept."""


def cycle_of(trigger: Trigger, at: datetime) -> CycleId:
    """The one id of the look that ``trigger`` is the reason for, at that moment of company time."""
    return CycleId(named(trigger.team, trigger.reason, at.isoformat()))


EDITED = "edited"
"""The note of a question that an edit replaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Who changed which version of which question, and the cycle whose one decision is about what it became."""

    approval: ApprovalId
    version: str
    by: PersonId
    cycle: Cycle

    @property
    def decided(self) -> Decided:
        """What it became, and what policy says of that."""
        return self.cycle.decided[0]

    @property
    def name(self) -> ApprovalId:
        """The one id of the question it became."""
        return ApprovalId(named("edited", self.approval, self.decided.proposal.id))


@dataclass(frozen=True, slots=True)
class LastCycle:
    """One past cycle in a line, for status."""

    id: CycleId
    reason: str
    at: datetime
    """Company time."""
    urgency: Urgency
    signals: int
    pressing: str = ""
    """Why it was so urgent."""
    next_look: datetime | None = None
    """Company time."""


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
    undone: Undone | None = None
    """How far taking it back is, when somebody asked for that."""
