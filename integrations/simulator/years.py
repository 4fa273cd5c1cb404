"""The years before the story begins: closed sprints with everything that happened in them, the same at every start.

Each sprint takes on somewhat more than it delivers, as sprints do; what is left over goes on in the next one. Some
work comes up in the middle, some is taken out again. Ticket numbers lie below those of the story.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from integrations.simulator.company import Company, commit_of, item
from integrations.simulator.nouns import Build, Change, Issue, PullRequest, Review, Sprint, Step
from integrations.simulator.workdays import Workdays

DAYS = 10
"""Working days of a sprint."""

PLANNED = 7
"""New tickets a sprint begins with."""

FIRST_OF_STORY = 101
"""Ticket numbers from here on are the story's."""

MOST = (FIRST_OF_STORY - 1) // (PLANNED + 1)
"""Sprints there is room for: each takes ``PLANNED`` numbers, and one for what comes up."""

WHAT = ("Retry", "Explain", "Show", "Speed up", "Log", "Test", "Move", "Drop")
WHICH = (
    *("the payout report", "card payments", "the fee table", "refunds", "the settlement job", "invoices"),
    *("the merchant console", "exchange rates", "webhook deliveries", "chargebacks", "the audit trail"),
)
POINTS = (1, 2, 2, 3, 3, 5, 5, 8)
GOALS = ("Merchants trust the numbers", "Fewer manual payouts", "No payment is lost", "The console answers at once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose past it is, and where it stands."""

    company: Company
    project: str
    board: int
    repository: str | None
    days: Workdays
    people: Sequence[str]
    """Accounts of those who own tickets, the first of whom plans."""


def plant(place: Place, last: date, number: int, sprints: int) -> None:
    """``sprints`` closed sprints, the last one ending on the working day ``last`` and called ``Sprint number``."""
    dice, left = random.Random(f"{place.project} {number}"), list[str]()  # noqa: S311 - a story, not a secret
    for n in range(min(sprints, MOST)):
        back = sprints - n
        first = place.days.shift(last, 1 - DAYS * back)
        left = _Sprint(place, dice, first, number - back + 1).live(left, n * (PLANNED + 1))
    for key in left:  # what the last one left is not part of the story: it was dropped
        _write(place, key, place.people[0], place.days.at(last, place.days.end), sprints=(), status="Done")


class _Sprint:
    """One sprint as it went."""

    def __init__(self, place: Place, dice: random.Random, first: date, number: int) -> None:
        self.place, self.dice, self.first = place, dice, first
        days = place.days
        self.begin, self.end = days.at(first, days.begin), days.at(days.shift(first, DAYS - 1), days.end)
        self.closed = self.end - timedelta(minutes=dice.randint(5, 60))
        self.sprint = Sprint(
            id=place.company.number(),
            name=f"Sprint {number}",
            state="closed",
            board=place.board,
            goal=dice.choice(GOALS),
            start=self.begin,
            end=self.end,
            completed=self.closed,
        )
        place.company.sprints[self.sprint.id] = self.sprint

    def live(self, left: Sequence[str], used: int) -> list[str]:
        """Take over what was left, plan, work; the keys of what is not done at the end. ``used`` numbers are taken."""
        dice, owner = self.dice, self.place.people[0]
        for key in left:
            sprints = (*self.place.company.issues[key].sprints, self.sprint.id)
            _write(self.place, key, owner, self.begin - timedelta(minutes=2), sprints=sprints)
        keys = [*left, *(self._file(used + n + 1) for n in range(PLANNED))]
        speed = dice.uniform(0.65, 1.1)  # of what was taken on
        order = [*left, *dice.sample(keys[len(left) :], PLANNED)]
        if dice.random() < 0.5:
            order.insert(dice.randint(0, 3), self._came_up(used + PLANNED + 1))
        if dice.random() < 0.3:
            self._take_out(order.pop())
        return [key for key, share in _spread(order, speed) if not self._work(key, share)]

    def _file(self, number: int) -> str:
        return self._issue(number, self.begin - timedelta(hours=self.dice.randint(30, 120)), (self.sprint.id,))

    def _came_up(self, number: int) -> str:
        """Filed in the sprint, or put into it the next morning."""
        created = self._moment(self.dice.uniform(0.2, 0.6))
        if self.dice.random() < 0.5:
            return self._issue(number, created, (self.sprint.id,))
        key = self._issue(number, created, ())
        _write(self.place, key, self.place.people[0], created + timedelta(hours=1), sprints=(self.sprint.id,))
        return key

    def _take_out(self, key: str) -> None:
        _write(self.place, key, self.place.people[0], self._moment(self.dice.uniform(0.3, 0.8)), sprints=())

    def _issue(self, number: int, created: datetime, sprints: tuple[int, ...]) -> str:
        key, dice, company = f"{self.place.project}-{number}", self.dice, self.place.company
        company.issues[key] = Issue(
            id=company.number(),
            key=key,
            project=self.place.project,
            title=f"{dice.choice(WHAT)} {dice.choice(WHICH)}",
            kind=dice.choice(("Story", "Story", "Task", "Bug")),
            status="To Do",
            assignee=dice.choice(self.place.people),
            reporter=self.place.people[0],
            priority=dice.choice(("Medium", "Medium", "High", "Low")),
            labels=(),
            points=float(dice.choice(POINTS)),
            due=None,
            flagged=False,
            blocked_by=(),
            sprints=sprints,
            created=created,
            updated=created,
        )
        return key

    def _work(self, key: str, share: float) -> bool:
        """Work that ends after ``share`` of the sprint; whether it was done before the sprint was closed."""
        issue, moments = self.place.company.issues[key], [self._moment(share - back) for back in (0.35, 0.12, 0.0)]
        moments = [max(at, issue.changes[-1].at if issue.changes else issue.created) for at in moments]
        steps = list(zip(("In Progress", "In Review", "Done"), moments, strict=True))
        for status, at in steps:
            if at < self.closed and issue.status != status:
                _write(self.place, key, str(issue.assignee), at, status=status)
        done = steps[-1][1] < self.closed and share < 1
        if done:
            self._merged(self.place.company.issues[key], moments[1], moments[2])
        elif share < 1.3 and self.dice.random() < 0.3:
            _write(self.place, key, str(issue.assignee), self._moment(0.9), flagged=True)
            _write(self.place, key, str(issue.assignee), self.closed - timedelta(minutes=3), flagged=False)
        return done

    def _moment(self, share: float) -> datetime:
        """Inside working hours of the day that lies at ``share`` of the sprint."""
        days, place = self.place.days, min(max(share, 0.0), 3.0) * DAYS
        day = days.shift(self.first, int(place))
        hours = (datetime.combine(day, days.end) - datetime.combine(day, days.begin)) / timedelta(hours=1)
        at = datetime.combine(day, days.begin) + timedelta(hours=hours * (place % 1))
        return days.at(day, time(at.hour, at.minute, self.dice.randint(0, 59)))

    def _merged(self, issue: Issue, opened: datetime, done: datetime) -> None:
        """The pull request the ticket was done by."""
        repository, company = self.place.repository, self.place.company
        if repository is None:
            return
        author = str(issue.assignee)
        reviewer = self.dice.choice([each for each in self.place.people if each != author] or [author])
        number = 1 + sum(1 for name, _ in company.pull_requests if name == repository)
        merged = max(opened + timedelta(minutes=20), done - timedelta(minutes=10))
        commit, approved = commit_of(repository, number, opened), opened + (merged - opened) * 0.7
        company.pull_requests[(repository, number)] = PullRequest(
            repository=repository,
            number=number,
            title=f"{issue.key} {issue.title}",
            branch=f"feature/{issue.key}",
            author=author,
            state="MERGED",
            draft=False,
            reviews=(Review(reviewer, "approved", approved),),
            created=opened,
            updated=merged,
            commit=commit,
            builds=(Build(key="unit-tests", state="SUCCESSFUL", at=opened + timedelta(minutes=9), commit=commit),),
            steps=(
                Step(kind="update", by=author, at=opened, words="OPEN", commit=commit),
                Step(kind="approval", by=reviewer, at=approved),
                Step(kind="update", by=author, at=merged, words="MERGED", commit=commit),
            ),
            closed_by=author,
        )


def _spread(keys: Sequence[str], speed: float) -> Iterator[tuple[str, float]]:
    """After which share of the sprint each is done, one after the other: a whole sprint's worth at speed 1."""
    for n, key in enumerate(keys, 1):
        yield key, n / (len(keys) + 0.5) / speed


def _write(place: Place, key: str, by: str, at: datetime, **fields: object) -> None:
    """History that has already happened; nobody is told."""
    issue = place.company.issues[key]
    at = max([at, issue.created, *(change.at for change in issue.changes)])
    rows = tuple(item(place.company, name, getattr(issue, name), value) for name, value in fields.items())
    change = Change(place.company.number(), by, at, rows)
    place.company.issues[key] = replace(issue, **fields, updated=at, changes=(*issue.changes, change))  # type: ignore[arg-type]
