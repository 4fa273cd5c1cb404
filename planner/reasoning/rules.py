"""The mind that needs no model: from Signals to Proposals by rules, and the one way a reminder is put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from models.actions import AskIdentity, CommentOnIssue, Escalate, Reassign, RemindPerson
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import IssueKey, PersonId, ProposalId, SignalId, named
from models.proposals import Proposal
from models.signals import Evidence, Signal, SignalKind, Urgency
from models.work import Issue, Person, Snapshot
from planner.detect.identity_uncertain import account_of
from planner.facts.observe import running
from planner.hearers.escalation import heard_by
from planner.hearers.foremost import is_lesser, outdone
from planner.matters.proposing import because_of, settling
from planner.reasoning.load import Load, barred
from planner.reasoning.thinking import Thinking
from planner.reports.summaries import MOST_ITEMS, digest, item_of, says
from planner.words.titles import UNDO_WORDS


@dataclass(frozen=True, slots=True)
class RulesMind:
    """Weighs signals by fixed rules; the product is fully useful with no other mind."""

    name: str = "rules"

    async def weigh(
        self, snapshot: Snapshot, signals: Sequence[Signal], trigger: Trigger, directives: Directives
    ) -> Thinking:
        """See ``planner.ports.Mind``."""
        return Thinking(await self.propose(snapshot, signals, trigger, directives), self.name)

    async def propose(
        self, snapshot: Snapshot, signals: Sequence[Signal], trigger: Trigger, directives: Directives
    ) -> Sequence[Proposal]:
        """The proposals alone. One reminder a person, however many signals there are."""
        return tuple(by_rule(snapshot, signals, directives, digest_due=trigger.reason is Reason.DIGEST))


def by_rule(
    snapshot: Snapshot, signals: Sequence[Signal], directives: Directives, *, digest_due: bool
) -> Iterator[Proposal]:
    """What the rules alone propose, the same for the same findings."""
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
    if digest_due:
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


def leaves_open(person: PersonId, snapshot: Snapshot, directives: Directives) -> bool:
    """Whether the constitution leaves it open how to reach them, and a comment can name them."""
    member = next((m for m in directives.team(snapshot.team).members if m.id == person), None)
    known = snapshot.people.get(person)
    return member is not None and member.channel is None and known is not None and known.account is not None


def reminder(
    person: PersonId,
    signals: Sequence[Signal],
    directives: Directives,
    most: int | None = None,
    weight: Callable[[Signal], float] = lambda signal: 1.0,
    order: Sequence[SignalId] = (),
) -> Proposal:
    """One message to ``person`` about ``signals``, the most urgent first, then those of most weight, then the oldest.

    Of equals those named in ``order`` come first, in that order.

    With ``most``, the rest is only counted. Its id names the person and the items told, so the same
    telling is proposed under the same name for ever. Raises ``IndexError`` without signals.
    """
    place = {name: n for n, name in reversed(list(enumerate(order)))}
    first = sorted(
        signals, key=lambda s: (-s.urgency, -weight(s), place.get(s.id, len(place)), s.since, s.subject, s.step)
    )
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
    """Give an unowned issue to ``taker``; the name of the ask changes only with whom an approver has refused."""
    action = Reassign(issue=issue.key, issue_title=issue.title, issue_url=issue.url, giver=None, taker=taker.id)
    least = load.next_taker(snapshot, directives, but=barred(issue, snapshot)) == taker
    why = f"{taker.name} is here, with {load.words(taker)}"
    why += f": by rule the least {'work' if load.offered else 'open work'} takes it" if least else ""
    return because_of(
        signal,
        " but ".join(["reassign", *sorted(snapshot.refused.get(issue.key, ()))]),
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
