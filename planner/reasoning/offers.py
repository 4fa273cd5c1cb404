"""What a model may choose among: everything the rules propose, and what the same findings would carry instead."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from models.actions import (
    Action,
    ChangeSprintScope,
    CommentOnIssue,
    Escalate,
    Reassign,
    RemindPerson,
    TransitionIssue,
)
from models.directives import Allow, Ask, Directives, Never
from models.ids import IssueKey, PersonId, SignalId
from models.proposals import Proposal
from models.signals import Signal, Urgency
from models.work import Snapshot
from planner.bounds.rules import lines_with
from planner.claims.facts import Sheet
from planner.facts.observe import running
from planner.hearers.discretion import is_private
from planner.reasoning.load import Load, barred
from planner.reasoning.rules import comment, leaves_open

MOST_OFFERS = 36
"""So many numbers there are for offers in an answer's schema; what is less urgent stays with the rules."""

MOST_TAKERS = 4
"""Other people who are offered for one ticket, those with the least to do."""

SETTLED = Urgency.HIGH
"""From here on what the rules found goes out as they would have it: another way is at most shown beside it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that may be proposed, carried by a finding."""

    id: str
    """``o1``: unique in one prompt."""
    matter: str
    """``m1``: of one matter only one offer is taken."""
    proposal: Proposal
    own: bool
    """Whether the rules would do it."""
    does: str
    """What it is, in ids and our own words alone."""
    about: tuple[str, ...]
    """Ids of the facts it rests on, and of those about whoever would take it."""


def offers_of(
    own: Sequence[Proposal], snapshot: Snapshot, signals: Sequence[Signal], sheet: Sheet, directives: Directives
) -> tuple[Offer, ...]:
    """The rules' own proposals, the most urgent first, each followed by what could be done instead.

    Each names only what has a fact. What rests on nothing that has one is not offered, for nobody could say why: it
    stays with the rules.
    """
    private = frozenset(signal.id for signal in signals if is_private(signal, directives))
    known = frozenset(fact.subject for fact in sheet.facts)
    offers: list[Offer] = []
    matter = 0
    for proposal in sorted(own, key=lambda each: -each.urgency):
        if not isinstance(proposal.action, _TO_WEIGH) or private.issuperset(proposal.signals):
            continue
        ways = [proposal, *_instead(proposal, snapshot, signals, directives)]
        grounds = [(way, _subjects(way.action, private, known)) for way in ways]
        if not grounds[0][1]:
            continue
        matter += 1
        for way, subjects in [each for each in grounds if each[1]][: MOST_OFFERS - len(offers)]:
            does = _does(way.action, subjects)
            about = tuple(fact.id for fact in sheet.facts if fact.subject in subjects)
            offers.append(Offer(f"o{len(offers) + 1}", f"m{matter}", way, way is proposal, does, about))
    return tuple(offers)


_TO_WEIGH = (RemindPerson, CommentOnIssue, Reassign, Escalate, TransitionIssue, ChangeSprintScope)
"""The daily summary and a question about an account have nothing to weigh."""


def _instead(
    proposal: Proposal, snapshot: Snapshot, signals: Sequence[Signal], directives: Directives
) -> Iterator[Proposal]:
    match proposal.action:
        case Reassign() as action:
            for taker in _takers(action, snapshot, directives):
                yield replace(proposal, action=replace(action, taker=taker))
        case RemindPerson(items=(item,), person=person) if proposal.urgency < SETTLED:
            signal = next((each for each in signals if each.id == item.signal), None)
            issue = next((each for each in running(snapshot) if each.key == item.subject), None)
            as_free = alike(RemindPerson.kind, CommentOnIssue.kind, directives)
            if signal is not None and issue is not None and as_free and leaves_open(person, snapshot, directives):
                yield comment(signal, issue, person, directives)


def _takers(action: Reassign, snapshot: Snapshot, directives: Directives) -> list[PersonId]:
    """Who else could take it, the least laden first; whoever manages the project only where nobody else is here."""
    issue = snapshot.issue(IssueKey(action.issue))
    but = barred(issue, snapshot) if issue is not None else ()
    able = Load.of(snapshot).least_first(snapshot, directives, but, most=MOST_TAKERS + 1)
    return [person.id for person in able if person.id != action.taker][:MOST_TAKERS]


def alike(one: str, other: str, directives: Directives) -> bool:
    """Whether the constitution speaks of two kinds of action in the same way: then neither is the bolder one."""
    return _said_of(one, directives) == _said_of(other, directives)


def _said_of(word: str, directives: Directives) -> frozenset[tuple[str, str]]:
    allowed = {("allow", rule.when or "") for _, rule in lines_with(directives, Allow) if rule.allow == word}
    asked = {("ask", rule.of) for _, rule in lines_with(directives, Ask) if rule.ask == word}
    lines = lines_with(directives, Never)
    never = {("never", rule.unless_approved_by or "") for _, rule in lines if word in rule.never}
    return frozenset(allowed | asked | never)


def _does(action: Action, subjects: Collection[str]) -> str:
    match action:
        case RemindPerson(person=person, items=items):
            named = list(dict.fromkeys(item.subject for item in items if item.subject in subjects))
            rest = len(items) + action.more - len(named)
            return f"remind {person} of {', '.join(named)}{f' and {rest} more' if rest else ''}"
        case CommentOnIssue():
            return f"ask {action.person} in a comment on {action.issue}"
        case Reassign():
            return f"give {action.issue} to {action.taker}"
        case Escalate():
            return f"tell {action.channel} of {action.item.subject}"
        case TransitionIssue():
            return f"move {action.issue} on, its change is merged"
        case ChangeSprintScope():
            return f"take {action.issue} into the running sprint"
        case _:
            raise TypeError(f"{action.kind} is nothing to choose")


def _subjects(action: Action, private: Collection[SignalId], known: Collection[str]) -> Collection[str]:
    """What it is about and has a fact; nothing where that is not all of it, but of a reminder one item is enough."""
    match action:
        case RemindPerson(items=items):
            return {item.subject for item in items if item.signal not in private and item.subject in known}
        case CommentOnIssue(item=item) | Escalate(item=item):
            subjects = {item.subject}
        case Reassign():
            subjects = {action.issue, f"person:{action.taker}"}
        case TransitionIssue() | ChangeSprintScope():
            subjects = {action.issue}
        case _:
            subjects = set()
    return subjects if subjects.issubset(known) else ()
