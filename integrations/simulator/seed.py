"""Builds the company at the moment the story begins: a sprint in its seventh day of ten, with a past and a future."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import cycle

from integrations.simulator.company import Company, commit_of, item
from integrations.simulator.nouns import (
    Board,
    Build,
    Change,
    Colleague,
    Comment,
    Issue,
    PullRequest,
    Review,
    Sprint,
    Status,
    Step,
)
from integrations.simulator.workdays import Workdays, of_member, of_team, placed
from integrations.simulator.years import FIRST_OF_STORY, Place, plant
from models.clock import Clock
from models.directives import Directives, Member, Team

ASKER = "712020:pm-agent"
"""The Atlassian account whose token the product uses."""

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Plot:
    """One issue of the story: what it is, how far it has come."""

    title: str
    kind: str
    state: str
    points: float
    priority: str = "Medium"


PLOTS: tuple[Plot, ...] = (
    Plot("Retry card payments when the network times out", "Story", "done", 5),
    Plot("Show the refund status in the merchant console", "Story", "done", 5),
    Plot("Rounding differs between invoice and receipt", "Bug", "done", 3, "High"),
    Plot("Rotate the signing keys of the payout service", "Task", "done", 5),
    Plot("Reject expired cards before authorisation", "Story", "done", 5),
    Plot("Log the reason of every declined payment", "Task", "done", 3),
    Plot("Idempotency keys for the charge endpoint", "Story", "done", 8),
    Plot("Settle payouts in the merchant's currency", "Story", "blocked", 3, "High"),
    Plot("Webhook deliveries stop after a failed handshake", "Bug", "review", 3, "High"),
    Plot("Explain every fee on the monthly statement", "Story", "review", 2),
    Plot("Move the ledger export to the new storage", "Task", "doing", 3),
    Plot("Let merchants dispute a chargeback themselves", "Story", "doing", 3),
    Plot("Totals are wrong across the change to summer time", "Bug", "doing", 2),
    Plot("Alert when settlement runs late", "Task", "todo", 2),
    Plot("Cache exchange rates for one minute", "Task", "todo", 1, "Low"),
    Plot("Mask card numbers in support exports", "Story", "todo", 1, "High"),
)

PAST = ("Collect payments by bank debit", "Health page for the gateway", "Drop the old fraud rules")
AHEAD = ("Partial refunds from the console", "Payment links that expire", "Report failed payouts weekly")


def suggested_start(directives: Directives, real: datetime) -> datetime:
    """The latest Tuesday-like morning, 09:25 for the team, when somebody is there to be told something."""
    team = directives.teams[0]
    home = of_team(team, directives)
    day = real.astimezone(home.zone).date()
    while day.weekday() != 1 or not home.works(day) or home.at(day, time(9, 25)) > real:
        day -= timedelta(days=1)
    people = [of_member(m, directives) for m in _makers(team)]
    mornings = [home.at(day, time(9, 25)), *sorted(p.at(day, time(9, 25)) for p in people)]
    return next((t for t in mornings if any(p.present(t) for p in people)), mornings[0])


def build(directives: Directives, clock: Clock, *, sprint: int = 24, past: int = 0) -> Company:
    """The whole company at ``clock.now()``; ``sprint`` is the number in the active sprint's name.

    ``past`` sprints with their history lie before the one that the story's own follows (``years``).
    """
    company = Company(clock)
    company.people[ASKER] = Colleague(
        account=ASKER, name="PM Agent", zone="Etc/UTC", email="pm-agent@example.com", app=True
    )
    for number, team in enumerate(directives.teams):
        _TeamSeed(company, directives, team, clock.now()).plant(number, sprint, past)
    return company


class _TeamSeed:
    """One team's part of the company."""

    def __init__(self, company: Company, directives: Directives, team: Team, now: datetime) -> None:
        self.company, self.directives, self.team, self.now = company, directives, team, now
        self.days = of_team(team, directives)
        self.project = team.jira.projects[0]
        self.makers = _makers(team)
        self.holder = self._present(lambda m: True)
        self.reviewer = self._present(lambda m: m is not self.holder)

    def plant(self, number: int, sprint: int, past: int) -> None:
        """Everything this team has."""
        self._statuses()
        self._people()
        boards = self.team.jira.boards or (1 + number,)
        for board in boards:
            self.company.boards[board] = Board(board, f"{self.project} board", self.project)
        if past:
            self._years(boards[0], sprint - 2, past)
        before, running, ahead = self._sprints(boards[0], sprint)
        self._issues(before, running, ahead)
        self._pull_requests()

    def _years(self, board: int, number: int, past: int) -> None:
        """The sprints before, up to the one called ``number``."""
        for name in self._repositories():
            self.company.repositories[name] = self.project
        place = Place(
            company=self.company,
            project=self.project,
            board=board,
            repository=next(iter(self._repositories()), None),
            days=self.days,
            people=[str(member.jira) for member in self.makers],
        )
        today = self.now.astimezone(self.days.zone).date()
        plant(place, self.days.shift(self.days.shift(today, -6), -11), number, past)

    def _present(self, fits: Callable[[Member], bool]) -> Member:
        """Somebody who can be told something now, in Slack; the first maker when nobody can."""
        chosen = [m for m in self.makers if fits(m)] or self.makers
        here = [m for m in chosen if of_member(m, self.directives).present(self.now)]
        plain = [m for m in here if m.channel != "jira" and m.id not in _leads(self.team)]
        return (plain or [m for m in here if m.channel != "jira"] or here or chosen)[0]

    def _statuses(self) -> None:
        names = [("To Do", "new"), ("In Progress", "indeterminate"), ("In Review", "indeterminate"), ("Done", "done")]
        names += [(blocked, "indeterminate") for blocked in self.team.jira.blocked_statuses]
        for name, category in names:
            if name not in self.company.statuses:
                self.company.statuses[name] = Status(str(10_000 + len(self.company.statuses)), name, category)

    def _people(self) -> None:
        for member in self.team.members:
            for account in {member.jira, member.bitbucket} - {None}:
                self.company.people[str(account)] = Colleague(
                    account=str(account), name=member.name, zone=member.zone, email=f"{member.id}@example.com"
                )
        accounts = tuple(str(m.jira) for m in self.team.members if m.jira)
        for project in self.team.jira.projects:
            self.company.projects.setdefault(project, str(10_000 + len(self.company.projects)))
            self.company.members[project] = accounts

    def _sprints(self, board: int, number: int) -> tuple[Sprint, Sprint, Sprint]:
        today = self.now.astimezone(self.days.zone).date()
        first = self.days.shift(today, -6)
        spans = [(-10, -1, number - 1, "closed"), (0, 9, number, "active"), (10, 19, number + 1, "future")]
        sprints = []
        for begin, end, which, state in spans:
            start = self.days.at(self.days.shift(first, begin), self.days.begin)
            finish = self.days.at(self.days.shift(first, end), self.days.end)
            sprint = Sprint(
                id=self.company.number(),
                name=f"Sprint {which}",
                state=state,
                board=board,
                goal=_GOALS[state],
                start=None if state == "future" else start,
                end=None if state == "future" else finish,
                completed=finish if state == "closed" else None,
            )
            self.company.sprints[sprint.id] = sprint
            sprints.append(sprint)
        return sprints[0], sprints[1], sprints[2]

    def _issues(self, past: Sprint, running: Sprint, ahead: Sprint) -> None:
        turn = cycle(self.makers)
        for title in PAST:
            self._done_long_ago(title, next(turn), past)
        others = cycle([m for m in self.makers if m is not self.holder] or self.makers)
        started = next(plot for plot in PLOTS if plot.state == "doing")
        for plot in PLOTS:
            # Whoever is there now also has something in progress, so that a click leads to somebody present.
            known = {"blocked": self.holder, started.state: self.reviewer if plot is started else None}.get(plot.state)
            self._planned(plot, known or next(others), running)
        for title in AHEAD:
            self._add(Plot(title, "Story", "todo", 3), None, (ahead.id,), running.start or self.now)

    def _done_long_ago(self, title: str, owner: Member, sprint: Sprint) -> None:
        begun = sprint.start or self.now
        issue = self._add(Plot(title, "Story", "done", 3), owner, (sprint.id,), begun - 24 * HOUR)
        self._moved(issue, owner, "In Progress", begun + 26 * HOUR)
        self._moved(issue, owner, "Done", begun + 98 * HOUR)

    def _planned(self, plot: Plot, owner: Member, sprint: Sprint) -> None:
        """One issue of the running sprint, with the history that led to its state."""
        begun = sprint.start or self.now
        issue = self._add(plot, owner, (sprint.id,), begun - 72 * HOUR)
        nth = len(self.company.issues)
        morning = self.days.shift(begun.date(), nth % 4)
        steps = {"todo": (), "doing": ("In Progress",), "blocked": ("In Progress",)}.get(
            plot.state, ("In Progress", "In Review", "Done")[: 2 if plot.state == "review" else 3]
        )
        for further, status in enumerate(steps):
            at = self.days.at(self.days.shift(morning, further), time(10, 7 + nth % 40))
            self._moved(issue, owner, status, min(at, self.now - HOUR))
        if plot.state == "blocked":
            self._flag(issue, owner)
        if plot.state == "doing":
            self._told(issue, owner, max(begun, self.now - 20 * HOUR))

    def _flag(self, key: str, owner: Member) -> None:
        """Blocked for more than one working day and less than two."""
        day = timedelta(hours=self.days.end.hour - self.days.begin.hour)
        places = (of_member(owner, self.directives), self.days)
        at = placed(self.now, 1.15 * day, 1.85 * day, places)
        self._wrote(key, owner, "flagged", False, True, at)

    def _add(self, plot: Plot, owner: Member | None, sprints: tuple[int, ...], created: datetime) -> str:
        ours = (i.key for i in self.company.issues.values() if i.project == self.project)
        number = FIRST_OF_STORY + sum(int(key.rpartition("-")[2]) >= FIRST_OF_STORY for key in ours)
        key = f"{self.project}-{number}"
        self.company.issues[key] = Issue(
            id=self.company.number(),
            key=key,
            project=self.project,
            title=plot.title,
            kind=plot.kind,
            status="To Do",
            assignee=str(owner.jira) if owner else None,
            reporter=str(_first_with_account(self.team).jira),
            priority=plot.priority,
            labels=(),
            points=plot.points,
            due=None,
            flagged=False,
            blocked_by=(),
            sprints=sprints,
            created=created,
            updated=created,
        )
        return key

    def _moved(self, key: str, owner: Member, status: str, at: datetime) -> None:
        self._wrote(key, owner, "status", self.company.issues[key].status, status, at)

    def _wrote(self, key: str, by: Member, name: str, old: object, new: object, at: datetime) -> None:
        """Write history that has already happened, without telling anybody."""
        issue = self.company.issues[key]
        row = item(self.company, name, old, new)
        change = Change(self.company.number(), str(by.jira), at, (row,))
        self.company.issues[key] = replace(
            issue,
            **{name: new, "updated": at, "changes": (*issue.changes, change)},  # type: ignore[arg-type]
        )

    def _told(self, key: str, by: Member, at: datetime) -> None:
        """Its owner said how it stands: work that goes on shows a sign of life."""
        words = {"type": "text", "text": "Half of it works; the rest follows."}
        body = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [words]}]}
        issue = self.company.issues[key]
        said = Comment(id=self.company.number(), by=str(by.jira), at=at, body=body)
        self.company.issues[key] = replace(issue, updated=max(at, issue.updated), comments=(*issue.comments, said))

    def _pull_requests(self) -> None:
        """Two for the issues in review: one that has waited too long, one approved this morning."""
        in_review = [i for i in self.company.issues.values() if i.project == self.project and i.status == "In Review"]
        for name in self.team.bitbucket.repositories:
            self.company.repositories[f"{self.team.bitbucket.workspace}/{name}"] = self.project
        for issue, waits in zip(in_review, (True, False), strict=False):
            repository = next(iter(self._repositories()), None)
            if repository:
                self._pull_request(repository, issue, waits)

    def _repositories(self) -> list[str]:
        return [f"{self.team.bitbucket.workspace}/{name}" for name in self.team.bitbucket.repositories]

    def _pull_request(self, repository: str, issue: Issue, waits: bool) -> None:
        places: Sequence[Workdays] = (of_member(self.reviewer, self.directives), self.days)
        opened = placed(self.now, 9 * HOUR, 14 * HOUR, places) if waits else self.now - 20 * HOUR
        author = str(issue.assignee)
        reviewer = self._reviewer_other_than(author)
        said = None if waits else self.now - timedelta(minutes=40)
        number = 1 + sum(1 for name, _ in self.company.pull_requests if name == repository)
        commit = commit_of(repository, number, opened)
        approval = () if said is None else (Step(kind="approval", by=reviewer, at=said),)
        self.company.pull_requests[(repository, number)] = PullRequest(
            repository=repository,
            number=number,
            title=f"{issue.key} {issue.title}",
            branch=f"feature/{issue.key}",
            author=author,
            state="OPEN",
            draft=False,
            reviews=(Review(reviewer, "approved" if said else None, said),),
            created=opened,
            updated=said or opened,
            commit=commit,
            builds=(Build(key="unit-tests", state="SUCCESSFUL", at=opened + timedelta(minutes=9), commit=commit),),
            steps=(Step(kind="update", by=author, at=opened, words="OPEN", commit=commit), *approval),
        )

    def _reviewer_other_than(self, author: str) -> str:
        wanted = (self.reviewer, *self.makers)
        accounts = [str(m.bitbucket) for m in wanted if m.bitbucket and m.bitbucket != author]
        return accounts[0] if accounts else author


_GOALS = {
    "closed": "Payments survive a slow network",
    "active": "Merchants settle in their own currency",
    "future": "Refunds without a support ticket",
}


def _leads(team: Team) -> frozenset[str]:
    """Whoever holds a role: they lead rather than make."""
    return frozenset(str(person) for people in team.roles.values() for person in people)


def _makers(team: Team) -> list[Member]:
    """Who owns issues: members with a Jira account, those without the PM's role where there are any."""
    known = [m for m in team.members if m.jira]
    return [m for m in known if m.id not in team.roles.get("pm", ())] or known


def _first_with_account(team: Team) -> Member:
    return next(m for m in team.members if m.jira)
