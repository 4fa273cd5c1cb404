"""From Signals to Proposals: the mind that needs no model, and the one way a reminder is put together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from models.actions import AskIdentity, CommentOnIssue, Escalate, Reassign, RemindPerson
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import IssueKey, PersonId, ProposalId, named
from models.proposals import Proposal
from models.signals import Evidence, Signal, SignalKind, Urgency
from models.work import Issue, Person, Snapshot
from planner.detect.identity_uncertain import account_of
from planner.escalation import PM, heard_by
from planner.observe import running
from planner.reports import MOST_ITEMS, digest, item_of, says


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
    waiting: dict[PersonId, list[Signal]] = {}
    own = [signal for signal in signals if signal.kind is SignalKind.IDENTITY_UNCERTAIN]
    for signal in (signal for signal in signals if signal not in own):
        channel, person = heard_by(signal, snapshot, directives)
        issue = issues.get(IssueKey(signal.subject))
        taker = load.next_taker(snapshot, directives) if _wants_owner(signal) else None
        if channel is not None:
            yield escalate(signal, channel, directives)
        elif issue is not None and taker is not None:
            yield reassign(signal, issue, taker, load, snapshot, directives)
            load.give(taker, issue)
        elif person is not None and issue is not None and prefers_jira(person, snapshot, directives):
            yield comment(signal, issue, person, directives)
        elif person is not None:
            waiting.setdefault(person, []).append(signal)
    for person, about in waiting.items():
        yield reminder(person, about, directives)
    yield from (ask_identity(signal, directives) for signal in own)
    if trigger.reason is Reason.DIGEST:
        yield from daily_digest(snapshot, signals, directives)


def _wants_owner(signal: Signal) -> bool:
    return signal.kind is SignalKind.NOBODY_ASSIGNED and signal.step == 0


def prefers_jira(person: PersonId, snapshot: Snapshot, directives: Directives) -> bool:
    """Whether the constitution says to reach them by Jira comments, and a comment can name them."""
    member = next((m for m in directives.team(snapshot.team).members if m.id == person), None)
    known = snapshot.people.get(person)
    return member is not None and member.channel == "jira" and known is not None and known.account is not None


def reminder(person: PersonId, signals: Sequence[Signal], directives: Directives, most: int | None = None) -> Proposal:
    """One message to ``person`` about ``signals``, the most urgent and then the oldest first.

    With ``most``, the rest is only counted. Its id names the person and the items told, so the same
    telling is proposed under the same name for ever. Raises ``IndexError`` without signals.
    """
    first = sorted(signals, key=lambda s: (-s.urgency, s.since, s.subject, s.step))
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
    return _about(
        signal,
        "comment",
        CommentOnIssue(person=person, issue=issue.key, item=item_of(signal)),
        directives,
        if_nothing="They may not know that it waits for them.",
    )


def ask_identity(signal: Signal, directives: Directives) -> Proposal:
    """Ask the one person who can say. Raises ``ValueError`` for a signal that is nobody's to hear."""
    if signal.addressee is None:
        raise ValueError(f"nobody can be asked about {signal.subject}")
    action = AskIdentity(person=signal.addressee, account=account_of(signal), item=item_of(signal))
    return _about(signal, "identity", action, directives, if_nothing="Nobody hears of that account's work.")


def escalate(signal: Signal, channel: str, directives: Directives) -> Proposal:
    """Tell a channel of what went on too long."""
    facts = tuple(fact.text for fact in signal.evidence)
    action = Escalate(channel=channel, item=item_of(signal), facts=facts)
    return _about(signal, "escalate", action, directives, if_nothing="That channel does not hear of it.")


def reassign(
    signal: Signal, issue: Issue, taker: Person, load: Load, snapshot: Snapshot, directives: Directives
) -> Proposal:
    """Give an unowned issue to ``taker``; the name of the ask does not change with the taker."""
    action = Reassign(issue=issue.key, issue_title=issue.title, issue_url=issue.url, giver=None, taker=taker.id)
    least = load.next_taker(snapshot, directives) == taker
    why = f"{taker.name} is here, with {load.words(taker)} open in this sprint"
    why += ": by rule the least open work takes it" if least else ""
    return _about(
        signal,
        "reassign",
        action,
        directives,
        evidence=(Evidence(why),),
        if_nothing="The ticket stays without an owner.",
        undo="Take the assignee off again in Jira.",
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


def _about(
    signal: Signal,
    what: str,
    action: AskIdentity | CommentOnIssue | Escalate | Reassign,
    directives: Directives,
    *,
    evidence: tuple[Evidence, ...] = (),
    if_nothing: str,
    undo: str | None = None,
) -> Proposal:
    return Proposal(
        id=ProposalId(named(what, signal.id)),
        action=action,
        because=says(signal.rule, directives),
        evidence=signal.evidence + evidence,
        signals=(signal.id,),
        urgency=signal.urgency,
        rule=signal.rule,
        if_nothing=if_nothing,
        undo=undo,
    )


@dataclass(frozen=True, slots=True)
class Load:
    """Open work in the running sprints, so that what we propose in one look is spread as well."""

    points: dict[PersonId, float] = field(default_factory=lambda: defaultdict(float))
    issues: Counter[PersonId] = field(default_factory=Counter)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Load:
        """What everybody has now."""
        load = cls()
        for issue in running(snapshot):
            person = snapshot.person(issue.assignee)
            if person is not None:
                load.give(person, issue)
        return load

    def give(self, person: Person, issue: Issue) -> None:
        """Count ``issue`` as theirs."""
        self.points[person.id] += issue.points or 0
        self.issues[person.id] += 1

    def words(self, person: Person) -> str:
        """What they have, for people."""
        count = self.issues[person.id]
        if not count:
            return "nothing"
        points = self.points[person.id]
        return f"{points:g} point{'' if points == 1 else 's'} in {count} issue{'' if count == 1 else 's'}"

    def next_taker(self, snapshot: Snapshot, directives: Directives) -> Person | None:
        """Who is here and has the least open work; whoever manages the project only when nobody else is here."""
        here = [p for p in snapshot.people.values() if p.is_here(snapshot.now) and p.account is not None]
        managers = directives.team(snapshot.team).roles.get(PM, ())
        able = [person for person in here if person.id not in managers] or here
        return min(able, key=lambda p: (self.points[p.id], self.issues[p.id], p.id), default=None)
