"""Which tickets a model is shown of a sprint: those its facts speak of and what these touch, however many there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

from models.ids import IssueKey, PersonId
from models.work import Issue, Progress, Snapshot
from planner.claims.facts import Sheet
from planner.facts.observe import running

IN_HAND = 3
"""Tickets in progress that are shown of whoever could take one, the last begun first."""


def at_stake(snapshot: Snapshot, sheet: Sheet) -> tuple[Issue, ...]:
    """Open tickets, those that matter most first: what the facts speak of, what that waits for, and what whoever
    could take a ticket has in hand. Of the others a model could neither cite nor choose anything."""
    subjects = [fact.subject for fact in sheet.facts]
    spoken = [issue for subject in subjects for issue in _of(subject, snapshot)]
    waited_for = (snapshot.issue(key) for issue in spoken for key in issue.blocked_by)
    open_ones = frozenset(issue.key for issue in running(snapshot))
    every = chain(spoken, (each for each in waited_for if each is not None), _in_hand(subjects, snapshot))
    return tuple({issue.key: issue for issue in every if issue.key in open_ones}.values())


def _of(subject: str, snapshot: Snapshot) -> Iterator[Issue]:
    """The ticket of that key, or those a pull request of that id is for."""
    pulls = (pull for pull in (*snapshot.pull_requests, *snapshot.settled) if pull.id == subject)
    keys = chain([IssueKey(subject)], *(pull.issues for pull in pulls))
    yield from (issue for key in keys if (issue := snapshot.issue(key)) is not None)


def _in_hand(subjects: Iterable[str], snapshot: Snapshot) -> Iterator[Issue]:
    """In the order of ``subjects``, of which those that are people could take something (``sheet._loads``)."""
    people = [PersonId(subject.removeprefix("person:")) for subject in subjects if subject.startswith("person:")]
    begun = _begun(snapshot) if people else {}
    for person in people:
        yield from begun.get(person, ())[:IN_HAND]


def _begun(snapshot: Snapshot) -> Mapping[PersonId, Sequence[Issue]]:
    """What everybody has in progress, the last begun first."""
    begun: dict[PersonId, list[Issue]] = defaultdict(list)
    doing = (issue for issue in running(snapshot) if issue.progress is Progress.DOING)
    for issue in sorted(doing, key=lambda each: each.status_since, reverse=True):
        owner = snapshot.person(issue.assignee)
        if owner is not None:
            begun[owner.id].append(issue)
    return begun
