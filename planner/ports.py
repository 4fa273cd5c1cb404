"""What the stories need from outside, as Protocols, bundled as the Desk they work at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from models.clock import Clock
from models.cycles import Cycle, History, LastCycle, WhyRecord
from models.directives import Directives
from models.events import Trigger
from models.forecasts import Ended, Forecast
from models.hushes import Hush
from models.ids import ApprovalId, EffectId, HushId, PersonId, SignalId, SprintId, TeamId
from models.meanings import Meaning
from models.pauses import Pause
from models.proposals import Approval, Decided, Effect, Outcome, Receipt, Unit
from models.signals import Signal, Urgency
from models.work import Facts, Snapshot
from planner.reasoning import Thinking


class Work(Protocol):
    """The mirror: what is known of a team's work, and how old that is."""

    async def facts_about(self, team: TeamId) -> Facts:
        """Everything the mirror holds about ``team``; never calls a vendor."""
        ...


class Switch(Protocol):
    """What an admin can throw: nothing unasked leaves until it is thrown back."""

    async def pause(self, team: TeamId, pause: Pause) -> None:
        """Keep the pause, instead of any before, with an audit row."""
        ...

    async def resume(self, team: TeamId, by: PersonId | None) -> Pause | None:
        """End it and look at once; returns what ended, ``None`` when there was none."""
        ...


class Hindsight(Protocol):
    """How earlier sprints went, and what was foretold of them."""

    async def ended(self, team: TeamId) -> Sequence[Ended]:
        """How every past sprint that is kept went, the oldest first, each at several shares of its time."""
        ...

    async def of_sprint(self, team: TeamId, sprint: SprintId) -> Sequence[Forecast]:
        """Every forecast of one sprint, oldest first."""
        ...

    async def scored(self, team: TeamId) -> Sequence[Forecast]:
        """Every forecast of which somebody knows what became of it, oldest first."""
        ...


class Mind(Protocol):
    """Who weighs signals and proposes: rules, or a model behind the same door."""

    @property
    def name(self) -> str:
        """Who thought, for the record."""
        ...

    async def weigh(
        self, snapshot: Snapshot, signals: Sequence[Signal], trigger: Trigger, directives: Directives
    ) -> Thinking:
        """What might be done about ``signals``, who thought so and what that cost. Untrusted: policy decides each."""
        ...


class Ledger(Protocol):
    """What was decided, what is on its way out, what the world said back."""

    async def history(self, team: TeamId) -> History:
        """What policy must know before it decides for ``team``."""
        ...

    async def history_about(self, team: TeamId, subjects: Sequence[str]) -> History:
        """As ``history``, of these subjects alone: who has heard, who wants peace, and the attention of today."""
        ...

    async def history_of(self, team: TeamId, person: PersonId) -> History:
        """As ``history``, of one reader alone: what they were told and put off, and the team's questions."""
        ...

    async def shown_cards(self) -> frozenset[PersonId]:
        """Whoever has a card of today that shows an open question."""
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

    async def take(self, effect: EffectId, units: Sequence[Unit]) -> bool:
        """Take one of ``units`` of attention for what is about to begin; ``False`` when none is left."""
        ...

    async def still_ours(self) -> None:
        """Raises ``LostLease`` when the job of this ledger has been taken over, ``NotDone`` when nobody says."""
        ...

    async def settle(self, effect: EffectId, outcome: Outcome) -> None:
        """Commit how it ended this time."""
        ...

    async def approval(self, approval: ApprovalId) -> Approval | None:
        """The ask of that id."""
        ...

    async def carried_out(self, id: str) -> Effect | None:
        """The effect that carried out the proposal behind a proposal, effect or approval id."""
        ...

    async def hush(self, hush: Hush) -> Hush:
        """Keep what somebody has put off or muted, instead of what they said about the same before."""
        ...

    async def unhush(self, team: TeamId, person: PersonId, which: Sequence[HushId]) -> Sequence[Hush]:
        """End these of the person's own; returns those that still held."""
        ...

    async def hushes(self, team: TeamId, person: PersonId) -> Sequence[Hush]:
        """What the person has put off or muted now, oldest first."""
        ...

    async def known_items(self, team: TeamId) -> Mapping[SignalId, Urgency]:
        """What the team's daily summary need not tell again, and how urgent it was when it was told or refused."""
        ...

    async def deferred(self, team: TeamId) -> Sequence[Decided]:
        """What the team's last look put off, with the reason and until when."""
        ...

    async def last_cycles(self, team: TeamId, limit: int) -> Sequence[LastCycle]:
        """The latest looks at ``team``, newest first."""
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


def _untold(directives: Directives) -> Sequence[Meaning]:
    """Where nobody can ask for the constitution, nothing is told of it."""
    return ()


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
    switch: Switch | None = None
    """Only where people can ask for it."""
    hindsight: Hindsight | None = None
    """Where nothing is foretold there is none."""
    meanings: Callable[[Directives], Sequence[Meaning]] = _untold
    """The lines of the constitution in plain words, in the order of the file."""
    off: Mapping[str, str] = field(default_factory=dict)
    """The action kinds nothing here can carry out, with the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class Looked:
    """What one cycle came to, for logs and for the clock."""

    signals: int
    decided: tuple[Decided, ...]
    next_look: datetime
    dropped: Mapping[str, int] = field(default_factory=dict)
    """What of a model's answer was not used, by why, and how often."""
    cycle: str = ""
    """Its id."""
