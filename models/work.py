"""The work as it is: people, issues, pull requests and sprints, frozen at the moment they were true."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from models.forecasts import Odds
from models.ids import AccountId, IssueKey, PersonId, PullRequestId, SignalId, SlackUserId, SprintId, TeamId
from models.pauses import Pause
from models.people import Doubt
from models.pulls import PullRequest
from models.signals import Urgency


class Progress(StrEnum):
    """Jira's status category: the only part of a status that means the same on every site."""

    TODO = "new"
    DOING = "indeterminate"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Why somebody cannot be reached, and until when as far as we know (company time)."""

    reason: str
    until: datetime | None = None
    since: datetime | None = None
    """When it was first seen, however its words have changed meanwhile; ``None`` where nobody has looked twice."""

    def holds(self, now: datetime) -> bool:
        """Whether it lasts at ``now`` (company time); one without an end always does."""
        return self.until is None or self.until > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of a team, with the identities the constitution gives and what Slack knows of today."""

    id: PersonId
    name: str
    zone: str
    slack: SlackUserId | None = None
    account: AccountId | None = None
    """Their Atlassian account, the one Jira assigns issues to."""
    other_account: AccountId | None = None
    """A second one, where they work under another in Bitbucket."""
    holidays: str | None = None
    """Country or ``country-subdivision`` whose public holidays are free, for example ``DE-BY``."""
    absent: Absence | None = None

    @property
    def accounts(self) -> frozenset[AccountId]:
        """Every Atlassian account that is theirs."""
        return frozenset(account for account in (self.account, self.other_account) if account is not None)

    def is_here(self, now: datetime) -> bool:
        """Whether nothing we know says they are absent at ``now`` (company time)."""
        return self.absent is None or not self.absent.holds(now)


@dataclass(frozen=True, slots=True)
class Labelled:
    """When a label was put on an issue."""

    label: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """When an issue was linked to one that blocks it."""

    key: IssueKey
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One Jira issue. The ``*_since`` instants come from its history; ``None`` means not so now."""

    key: IssueKey
    id: str
    title: str
    url: str
    kind: str
    status: str
    progress: Progress
    status_since: datetime
    assignee: AccountId | None
    unassigned_since: datetime | None
    priority: str | None
    labels: frozenset[str]
    points: float | None
    due: date | None
    flagged_since: datetime | None
    """Flagged as an impediment since then."""
    blocked_by: tuple[IssueKey, ...]
    """Issues this one is linked to as *is blocked by* that are not done."""
    sprint: SprintId | None
    created: datetime
    updated: datetime
    """Jira's own time of the last change: the staleness guard compares it."""
    sprint_since: datetime | None = None
    """When it was last put into the sprint it is in; ``None`` when it was created in it or Jira does not tell."""
    progress_since: datetime | None = None
    """Since when its progress is what it is: a move from *in progress* to *in review* begins nothing."""
    subtask: bool = False
    """A part of another issue: it comes and goes with that one's sprint, and adds nothing to it."""
    freed_by: tuple[IssueKey, ...] = ()
    """Issues that blocked this one and were done when it was read: work taken up again does not change this one."""
    last_assignee: AccountId | None = None
    """Of an issue that nobody has: who had it last, as its history tells; they let go of it, or somebody took it off.
    """
    priority_since: datetime | None = None
    """When it last got the priority it has; ``None`` when it was created with it or Jira does not tell."""
    labels_since: tuple[Labelled, ...] = ()
    """When each of its labels was put on; one it was created with, or of which Jira does not tell, is left out."""
    linked_since: tuple[Linked, ...] = ()
    """Since when each of ``blocked_by`` blocks it, as far as we saw it come: one that was there when the issue was
    first read is left out, because Jira does not tell."""
    commented: datetime | None = None
    """When a webhook last told of a comment: what else is said here is still as old as ``updated``."""

    @property
    def touched(self) -> datetime:
        """When it last showed a sign of life."""
        return max(self.updated, self.commented or self.updated)


class SprintState(StrEnum):
    """Where a sprint is in its life."""

    FUTURE = "future"
    ACTIVE = "active"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sprint:
    """One sprint of a board."""

    id: SprintId
    name: str
    state: SprintState
    board: int
    goal: str
    start: datetime | None
    end: datetime | None
    ended: datetime | None = None
    """When it was closed, as far as Jira tells; ``None`` while it is not."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Somebody has said that they review a pull request: until then (company time) it is theirs alone."""

    by: PersonId
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Everything the mirror holds about one team, and when each source was last read (real time)."""

    team: TeamId
    sprints: tuple[Sprint, ...]
    issues: tuple[Issue, ...]
    pull_requests: tuple[PullRequest, ...]
    people: tuple[Person, ...]
    read_at: Mapping[str, datetime] = field(default_factory=dict)
    """``{"jira": ..., "bitbucket": ...}``; a source never read is absent."""
    doubts: tuple[Doubt, ...] = ()
    """Accounts that may be somebody's of this team."""
    whole: frozenset[SprintId] = frozenset()
    """Sprints whose issues were all read: of any other we hold what webhooks happened to name, and count nothing."""
    paused: Pause | None = None
    """Somebody lets nothing unasked leave; whether it still lasts is asked with the time of now."""
    taken: Mapping[PullRequestId, Taken] = field(default_factory=dict)
    """What somebody has said they review; whether that still holds is asked with the time of now."""
    odds: Mapping[SprintId, tuple[Odds, ...]] = field(default_factory=dict)
    """What the last forecasts said of sprints, newest first; a sprint without any is absent."""

    def issue(self, key: IssueKey) -> Issue | None:
        """The issue of that key, in whatever sprint."""
        return self._by_key.get(key)

    def pull_request(self, name: PullRequestId) -> PullRequest | None:
        """The pull request of that id, open or not."""
        return self._by_name.get(name)

    def pulls_for(self, key: IssueKey) -> Sequence[PullRequest]:
        """The pull requests that name the issue, open or not."""
        return self._naming.get(key, ())

    @cached_property
    def _by_key(self) -> Mapping[IssueKey, Issue]:
        return {issue.key: issue for issue in self.issues}

    @cached_property
    def _by_name(self) -> Mapping[PullRequestId, PullRequest]:
        return {pull.id: pull for pull in self.pull_requests}

    @cached_property
    def _naming(self) -> Mapping[IssueKey, Sequence[PullRequest]]:
        return _by_issue(self.pull_requests)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """One sprint's facts at one moment of company time: all that judgement may look at.

    What is asked of it for every issue again is looked up, not looked for: a look costs as much as there is work.
    """

    team: TeamId
    now: datetime
    sprint: Sprint | None
    """The sprint looked at; of several active ones the first to end."""
    issues: tuple[Issue, ...]
    """The issues of ``sprints``, by key."""
    pull_requests: tuple[PullRequest, ...]
    """Open pull requests of the team."""
    people: Mapping[PersonId, Person]
    read_at: Mapping[str, datetime]
    sprints: tuple[Sprint, ...] = ()
    """All sprints looked at: the one asked for, else every active one, the first to end first."""
    doubts: tuple[Doubt, ...] = ()
    """Accounts that may be somebody's of this team."""
    settled: tuple[PullRequest, ...] = ()
    """Pull requests of the team that were merged or declined not long ago."""
    strays: tuple[Issue, ...] = ()
    """Issues we hold that are in none of ``sprints``: what a webhook, a blocker or a pull request named."""
    known_sprints: tuple[Sprint, ...] = ()
    """Every sprint of the team's boards, looked at or not: whether a stray's sprint runs, only they tell."""
    offered: Mapping[IssueKey, PersonId] = field(default_factory=dict)
    """Issues without an owner that somebody has been asked to approve giving to a person: as good as theirs."""
    refused: Mapping[IssueKey, frozenset[PersonId]] = field(default_factory=dict)
    """Whom an approver called the wrong person for an issue that has had no owner since."""
    paused: Pause | None = None
    """Somebody lets nothing unasked leave."""
    taken: Mapping[PullRequestId, Taken] = field(default_factory=dict)
    """What somebody has said they review."""
    known: Mapping[SignalId, Urgency] = field(default_factory=dict)
    """For a daily summary: episodes that an earlier one told or somebody refused to act upon, and how urgent then."""
    odds: Mapping[SprintId, tuple[Odds, ...]] = field(default_factory=dict)

    def person(self, account: AccountId | None) -> Person | None:
        """Whose Atlassian account this is, or ``None`` when the constitution does not know it."""
        return None if account is None else self._owners.get(account)

    def issue(self, key: IssueKey) -> Issue | None:
        """The issue of that key in this sprint."""
        return self._by_key.get(key)

    def ticket(self, key: IssueKey) -> Issue | None:
        """The issue of that key in whatever sprint, or in none, as far as we hold it."""
        return self._by_key.get(key) or self._astray.get(key)

    def pulls_for(self, key: IssueKey) -> Sequence[PullRequest]:
        """The open pull requests that name the issue."""
        return self._naming.get(key, ())

    def settled_for(self, key: IssueKey) -> Sequence[PullRequest]:
        """The pull requests that name the issue and were merged or declined not long ago."""
        return self._settling.get(key, ())

    @cached_property
    def unfinished(self) -> tuple[Issue, ...]:
        """The issues of active sprints that are not done."""
        active = {sprint.id for sprint in self.sprints if sprint.state is SprintState.ACTIVE}
        return tuple(i for i in self.issues if i.sprint in active and i.progress is not Progress.DONE)

    @cached_property
    def assignable(self) -> tuple[Person, ...]:
        """Who is here and has an account that Jira can assign to, by id."""
        here = (p for p in self.people.values() if p.account is not None and p.is_here(self.now))
        return tuple(sorted(here, key=lambda person: person.id))

    @cached_property
    def held_up(self) -> Mapping[IssueKey, int]:
        """How many unfinished issues wait for each issue, directly."""
        return Counter(key for issue in self.unfinished for key in set(issue.blocked_by))

    @cached_property
    def _owners(self) -> Mapping[AccountId, Person]:
        owners: dict[AccountId, Person] = {}
        for person in self.people.values():
            for account in person.accounts:
                owners.setdefault(account, person)
        return owners

    @cached_property
    def _by_key(self) -> Mapping[IssueKey, Issue]:
        return {issue.key: issue for issue in self.issues}

    @cached_property
    def _astray(self) -> Mapping[IssueKey, Issue]:
        return {issue.key: issue for issue in self.strays}

    @cached_property
    def _naming(self) -> Mapping[IssueKey, Sequence[PullRequest]]:
        return _by_issue(self.pull_requests)

    @cached_property
    def _settling(self) -> Mapping[IssueKey, Sequence[PullRequest]]:
        return _by_issue(self.settled)


def _by_issue(pulls: Sequence[PullRequest]) -> Mapping[IssueKey, Sequence[PullRequest]]:
    naming: dict[IssueKey, list[PullRequest]] = defaultdict(list)
    for pull in pulls:
        for key in set(pull.issues):
            naming[key].append(pull)
    return naming
