"""What happens in one team: tickets and pull requests live plausible lives, by dice and by what people are told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from models.ids import AccountId, IssueKey, PersonId, PullRequestId, SprintId, TeamId
from models.pulls import Build, BuildState, PullRequest, Review, ReviewState
from models.work import Absence, Issue, Person, Progress, Sprint, SprintState
from tests.soak.company import EVERYBODY, Member, members

FORTNIGHT = timedelta(days=14)
TICKETS = 11
"""In a sprint, when it begins."""

LATELY = timedelta(days=7)
"""How long the mirror keeps a pull request that was merged."""

WAITING, APPROVED, CHANGES = ReviewState.WAITING, ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED
TODO, DOING, DONE = Progress.TODO, Progress.DOING, Progress.DONE
STATUS = {TODO: "To Do", DOING: "In Progress", DONE: "Done"}


def is_red(pull: PullRequest) -> bool:
    return pull.build is not None and pull.build.state is BuildState.FAILED


@dataclass
class Life:
    """One team's work as it really is at ``now``. What changed since the last ``changed`` is what a webhook tells."""

    team: TeamId
    board: int
    dice: Random
    now: datetime
    issues: dict[IssueKey, Issue] = field(default_factory=dict)
    pulls: dict[PullRequestId, PullRequest] = field(default_factory=dict)
    people: dict[PersonId, Person] = field(default_factory=dict)
    sprints: list[Sprint] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    """Keys and ids of what is to be told."""
    absences: list[tuple[PersonId, Absence]] = field(default_factory=list)
    number: int = 0
    sprint_number: int = 0

    def __post_init__(self) -> None:
        self.people = {member.id: member.as_person() for member in self.members}
        self.next_sprint()

    @property
    def members(self) -> list[Member]:
        return members(self.team)

    @property
    def sprint(self) -> Sprint:
        return self.sprints[-1]

    # --- who is there -------------------------------------------------------------------------------------------

    def member(self, account: AccountId | None) -> Member | None:
        return next((m for m in self.members if m.account == account), None)

    def at_work(self, account: AccountId | None) -> bool:
        """Whether somebody can do something now: it is their working time and they are there."""
        member = self.member(account)
        if member is None:
            return False
        person = self.people[member.id]
        return replace(member.hours, zone=person.zone).open_at(self.now) and person.is_here(self.now)

    def absent(self, person: PersonId, absence: Absence) -> None:
        self.people[person] = replace(self.people[person], absent=absence)
        self.absences.append((person, absence))
        self.changed.add("people")

    def travel(self, person: PersonId, zone: str | None) -> None:
        self.people[person] = replace(EVERYBODY[person].as_person(zone), absent=self.people[person].absent)
        self.changed.add("people")

    def somebody(self, *but: AccountId | None) -> AccountId:
        return self.dice.choice([m.account for m in self.members if m.account not in but])

    # --- tickets ------------------------------------------------------------------------------------------------

    def change(self, key: IssueKey, **what: Any) -> None:
        """One change in Jira."""
        self.issues[key] = replace(self.issues[key], **what, updated=self.now)
        self.changed.add(key)

    def move(self, key: IssueKey, progress: Progress, status: str = "") -> None:
        status = status or STATUS[progress]
        begun = self.issues[key].progress_since if self.issues[key].progress is progress else self.now
        self.change(key, progress=progress, status=status, status_since=self.now, progress_since=begun)
        if progress is DONE:
            self.change(key, flagged_since=None)
            for other in [i for i in self.issues.values() if key in i.blocked_by]:
                self.change(other.key, blocked_by=tuple(k for k in other.blocked_by if k != key))

    def assign(self, key: IssueKey, account: AccountId | None) -> None:
        self.change(key, assignee=account, unassigned_since=None if account else self.now)

    def flag(self, key: IssueKey) -> None:
        self.change(key, flagged_since=self.now)

    def unflag(self, key: IssueKey) -> None:
        issue = self.issues[key]
        self.change(key, flagged_since=None)
        if issue.status == "Blocked":
            self.move(key, DOING)

    def new_ticket(self, sprint: SprintId | None, account: AccountId | None) -> IssueKey:
        self.number += 1
        key = IssueKey(f"{self.team.upper()}-{self.number}")
        self.issues[key] = Issue(
            key=key,
            id=f"{self.board}{self.number:05}",
            title=f"Piece of work {self.number}",
            url=f"https://jira.test/browse/{key}",
            kind="Story",
            status="To Do",
            progress=TODO,
            status_since=self.now,
            assignee=account,
            unassigned_since=None if account else self.now,
            priority=self.dice.choice(("Low", "Medium", "Medium", "High")),
            labels=frozenset(),
            points=float(self.dice.choice((1, 2, 3, 5))),
            due=(self.now + timedelta(days=9)).date() if self.dice.random() < 0.15 else None,
            flagged_since=None,
            blocked_by=(),
            sprint=sprint,
            created=self.now,
            updated=self.now,
            sprint_since=self.now if sprint else None,
        )
        self.changed.add(key)
        return key

    # --- pull requests --------------------------------------------------------------------------------------------

    def change_pull(self, name: PullRequestId, **what: Any) -> None:
        self.pulls[name] = replace(self.pulls[name], **what, updated=self.now)
        self.changed.add(name)

    def open_pull(self, issue: Issue) -> None:
        self.number += 1
        name = PullRequestId(f"acme/{self.team}#{self.number}")
        reviewers = {self.somebody(issue.assignee) for _ in range(self.dice.choice((1, 1, 2)))}
        self.pulls[name] = PullRequest(
            id=name,
            title=f"{issue.key} change {self.number}",
            url=f"https://bitbucket.test/{self.number}",
            author=issue.assignee,
            state="OPEN",
            draft=self.dice.random() < 0.1,
            reviews=tuple(Review(reviewer=who, state=WAITING) for who in sorted(reviewers)),
            issues=(issue.key,),
            waiting_since=self.now,
            opened=self.now,
            updated=self.now,
            commit=f"{self.number:012x}",
        )
        self.changed.add(name)

    def review(self, name: PullRequestId, who: AccountId, said: ReviewState) -> None:
        reviews = tuple(
            replace(r, state=said, at=self.now) if r.reviewer == who else r for r in self.pulls[name].reviews
        )
        self.change_pull(name, reviews=reviews)

    def push(self, name: PullRequestId) -> None:
        """The author's next commit: what was asked for is done, and everybody's turn begins again."""
        pull = self.pulls[name]
        build = Build(state=BuildState.PASSED, at=self.now) if pull.build else None
        commit = f"{int(pull.commit, 16) + 1_000_000:012x}"
        self.change_pull(
            name, pushed_at=self.now, pushed_by=pull.author, waiting_since=self.now, build=build, commit=commit
        )

    def merge(self, name: PullRequestId) -> None:
        self.change_pull(name, state="MERGED", settled_at=self.now)

    # --- sprints --------------------------------------------------------------------------------------------------

    def next_sprint(self) -> None:
        """The one that runs is closed; what is left moves on, and new work is planned."""
        left = []
        if self.sprints:
            self.sprints[-1] = replace(self.sprints[-1], state=SprintState.CLOSED)
            left = [i.key for i in self.issues.values() if i.sprint == self.sprint.id and i.progress is not DONE]
        self.sprint_number += 1
        self.sprints.append(
            Sprint(
                id=SprintId(self.board * 100 + self.sprint_number),
                name=f"{self.team.upper()} {self.sprint_number}",
                state=SprintState.ACTIVE,
                board=self.board,
                goal="",
                start=self.now,
                end=self.now + FORTNIGHT - timedelta(days=2, hours=15),
            )
        )
        self.changed.add("sprints")
        for key in left:
            self.change(key, sprint=self.sprint.id, sprint_since=self.now)
        for _ in range(TICKETS - len(left)):
            self.new_ticket(self.sprint.id, None if self.dice.random() < 0.07 else self.somebody())

    def forget(self) -> None:
        """What no whole read would show any more."""
        over = {s.id for s in self.sprints[:-1]}
        edge = self.now - LATELY
        self.pulls = {n: p for n, p in self.pulls.items() if p.state == "OPEN" or p.updated > edge}
        named = {key for pull in self.pulls.values() for key in pull.issues}
        self.issues = {k: i for k, i in self.issues.items() if k in named or i.sprint not in over | {None}}
        self.sprints = self.sprints[-2:] if len(self.sprints) > 2 else self.sprints

    # --- a few hours ------------------------------------------------------------------------------------------------

    def live(self) -> None:
        """Whoever is at work does something, perhaps."""
        for _ in range(self.dice.choice((1, 1, 2))):
            self._work_on()

    def _work_on(self) -> None:
        for issue in list(self.issues.values()):
            if issue.sprint == self.sprint.id:
                self._ticket(issue)
        for pull in [p for p in self.pulls.values() if p.state == "OPEN"]:
            self._pull(pull)
        if self.dice.random() < 0.01 and self.at_work(who := self.somebody()):
            self.open_pull(self.issues[self.new_ticket(None, who)])  # work that nobody planned
        if self.dice.random() < 0.01 and self.at_work(self.members[0].account):
            for _ in range(self.dice.choice((1, 1, 4))):
                self.new_ticket(self.sprint.id, self.somebody())

    def _ticket(self, issue: Issue) -> None:
        luck, here = self.dice.random(), self.at_work(issue.assignee)
        if issue.assignee is None:
            if luck < 0.05:
                self.assign(issue.key, self.somebody())
        elif not here:
            return
        elif issue.flagged_since or issue.status == "Blocked":
            if luck < 0.16:
                self.unflag(issue.key)
        elif issue.progress is TODO and luck < 0.2:
            self.move(issue.key, DOING)
        elif issue.progress is DOING:
            self._work(issue, luck)
        elif issue.progress is DONE and luck < 0.004:
            self.move(issue.key, DOING)

    def _work(self, issue: Issue, luck: float) -> None:
        pulls = [p for p in self.pulls.values() if issue.key in p.issues]
        if luck < 0.03:
            self.flag(issue.key)
        elif luck < 0.04:
            self.move(issue.key, DOING, "Blocked")
        elif luck < 0.05:
            self.assign(issue.key, None)
        elif luck < 0.06:
            self.assign(issue.key, self.somebody(issue.assignee))
        elif luck < 0.075:
            others = [i.key for i in self.issues.values() if i.progress is not DONE and i.key != issue.key]
            if others and not issue.blocked_by:
                self.change(issue.key, blocked_by=(self.dice.choice(others),))
        elif luck < 0.09 and issue.blocked_by:
            self.change(issue.key, blocked_by=())
        elif luck < 0.10:
            self.flag(issue.key)  # flaps: on, off and on again within one breath
            self.unflag(issue.key)
            self.flag(issue.key)
        elif luck < 0.22 and not pulls:
            self.open_pull(issue)
        elif luck < (0.4 if pulls else 0.28) and all(p.state != "OPEN" for p in pulls):
            self.move(issue.key, DONE)

    def _pull(self, pull: PullRequest) -> None:
        luck = self.dice.random()
        waits = [r for r in pull.reviews if r.state is not APPROVED]
        for review in waits:
            asked_anew = review.state is CHANGES and pull.pushed_at and review.at and pull.pushed_at > review.at
            if (review.state is WAITING or asked_anew) and self.at_work(review.reviewer) and luck < 0.2:
                self.review(pull.id, review.reviewer, CHANGES if self.dice.random() < 0.3 else APPROVED)
                return
        if not self.at_work(pull.author):
            return
        if pull.draft and luck < 0.3:
            self.change_pull(pull.id, draft=False, waiting_since=self.now)
        elif luck < 0.13 and (is_red(pull) or any(r.state is CHANGES for r in pull.reviews)):
            self.push(pull.id)
        elif not waits and luck < 0.35:
            self.merge(pull.id)
            if self.dice.random() < 0.75:
                self._finish(pull.issues)
        elif luck > 0.985:
            self.change_pull(
                pull.id, build=Build(state=BuildState.FAILED, at=self.now, failing=("tests",), url="https://ci.test")
            )
        elif luck > 0.98:
            self._finish(pull.issues)  # and the pull request stays open

    def _finish(self, keys: Iterable[IssueKey]) -> None:
        for key in keys:
            if key in self.issues and self.issues[key].progress is not DONE:
                self.move(key, DONE)

    # --- what people do when they are told --------------------------------------------------------------------------

    def settle(self, subject: str) -> None:
        """Somebody sees to what a message was about, as well as they can."""
        if subject in self.issues:
            issue = self.issues[IssueKey(subject)]
            if issue.flagged_since or issue.status == "Blocked":
                self.unflag(issue.key)
            elif issue.assignee is None:
                self.assign(issue.key, self.somebody())
            elif issue.sprint != self.sprint.id:
                self.change(issue.key, sprint=self.sprint.id, sprint_since=self.now)
            elif issue.progress is DOING and self.dice.random() < 0.5:
                self.move(issue.key, DONE)
        elif subject in self.pulls and self.pulls[PullRequestId(subject)].state == "OPEN":
            pull = self.pulls[PullRequestId(subject)]
            waiting = [r for r in pull.reviews if r.state is WAITING]
            if any(r.state is CHANGES for r in pull.reviews) or is_red(pull):
                self.push(pull.id)
            elif waiting:
                self.review(pull.id, waiting[0].reviewer, APPROVED)
            else:
                self.merge(pull.id)
