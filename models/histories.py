"""Issues, pull requests and sprints as they stood at any moment, rebuilt from what their vendors keep of the past."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from models.ids import AccountId, IssueKey, PullRequestId, SprintId, TeamId
from models.lessons import Act
from models.pulls import PullRequest
from models.work import Facts, Issue, Linked, Person, Progress, Sprint, SprintState

SETTLED_FOR = timedelta(days=14)
"""Company time for which a pull request that is over is still held, as the mirror holds it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SprintHistory:
    """One sprint and when it began and ended.

    Its name, goal and dates are those of today, because Jira keeps no older ones; before it was started it had no
    dates that are known.
    """

    sprint: Sprint
    """As it was read."""
    began: datetime | None
    """When it was started; ``None`` while nobody has."""
    ended: datetime | None
    """When it was closed, which may be days after the end it was planned for; ``None`` while it is not."""
    created: datetime | None = None
    """When it was written down; ``None`` where Jira does not tell: then it was always there."""

    def at(self, when: datetime) -> Sprint | None:
        """The sprint as it stood then; ``None`` before it was written down."""
        if self.created is not None and when < self.created:
            return None
        state = self.state(when)
        ended = self.sprint.ended if state is SprintState.CLOSED else None
        if state is SprintState.FUTURE and self.began is not None:
            return replace(self.sprint, state=state, start=None, end=None, ended=ended)
        return replace(self.sprint, state=state, ended=ended)

    def state(self, when: datetime) -> SprintState:
        """Where it was in its life then."""
        if self.began is None or when < self.began:
            return SprintState.FUTURE
        return SprintState.ACTIVE if self.ended is None or when < self.ended else SprintState.CLOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueHistory:
    """One issue in every state it was in: ``states[n]`` held from ``since[n]`` on.

    A state's ``blocked_by`` are all issues it was linked to as blocked by, done or not: ``Past`` knows how those stood.
    """

    id: str
    since: tuple[datetime, ...]
    """Ascending; the first is when it was created."""
    states: tuple[Issue, ...]
    acts: tuple[Act, ...] = ()
    """Who moved it on or spoke below it, and when, oldest first."""

    def at(self, when: datetime) -> Issue | None:
        """The issue as it stood then; ``None`` before it was created."""
        place = bisect_right(self.since, when)
        return self.states[place - 1] if place else None

    @property
    def now(self) -> Issue:
        """The issue as it was read."""
        return self.states[-1]

    @property
    def keys(self) -> frozenset[IssueKey]:
        """Every key it ever had."""
        return frozenset(state.key for state in self.states)

    @property
    def sprints(self) -> frozenset[SprintId]:
        """Every sprint it was ever in."""
        return frozenset(state.sprint for state in self.states if state.sprint is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PullHistory:
    """One pull request in every state it was in: ``states[n]`` held from ``since[n]`` on."""

    id: PullRequestId
    since: tuple[datetime, ...]
    """Ascending; the first is when it was opened."""
    states: tuple[PullRequest, ...]
    acts: tuple[Act, ...] = ()
    """Who moved it on, and when, oldest first."""

    def at(self, when: datetime) -> PullRequest | None:
        """The pull request as it stood then; ``None`` before it was opened."""
        place = bisect_right(self.since, when)
        return self.states[place - 1] if place else None

    @property
    def now(self) -> PullRequest:
        """The pull request as it was read."""
        return self.states[-1]


@dataclass(frozen=True, kw_only=True)
class Past:
    """Sprints of one team with everything that happened to their work."""

    sprints: tuple[SprintHistory, ...]
    issues: tuple[IssueHistory, ...]
    """Every issue that was ever in one of ``sprints``, and those that blocked one."""
    pulls: tuple[PullHistory, ...] = ()
    projects: frozenset[str] = frozenset()
    """Keys of the team's own projects, in upper case: of no others is an issue held because a pull request names it."""
    sources: frozenset[str] = frozenset({"jira", "bitbucket"})
    """What was read."""
    watched: frozenset[SprintId] | None = None
    """The only sprints looked at; ``None`` for every one that is active."""
    mirrored: datetime | None = None
    """Since when a mirror would have been kept: what it saw come only after that has a known beginning. ``None``: for
    ever."""
    me: AccountId | None = None
    """The account it was read with: what that did is our own doing, and nobody's answer."""

    def facts(self, team: TeamId, when: datetime, people: Sequence[Person] = ()) -> Facts:
        """What the mirror would have held then, had it read everything at that moment. Pure and repeatable."""
        sprints = tuple(found for each in self.sprints if (found := each.at(when)) is not None)
        active = {s.id for s in sprints if s.state is SprintState.ACTIVE}
        whole = frozenset(active if self.watched is None else active & self.watched)
        pulls = tuple(self._named(pull, when) for pull in self._held_pulls(when))
        return Facts(
            team=team,
            sprints=tuple(sorted(sprints, key=lambda sprint: str(sprint.id))),
            issues=self._held_issues(whole, pulls, when),
            pull_requests=tuple(sorted(pulls, key=lambda pull: pull.id)),
            people=tuple(sorted(people, key=lambda person: person.id)),
            read_at=dict.fromkeys(sorted(self.sources), when),
            whole=whole,
        )

    def instants(self, since: datetime | None = None, until: datetime | None = None) -> tuple[datetime, ...]:
        """Every moment at which anything changed, ascending, each once: from ``since`` up to and with ``until``."""
        moments = {at for issue in self.issues for at in issue.since} | {at for pull in self.pulls for at in pull.since}
        moments |= {at for each in self.sprints for at in (each.created, each.began, each.ended) if at is not None}
        fits = (at for at in moments if (since is None or at >= since) and (until is None or at <= until))
        return tuple(sorted(fits))

    def acts(self, since: datetime | None = None, until: datetime | None = None) -> tuple[Act, ...]:
        """What people did, oldest first: from ``since`` up to and with ``until``."""
        histories: Iterable[IssueHistory | PullHistory] = (*self.issues, *self.pulls)
        done = (act for history in histories for act in history.acts if act.account != self.me)
        fits = (act for act in done if (since is None or act.at >= since) and (until is None or act.at <= until))
        return tuple(sorted(fits, key=lambda act: (act.at, act.subject, act.account)))

    def sprint(self, id: SprintId) -> SprintHistory | None:
        """The sprint of that id."""
        return next((each for each in self.sprints if each.sprint.id == id), None)

    def inside(self, sprint: SprintId, when: datetime) -> tuple[Issue, ...]:
        """The issues that were in ``sprint`` then, by key."""
        found = (each.at(when) for each in self._members.get(sprint, ()))
        return tuple(sorted((i for i in found if i is not None and i.sprint == sprint), key=lambda i: i.key))

    def _held_issues(
        self, whole: frozenset[SprintId], pulls: Sequence[PullRequest], when: datetime
    ) -> tuple[Issue, ...]:
        """Those of the sprints looked at, what blocks them, and what pull requests name of the team's own work."""
        inside = [i for sprint in whole for i in self.inside(sprint, when)]
        named = {key for pull in pulls for key in pull.issues if key.rpartition("-")[0].upper() in self.projects}
        wanted = named | {self._key(key, when) for issue in inside for key in issue.blocked_by}
        held = {issue.key for issue in inside}
        others = (self._by_key[key].at(when) for key in sorted(wanted) if key not in held and key in self._by_key)
        found = [*inside, *(other for other in others if other is not None)]
        return tuple(sorted((self._blocked(i, when) for i in found), key=lambda issue: issue.id))

    def _blocked(self, issue: Issue, when: datetime) -> Issue:
        """``issue`` with what blocked it then apart from what would, were it not done."""
        if not issue.blocked_by and not issue.freed_by:
            return issue
        keys = dict.fromkeys(self._key(key, when) for key in issue.blocked_by)
        freed = [*(key for key in keys if self._is_done(key, when)), *issue.freed_by]
        linked = (each for each in issue.linked_since if self._came(each, when))
        since = tuple(replace(each, key=self._key(each.key, when)) for each in linked)
        return replace(
            issue,
            blocked_by=tuple(key for key in keys if key not in freed),
            freed_by=tuple(dict.fromkeys(freed)),
            linked_since=since,
        )

    def _came(self, linked: Linked, when: datetime) -> bool:
        """Whether a mirror saw it come as something that blocks, which it has been ever since."""
        if self.mirrored is not None and linked.at <= self.mirrored:
            return False
        history = self._by_key.get(linked.key)
        if history is None:
            return True
        first, last = bisect_right(history.since, linked.at), bisect_right(history.since, when)
        return all(state.progress is not Progress.DONE for state in history.states[max(0, first - 1) : last])

    def _is_done(self, key: IssueKey, when: datetime) -> bool:
        history = self._by_key.get(key)
        state = history.at(when) if history is not None else None
        return state is not None and state.progress is Progress.DONE

    def _key(self, key: IssueKey, when: datetime) -> IssueKey:
        """The key which the issue that ``key`` ever meant had then."""
        history = self._by_key.get(key)
        state = history.at(when) if history is not None else None
        return state.key if state is not None else key

    def _held_pulls(self, when: datetime) -> Iterable[PullRequest]:
        """What was open, or over for less than a fortnight and names an issue; not what was over before we looked."""
        for history in self.pulls:
            pull = history.at(when)
            if pull is None:
                continue
            over = pull.settled_at if pull.state != "OPEN" else None
            recent = over is not None and when - over < SETTLED_FOR and bool(pull.issues)
            if pull.state == "OPEN" or (recent and (self.mirrored is None or over is None or over > self.mirrored)):
                yield pull

    def _named(self, pull: PullRequest, when: datetime) -> PullRequest:
        """``pull`` naming its issues by the keys they had then."""
        keys = tuple(dict.fromkeys(self._key(key, when) for key in pull.issues))
        return pull if keys == pull.issues else replace(pull, issues=keys)

    @cached_property
    def _by_key(self) -> Mapping[IssueKey, IssueHistory]:
        return {key: history for history in self.issues for key in history.keys}

    @cached_property
    def _members(self) -> Mapping[SprintId, Sequence[IssueHistory]]:
        found: dict[SprintId, list[IssueHistory]] = {}
        for history in self.issues:
            for sprint in history.sprints:
                found.setdefault(sprint, []).append(history)
        return found
