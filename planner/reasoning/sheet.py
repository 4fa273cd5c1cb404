"""The facts of one look, numbered: what a model reads and may cite, and what its citations are written out from.

Made from the look alone, so that whoever checks a model's words makes the same sheet as whoever asked it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from models.directives import Directives
from models.ids import IssueKey
from models.signals import Signal, SignalKind
from models.work import Issue, Snapshot
from planner.bounds.worktime import days_left, quoted, team_calendar
from planner.claims.facts import Fact, Sheet
from planner.facts.observe import of_sprint, running, running_sprints, tally
from planner.hearers.discretion import is_private
from planner.reasoning.load import Load

MOST_FACTS = 72
"""So many numbers there are for facts in an answer's schema; what is less urgent is not numbered."""

MOST_FOUND, MOST_DETAILS = 36, 18
"""Of them for what was found, as many as there are offers, and for the tickets it is about: the rest is left for where
the sprint stands and for who could take what nobody has, however much was found."""


def sheet_of(snapshot: Snapshot, signals: Sequence[Signal], directives: Directives) -> Sheet:
    """What was found, the most urgent first, then where the sprint stands, then who could take what nobody has.

    Nothing that is said of a person alone, or told to one role alone: an answer may be read by others.
    """
    open_ones = [signal for signal in signals if not is_private(signal, directives)]
    ranked = sorted(open_ones, key=lambda s: (-s.urgency, s.since, s.subject, s.kind, s.step))
    orphans = any(signal.kind is SignalKind.NOBODY_ASSIGNED for signal in ranked)
    clauses = [
        *list(dict.fromkeys(_found(signal, snapshot) for signal in ranked))[:MOST_FOUND],
        *_sprints(snapshot, directives),
        *islice(_issues(ranked, snapshot), MOST_DETAILS),
        *(_loads(snapshot) if orphans else ()),
    ]
    return Sheet(tuple(_numbered(clauses)))


Clause = tuple[str, str, str | None]
"""Its words, its subject, where to check it."""


def _numbered(clauses: Iterable[Clause]) -> Iterator[Fact]:
    for number, (text, subject, url) in enumerate(list(dict.fromkeys(clauses))[:MOST_FACTS], start=1):
        yield Fact(id=f"f{number}", text=text, subject=subject, url=url, outside="“" in text)


def _found(signal: Signal, snapshot: Snapshot) -> Clause:
    """Its headline without the title, which is somebody else's words and stands in the table of issues."""
    text = signal.headline.rstrip(".")
    issue = snapshot.ticket(IssueKey(signal.subject))
    pulls = (pull for pull in (*snapshot.pull_requests, *snapshot.settled) if pull.id == signal.subject)
    titles = [issue.title] if issue is not None else [pull.title for pull in pulls]
    for title in titles:
        text = text.replace(f" {quoted(title)}", "", 1)
    return text, signal.subject, signal.url


def _sprints(snapshot: Snapshot, directives: Directives) -> Iterator[Clause]:
    calendar = team_calendar(directives, snapshot.team)
    for sprint in running_sprints(snapshot):
        done, subject = tally(of_sprint(snapshot, sprint)), f"sprint:{sprint.id}"
        if done.issues:
            yield f"the sprint has {done.words}", subject, None
        if sprint.end is not None and sprint.end > snapshot.now:
            left = days_left(calendar, snapshot.now, sprint.end)
            yield f"the sprint {left if left.startswith('ends') else f'has {left}'}", subject, None


def _issues(signals: Sequence[Signal], snapshot: Snapshot) -> Iterator[Clause]:
    """What else is so of the tickets something was found about: what counts when one weighs them."""
    for key in dict.fromkeys(signal.subject for signal in signals):
        issue = snapshot.issue(IssueKey(key))
        if issue is not None:
            yield from ((text, key, issue.url) for text in _of_issue(issue, snapshot))


def _of_issue(issue: Issue, snapshot: Snapshot) -> Iterator[str]:
    waiting = snapshot.held_up.get(issue.key, 0)
    if waiting:
        yield f"{issue.key} holds up {waiting} other ticket{'' if waiting == 1 else 's'}"
    if issue.due is not None:
        yield f"{issue.key} is due on {issue.due.day} {issue.due:%B}"
    if issue.points:
        yield f"{issue.key} has {issue.points:g} point{'' if issue.points == 1 else 's'}"


def _loads(snapshot: Snapshot) -> Iterator[Clause]:
    """Who has how much, the least laden first: of a large team they are the ones to choose among."""
    load = Load.of(snapshot)
    last = [issue for issue in running(snapshot) if issue.assignee is None and issue.last_assignee is not None]
    for person in sorted(snapshot.assignable, key=lambda each: load.weights[each.id]):
        yield f"{person.name} has {load.words(person)}", f"person:{person.id}", None
    for issue in last:
        before = snapshot.person(issue.last_assignee)
        if before is not None:
            yield f"{before.name} had {issue.key} before", issue.key, issue.url
