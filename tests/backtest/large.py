"""Three sprints of a large team, with everything that happened to every ticket, by dice that fall alike each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from models.directives import Team
from models.histories import IssueHistory, Past, PullHistory, SprintHistory
from models.ids import AccountId, IssueKey, PullRequestId, SprintId
from models.lessons import Act, Way
from models.pulls import PullRequest, Review, ReviewState
from models.work import Issue, Progress, Sprint, SprintState

FORTNIGHT, HOUR = timedelta(days=14), timedelta(hours=1)


def three_sprints(team: Team, size: int, begin: datetime, seed: int = 7) -> Past:
    """``size`` tickets over three fortnights from ``begin`` on, each with half a dozen changes and every other one
    with a pull request."""
    dice = Random(seed)
    people = [member.account for member in team.members if member.account]
    sprints = tuple(_sprint(number, begin) for number in range(3))
    issues, pulls = [], []
    for number in range(1, size + 1):
        sprint = sprints[number % 3]
        issue = _issue(team.jira.projects[0], number, sprint, people, dice)
        issues.append(issue)
        if number % 2:
            pulls.append(_pull(team, number, issue, people, dice))
    return Past(sprints=sprints, issues=tuple(issues), pulls=tuple(pulls), projects=frozenset(team.jira.projects))


def _sprint(number: int, begin: datetime) -> SprintHistory:
    start, end = begin + number * FORTNIGHT, begin + (number + 1) * FORTNIGHT - 64 * HOUR
    sprint = Sprint(
        id=SprintId(100 + number),
        name=f"Sprint {24 + number}",
        state=SprintState.CLOSED,
        board=1,
        goal="",
        start=start,
        end=end,
    )
    return SprintHistory(sprint=sprint, began=start, ended=begin + (number + 1) * FORTNIGHT)


def _issue(project: str, number: int, sprint: SprintHistory, people: list[AccountId], dice: Random) -> IssueHistory:
    assert sprint.began is not None
    created = sprint.began - timedelta(hours=dice.uniform(1, 90))
    owner = None if dice.random() < 0.05 else dice.choice(people)
    first = Issue(
        key=IssueKey(f"{project}-{number}"),
        id=f"{10_000 + number}",
        title=f"Piece of work {number}",
        url=f"https://jira.test/browse/{project}-{number}",
        kind="Story",
        status="To Do",
        progress=Progress.TODO,
        status_since=created,
        assignee=owner,
        unassigned_since=None if owner else created,
        priority=dice.choice(("Medium", "High")),
        labels=frozenset(),
        points=float(dice.choice((1, 2, 3, 5))),
        due=None,
        flagged_since=None,
        blocked_by=(),
        sprint=sprint.sprint.id,
        created=created,
        updated=created,
    )
    since, states = [created], [first]
    at = sprint.began + timedelta(hours=dice.uniform(1, 150))
    for status, progress in (("In Progress", Progress.DOING), ("In Review", Progress.DOING), ("Done", Progress.DONE)):
        if dice.random() < 0.1:
            break
        _add(
            since, states, at, status=status, progress=progress, status_since=at, assignee=owner or dice.choice(people)
        )
        if dice.random() < 0.12 and progress is Progress.DOING:
            flagged = at + timedelta(hours=dice.uniform(1, 10))
            at = flagged + timedelta(hours=dice.uniform(4, 60))
            _add(since, states, flagged, flagged_since=flagged)
            _add(since, states, at, flagged_since=None)
        at += timedelta(hours=dice.uniform(3, 70))
    acts = [
        Act(state.assignee, first.key, at, Way.JIRA) for at, state in zip(since, states, strict=True) if state.assignee
    ]
    return IssueHistory(id=first.id, since=tuple(since), states=tuple(states), acts=tuple(acts[1:]))


def _add(since: list[datetime], states: list[Issue], at: datetime, **what: object) -> None:
    since.append(at)
    states.append(replace(states[-1], **what, updated=at))  # type: ignore[arg-type]


def _pull(team: Team, number: int, issue: IssueHistory, people: list[AccountId], dice: Random) -> PullHistory:
    opened = issue.since[min(1, len(issue.since) - 1)] + timedelta(hours=dice.uniform(1, 20))
    reviewer = dice.choice(people)
    first = PullRequest(
        id=PullRequestId(f"{team.bitbucket.workspace}/{team.bitbucket.repositories[0]}#{number}"),
        title=f"{issue.now.key} change {number}",
        url=f"https://bitbucket.test/{number}",
        author=issue.now.assignee,
        state="OPEN",
        draft=False,
        reviews=(Review(reviewer=reviewer, state=ReviewState.WAITING),),
        issues=(issue.now.key,),
        waiting_since=opened,
        opened=opened,
        updated=opened,
        commit=f"{number:012x}",
    )
    approved, merged = opened + timedelta(hours=dice.uniform(1, 40)), opened + timedelta(hours=dice.uniform(41, 60))
    yes = (Review(reviewer=reviewer, state=ReviewState.APPROVED, at=approved),)
    second = replace(first, reviews=yes, updated=approved)
    third = replace(second, state="MERGED", settled_at=merged, updated=merged)
    return PullHistory(id=first.id, since=(opened, approved, merged), states=(first, second, third))
