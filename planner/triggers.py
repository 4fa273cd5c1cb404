"""Which deliveries are a reason to look, and whose they are: one table, every event name in it, each with its why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from models.directives import Directives, Team
from models.events import Event, Source
from models.ids import AccountId, TeamId
from models.once import once
from planner.hearers.urgency import says_down

ANY_CHANGE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes of some events of one source. A delivery without a Trigger is stored all the same."""

    source: Source
    names: tuple[str, ...]
    trigger: bool
    why: str
    reread: bool = False
    """No reason to look, but the mirror would be wrong until the next reconciliation: read at once what is named."""
    fields: frozenset[str] = ANY_CHANGE
    """Of these one must have changed (id or name, in lower case); empty asks for nothing."""

    def fits(self, event: Event) -> bool:
        """Whether the row speaks of ``event``."""
        named = event.source is self.source and event.name in self.names
        return named and (not self.fields or not self.fields.isdisjoint(event.changed))


J, B = Source.JIRA, Source.BITBUCKET

TABLE: tuple[Row, ...] = (
    # --- Jira: what is a Trigger ------------------------------------------------------------------------------
    Row(J, ("jira:issue_created",), True, "there is more work than before"),
    Row(J, ("comment_created",), True, "somebody has answered, or asks"),
    Row(
        J,
        ("jira:issue_updated",),
        True,
        "it may change whose move it is",
        fields=frozenset({"status", "assignee", "priority", "resolution", "sprint", "flagged"}),
    ),
    Row(J, ("jira:issue_updated",), True, "moved: it has another key, maybe another team", fields=frozenset({"key"})),
    Row(J, ("jira:issue_deleted",), True, "a reminder about a ticket that is gone would be wrong"),
    Row(J, ("sprint_started", "sprint_closed"), True, "what is watched begins or ends"),
    # --- Bitbucket: what is a Trigger -------------------------------------------------------------------------
    Row(B, ("pullrequest:created",), True, "a review is wanted"),
    Row(
        B,
        ("pullrequest:approved", "pullrequest:changes_request_created"),
        True,
        "a reviewer has moved: it is the author's turn",
    ),
    Row(
        B,
        ("pullrequest:unapproved", "pullrequest:changes_request_removed"),
        True,
        "a verdict is taken back: it is the reviewer's turn again, and nothing else would say so",
    ),
    Row(B, ("pullrequest:updated", "pullrequest:push"), True, "a push, or the end of a draft: the review waits anew"),
    Row(B, ("pullrequest:fulfilled", "pullrequest:rejected"), True, "merged or declined: nobody waits any more"),
    # --- Jira: what is only stored ----------------------------------------------------------------------------
    Row(
        J,
        ("jira:issue_updated",),
        False,
        "a description, a rank, a label: nobody's move changes. A comment told as an update comes by its own name too",
    ),
    Row(J, ("comment_updated", "comment_deleted"), False, "what was said has been heard when it was new"),
    Row(
        J,
        ("sprint_created", "sprint_updated", "sprint_deleted"),
        False,
        "plans: a start and an end have names of their own, and a start is told twice",
    ),
    Row(
        J,
        ("issuelink_created", "issuelink_deleted"),
        False,
        "it may change what waits for what, and nobody's move yet: read within ten minutes",
    ),
    Row(
        J,
        ("worklog_created", "worklog_updated", "worklog_deleted", "jira:worklog_updated"),
        False,
        "time booked is no progress, and nobody's move",
    ),
    Row(
        J,
        ("attachment_created", "attachment_deleted", "issue_property_set", "issue_property_deleted"),
        False,
        "nothing we judge by",
    ),
    Row(
        J,
        ("board_created", "board_updated", "board_deleted", "board_configuration_changed"),
        False,
        "boards are read with every whole read",
    ),
    Row(
        J,
        (
            *("issuetype_created", "issuetype_updated", "issuetype_deleted"),
            *("jira:version_released", "jira:version_unreleased", "jira:version_created", "jira:version_moved"),
            *("jira:version_updated", "jira:version_deleted", "jira:version_merged"),
            *("project_created", "project_updated", "project_deleted", "project_soft_deleted"),
            *("project_restored_deleted", "project_archived", "project_restored_archived"),
            *("user_created", "user_updated", "user_deleted", "filter_created", "filter_updated", "filter_deleted"),
            *("option_voting_changed", "option_watching_changed", "option_unassigned_issues_changed"),
            *("option_subtasks_changed", "option_issuelinks_changed", "option_timetracking_changed"),
            *("option_timetracking_provider_changed", "jira_expression_evaluation_failed"),
            *("app_access_to_objects_blocked", "app_access_to_objects_in_container_blocked"),
        ),
        False,
        "the site's own affairs",
    ),
    # --- Bitbucket: what is only stored -----------------------------------------------------------------------
    Row(
        B,
        (
            *("pullrequest:comment_created", "pullrequest:comment_updated", "pullrequest:comment_deleted"),
            *("pullrequest:comment_resolved", "pullrequest:comment_reopened", "repo:commit_comment_created"),
        ),
        False,
        "talk: a verdict has a name of its own. But a question to the author makes it the author's turn",
        reread=True,
    ),
    Row(
        B,
        ("repo:commit_status_created", "repo:commit_status_updated", "pipeline:span_created"),
        False,
        "builds run all day long; the next look has to know how they ended, and no time stamp would tell",
        reread=True,
    ),
    Row(B, ("repo:push",), False, "a branch is no pull request; a push to one is told as its update"),
    Row(
        B,
        (
            *("repo:created", "repo:deleted", "repo:fork", "repo:imported", "repo:transfer", "repo:updated"),
            *("project:updated", "issue:created", "issue:updated", "issue:comment_created"),
        ),
        False,
        "the workspace's own affairs; Bitbucket's issue tracker is no more",
    ),
)
"""Read from the top: the first row that fits decides. What no row names is stored, and no Trigger."""

ECHO = "our own doing: we know it already"
UNKNOWN = "an event we do not know"
DOWN = "it says that production is down"

MARKS = frozenset({"priority", "labels"})
"""Fields by which a ticket says so."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether an event is a reason to look, and why, for the log."""

    trigger: bool
    why: str
    reread: bool = False
    at_once: bool = False
    """Nothing that still comes is waited for."""


def weighed(event: Event, me: AccountId | None, directives: Directives) -> Judged:
    """As ``judged``, by what the constitution calls urgent, too: even a label can say that production is down."""
    found = judged(event, me)
    return found if found.why == ECHO or not cannot_wait(event, directives) else Judged(True, DOWN, at_once=True)


def cannot_wait(event: Event, directives: Directives) -> bool:
    """Whether what has just changed says that production is down."""
    told = event.name == "jira:issue_created" or not event.changed.isdisjoint(MARKS)
    return told and event.source is J and says_down(event.priority, event.labels, directives)


def judged(event: Event, me: AccountId | None) -> Judged:
    """What becomes of ``event``; what ``me`` did is stored and no more."""
    if me is not None and event.actor == me:
        return Judged(False, ECHO)
    row = next((row for row in _rows().get((event.source, event.name), ()) if row.fits(event)), None)
    return Judged(row.trigger, row.why, row.reread) if row is not None else Judged(False, UNKNOWN)


def matters(event: Event, me: AccountId | None) -> bool:
    """Whether ``event`` is a reason to look."""
    return judged(event, me).trigger


@cache
def _rows() -> Mapping[tuple[Source, str], tuple[Row, ...]]:
    """The rows of each event name, in the table's order: a door asks thousands of times a minute."""
    names = {(row.source, name) for row in TABLE for name in row.names}
    return {(s, n): tuple(row for row in TABLE if row.source is s and n in row.names) for s, n in names}


def teams_of(event: Event, directives: Directives) -> tuple[TeamId, ...]:
    """The teams an event concerns: who owns its project, board or repository, then who owns a key it names.

    A look judges every active sprint of its team, so this is one Trigger for each sprint of the keys.
    """
    owners, projects = _owners(directives), {key.rpartition("-")[0].casefold() for key in event.mentioned}
    concerned = [team for name in (_named(event), *sorted(projects)) for team in owners.get(name, ())]
    return tuple(dict.fromkeys(concerned))


def _named(event: Event) -> str | int | None:
    """The project, board or repository an event is of."""
    if event.project is not None or event.issue is not None:
        return (event.project or str(event.issue).rpartition("-")[0]).casefold()
    if event.board is not None:
        return event.board
    return event.repository.casefold() if event.repository is not None else None


@once
def _owners(directives: Directives) -> Mapping[str | int | None, Sequence[TeamId]]:
    """The teams of each project, repository (which alone has a stroke in its name) and board: a door asks it for each
    delivery, however many teams there are."""
    found: dict[str | int | None, list[TeamId]] = {}
    for team in directives.teams:
        names: set[str | int] = {*_projects(team), *repositories_of(team), *team.jira.boards}
        for name in names:
            found.setdefault(name, []).append(team.id)
    return found


def _projects(team: Team) -> set[str]:
    return {project.casefold() for project in team.jira.projects}


def repositories_of(team: Team) -> set[str]:
    """Each as ``workspace/repository``; a repository may be written with its workspace in front."""
    scope = team.bitbucket
    return {(name if "/" in name else f"{scope.workspace}/{name}").casefold() for name in scope.repositories}
