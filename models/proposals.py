"""From a Proposal to its Outcome: what might be done, whether it may, who said yes, what the world said back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from models.actions import Action
from models.ids import ApprovalId, CycleId, EffectId, HushId, PersonId, ProposalId, SignalId, TeamId, named
from models.signals import Evidence, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedIn:
    """Where somebody asked for something: there they are told what came of it."""

    person: PersonId
    channel: str = ""
    """Slack's id of the channel or conversation; empty where only they saw the answer: then they get a message."""
    thread: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way among several that a model has weighed: what it would do, what speaks for it, and what against."""

    action: Action
    pros: tuple[str, ...] = ()
    cons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An Action plus because, evidence and expiry."""

    id: ProposalId
    """Equal for the same thing proposed again in the same episode."""
    action: Action
    because: str
    evidence: tuple[Evidence, ...]
    signals: tuple[SignalId, ...]
    urgency: Urgency
    rule: str
    """Id of the directive that made it worth proposing."""
    if_nothing: str = ""
    undo: str | None = None
    """How it can be taken back, in words; ``None`` when it cannot."""
    asked_by: PersonId | None = None
    """Set when a person has just asked for this: then it costs no attention."""
    undoes: EffectId | None = None
    """The effect this takes back, when it is an undo."""
    promised: HushId | None = None
    """What its reader had put off until now: asked for then, so it costs no attention, but it keeps to their hours."""
    asked_in: AskedIn | None = None
    """Who wanted it and where, as long as they are owed a word of what came of it; kept when it is asked again."""
    options: tuple[Option, ...] = ()
    """The ways a model has weighed, where it was not sure. Neither these nor ``weighed`` are part of what is approved:
    a question's id and version go by the Action alone."""
    weighed: str = ""
    """What a model makes of it: an inference, in words whose every fact code has written out. From a mind it carries
    citations (``{f3}``) instead."""
    by_model: bool = False
    """Whether the rules alone would have done something else: then it is never done without somebody's yes."""


class Verdict(StrEnum):
    """May we?"""

    ALLOW = "allow"
    ASK = "ask"
    DEFER = "defer"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spend:
    """One unit of somebody's attention: unique per person, local day, budget and ordinal."""

    person: PersonId
    day: date
    budget: str
    """``daily`` or ``critical``."""
    ordinal: int
    """The first of the day that seemed free; should it be gone, another is taken."""
    most: int = 0
    """Up to how many of the day there are; never fewer than ``ordinal``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """Where one unit of somebody's attention may still be taken when a message begins: up to ``most`` of that day."""

    person: PersonId
    day: date
    budget: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposed:
    """What would have been decided of something that shadow mode only records."""

    verdict: Verdict
    rule: str
    reason: str
    asked: PersonId | None = None
    """With ``ASK``: who would have been asked first."""
    spend: Spend | None = None
    """What of whose attention it would have cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The answer to *may we*, with the rule that decided and the reason in words."""

    verdict: Verdict
    rule: str
    reason: str
    until: datetime | None = None
    """With ``DEFER``: company time at which to decide again."""
    approvers: tuple[PersonId, ...] = ()
    """With ``ASK``: who may answer, the first is asked."""
    expires: datetime | None = None
    """With ``ASK``: when the question lapses (company time)."""
    spend: Spend | None = None
    """What of whose attention this costs."""
    supposed: Supposed | None = None
    """Set in shadow mode alone: nothing of it is done."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A Proposal and its Decision."""

    proposal: Proposal
    decision: Decision


class ApprovalState(StrEnum):
    """Where an ask is in its life. Only ``PENDING`` can change."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


CARD_OPEN = timedelta(hours=9)
"""How long after a question its message takes further ones (company time): about a working day. An edit notifies
nobody, so what is asked on another day is a message of its own, and costs that day's attention."""


class Objection(StrEnum):
    """Why somebody says no."""

    WRONG_PERSON = "wrong_person"
    TOO_EARLY = "too_early"
    NOT_NEEDED = "not_needed"
    NEVER = "never"
    OTHER = "other"


class EffectState(StrEnum):
    """Where an Action is on its way out."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """Somebody takes back what was done: how far that is."""

    state: EffectState
    at: datetime | None
    """When it ended (company time); ``None`` while it is under way."""
    by: PersonId | None
    words: str
    """What the world said back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A question to a person about one Proposal, and its answer."""

    id: ApprovalId
    team: TeamId
    proposal: Proposal
    payload_hash: str
    """Of the proposal as it was shown; a click carries it back."""
    approvers: tuple[PersonId, ...]
    """The first is the one who was asked."""
    state: ApprovalState
    asked_at: datetime
    expires: datetime
    decision_rule: str
    directives_version: str
    by: PersonId | None = None
    at: datetime | None = None
    note: str = ""
    reminded: datetime | None = None
    """When the one reminder went out (company time)."""
    passed_on: datetime | None = None
    """When the deputy was asked as well (company time)."""
    outcome: str = ""
    """What became of the approved Action, in words; empty while it is under way."""
    ending: Ending | None = None
    """How carrying the approved Action out ended; ``None`` while it is under way. A card says *Done* only if it was."""
    card: Mapping[str, str] | None = None
    """``{"channel", "ts"}`` of the Slack message that shows it."""
    copies: Mapping[PersonId, Mapping[str, str] | None] = field(default_factory=dict)
    """Who was asked after the first, and the message that shows it to them, once there is one."""

    @property
    def asked(self) -> tuple[PersonId, ...]:
        """Everybody who was shown the question, in that order."""
        return *self.approvers[:1], *self.copies

    def shown_to(self, person: PersonId) -> Mapping[str, str] | None:
        """Where ``person`` sees it: ``{"channel", "ts"}``; ``None`` while they do not."""
        return self.card if person in self.approvers[:1] else self.copies.get(person)

    @property
    def places(self) -> tuple[Mapping[str, str], ...]:
        """Every message that shows it."""
        return tuple(place for person in self.asked if (place := self.shown_to(person)))

    undone: Undone | None = None
    """What became of taking the action back, when somebody asked for that."""
    put_off: datetime | None = None
    """When it is brought again because somebody asked for that; of a no because it is too early, before when the same
    is not proposed again (company time)."""
    put_off_by: PersonId | None = None
    used: timedelta = timedelta()
    """Working time of its first approver that its clock had run when it was put off."""
    objection: Objection | None = None
    """Why somebody said no, where they said so."""
    edits: ApprovalId | None = None
    """The question this one replaced: an approver has changed what was proposed, and said yes to that."""


@dataclass(frozen=True, slots=True)
class PutOff:
    """What a question that waits becomes when somebody wants to hear it later."""

    until: datetime
    """When it is brought again (company time): a moment at which its reader works."""
    used: timedelta
    """Working time its clock has run so far."""
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An Action on its way out, with a deterministic id that the target stores as a marker."""

    id: EffectId
    team: TeamId
    cycle: CycleId | None
    proposal: Proposal
    action: Action
    state: EffectState
    tries: int = 0
    first_try: datetime | None = None
    """Real time of the first call, where a look-up begins."""
    planned: datetime | None = None
    """When it was decided to do it (company time): what was so before is not its doing."""
    approval: ApprovalId | None = None
    said_yes: PersonId | None = None
    """Who approved it, where that is read with it: as it is begun, and for people's Homes."""
    edited: bool = False
    """Whether they changed what was proposed, and said yes to that."""
    directives_version: str = ""
    receipt: Mapping[str, str] = field(default_factory=dict)
    ended: datetime | None = None
    """When it was over, one way or another (company time)."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the target gave back: enough to find the thing again, for example ``{"channel", "ts"}``."""

    ref: Mapping[str, str]
    words: str = ""
    """What happened, for people: ``PAY-7 → Li Wei``."""


class Ending(StrEnum):
    """How carrying out one Effect ended this time."""

    DONE = "done"
    FOUND = "found"
    CHANGED = "changed"
    FORBIDDEN = "forbidden"
    LATER = "later"
    """Nothing happened; try again."""
    UNCLEAR = "unclear"
    """It may have happened; look before trying again."""
    DEFERRED = "deferred"
    """No time to reach this person: the decision is taken back, and taken anew at ``until``."""
    FAILED = "failed"


DONE = frozenset({Ending.DONE, Ending.FOUND})
"""The endings of what has really happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the world said back, or why it was not asked."""

    ending: Ending
    words: str
    receipt: Receipt | None = None
    retry_after: float | None = None
    """Seconds of real time; with ``LATER`` and ``UNCLEAR``."""
    until: datetime | None = None
    """Company time at which to decide anew, with ``DEFERRED``; until which to wait, with ``LATER``."""


def effect_of(proposal: ProposalId) -> EffectId:
    """The one effect that carries out the proposal of that id, however often it is decided."""
    return EffectId(named("effect", proposal))


def ask_of(approval: ApprovalId) -> EffectId:
    """The one effect that shows the question of that id to its first approver."""
    return EffectId(named("ask", approval))


MOST_UNDOS = 5
"""How often taking one thing back is tried, each time after the try before came to nothing."""


def undo_of(effect: EffectId, ordinal: int = 0) -> ProposalId:
    """The proposal that takes back what that effect did; ``ordinal`` counts the tries that came to nothing."""
    return ProposalId(named("undo", effect, ordinal) if ordinal else named("undo", effect))
