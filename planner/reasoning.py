"""From Signals to Proposals: the mind that needs no model, and the one way a reminder is put together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from models.actions import AskIdentity, CommentOnIssue, Escalate, Reassign, RemindPerson
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import IssueKey, PersonId, ProposalId, named
from models.proposals import Proposal
from models.signals import Evidence, Signal, SignalKind, Urgency
from models.work import Issue, Person, Snapshot
from planner.detect.identity_uncertain import account_of
from planner.facts.observe import running
from planner.hearers.escalation import PM, heard_by
from planner.hearers.foremost import is_lesser, outdone
from planner.matters.proposing import because_of, settling
from planner.reports.summaries import MOST_ITEMS, digest, item_of, says
from planner.words.titles import UNDO_WORDS


@dataclass(frozen=True, slots=True)
class RulesMind:
    """Weighs signals by fixed rules; the product is fully useful with no other mind."""

    name: str = "rules"

    async def propose(
        self, snapshot: Snapshot, signals: Sequence[Signal], trigger: Trigger, directives: Directives
    ) -> Sequence[Proposal]:
        """See ``planner.ports.Mind``. One reminder a person, however many signals there are."""
        return tuple(_propose(snapshot, signals, trigger, directives))


def _propose(
    snapshot: Snapshot, signals: Sequence[Signal], trigger: Trigger, directives: Directives
) -> Iterator[Proposal]:
    load, issues = Load.of(snapshot), {issue.key: issue for issue in running(snapshot)}
    louder = outdone(signals, snapshot, directives)
    waiting: dict[PersonId, list[Signal]] = {}
    own = [signal for signal in signals if signal.kind is SignalKind.IDENTITY_UNCERTAIN]
    for signal in (signal for signal in signals if signal not in own):
        channel, person = heard_by(signal, snapshot, directives)
        issue = issues.get(IssueKey(signal.subject))
        change = _change(signal, issue, load, snapshot, directives) if channel is None else None
        if channel is not None:
            yield escalate(signal, channel, directives)
        elif change is not None:
            yield change
        elif person is None or is_lesser(signal, person, louder):
            continue
        elif issue is not None and prefers_jira(person, snapshot, directives):
            yield comment(signal, issue, person, directives)
        else:
            waiting.setdefault(person, []).append(signal)
    for person, about in waiting.items():
        yield reminder(person, about, directives)
    yield from (ask_identity(signal, directives) for signal in own)
    if trigger.reason is Reason.DIGEST:
        yield from daily_digest(snapshot, signals, directives)


def _change(
    signal: Signal, issue: Issue | None, load: Load, snapshot: Snapshot, directives: Directives
) -> Proposal | None:
    """What would settle it in Jira, so that nobody need be reminded: an owner, another status, the sprint."""
    taker = load.taker_of(issue, snapshot, directives) if issue is not None and _wants_owner(signal) else None
    if issue is None or taker is None:
        return settling(signal, snapshot, directives)
    given = reassign(signal, issue, taker, load, snapshot, directives)
    load.offer(taker, issue)
    return given


def _wants_owner(signal: Signal) -> bool:
    return signal.kind is SignalKind.NOBODY_ASSIGNED and signal.step == 0


def prefers_jira(person: PersonId, snapshot: Snapshot, directives: Directives) -> bool:
    """Whether the constitution says to reach them by Jira comments, and a comment can name them."""
    member = next((m for m in directives.team(snapshot.team).members if m.id == person), None)
    known = snapshot.people.get(person)
    return member is not None and member.channel == "jira" and known is not None and known.account is not None


def reminder(
    person: PersonId,
    signals: Sequence[Signal],
    directives: Directives,
    most: int | None = None,
    weight: Callable[[Signal], float] = lambda signal: 1.0,
) -> Proposal:
    """One message to ``person`` about ``signals``, the most urgent first, then those of most weight, then the oldest.

    With ``most``, the rest is only counted. Its id names the person and the items told, so the same
    telling is proposed under the same name for ever. Raises ``IndexError`` without signals.
    """
    first = sorted(signals, key=lambda s: (-s.urgency, -weight(s), s.since, s.subject, s.step))
    told = first[: most or len(first)]
    ids = sorted(signal.id for signal in told)
    return Proposal(
        id=ProposalId(named("remind", person, *ids)),
        action=RemindPerson(
            person=person, items=tuple(item_of(signal) for signal in told), more=len(first) - len(told)
        ),
        because=says(told[0].rule, directives),
        evidence=tuple(fact for signal in told[:MOST_ITEMS] for fact in signal.evidence),
        signals=tuple(signal.id for signal in told),
        urgency=told[0].urgency,
        rule=told[0].rule,
        if_nothing="They may not know that it waits for them.",
    )


def comment(signal: Signal, issue: Issue, person: PersonId, directives: Directives) -> Proposal:
    """Ask in Jira, for people who like that better."""
    return because_of(
        signal,
        f"comment for {person}",
        CommentOnIssue(person=person, issue=issue.key, item=item_of(signal)),
        directives,
        if_nothing="They may not know that it waits for them.",
    )


def ask_identity(signal: Signal, directives: Directives) -> Proposal:
    """Ask the one person who can say. Raises ``ValueError`` for a signal that is nobody's to hear."""
    if signal.addressee is None:
        raise ValueError(f"nobody can be asked about {signal.subject}")
    action = AskIdentity(person=signal.addressee, account=account_of(signal), item=item_of(signal))
    return because_of(signal, "identity", action, directives, if_nothing="Nobody hears of that account's work.")


def escalate(signal: Signal, channel: str, directives: Directives) -> Proposal:
    """Tell a channel of what went on too long."""
    facts = tuple(fact.text for fact in signal.evidence)
    action = Escalate(channel=channel, item=item_of(signal), facts=facts)
    return because_of(signal, "escalate", action, directives, if_nothing="That channel does not hear of it.")


def reassign(
    signal: Signal, issue: Issue, taker: Person, load: Load, snapshot: Snapshot, directives: Directives
) -> Proposal:
    """Give an unowned issue to ``taker``; the name of the ask does not change with the taker."""
    action = Reassign(issue=issue.key, issue_title=issue.title, issue_url=issue.url, giver=None, taker=taker.id)
    least = load.next_taker(snapshot, directives, but=last_owner(issue, snapshot)) == taker
    why = f"{taker.name} is here, with {load.words(taker)}"
    why += f": by rule the least {'work' if load.offered else 'open work'} takes it" if least else ""
    return because_of(
        signal,
        "reassign",
        action,
        directives,
        evidence=(Evidence(why),),
        if_nothing="The ticket stays without an owner.",
        undo=UNDO_WORDS,
    )


def daily_digest(snapshot: Snapshot, signals: Sequence[Signal], directives: Directives) -> Iterator[Proposal]:
    """The scheduled summary, once a day and team."""
    action = digest(snapshot, signals, directives)
    if action is not None:
        rules = (line.id for line in directives.autonomy.automatic if getattr(line.rule, "allow", "") == action.kind)
        yield Proposal(
            id=ProposalId(named("digest", snapshot.team, action.day.isoformat())),
            action=action,
            because="The daily summary is due.",
            evidence=(),
            signals=tuple(item.signal for item in action.items),
            urgency=Urgency.LOW,
            rule=next(rules, "digest"),
        )


@dataclass(frozen=True, slots=True)
class Load:
    """Open work in the running sprints, and what is proposed beside it: several orphans are not all one person's."""

    points: dict[PersonId, float] = field(default_factory=lambda: defaultdict(float))
    issues: Counter[PersonId] = field(default_factory=Counter)
    offered_points: dict[PersonId, float] = field(default_factory=lambda: defaultdict(float))
    offered: Counter[PersonId] = field(default_factory=Counter)
    """What is only proposed, in this look or on a card that waits for an answer."""
    takers: dict[IssueKey, PersonId] = field(default_factory=dict)
    """To whom each of these is proposed."""

    @classmethod
    def of(cls, snapshot: Snapshot) -> Load:
        """What everybody has now, and what they are to have as soon as somebody says yes."""
        load = cls()
        for issue in running(snapshot):
            person = snapshot.person(issue.assignee)
            taker = snapshot.people.get(snapshot.offered[issue.key]) if issue.key in snapshot.offered else None
            if person is not None:
                load.give(person, issue)
            elif taker is not None:
                load.offer(taker, issue)
        return load

    def give(self, person: Person, issue: Issue) -> None:
        """Count ``issue`` as theirs."""
        self.points[person.id] += issue.points or 0
        self.issues[person.id] += 1

    def offer(self, person: Person, issue: Issue) -> None:
        """Count ``issue`` as proposed to them, once."""
        for taker, times in ((self.takers.get(issue.key), -1), (person.id, 1)):
            if taker is not None:
                self.offered_points[taker] += times * (issue.points or 0)
                self.offered[taker] += times
        self.takers[issue.key] = person.id

    def words(self, person: Person) -> str:
        """What they have, for people; what is only proposed is said to be so."""
        open_now = f"{_amount(self.points[person.id], self.issues[person.id])} open in this sprint"
        proposed = _amount(self.offered_points[person.id], self.offered[person.id])
        return f"{open_now} and {proposed} more proposed" if self.offered[person.id] else open_now

    def taker_of(self, issue: Issue, snapshot: Snapshot, directives: Directives) -> Person | None:
        """Whom to propose for ``issue``: whoever is proposed already, else the next who has not just let go of it."""
        if issue.key in self.takers:
            return snapshot.people.get(self.takers[issue.key])
        return self.next_taker(snapshot, directives, but=last_owner(issue, snapshot))

    def next_taker(self, snapshot: Snapshot, directives: Directives, but: PersonId | None = None) -> Person | None:
        """Who is here and has the least work; whoever manages the project only when nobody else is here.

        Never ``but``: a ticket is not given back to whoever has just let go of it.
        """
        present = [p for p in snapshot.people.values() if p.is_here(snapshot.now) and p.account is not None]
        here = [person for person in present if person.id != but]
        managers = directives.team(snapshot.team).roles.get(PM, ())
        able = [person for person in here if person.id not in managers] or here
        return min(able, key=lambda p: (*self._weight(p), p.id), default=None)

    def _weight(self, person: Person) -> tuple[float, int]:
        points = self.points[person.id] + self.offered_points[person.id]
        return points, self.issues[person.id] + self.offered[person.id]


def last_owner(issue: Issue, snapshot: Snapshot) -> PersonId | None:
    """Who had an issue that nobody has, when the constitution knows them."""
    person = snapshot.person(issue.last_assignee)
    return person.id if person is not None else None


def _amount(points: float, count: int) -> str:
    """``3 points in 2 issues``."""
    if not count:
        return "nothing"
    return f"{points:g} point{'' if points == 1 else 's'} in {count} issue{'' if count == 1 else 's'}"
