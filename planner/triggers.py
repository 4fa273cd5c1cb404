"""Which events are a reason to look, and whose team they are about: one table."""

from __future__ import annotations

from collections.abc import Mapping

from models.directives import Directives, Team
from models.events import Event, Source
from models.ids import AccountId, TeamId

PLANNING_FIELDS = frozenset({"status", "assignee", "priority", "resolution", "sprint", "flagged"})
"""A change of one of these may change whose move it is; of a description, a rank or a label it does not."""

ANY_CHANGE: frozenset[str] = frozenset()

MATTERS: Mapping[tuple[Source, str], frozenset[str]] = {
    (Source.JIRA, "jira:issue_created"): ANY_CHANGE,
    # Not a change of plan, but a reminder about a ticket that is gone would be wrong about facts.
    (Source.JIRA, "jira:issue_deleted"): ANY_CHANGE,
    (Source.JIRA, "jira:issue_updated"): PLANNING_FIELDS,
    (Source.JIRA, "comment_created"): ANY_CHANGE,
    (Source.JIRA, "sprint_started"): ANY_CHANGE,
    (Source.JIRA, "sprint_closed"): ANY_CHANGE,
    (Source.BITBUCKET, "pullrequest:created"): ANY_CHANGE,
    # Says nothing by itself, but a push makes the review wait anew.
    (Source.BITBUCKET, "pullrequest:updated"): ANY_CHANGE,
    (Source.BITBUCKET, "pullrequest:approved"): ANY_CHANGE,
    (Source.BITBUCKET, "pullrequest:unapproved"): ANY_CHANGE,
    (Source.BITBUCKET, "pullrequest:changes_request_created"): ANY_CHANGE,
    (Source.BITBUCKET, "pullrequest:changes_request_removed"): ANY_CHANGE,
    (Source.BITBUCKET, "pullrequest:fulfilled"): ANY_CHANGE,
    (Source.BITBUCKET, "pullrequest:rejected"): ANY_CHANGE,
}
"""Event names that are a reason to look, and of which fields one must have changed."""


def matters(event: Event, me: AccountId | None) -> bool:
    """Whether ``event`` is a reason to look. What ``me`` did is not: we know it already."""
    if me is not None and event.actor == me:
        return False
    fields = MATTERS.get((event.source, event.name))
    return fields is not None and (not fields or not fields.isdisjoint(event.changed))


def team_of(event: Event, directives: Directives) -> TeamId | None:
    """The team that owns the project, board, repository or mentioned issue; ``None`` when none does."""
    return next((team.id for team in directives.teams if _owns(team, event)), None)


def _owns(team: Team, event: Event) -> bool:
    projects = {project.casefold() for project in team.jira.projects}
    if event.project is not None or event.issue is not None:
        return (event.project or str(event.issue).rpartition("-")[0]).casefold() in projects
    if event.board is not None:
        return event.board in team.jira.boards
    if event.repository is not None:
        return event.repository.casefold() in repositories_of(team)
    return any(key.rpartition("-")[0].casefold() in projects for key in event.mentioned)


def repositories_of(team: Team) -> set[str]:
    """Each as ``workspace/repository``; a repository may be written with its workspace in front."""
    scope = team.bitbucket
    return {(name if "/" in name else f"{scope.workspace}/{name}").casefold() for name in scope.repositories}
