"""No claim without a fact: a proposal may pick among what the rules found, never add to it.

A mind's reply is untrusted. What comes out of here is put together again by code from the Signals it
names, so no word, link, number, addressee or urgency of a message is the mind's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date, datetime
from functools import cache
from types import UnionType
from typing import Any, TypeGuard, Union, get_args, get_origin, get_type_hints

from models.actions import (
    Action,
    AskApproval,
    AskIdentity,
    CommentOnIssue,
    Escalate,
    PostDigest,
    Reassign,
    RemindPerson,
)
from models.directives import Directives
from models.ids import IssueKey, PersonId, SignalId
from models.proposals import Effect, Ending, Outcome, Proposal
from models.signals import Findings, Signal, SignalKind
from models.work import Issue, Snapshot
from planner.detect import detect
from planner.escalation import heard_by
from planner.observe import running
from planner.reasoning import Load, ask_identity, comment, daily_digest, escalate, reassign, reminder


def fits(value: object, hint: Any) -> bool:
    """Whether ``value`` is of that type all through, so that it can be kept in a record and read again."""
    hint = getattr(hint, "__supertype__", hint)
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in get_args(hint))
    if origin is tuple:
        return isinstance(value, tuple) and all(fits(part, get_args(hint)[0]) for part in value)
    if is_dataclass(hint):
        return type(value) is hint and all(fits(getattr(value, f, _MISSING), of) for f, of in _fields(hint))
    return isinstance(value, hint) and not (hint is date and isinstance(value, datetime))


_MISSING = object()


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, hints[field.name]) for field in fields(kind))


def is_proposal(value: object) -> TypeGuard[Proposal]:
    """Whether this is a Proposal of an Action that exists; anything else cannot even be written down."""
    return fits(value, Proposal)


@dataclass(frozen=True, slots=True)
class Ground:
    """What one look's rules found: the only thing a proposal of that look may rest on."""

    snapshot: Snapshot
    directives: Directives
    signals: tuple[Signal, ...]
    by_id: Mapping[SignalId, tuple[Signal, ...]]
    """The same episode may be several people's to hear."""
    issues: Mapping[IssueKey, Issue]
    """The unfinished issues of running sprints."""
    load: Load
    digest_due: bool = False
    """Whether the clock has called for the daily summary: nobody else can."""

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        directives: Directives,
        findings: Findings | None = None,
        *,
        digest_due: bool = False,
    ) -> Ground:
        """What the rules find in ``snapshot``, never what whoever proposes says; ``findings`` if they have looked."""
        signals = (findings or detect(snapshot, directives)).signals
        by_id: dict[SignalId, tuple[Signal, ...]] = {}
        for signal in signals:
            by_id[signal.id] = (*by_id.get(signal.id, ()), signal)
        issues = {issue.key: issue for issue in running(snapshot)}
        return cls(snapshot, directives, signals, by_id, issues, Load.of(snapshot), digest_due)

    def holds(self, name: SignalId, channel: str | None, person: PersonId | None) -> bool:
        """Whether what was told under ``name`` is still so, and still for this channel or person to hear."""
        if name in self.by_id:
            return self._heard(name, channel, person) is not None
        return self.goes_on(name)

    def goes_on(self, name: SignalId) -> bool:
        """Whether the episode of that name is still found, on whatever rung."""
        return any(name in signal.ids_so_far for signal in self.signals)

    def told_of(self, action: RemindPerson) -> tuple[Signal, ...]:
        """The Signals among its items that really are this person's to hear, each once."""
        wanted = dict.fromkeys(item.signal for item in action.items)
        heard = (signal for name in wanted if (signal := self._heard(name, None, action.person)))
        return tuple(signal for signal in heard if signal.kind is not SignalKind.IDENTITY_UNCERTAIN)

    def checked(self, proposal: Proposal) -> Proposal | None:
        """The same proposal in our own words; ``None`` when no rule's finding carries it.

        Raises ``AttributeError`` or ``TypeError`` on a field that is not of its type.
        """
        match proposal.action:
            case RemindPerson() as action:
                signals = self.told_of(action)
                return reminder(action.person, signals, self.directives) if signals else None
            case CommentOnIssue() as action:
                return self._comment(action)
            case Escalate() as action:
                signal = self._heard(action.item.signal, action.channel, None)
                return escalate(signal, action.channel, self.directives) if signal else None
            case Reassign() as action:
                return self._reassign(action)
            case PostDigest() as action:
                own = daily_digest(self.snapshot, self.signals, self.directives) if self.digest_due else iter(())
                return next((each for each in own if each.action == action), None)
            case AskIdentity() as action:
                signal = self._heard(action.item.signal, None, action.person)
                asks = signal is not None and signal.kind is SignalKind.IDENTITY_UNCERTAIN
                return ask_identity(signal, self.directives) if signal is not None and asks else None
            case AskApproval():
                return None  # asking is a decision, never a proposal

    def _heard(self, name: SignalId, channel: str | None, person: PersonId | None) -> Signal | None:
        """The Signal of that id, if this channel or this person is who hears of it."""
        for signal in self.by_id.get(name, ()):
            if heard_by(signal, self.snapshot, self.directives) == (channel, person):
                return signal
        return None

    def _comment(self, action: CommentOnIssue) -> Proposal | None:
        signal, issue = self._heard(action.item.signal, None, action.person), self.issues.get(action.issue)
        if signal is None or issue is None or signal.subject != issue.key:
            return None
        return comment(signal, issue, action.person, self.directives)

    def _reassign(self, action: Reassign) -> Proposal | None:
        """Only what nobody owns, to somebody who is here and can be assigned."""
        taker, issue = self.snapshot.people.get(action.taker), self.issues.get(action.issue)
        if taker is None or taker.account is None or not taker.is_here(self.snapshot.now) or issue is None:
            return None
        unowned = (s for s in self.signals if s.kind is SignalKind.NOBODY_ASSIGNED and s.step == 0)
        signal = next((s for s in unowned if s.subject == issue.key), None)
        if signal is None:
            return None
        checked = reassign(signal, issue, taker, self.load, self.snapshot, self.directives)
        self.load.give(taker, issue)
        return checked


# --- at the last moment -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Matter:
    """One thing an action is about, and who was to hear of it."""

    signal: SignalId
    kind: str
    subject: str
    channel: str | None = None
    person: PersonId | None = None


def still_so(effect: Effect, ground: Ground) -> Effect | Outcome:
    """What of ``effect`` is still true: it as it is, or why it must not go out.

    ``CHANGED`` when all it is about is over. A reminder of which part is over is ``DEFERRED``, to be decided
    anew with the rest at once; of what somebody has approved the rest goes out.
    """
    action, now = effect.proposal.action, ground.snapshot.now
    told = _matters(effect.proposal)
    over = [matter for matter in told if not _holds(matter, action, ground)]
    if not over:
        return effect
    words = f"{_no_longer(over[0], ground)}; nothing sent"
    if len(over) == len(told):
        return Outcome(ending=Ending.CHANGED, words=words)
    if effect.approval is None or not isinstance(action, RemindPerson):
        return Outcome(ending=Ending.DEFERRED, words=words, until=now)
    gone = {matter.signal for matter in over}
    rest = tuple(item for item in action.items if item.signal not in gone)
    return replace(effect, action=replace(action, items=rest))


def is_over(proposal: Proposal, ground: Ground) -> bool:
    """Whether nothing of what ``proposal`` is about is so any more. A daily summary is about its day."""
    told = _matters(proposal)
    return bool(told) and not any(_holds(matter, proposal.action, ground) for matter in told)


def _matters(proposal: Proposal) -> tuple[_Matter, ...]:
    match proposal.action:
        case RemindPerson(person=person, items=items):
            return tuple(_Matter(i.signal, i.kind, i.subject, person=person) for i in items)
        case CommentOnIssue(person=person, item=item) | AskIdentity(person=person, item=item):
            return (_Matter(item.signal, item.kind, item.subject, person=person),)
        case Escalate(channel=channel, item=item):
            return (_Matter(item.signal, item.kind, item.subject, channel=channel),)
        case Reassign(issue=issue):
            return tuple(_Matter(name, SignalKind.NOBODY_ASSIGNED, issue) for name in proposal.signals)
        case _:
            return ()


def _holds(matter: _Matter, action: Action, ground: Ground) -> bool:
    """A ticket without an owner may go to whoever was chosen, whoever hears of it now."""
    if isinstance(action, Reassign):
        return ground.goes_on(matter.signal)
    return ground.holds(matter.signal, matter.channel, matter.person)


def _no_longer(matter: _Matter, ground: Ground) -> str:
    kind, colon, _ = matter.subject.partition(":")
    subject = f"the {kind}" if colon and kind in {"sprint", "account"} else matter.subject
    if ground.goes_on(matter.signal):
        return f"{subject} is somebody else's by now"
    return f"{subject} {_NOT_ANY_MORE[SignalKind(matter.kind)]}"


_NOT_ANY_MORE = {
    SignalKind.BLOCKED_TOO_LONG: "is not blocked any more",
    SignalKind.REVIEW_OVERDUE: "does not wait for review any more",
    SignalKind.NOBODY_ASSIGNED: "does not lack an owner any more",
    SignalKind.SPRINT_AT_RISK: "is not at risk any more",
    SignalKind.IDENTITY_UNCERTAIN: "is not in question any more",
}
