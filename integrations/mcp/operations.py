"""What may be asked of an MCP server, as values: five questions, all of which only read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.ids import IssueKey, SlackUserId
from models.work import SprintState

MOST = 50
"""Results asked for at once: mcp-atlassian's own limit."""


class Operation(StrEnum):
    """The questions by name; the words are the labels of the metrics."""

    SEARCH_ISSUES = "search_issues"
    GET_ISSUE = "get_issue"
    FIND_SPRINT = "find_sprint"
    SEARCH_MESSAGES = "search_messages"
    GET_THREAD = "get_thread"


@dataclass(frozen=True, slots=True)
class SearchIssues:
    """Issues that a JQL query finds. The answer is ``list[FoundIssue]``."""

    jql: str
    most: int = 20


@dataclass(frozen=True, slots=True)
class GetIssue:
    """One issue by its key. The answer is a ``FoundIssue``."""

    key: IssueKey


@dataclass(frozen=True, slots=True)
class FindSprint:
    """The sprints of a board. The answer is ``list[Sprint]``, never empty."""

    board: int
    state: SprintState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchMessages:
    """Messages with these words. The answer is ``list[FoundMessage]``, newest first."""

    words: str
    channel: str | None = None
    """Name without the hash."""
    channels: tuple[str, ...] = ()
    """The team's channels: where to look when nobody can search, and whose messages may be shown."""
    author: SlackUserId | None = None
    since: datetime | None = None
    """Aware, in real time, as Slack stamps messages."""
    until: datetime | None = None
    """The same: the first instant that does not count any more."""
    most: int = 20

    def covers(self, at: datetime) -> bool:
        """Whether a message of then is of the period that was asked about."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True)
class GetThread:
    """A thread, its first message first. The answer is ``list[FoundMessage]``, never empty."""

    channel: str
    """Channel id."""
    ts: str


Question = SearchIssues | GetIssue | FindSprint | SearchMessages | GetThread

OPERATION_OF: dict[type[Question], Operation] = {
    SearchIssues: Operation.SEARCH_ISSUES,
    GetIssue: Operation.GET_ISSUE,
    FindSprint: Operation.FIND_SPRINT,
    SearchMessages: Operation.SEARCH_MESSAGES,
    GetThread: Operation.GET_THREAD,
}


def operation_of(question: Question) -> Operation:
    """Which operation a question is."""
    return OPERATION_OF[type(question)]
