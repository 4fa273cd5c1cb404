"""No claim without a fact: a proposal may pick among what the rules found, never add to it.

A mind's reply is untrusted. What comes out of here is put together again by code from the Signals it
names, so no word, link, number, addressee or urgency of a message is the mind's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any, get_args

from models.actions import Action, AskApproval, CommentOnIssue, Escalate, PostDigest, Reassign, RemindPerson
from models.directives import Directives
from models.ids import PersonId, SignalId
from models.proposals import Proposal
from models.signals import Signal, SignalKind
from models.work import Issue, Snapshot
from planner.detect import detect
from planner.escalation import heard_by, is_here
from planner.observe import running
from planner.reasoning import Load, comment, daily_digest, escalate, reassign, reminder


def is_plain(value: Any) -> bool:
    """Whether ``value`` is a well-formed frozen value all through, so that it can be kept in a record."""
    if is_dataclass(value) and not isinstance(value, type):
        return all(is_plain(getattr(value, field.name, _MISSING)) for field in fields(value))
    if isinstance(value, tuple | frozenset):
        return all(is_plain(part) for part in value)
    return value is None or isinstance(value, str | int | float | date)


_MISSING = object()


def is_proposal(value: object) -> bool:
    """Whether this is a Proposal of an Action that exists; anything else cannot even be written down."""
    return isinstance(value, Proposal) and isinstance(value.action, get_args(Action)) and is_plain(value)


@dataclass(frozen=True, slots=True)
class Ground:
    """What one look's rules found: the only thing a proposal of that look may rest on."""

    snapshot: Snapshot
    directives: Directives
    signals: tuple[Signal, ...]
    load: Load

    @classmethod
    def of(cls, snapshot: Snapshot, directives: Directives) -> Ground:
        """Look again by rule: the findings are not taken from whoever proposes."""
        return cls(snapshot, directives, detect(snapshot, directives).signals, Load.of(snapshot))

    def told_of(self, action: RemindPerson) -> tuple[Signal, ...]:
        """The Signals among its items that really are this person's to hear, each once."""
        wanted = {item.signal for item in action.items}
        return tuple(self._heard_by(action.person, wanted).values())

    def checked(self, proposal: Proposal) -> Proposal | None:
        """The same proposal in our own words; ``None`` when no rule's finding carries it."""
        match proposal.action:
            case RemindPerson() as action:
                signals = self.told_of(action)
                return reminder(action.person, signals, self.directives) if signals else None
            case CommentOnIssue() as action:
                return self._comment(action)
            case Escalate() as action:
                return self._escalate(action)
            case Reassign() as action:
                return self._reassign(action)
            case PostDigest() as action:
                own = daily_digest(self.snapshot, self.signals, self.directives)
                return next((each for each in own if each.action == action), None)
            case AskApproval():
                return None  # asking is a decision, never a proposal

    def _heard_by(self, person: PersonId, wanted: set[SignalId]) -> Mapping[SignalId, Signal]:
        named = (signal for signal in self.signals if signal.id in wanted)
        return {s.id: s for s in named if heard_by(s, self.snapshot, self.directives) == (None, person)}

    def _comment(self, action: CommentOnIssue) -> Proposal | None:
        signals = self._heard_by(action.person, {action.item.signal}).values()
        for issue in running(self.snapshot):
            for signal in signals:
                if issue.key == action.issue == signal.subject:
                    return comment(signal, issue, action.person, self.directives)
        return None

    def _escalate(self, action: Escalate) -> Proposal | None:
        for signal in self.signals:
            audience = heard_by(signal, self.snapshot, self.directives)
            if signal.id == action.item.signal and audience == (action.channel, None):
                return escalate(signal, action.channel, self.directives)
        return None

    def _reassign(self, action: Reassign) -> Proposal | None:
        taker = self.snapshot.people.get(action.taker)
        if taker is None or taker.account is None or not is_here(taker.id, self.snapshot.people):
            return None
        for signal, issue in self._unowned():
            if issue.key == action.issue:
                checked = reassign(signal, issue, taker, self.load, self.snapshot, self.directives)
                self.load.give(taker, issue)
                return checked
        return None

    def _unowned(self) -> Iterator[tuple[Signal, Issue]]:
        for signal in self.signals:
            if signal.kind is SignalKind.NOBODY_ASSIGNED and signal.step == 0:
                yield from ((signal, issue) for issue in running(self.snapshot) if issue.key == signal.subject)
