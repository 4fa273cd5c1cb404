"""Who has how much to do, and who could take what nobody has."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from heapq import nsmallest

from models.directives import Directives
from models.ids import IssueKey, PersonId
from models.work import Issue, Person, Snapshot
from planner.facts.observe import running
from planner.hearers.escalation import PM


class _Weights(dict[PersonId, tuple[float, int, PersonId]]):
    """Points, then issues, then the id: of whoever has nothing, none."""

    def __missing__(self, person: PersonId) -> tuple[float, int, PersonId]:
        return 0.0, 0, person


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
    weights: _Weights = field(default_factory=lambda: _Weights())
    """By what the least laden is found, kept up to date: it is asked for every ticket and everybody."""

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
        self._weigh(person.id)

    def offer(self, person: Person, issue: Issue) -> None:
        """Count ``issue`` as proposed to them, once."""
        for taker, times in ((self.takers.get(issue.key), -1), (person.id, 1)):
            if taker is not None:
                self.offered_points[taker] += times * (issue.points or 0)
                self.offered[taker] += times
                self._weigh(taker)
        self.takers[issue.key] = person.id

    def words(self, person: Person) -> str:
        """What they have, for people; what is only proposed is said to be so."""
        open_now = f"{_amount(self.points[person.id], self.issues[person.id])} open in this sprint"
        proposed = _amount(self.offered_points[person.id], self.offered[person.id])
        return f"{open_now} and {proposed} more proposed" if self.offered[person.id] else open_now

    def taker_of(self, issue: Issue, snapshot: Snapshot, directives: Directives) -> Person | None:
        """Whom to propose for ``issue``: whoever is proposed already, else the next who may be."""
        if issue.key in self.takers:
            return snapshot.people.get(self.takers[issue.key])
        return self.next_taker(snapshot, directives, but=barred(issue, snapshot))

    def next_taker(self, snapshot: Snapshot, directives: Directives, but: Collection[PersonId] = ()) -> Person | None:
        """Who is here and has the least work; whoever manages the project only when nobody else is here.

        Nobody of ``but``.
        """
        least = self.least_first(snapshot, directives, but, most=1)
        return least[0] if least else None

    def least_first(
        self, snapshot: Snapshot, directives: Directives, but: Collection[PersonId] = (), *, most: int
    ) -> list[Person]:
        """As ``next_taker``, the first ``most`` of them, equals by id."""
        managers = directives.team(snapshot.team).roles.get(PM, ())
        here = [person.id for person in snapshot.assignable if person.id not in but]
        able = [person for person in here if person not in managers] or here
        return [snapshot.people[person] for person in nsmallest(most, able, key=self.weights.__getitem__)]

    def _weigh(self, person: PersonId) -> None:
        points = self.points[person] + self.offered_points[person]
        self.weights[person] = (points, self.issues[person] + self.offered[person], person)


def barred(issue: Issue, snapshot: Snapshot) -> frozenset[PersonId]:
    """Whom an issue that nobody has is not proposed to: who let go of it last, and whom an approver has refused."""
    last = snapshot.person(issue.last_assignee)
    let_go = frozenset({last.id} if last is not None else ())
    return let_go | snapshot.refused.get(issue.key, frozenset())


def _amount(points: float, count: int) -> str:
    """``3 points in 2 issues``."""
    if not count:
        return "nothing"
    return f"{points:g} point{'' if points == 1 else 's'} in {count} issue{'' if count == 1 else 's'}"
