"""The second way to every answer: Jira over REST, and Slack's channel histories, which need no right to search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from integrations.mcp import FindSprint, GetIssue, GetThread, Question, SearchIssues, SearchMessages
from models.clock import Clock
from models.errors import Refused
from models.found import FoundIssue, FoundMessage
from models.ids import AccountId
from models.work import Issue, Sprint

LOOK_BACK = timedelta(days=14)
"""How far back histories are read when nothing says since when."""


class JiraReads(Protocol):
    """What is needed of Jira."""

    async def search(self, jql: str, *, most: int = 100) -> Sequence[Issue]:
        """The first ``most`` issues a query finds."""
        ...

    async def issues(self, ids_or_keys: Sequence[str]) -> Sequence[Issue]:
        """These issues as they are now."""
        ...

    async def sprints(self, board: int) -> Sequence[Sprint]:
        """A board's sprints."""
        ...


class SlackReads(Protocol):
    """What is needed of Slack."""

    async def said_in(self, channel: str, since: datetime) -> Sequence[FoundMessage]:
        """What was said in ``#channel`` since then (real time), threads left out."""
        ...

    async def thread(self, channel: str, ts: str) -> Sequence[FoundMessage]:
        """A thread, its first message first."""
        ...


class Messages(list[FoundMessage]):
    """Messages, and the channels that may not be read: the app is not in them, or they are gone."""

    skipped: tuple[str, ...] = ()


class Direct:
    """Answers over REST. ``name`` tells how the holder of an account is shown; empty for a stranger."""

    def __init__(
        self,
        jira: JiraReads | None,
        slack: SlackReads | None,
        clock: Clock,
        *,
        name: Callable[[AccountId], str] = lambda account: "",
    ) -> None:
        self._jira, self._slack, self._clock, self._name = jira, slack, clock, name

    def can(self, question: Question) -> bool:
        """Whether the service it needs is configured."""
        return (self._slack if isinstance(question, SearchMessages | GetThread) else self._jira) is not None

    async def answer(self, question: Question) -> Any:
        """The answer, in the same form as a server's. Raises ``VendorError``."""
        match question:
            case SearchIssues(jql=jql, most=most):
                return [self._found(issue) for issue in await self._needed_jira().search(jql, most=most)]
            case GetIssue(key=key):
                return await self._issue(key)
            case FindSprint(board=board, state=state):
                return [s for s in await self._needed_jira().sprints(board) if state in (None, s.state)]
            case SearchMessages():
                return await self._messages(question)
            case GetThread(channel=channel, ts=ts):
                return list(await self._needed_slack().thread(channel, ts))

    async def _issue(self, key: str) -> FoundIssue:
        found = await self._needed_jira().issues([key])
        if not found:
            raise Refused(f"{key} does not exist, or the token's account cannot see it", code="404")
        return self._found(found[0])

    async def _messages(self, question: SearchMessages) -> list[FoundMessage]:
        """Those of the channels' latest messages that hold every word, newest first."""
        channels = [question.channel] if question.channel else list(question.channels)
        since = question.since or self._clock.real() - LOOK_BACK
        found, skipped = Messages(), []
        for channel in channels:
            try:
                found += await self._needed_slack().said_in(channel, since)
            except Refused:
                skipped.append(channel)
                if len(skipped) == len(channels):
                    raise
        wanted = question.words.casefold().split()
        kept = [
            each
            for each in found
            if question.covers(each.at)
            and question.author in (None, each.author)
            and all(word in each.text.casefold() for word in wanted)
        ]
        newest = Messages(sorted(kept, key=lambda each: each.at, reverse=True)[: question.most])
        newest.skipped = tuple(skipped)
        return newest

    def _found(self, issue: Issue) -> FoundIssue:
        return FoundIssue(
            key=issue.key,
            title=issue.title,
            url=issue.url,
            status=issue.status,
            progress=issue.progress,
            assignee=issue.assignee,
            assignee_name=self._name(issue.assignee) if issue.assignee else "",
            unassigned=issue.unassigned_since is not None,
            priority=issue.priority,
            kind=issue.kind,
            due=issue.due,
            updated=issue.updated,
        )

    def _needed_jira(self) -> JiraReads:
        if self._jira is None:
            raise Refused("Jira is off: set ATLASSIAN_DOMAIN, ATLASSIAN_EMAIL, ATLASSIAN_API_TOKEN", code="service_off")
        return self._jira

    def _needed_slack(self) -> SlackReads:
        if self._slack is None:
            raise Refused("Slack is off: set SLACK_BOT_TOKEN and SLACK_SIGNING_SECRET", code="service_off")
        return self._slack
