"""What a search of the outside world found: one form for each kind of thing, whoever answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from models.ids import AccountId, IssueKey, SlackUserId
from models.work import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundIssue:
    """One Jira issue as a search shows it: enough to name it and to lead there, less than ``models.work.Issue``."""

    key: IssueKey
    title: str
    url: str
    status: str
    progress: Progress | None
    """``None`` when whoever answered did not tell the status category."""
    assignee: AccountId | None
    """``None`` also where whoever answered did not tell."""
    assignee_name: str = ""
    """For showing only: people are never matched by it."""
    unassigned: bool = False
    """Whether it was told that nobody has it; only then may that be said."""
    priority: str | None = None
    kind: str = ""
    due: date | None = None
    updated: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundMessage:
    """One Slack message as a search or a thread shows it."""

    channel: str
    """Channel id; empty where only its name was told."""
    channel_name: str = ""
    """Without the hash; empty where it was not told. Whose channel it is decides who may see the message."""
    ts: str
    """Slack's own name of the message in its channel."""
    text: str
    at: datetime
    author: SlackUserId | None
    thread: str | None = None
    """``ts`` of the thread it belongs to, also when it began that thread; ``None`` outside of any."""
    url: str | None = None
