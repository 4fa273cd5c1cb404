"""Response clocks: a critical matter that nobody answers in time goes to the next person, one at a time, each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from models.actions import CommentOnIssue, Item, RemindPerson
from models.cycles import Heard, History
from models.directives import Directives
from models.ids import IssueKey, PersonId, SignalId
from models.proposals import Decided, Verdict
from models.signals import Evidence, Findings, Signal, Urgency
from models.spans import Span
from models.work import Snapshot
from planner.bounds.limits import Place, Wait, claim, wait_for_person
from planner.bounds.worktime import person_calendar
from planner.hearers.escalation import answer_within, chain, clock_ends, heard_by
from planner.hearers.patience import Patience
from planner.matters.quiet import hushed
from planner.still.factcheck import Ground

OWN_WRITE = timedelta(minutes=1)
"""A change so soon after a write of ours is taken for ours: the vendor's clock and our own are not the same."""

Subject = tuple[str, str]
"""Kind and subject: what people call the same matter, however many hear of it."""


def go_further(findings: Findings, snapshot: Snapshot, directives: Directives, history: History) -> Findings:
    """``findings`` with what a silence adds: the next person of the chain hears, where a clock has run out.

    ``ripens`` is then also the moment the next clock will. Nothing is added once somebody has answered: the
    subject has changed, or a button of the message was pressed.
    """
    heard = _by_subject(history.heard)
    signals = tuple(_louder(signal, heard) for signal in findings.signals)
    added: list[Signal] = []
    moments = [findings.ripens] if findings.ripens else []
    for matter in _matters(signals, heard, snapshot, directives):
        steps, then = _steps(matter, snapshot, directives, history)
        added += steps
        moments += [then] if then else []
    if signals == findings.signals and not added and not moments:
        return findings
    return Findings((*signals, *added), min(moments, default=None))


def ripening(findings: Findings, decided: Sequence[Decided], ground: Ground, history: History) -> Findings:
    """``findings`` with all that time alone will add: clocks that begin with this look, and waits that end."""
    snapshot, directives = ground.snapshot, ground.directives
    patience = Patience.of(ground.signals, snapshot, directives, history)
    moments = (findings.ripens, _first_clock(decided, snapshot, directives), patience.ends(ground.signals))
    return replace(findings, ripens=min((moment for moment in moments if moment), default=None))


def _first_clock(decided: Sequence[Decided], snapshot: Snapshot, directives: Directives) -> datetime | None:
    """When the first clock that begins with this look's messages will have run out."""
    ends = [
        clock_ends(person, snapshot.now, within, snapshot.people, directives, snapshot.team)
        for each in decided
        if each.decision.verdict is Verdict.ALLOW
        for person, item in _told(each)
        if (within := answer_within(directives, Urgency[item.urgency.upper()]))
    ]
    return min(ends, default=None)


def _told(each: Decided) -> Iterator[tuple[PersonId, Item]]:
    match each.proposal.action:
        case RemindPerson(person=person, items=items):
            yield from ((person, item) for item in items)
        case CommentOnIssue(person=person, item=item):
            yield person, item


def _by_subject(heard: Sequence[Heard]) -> Mapping[Subject, list[Heard]]:
    found: dict[Subject, list[Heard]] = defaultdict(list)
    for each in heard:
        found[each.kind, each.subject].append(each)
    return found


def _louder(signal: Signal, heard: Mapping[Subject, list[Heard]]) -> Signal:
    """The same, under a name of its own where its addressee knows of it only from before it was critical."""
    if signal.urgency is not Urgency.CRITICAL or signal.addressee is None:
        return signal
    rows = [h for h in heard.get((signal.kind, signal.subject), ()) if h.person == signal.addressee]
    once_more = replace(signal, louder=True)
    known = [h for h in rows if h.signal in (signal.id, once_more.id)]
    quietly = known and all(h.urgency < Urgency.CRITICAL or h.signal == once_more.id for h in known)
    return once_more if quietly else signal


@dataclass(frozen=True, slots=True)
class _Matter:
    """One urgent thing, as its first rung tells it; whose move it is; and who has heard of it being so urgent."""

    signal: Signal
    first: tuple[PersonId, ...]
    within: Span
    heard: tuple[Heard, ...]
    """The earliest first."""
    known: frozenset[PersonId]
    """Whoever cannot be told under this name any more."""


def _matters(
    signals: Sequence[Signal], heard: Mapping[Subject, list[Heard]], snapshot: Snapshot, directives: Directives
) -> Iterator[_Matter]:
    """What somebody has heard of and an answer is waited for."""
    groups: dict[Subject, list[Signal]] = defaultdict(list)
    for signal in signals:
        if answer_within(directives, signal.urgency) and (signal.kind, signal.subject) in heard:
            groups[signal.kind, signal.subject].append(signal)
    for subject, group in groups.items():
        group.sort(key=lambda s: (s.step, s.since))
        base, names = group[0], frozenset[SignalId]().union(*(signal.ids_so_far for signal in group))
        rows = [h for h in heard[subject] if h.signal in names]
        urgent = tuple(h for h in rows if h.urgency >= base.urgency)
        within = answer_within(directives, base.urgency)
        plain = replace(base, louder=False)
        first = (heard_by(signal, snapshot, directives)[1] for signal in group)
        known = frozenset(h.person for h in rows if h in urgent or h.signal == plain.id)
        if urgent and within:
            yield _Matter(plain, tuple(dict.fromkeys(p for p in first if p)), within, urgent, known)


def _steps(
    matter: _Matter, snapshot: Snapshot, directives: Directives, history: History
) -> tuple[list[Signal], datetime | None]:
    """What those heard who are not of the first, and who hears next; or when that will be."""
    answered = _is_answered(matter, snapshot)
    told = [h.person for h in matter.heard if h.person not in matter.first and (h.at or not answered)]
    steps = [_step(matter, person, snapshot, directives) for person in dict.fromkeys(told)]
    times = [(h.at, h.person) for h in matter.heard if h.at]
    if answered or len(times) < len(matter.heard):
        return steps, None  # while a message is on its way its reader cannot answer
    since, last = max(times)
    ends = clock_ends(last, since, matter.within, snapshot.people, directives, snapshot.team)
    if ends > snapshot.now:
        return steps, ends
    person = _next_person(matter, snapshot, directives, history)
    return [*steps, *([_step(matter, person, snapshot, directives)] if person else [])], None


def _is_answered(matter: _Matter, snapshot: Snapshot) -> bool:
    if any(each.answered for each in matter.heard):
        return True
    changed = _changed(matter.signal.subject, snapshot)
    told = min((each.at for each in matter.heard if each.at), default=None)
    if changed is None or told is None:
        return False
    own = max((each.wrote + OWN_WRITE for each in matter.heard if each.wrote), default=told)
    return changed > max(told, own)


def _changed(subject: str, snapshot: Snapshot) -> datetime | None:
    """When a ticket or pull request last changed in any way: a comment is a change too."""
    issue = snapshot.ticket(IssueKey(subject))
    if issue is not None:
        return issue.touched
    return next((pr.updated for pr in snapshot.pull_requests if pr.id == subject), None)


def _owner(subject: str, snapshot: Snapshot) -> PersonId | None:
    """Who answers for the subject itself: the assignee of a ticket, the author of a pull request."""
    issue = snapshot.ticket(IssueKey(subject))
    account = issue.assignee if issue else next((p.author for p in snapshot.pull_requests if p.id == subject), None)
    person = snapshot.person(account)
    return person.id if person else None


def _next_person(matter: _Matter, snapshot: Snapshot, directives: Directives, history: History) -> PersonId | None:
    """The first of the chain who can be reached now; when none can, the first, who hears as soon as they can.

    Somebody who has muted the matter is left in peace.
    """
    signal, team = matter.signal, directives.team(snapshot.team)
    order = chain(matter.first, _owner(signal.subject, snapshot), team)
    left = [p for p in order if p not in matter.known and not hushed(signal, p, history.hushes, snapshot.now)]
    at = Place(snapshot.team, snapshot.people, directives, snapshot.now)
    reached = (person for person in left if _can_be_told(person, signal.urgency, history, at))
    return next(reached, next(iter(left), None))


def _can_be_told(person: PersonId, urgency: Urgency, history: History, at: Place) -> bool:
    is_time = wait_for_person(person, urgency, at) is None
    return is_time and not isinstance(claim(person, urgency, history, at), Wait)


def _step(matter: _Matter, person: PersonId, snapshot: Snapshot, directives: Directives) -> Signal:
    """The matter as the next person hears of it: what is so, and who was told before them and when."""
    signal, silent = matter.signal, next((h for h in reversed(matter.heard) if h.person != person and h.at), None)
    words = ""
    if silent is not None and silent.at is not None:
        when = person_calendar(directives, snapshot.team, snapshot.people.get(person, person)).when(silent.at)
        known = snapshot.people.get(silent.person)
        words = f"{known.name if known else silent.person} was told {when}, and nothing has changed"
    return replace(
        signal,
        addressee=person,
        headline=f"{signal.headline}; {words}" if words else signal.headline,
        evidence=(*signal.evidence, Evidence(words)) if words else signal.evidence,
        rule=f"urgency-{signal.urgency.name.lower()}",
    )
