"""What the reading tools give: clauses about the mirror's facts, each true by itself; nothing that is not for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from models.ids import PersonId
from models.pulls import PullRequest
from models.work import Issue, Progress
from planner.asked.converse.known import MOST_AT_ONCE, Known
from planner.asked.converse.tools import Report, State
from planner.claims.of import Clause, clauses_in, of_issue, of_person, of_pull, of_reply, of_signal, of_sprint
from planner.detect import detect
from planner.facts.observe import blocked_since, running_sprints
from planner.hearers.moves import unfinished_blockers
from planner.reports.blockers import blockers
from planner.reports.changes import changes
from planner.reports.pace import forecast
from planner.reports.reviews import reviews
from planner.reports.status import status
from planner.reports.waiting import waiting
from planner.words.replies import Row, SheetReply

MOST_TICKETS = 10
"""Tickets of one list."""

Told = Iterable[Clause] | str
"""Facts, or in words why there are none."""


def read(name: str, given: Mapping[str, Any], known: Known) -> Told:
    """What the tool of that name gives; a ``KeyError`` for one that does not read the mirror."""
    words = {key: str(value) for key, value in given.items()}
    return _READERS[name](words, known)


def opening(known: Known, spoken_of: str) -> Iterator[Clause]:
    """What is told before any tool is used: where the sprint stands, and what was or is spoken of."""
    for sprint in running_sprints(known.snapshot):
        yield from of_sprint(sprint, known.snapshot, known.zone)
    subjects = dict.fromkeys([spoken_of, *sorted(known.keys)])
    for issue in (known.issue(each) for each in list(subjects)[:3] if each):
        if issue is not None:
            yield from of_issue(issue, known.snapshot, known.directives, known.zone)


def _report(given: Mapping[str, str], known: Known) -> Told:
    what = given.get("what", "")
    return _REPORTS[Report(what)](known) if what in frozenset(Report) else f"There is no report {what!r}."


def _sprints(known: Known) -> Iterator[Clause]:
    snapshot, directives = known.snapshot, known.directives
    signals = detect(snapshot, directives).signals
    for sprint in running_sprints(snapshot)[:2]:
        yield from of_sprint(sprint, snapshot, known.zone)
        reply = status(snapshot, sprint, signals, directives)
        yield from of_reply(reply)
        yield from (Clause(told.rstrip("."), f"sprint:{sprint.id}", reply.url or None) for told in reply.counts)


def _findings(known: Known) -> Iterator[Clause]:
    return (of_signal(signal, known.snapshot) for signal in known.signals)


def _waits(known: Known) -> Iterator[Clause]:
    return _of_waits(waiting(known.snapshot, known.directives))


def _of_waits(reply: SheetReply) -> Iterator[Clause]:
    yield from (Clause(sentence, "team") for sentence in clauses_in(reply.headline))
    yield from (_wait(row) for group in reply.groups for row in group.rows)


def _wait(row: Row) -> Clause:
    """``Li waits for Sam with PAY-7: a review, for 3 hours``."""
    who, _, on = row.owner.rpartition(" → ")
    if not who:  # blocked by nobody knows what
        return Clause(f"{row.key} is {row.why}, and Jira does not say by what", row.key, row.url)
    named = "" if who.startswith("nobody") or not who else f"{who} waits for {on} with "
    return Clause(f"{named}{row.key}: {row.why}" if named else f"{row.key} waits for {on}: {row.why}", row.key, row.url)


def _changes(known: Known) -> Iterator[Clause]:
    for sprint in running_sprints(known.snapshot)[:2]:
        reply = changes(sprint, known.snapshot, known.directives)
        since, _, said = reply.headline.rstrip(".").partition(": ")
        yield Clause(f"{since[:1].lower()}{since[1:]}: {said}" if said else since, f"sprint:{sprint.id}")
        for group in reply.groups:
            did = _DID.get(group.name.partition(" ")[0], "changed")
            yield from (Clause(_did(row, did), row.key, row.url or None) for row in group.rows)


def _did(row: Row, did: str) -> str:
    return f"{row.key} {did}" if row.why.casefold() in did else f"{row.key} {did}: {row.why}"


_DID = {
    "Done": "is done",
    "Blocked": "is blocked",
    "Added": "was added",
    "Started": "was started",
    "Moved": "moved",
    "Merged": "was merged",
}


def _pace(known: Known) -> Iterator[Clause]:
    for sprint in running_sprints(known.snapshot)[:2]:
        yield from of_reply(forecast(sprint, known.snapshot, known.directives))


_REPORTS: Mapping[Report, Callable[[Known], Iterable[Clause]]] = {
    Report.SPRINT: _sprints,
    Report.FINDINGS: _findings,
    Report.BLOCKERS: lambda known: of_reply(blockers(known.snapshot, known.directives)),
    Report.REVIEWS: lambda known: of_reply(reviews(known.snapshot, known.directives)),
    Report.WAITING: _waits,
    Report.CHANGES: _changes,
    Report.PACE: _pace,
}


# --- tickets ----------------------------------------------------------------------------------------------------


def _tickets(given: Mapping[str, str], known: Known) -> Told:
    state, owner, words = given.get("state", ""), given.get("owner", ""), given.get("words", "").casefold().split()
    person = known.person(owner) if owner else None
    if state not in frozenset(State) or (owner and person is None):
        return f"There is no state {state!r}." if not owner else f"{owner!r} is nobody of this team."
    fits = _STATES[State(state)]
    found = [
        issue
        for issue in known.snapshot.issues
        if fits(issue, known)
        and (person is None or _owner(issue, known) == person)
        and all(word in issue.title.casefold() for word in words)
    ]
    return _listed(found, known) if found else "No ticket of the running sprints is like that."


def _owner(issue: Issue, known: Known) -> PersonId | None:
    person = known.snapshot.person(issue.assignee)
    return person.id if person is not None else None


def _listed(found: list[Issue], known: Known) -> Iterator[Clause]:
    shown = found[:MOST_TICKETS]
    each = max(2, MOST_AT_ONCE // len(shown) - 1)
    for issue in shown:
        told = of_issue(issue, known.snapshot, known.directives, known.zone)
        yield from [clause for clause, _ in zip(told, range(each), strict=False)]
    if len(found) > len(shown):
        yield Clause(f"{len(found)} tickets are like that", "team")


def _is_blocked(issue: Issue, known: Known) -> bool:
    return blocked_since(issue, known.team) is not None or any(unfinished_blockers(issue, known.snapshot))


_STATES: Mapping[State, Callable[[Issue, Known], bool]] = {
    State.ANY: lambda issue, known: True,
    State.OPEN: lambda issue, known: issue.progress is not Progress.DONE,
    State.DONE: lambda issue, known: issue.progress is Progress.DONE,
    State.BLOCKED: lambda issue, known: issue.progress is not Progress.DONE and _is_blocked(issue, known),
    State.WAITING: lambda issue, known: (
        issue.progress is not Progress.DONE and bool(list(unfinished_blockers(issue, known.snapshot)))
    ),
    State.UNOWNED: lambda issue, known: issue.progress is not Progress.DONE and issue.assignee is None,
    State.OVERDUE: lambda issue, known: (
        issue.progress is not Progress.DONE
        and issue.due is not None
        and issue.due < known.zone.local_day(known.snapshot.now)
    ),
}


def _ticket(given: Mapping[str, str], known: Known) -> Told:
    named = given.get("key", "")
    issue, pull = known.issue(named), known.pull(named)
    if issue is not None:
        pulls = (*known.snapshot.pulls_for(issue.key), *known.snapshot.settled_for(issue.key))
        own = of_issue(issue, known.snapshot, known.directives, known.zone)
        return [*own, *(clause for each in pulls[:3] for clause in _pull(each, known))]
    if pull is not None:
        return _pull(pull, known)
    return f"{named!r} is no ticket that was given to you."


def _pull(pull: PullRequest, known: Known) -> Iterator[Clause]:
    return of_pull(pull, known.snapshot, known.directives, known.zone)


# --- people -----------------------------------------------------------------------------------------------------


def _person(given: Mapping[str, str], known: Known) -> Told:
    """What somebody has to do and who waits for them; where others read it, nothing but their tickets."""
    named = given.get("person", "")
    id = known.person(named)
    person = known.snapshot.people.get(id) if id is not None else None
    if id is None or person is None:
        return f"{named!r} is nobody of this team."
    theirs = [each for each in of_person(person, known.snapshot) if not known.public or each.url]
    reply = waiting(known.snapshot, known.directives, id)
    headline = [Clause(sentence, f"person:{id}") for sentence in clauses_in(reply.headline)]
    return [*theirs, *headline, *_both_ways(reply, person.name)]


def _both_ways(reply: SheetReply, name: str) -> Iterator[Clause]:
    for group in reply.groups:
        for row in group.rows:
            if not group.name.startswith("Waits for") and not group.name.endswith("waits for"):
                yield Clause(f"{row.key} is {row.why}, and Jira does not say by what", row.key, row.url)
                continue
            who, on = (row.owner, name) if group.name.startswith("Waits for") else (name, row.owner)
            if not row.owner.startswith("nobody"):
                yield Clause(f"{who} waits for {on} with {row.key}: {row.why}", row.key, row.url)


_READERS: Mapping[str, Callable[[Mapping[str, str], Known], Told]] = {
    "report": _report,
    "tickets": _tickets,
    "ticket": _ticket,
    "person": _person,
}
READS = frozenset(_READERS)
"""The tools that read the mirror."""
