"""From the mirror's facts to the frozen Snapshot that one look may judge, and what those facts mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from models.directives import Team
from models.events import Trigger
from models.ids import IssueKey, PersonId, SprintId
from models.once import once, once_for_each
from models.pulls import PullRequest
from models.work import Facts, Issue, Person, Progress, Snapshot, Sprint, SprintState

RECENT = timedelta(days=14)
"""Company time for which a pull request that was merged or declined still says something about its ticket."""

MOST_LINKED = 100
"""Issues one address names: servers and Slack refuse an address of some thousand characters more."""

_NEVER = datetime.max.replace(tzinfo=UTC)


def observe(facts: Facts, trigger: Trigger, now: datetime) -> Snapshot:
    """What this look may see: the sprint the trigger names, else every active one; open pull requests; people.

    Only of sprints that were read whole: a share of issues that nobody has counted says nothing.
    """
    sprints = watched_sprints(facts, trigger.sprint)
    inside, strays = _parted(facts.issues, frozenset(sprint.id for sprint in sprints))
    return Snapshot(
        team=facts.team,
        now=now,
        sprint=sprints[0] if sprints else None,
        issues=inside,
        pull_requests=tuple(sorted((p for p in facts.pull_requests if p.state == "OPEN"), key=lambda pr: pr.id)),
        people=people_of(facts),
        read_at=facts.read_at,
        sprints=sprints,
        doubts=facts.doubts,
        settled=tuple(sorted((p for p in facts.pull_requests if is_recent(p, now)), key=lambda pr: pr.id)),
        strays=strays,
        known_sprints=facts.sprints,
        paused=facts.paused,
        taken=facts.taken,
        odds={sprint.id: facts.odds[sprint.id] for sprint in facts.sprints if _is_foretold(sprint, facts, now)},
    )


@once_for_each
def _parted(issues: tuple[Issue, ...], sprints: frozenset[SprintId]) -> tuple[tuple[Issue, ...], tuple[Issue, ...]]:
    """Those of these sprints and the others, by key: the very same for as long as the mirror is."""
    every = sorted(issues, key=lambda issue: issue.key)
    return tuple(i for i in every if i.sprint in sprints), tuple(i for i in every if i.sprint not in sprints)


def _is_foretold(sprint: Sprint, facts: Facts, now: datetime) -> bool:
    """Past its end nothing of a sprint is open that a forecast spoke of."""
    return sprint.id in facts.odds and (sprint.end is None or now < sprint.end)


def is_recent(pull: PullRequest, now: datetime) -> bool:
    """Whether it was merged or declined, and not long ago."""
    return pull.state != "OPEN" and pull.settled_at is not None and now - pull.settled_at < RECENT


def is_ours(key: IssueKey, team: Team) -> bool:
    """Whether a ticket of that key belongs to one of the team's projects."""
    return key.rpartition("-")[0].casefold() in {project.casefold() for project in team.jira.projects}


def people_of(facts: Facts) -> Mapping[PersonId, Person]:
    """The team's people by id."""
    return {person.id: person for person in facts.people}


def owned(facts: Facts, person: PersonId) -> tuple[IssueKey, ...]:
    """The tickets of which Jira names them as the owner now, open or done."""
    accounts = next((each.accounts for each in facts.people if each.id == person), ())
    return tuple(issue.key for issue in facts.issues if issue.assignee is not None and issue.assignee in accounts)


def sprints_for(facts: Facts, named: SprintId | None) -> tuple[Sprint, ...]:
    """The named sprint whatever its state, or all active ones, the first to end first."""
    if named is not None:
        return tuple(sprint for sprint in facts.sprints if sprint.id == named)
    active = (sprint for sprint in facts.sprints if sprint.state is SprintState.ACTIVE)
    return tuple(sorted(active, key=lambda sprint: (sprint.end or _NEVER, sprint.id)))


def watched_sprints(facts: Facts, named: SprintId | None = None) -> tuple[Sprint, ...]:
    """As ``sprints_for``, of those whose issues were all read."""
    return tuple(sprint for sprint in sprints_for(facts, named) if sprint.id in facts.whole)


def running_sprints(snapshot: Snapshot) -> tuple[Sprint, ...]:
    """The active ones of the sprints looked at."""
    return tuple(sprint for sprint in snapshot.sprints if sprint.state is SprintState.ACTIVE)


def running(snapshot: Snapshot) -> tuple[Issue, ...]:
    """The unfinished issues of active sprints: nobody is asked about a sprint that is over or has not begun."""
    return snapshot.unfinished


def blocked_since(issue: Issue, team: Team) -> datetime | None:
    """Since when it is flagged or in one of the team's blocked statuses; ``None`` when it is not blocked."""
    if issue.progress is Progress.DONE:
        return None
    flagged = issue.flagged_since
    if issue.status.casefold() not in _blocked_statuses(team):
        return flagged
    return issue.status_since if flagged is None else min(flagged, issue.status_since)


@once
def blocked(issues: tuple[Issue, ...], team: Team) -> Sequence[tuple[Issue, datetime]]:
    """Those that are blocked, and since when."""
    return tuple((issue, since) for issue in issues if (since := blocked_since(issue, team)) is not None)


@once
def _blocked_statuses(team: Team) -> frozenset[str]:
    return frozenset(status.casefold() for status in team.jira.blocked_statuses)


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of a sprint there is and how much is done."""

    issues: int
    done: int
    doing: int
    points: float
    points_done: float
    by_points: bool
    """At least half of the issues have an estimate: then points say more than counts."""

    @property
    def share(self) -> float:
        """The part that is done, of one; an empty sprint is all done."""
        whole, part = (self.points, self.points_done) if self.by_points else (self.issues, self.done)
        return part / whole if whole else 1.0

    @property
    def words(self) -> str:
        """``18 of 34 points done``."""
        if self.by_points:
            return f"{self.points_done:g} of {self.points:g} points done"
        return f"{self.done} of {self.issues} issue{'' if self.issues == 1 else 's'} done"


@once
def tickets(issues: tuple[Issue, ...]) -> tuple[Issue, ...]:
    """Those of ``issues`` that count: the parts of a ticket (sub-tasks) add nothing to it."""
    return tuple([issue for issue in issues if not issue.subtask])


@once
def tally(every: tuple[Issue, ...]) -> Tally:
    """Add up the ``tickets`` of ``every``: whatever is told of how much there is, is told by this."""
    issues = tickets(every)
    done = [issue for issue in issues if issue.progress is Progress.DONE]
    estimates = [issue.points for issue in issues if issue.points is not None]
    points = sum(estimates)
    return Tally(
        issues=len(issues),
        done=len(done),
        doing=len([issue for issue in issues if issue.progress is Progress.DOING]),
        points=points,
        points_done=sum([issue.points or 0 for issue in done]),
        by_points=points > 0 and 2 * len(estimates) >= len(issues),
    )


def of_sprint(snapshot: Snapshot, sprint: Sprint) -> tuple[Issue, ...]:
    """The issues of one of the sprints looked at."""
    return _of_sprint(snapshot.issues, sprint.id)


@once_for_each
def _of_sprint(issues: tuple[Issue, ...], sprint: SprintId) -> tuple[Issue, ...]:
    return tuple([issue for issue in issues if issue.sprint == sprint])


def sprint_url(sprint: Sprint, snapshot: Snapshot) -> str:
    """Jira's list of a sprint's issues, at the address its issues have; empty when it has none."""
    base = next((i.url.partition("/browse/")[0] for i in of_sprint(snapshot, sprint) if "/browse/" in i.url), "")
    return f"{base}/issues/?jql=sprint%3D{sprint.id}" if base else ""


def issues_url(issues: Sequence[Issue]) -> str:
    """Jira's list of these issues, at the address they have; empty when there is none. Of very many, the first."""
    base = next((i.url.partition("/browse/")[0] for i in issues if "/browse/" in i.url), "")
    return f"{base}/issues/?jql=key%20in%20({'%2C'.join(i.key for i in issues[:MOST_LINKED])})" if base else ""


def worked_at(pull: PullRequest) -> list[datetime]:
    """When its author is known to have worked at a pull request: opened it, or added a commit."""
    return [at for at in (pull.opened or pull.waiting_since, pull.pushed_at) if at is not None]


def worked_on(issue: Issue, snapshot: Snapshot) -> Iterator[datetime]:
    """When the pull requests that name the issue were opened, got a commit, were merged or declined."""
    for pull in snapshot.pulls_for(issue.key):
        yield from worked_at(pull)
    for pull in snapshot.settled_for(issue.key):
        yield from (at for at in (*worked_at(pull), pull.settled_at) if at is not None)
