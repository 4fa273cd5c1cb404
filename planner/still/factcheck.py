"""No claim without a fact: a proposal may pick among what the rules found, never add to it.

A mind's reply is untrusted. What comes out of here is put together again by code from the Signals it
names, so no word, link, number, addressee or urgency of a message is the mind's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeGuard

from models.actions import (
    Action,
    AskApproval,
    AskIdentity,
    Asking,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    DelegateTask,
    Escalate,
    PostDigest,
    PostToOtherChannel,
    Reassign,
    RemindPerson,
    ShadowLog,
    TellAdmins,
    TransitionIssue,
    Unflag,
)
from models.directives import Directives
from models.ids import IssueKey, PersonId, ProposalId, SignalId
from models.proposals import Effect, Ending, Outcome, Proposal
from models.signals import Findings, Signal, SignalKind
from models.work import Issue, Progress, Snapshot
from planner.claims.facts import Sheet
from planner.detect import detect
from planner.facts.observe import blocked_since, running
from planner.facts.wellformed import fits
from planner.hearers.escalation import heard_by
from planner.hearers.foremost import is_lesser, outdone
from planner.matters.proposing import settling
from planner.matters.quiet import CARRIED, WOKEN
from planner.reasoning import (
    Load,
    ask_identity,
    barred,
    comment,
    daily_digest,
    escalate,
    reassign,
    reminder,
    sheet_of,
)
from planner.still.judged import judged
from planner.still.ruled import Ruled


def is_proposal(value: object) -> TypeGuard[Proposal]:
    """Whether this is a Proposal of an Action that exists; anything else cannot even be written down."""
    return fits(value, Proposal)


@dataclass(frozen=True)
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
    promises: Mapping[ProposalId, Proposal] = field(default_factory=dict)
    """What people had put off until now: it rests on the rows of their hushes, not on what a mind says."""

    @classmethod
    def of(
        cls,
        snapshot: Snapshot,
        directives: Directives,
        findings: Findings | None = None,
        *,
        digest_due: bool = False,
        promises: Sequence[Proposal] = (),
    ) -> Ground:
        """What the rules find in ``snapshot``, never what whoever proposes says; ``findings`` if they have looked."""
        signals = (findings or detect(snapshot, directives)).signals
        by_id: dict[SignalId, tuple[Signal, ...]] = {}
        for signal in signals:
            by_id[signal.id] = (*by_id.get(signal.id, ()), signal)
        issues = {issue.key: issue for issue in running(snapshot)}
        promised = {proposal.id: proposal for proposal in promises}
        return cls(snapshot, directives, signals, by_id, issues, Load.of(snapshot), digest_due, promised)

    def holds(self, name: SignalId, channel: str | None, person: PersonId | None) -> bool:
        """Whether what was told under ``name`` is still so, and still for this channel or person to hear."""
        if name in self.by_id:
            return self._heard(name, channel, person) is not None
        return self.goes_on(name)

    def goes_on(self, name: SignalId) -> bool:
        """Whether the episode of that name is still found, on whatever rung."""
        return name in self._episodes

    def is_promised(self, name: SignalId, person: PersonId) -> bool:
        """Whether a message that ``person`` asked for tells them of it."""
        return (name, person) in self._promised

    def finds(self, kind: SignalKind, subject: str) -> bool:
        """Whether a condition of that kind is found of ``subject``."""
        return any(signal.kind is kind and signal.subject == subject for signal in self.signals)

    def told_of(self, action: RemindPerson) -> tuple[Signal, ...]:
        """The Signals among its items that really are this person's to hear, each once."""
        wanted = dict.fromkeys(item.signal for item in action.items)
        heard = (signal for name in wanted if (signal := self._heard(name, None, action.person)))
        news = (signal for signal in heard if not is_lesser(signal, action.person, self._outdone))
        return tuple(signal for signal in news if signal.kind is not SignalKind.IDENTITY_UNCERTAIN)

    def checked(self, proposal: Proposal) -> Proposal | None:
        """The same proposal in our own words; ``None`` when no rule's finding carries it.

        Of a model's words those are kept whose every fact is a citation, and the ways beside it that a finding
        carries as well. Raises ``AttributeError`` or ``TypeError`` on a field that is not of its type.
        """
        found = self._found(proposal.action)
        if found is None:
            return None
        if isinstance(found.action, Reassign):
            self._offer(found.action)
        found = replace(found, by_model=not self._ruled.would(found.action))
        return judged(found, proposal, self._found, lambda: self._sheet)

    def _found(self, action: Action) -> Proposal | None:
        """What carries ``action``, in our own words."""
        match action:
            case RemindPerson():
                signals, order = self.told_of(action), [item.signal for item in action.items]
                return reminder(action.person, signals, self.directives, order=order) if signals else None
            case CommentOnIssue():
                return self._comment(action)
            case Escalate() | AskIdentity():
                return self._of_one(action)
            case Reassign():
                return self._reassign(action)
            case PostDigest():
                return self._digest(action)
            case TransitionIssue() | ChangeSprintScope():
                return self._changes.get(action)
            case (
                CloseIssue() | ChangePriority() | Unflag() | PostToOtherChannel() | DelegateTask() | TellAdmins()
                | AskApproval() | ShadowLog()
            ):  # fmt: skip
                # Done on a person's word alone, which is no finding: planner/requests. Asking is a decision.
                return None

    @cached_property
    def _ruled(self) -> Ruled:
        return Ruled.of(self.snapshot, self.signals, self.directives)

    @cached_property
    def _sheet(self) -> Sheet:
        return sheet_of(self.snapshot, self.signals, self.directives)

    @cached_property
    def _promised(self) -> frozenset[tuple[SignalId, PersonId]]:
        told = (p.action for p in self.promises.values() if isinstance(p.action, RemindPerson))
        return frozenset((item.signal, action.person) for action in told for item in action.items)

    @cached_property
    def _episodes(self) -> frozenset[SignalId]:
        return frozenset(name for signal in self.signals for name in signal.ids_so_far)

    @cached_property
    def _outdone(self) -> frozenset[tuple[PersonId, str]]:
        return outdone(self.signals, self.snapshot, self.directives)

    @cached_property
    def _unowned(self) -> Mapping[str, Signal]:
        return {s.subject: s for s in self.signals if s.kind is SignalKind.NOBODY_ASSIGNED and s.step == 0}

    @cached_property
    def _changes(self) -> Mapping[Action, Proposal]:
        """The changes of tickets that what was found asks for, and no others."""
        offers = (settling(signal, self.snapshot, self.directives) for signal in self.signals)
        return {offer.action: offer for offer in offers if offer is not None}

    def _heard(self, name: SignalId, channel: str | None, person: PersonId | None) -> Signal | None:
        """The Signal of that id, if this channel or this person is who hears of it."""
        for signal in self.by_id.get(name, ()):
            if heard_by(signal, self.snapshot, self.directives) == (channel, person):
                return signal
        return None

    def _of_one(self, action: Escalate | AskIdentity) -> Proposal | None:
        """What tells of one Signal, if this channel or this person is who hears of it."""
        if isinstance(action, Escalate):
            signal = self._heard(action.item.signal, action.channel, None)
            return escalate(signal, action.channel, self.directives) if signal else None
        signal = self._heard(action.item.signal, None, action.person)
        asks = signal is not None and signal.kind is SignalKind.IDENTITY_UNCERTAIN
        return ask_identity(signal, self.directives) if signal is not None and asks else None

    def _digest(self, action: PostDigest) -> Proposal | None:
        own = daily_digest(self.snapshot, self.signals, self.directives) if self.digest_due else iter(())
        return next((each for each in own if each.action == action), None)

    def _comment(self, action: CommentOnIssue) -> Proposal | None:
        signal, issue = self._heard(action.item.signal, None, action.person), self.issues.get(action.issue)
        if signal is None or issue is None or signal.subject != issue.key:
            return None
        if is_lesser(signal, action.person, self._outdone):
            return None
        return comment(signal, issue, action.person, self.directives)

    def _reassign(self, action: Reassign) -> Proposal | None:
        """Only what nobody owns, to somebody who is here, can be assigned and is not barred."""
        taker = self.snapshot.people.get(action.taker) if action.taker is not None else None
        issue = self.issues.get(action.issue)
        if taker is None or taker.account is None or not taker.is_here(self.snapshot.now) or issue is None:
            return None
        signal = self._unowned.get(issue.key)
        if signal is None or taker.id in barred(issue, self.snapshot):
            return None
        return reassign(signal, issue, taker, self.load, self.snapshot, self.directives)

    def _offer(self, action: Reassign) -> None:
        """Count it as proposed, so that the next ticket is not the same person's."""
        taker, issue = self.snapshot.people.get(action.taker or PersonId("")), self.issues.get(action.issue)
        if taker is not None and issue is not None:
            self.load.offer(taker, issue)


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
    if isinstance(effect.action, AskApproval) and effect.action.asking is not Asking.FIRST:
        return effect
    if effect.approval is None or not isinstance(action, RemindPerson):
        return Outcome(ending=Ending.DEFERRED, words=words, until=now)
    gone = {matter.signal for matter in over}
    rest = tuple(item for item in action.items if item.signal not in gone)
    return replace(effect, action=replace(action, items=rest))


def subjects_of(proposal: Proposal) -> tuple[str, ...]:
    """The subjects whose findings ``still_so`` looks at."""
    return tuple(dict.fromkeys(matter.subject for matter in _matters(proposal)))


def is_over(proposal: Proposal, ground: Ground) -> bool:
    """Whether nothing of what ``proposal`` is about is so any more. A daily summary is about its day."""
    told = _matters(proposal)
    return bool(told) and not any(_holds(matter, proposal.action, ground) for matter in told)


def ended(action: RemindPerson | Escalate, ground: Ground) -> Mapping[SignalId, str]:
    """What of a message that was sent is over for whoever was told, and in words what is so instead."""
    told = _reminded(action) if isinstance(action, RemindPerson) else (_escalated(action),)
    return {matter.signal: _over_words(matter, ground) for matter in told if not _holds(matter, action, ground)}


def _over_words(matter: _Matter, ground: Ground) -> str:
    """``PAY-7 is done``: as the facts have it now, for they may say more than that it is not so any more."""
    snapshot = ground.snapshot
    issue = next((i for i in (*snapshot.issues, *snapshot.strays) if i.key == matter.subject), None)
    pull = next((pr for pr in snapshot.settled if pr.id == matter.subject), None)
    if ground.goes_on(matter.signal):
        return _no_longer(matter, ground)
    if pull is not None:
        return f"PR {pull.id.rpartition('/')[2]} is {pull.state.lower()}"
    if issue is not None and issue.progress is Progress.DONE:
        return f"{issue.key} is done"
    if issue is not None and issue.key not in ground.issues and matter.kind != SignalKind.PRODUCTION_DOWN:
        return f"{issue.key} is in no running sprint any more"
    still = issue is not None and blocked_since(issue, ground.directives.team(snapshot.team)) is not None
    if still and matter.kind == SignalKind.BLOCKED_TOO_LONG:  # parked on purpose, or the rule has changed
        return f"{matter.subject} needs nothing of you now"
    return _no_longer(matter, ground)


def _reminded(action: RemindPerson) -> tuple[_Matter, ...]:
    return tuple(_Matter(item.signal, item.kind, item.subject, person=action.person) for item in action.items)


def _escalated(action: Escalate) -> _Matter:
    return _Matter(action.item.signal, action.item.kind, action.item.subject, channel=action.channel)


def _matters(proposal: Proposal) -> tuple[_Matter, ...]:
    match proposal.action:
        case RemindPerson() as action:
            return _reminded(action)
        case CommentOnIssue(person=person, item=item) | AskIdentity(person=person, item=item):
            return (_Matter(item.signal, item.kind, item.subject, person=person),)
        case Escalate() as action:
            return (_escalated(action),)
        case Reassign(issue=issue):
            return tuple(_Matter(name, SignalKind.NOBODY_ASSIGNED, issue) for name in proposal.signals)
        case TransitionIssue(issue=issue):
            return tuple(_Matter(name, SignalKind.MERGED_BUT_OPEN, issue) for name in proposal.signals)
        case ChangeSprintScope(issue=issue):
            return tuple(_Matter(name, SignalKind.WORK_OUTSIDE_SPRINT, issue) for name in proposal.signals)
        case _:
            return ()


def _holds(matter: _Matter, action: Action, ground: Ground) -> bool:
    """A ticket may be changed as was chosen, whoever would hear of it now; what has changed has changed."""
    if matter.kind == WOKEN:
        return True
    if matter.kind in CARRIED:
        return _is_open(matter.subject, ground)
    if isinstance(action, Reassign | TransitionIssue | ChangeSprintScope):
        return ground.goes_on(matter.signal)
    return ground.holds(matter.signal, matter.channel, matter.person)


def _is_open(subject: str, ground: Ground) -> bool:
    """Whether there is still something to ask about it: what we do not hold may well be open."""
    issue = ground.snapshot.ticket(IssueKey(subject))
    settled = any(pull.id == subject for pull in ground.snapshot.settled)
    return not settled and (issue is None or issue.progress is not Progress.DONE)


def _no_longer(matter: _Matter, ground: Ground) -> str:
    kind, colon, _ = matter.subject.partition(":")
    subject = _SUBJECTS.get(kind, matter.subject) if colon else matter.subject
    if ground.goes_on(matter.signal):
        return f"{subject} is somebody else's by now"
    if matter.kind == SignalKind.SPRINT_AT_RISK and ground.finds(SignalKind.SPRINT_CRITICAL, matter.subject):
        return f"{subject} is critical by now"
    if matter.kind in CARRIED:
        return f"{subject} is done"
    return f"{subject} {_NOT_ANY_MORE[SignalKind(matter.kind)]}"


_SUBJECTS = {
    "sprint": "the sprint",
    "account": "the account",
    "author": "what waits for review",
    "person": "the person",
}

_NOT_ANY_MORE = {
    SignalKind.BLOCKED_TOO_LONG: "is not blocked any more",
    SignalKind.BLOCKER_OF_SEVERAL: "has moved, or holds up fewer by now",
    SignalKind.STALE_IN_PROGRESS: "shows a sign of life again",
    SignalKind.OVERDUE_DATE: "is not overdue any more",
    SignalKind.REVIEW_OVERDUE: "does not wait for review any more",
    SignalKind.REVIEWS_PILING_UP: "does not pile up any more",
    SignalKind.CHANGES_IDLE: "does not wait for changes any more",
    SignalKind.BUILD_RED: "has no failing build any more",
    SignalKind.MERGED_BUT_OPEN: "is not left behind by a merge any more",
    SignalKind.DONE_BUT_OPEN: "is not open beside a finished ticket any more",
    SignalKind.WORK_OUTSIDE_SPRINT: "is not worked on outside the sprint any more",
    SignalKind.NOBODY_ASSIGNED: "does not lack an owner any more",
    SignalKind.SPRINT_AT_RISK: "is not at risk any more",
    SignalKind.SPRINT_CRITICAL: "is not critical any more",
    SignalKind.SCOPE_CHANGED: "has not grown so much any more",
    SignalKind.PERSON_OVERLOADED: "has fewer tickets in progress by now",
    SignalKind.PERSON_AWAY: "is back, or has no unfinished ticket any more",
    SignalKind.PRODUCTION_DOWN: "does not say any more that production is down",
    SignalKind.IDENTITY_UNCERTAIN: "is not in question any more",
}
