"""No claim without a fact: a proposal may pick among what the rules found, never add to it.

A mind's reply is untrusted. What comes out of here is put together again by code from the Signals it
names, so no word, link, number, addressee or urgency of a message is the mind's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import Any, get_args

from models.actions import Action, AskApproval, CommentOnIssue, Escalate, PostDigest, Reassign, RemindPerson
from models.directives import Directives
from models.ids import IssueKey, PersonId, SignalId
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
    by_id: Mapping[SignalId, tuple[Signal, ...]]
    """The same episode may be several people's to hear."""
    issues: Mapping[IssueKey, Issue]
    """The unfinished issues of running sprints."""
    load: Load

    @classmethod
    def of(cls, snapshot: Snapshot, directives: Directives) -> Ground:
        """Look again by rule: the findings are not taken from whoever proposes."""
        signals = detect(snapshot, directives).signals
        by_id: dict[SignalId, tuple[Signal, ...]] = {}
        for signal in signals:
            by_id[signal.id] = (*by_id.get(signal.id, ()), signal)
        issues = {issue.key: issue for issue in running(snapshot)}
        return cls(snapshot, directives, signals, by_id, issues, Load.of(snapshot))

    def told_of(self, action: RemindPerson) -> tuple[Signal, ...]:
        """The Signals among its items that really are this person's to hear, each once."""
        wanted = dict.fromkeys(item.signal for item in action.items)
        return tuple(signal for name in wanted if (signal := self._heard(name, None, action.person)))

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
                own = daily_digest(self.snapshot, self.signals, self.directives)
                return next((each for each in own if each.action == action), None)
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
        if taker is None or taker.account is None or not is_here(taker.id, self.snapshot.people) or issue is None:
            return None
        unowned = (s for s in self.signals if s.kind is SignalKind.NOBODY_ASSIGNED and s.step == 0)
        signal = next((s for s in unowned if s.subject == issue.key), None)
        if signal is None:
            return None
        checked = reassign(signal, issue, taker, self.load, self.snapshot, self.directives)
        self.load.give(taker, issue)
        return checked
