"""Scripted vendors, a real store and a clock, for the mirror."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.sync import Sync
from bot.sync.position import Position, position_of
from models.directives_file import load
from models.errors import Refused, Unclear
from models.events import Source
from models.ids import IssueKey, PullRequestId, SprintId
from models.mailbox import Mailbox
from models.pulls import Build, PullRequest
from models.store import Store
from models.work import Issue, Sprint, SprintState
from tests.contracts.stores.values import MONDAY, FakeClock
from tests.world import CONSTITUTION

DIRECTIVES = load(CONSTITUTION)
TEAM = DIRECTIVES.teams[0]
REPOSITORY = f"{TEAM.bitbucket.workspace}/{TEAM.bitbucket.repositories[0]}"
RUNNING = Sprint(id=SprintId(24), name="Sprint 24", state=SprintState.ACTIVE, board=7, goal="", start=MONDAY, end=None)
PULL = PullRequest(
    id=PullRequestId(f"{REPOSITORY}#7"),
    title="PAY-1 and UTF-8",
    url="https://x/7",
    author=None,
    state="OPEN",
    draft=False,
    reviews=(),
    issues=(IssueKey("PAY-1"),),
    waiting_since=MONDAY,
    updated=MONDAY,
    commit="0123456789ab",
)


@dataclass
class Site:
    """Fits Jira and Bitbucket: a small company, or one that does not answer."""

    down: bool = False
    asked: list[str] = field(default_factory=list)
    running: list[Sprint] = field(default_factory=lambda: [RUNNING])
    tickets: list[Issue] = field(default_factory=list)
    backlog: list[Issue] = field(default_factory=list)
    """In no sprint: found by name alone."""
    pulls: list[PullRequest] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)
    over: list[PullRequest] = field(default_factory=list)
    miscounts: int = 0
    builds: dict[str, Build] = field(default_factory=dict)
    reminded: list[PullRequestId] = field(default_factory=list)
    told: dict[bytes, Issue] = field(default_factory=dict)

    async def sprints(self, board: int) -> list[Sprint]:
        return self._answer("sprints", self.running)

    async def coming(self, board: int) -> list[Sprint]:
        return self._answer("coming sprints", [each for each in self.running if each.state is not SprintState.CLOSED])

    async def count(self, jql: str) -> int:
        self._answer("count", None)
        return len(self.tickets) + self.miscounts

    async def sprint_issues(self, sprint: int, on_page: Any = None) -> list[Issue]:
        if on_page is not None:
            await on_page(len(self.tickets))
        return self._answer("issues of a sprint", list(self.tickets))

    async def changed_since(
        self, projects: Sequence[str], since: datetime, now: datetime, held: Mapping[str, datetime]
    ) -> list[Issue]:
        return self._answer(f"changes of {(now - since) / timedelta(minutes=1):.0f} minutes", list(self.changed))

    async def issues(self, names: Sequence[str]) -> list[Issue]:
        self._answer(",".join(names), None)
        return [issue for issue in (*self.tickets, *self.backlog) if {issue.id, issue.key} & set(names)]

    def retold(self, body: bytes, held: Issue) -> Issue | None:
        """What the test's deliveries say by themselves."""
        return self.told.get(body)

    async def project_keys(self) -> frozenset[str]:
        return self._answer("projects", frozenset({"PAY", "UTF"}))

    async def open_pull_requests(self, repository: str, projects: Sequence[str]) -> list[PullRequest]:
        return self._answer(f"{repository} for {','.join(projects)}", list(self.pulls))

    async def updated_since(self, repository: str, since: datetime, projects: Sequence[str]) -> list[PullRequest]:
        return self._answer(f"changes of {repository}", list(self.changed))

    async def settled_since(self, repository: str, since: datetime, projects: Sequence[str]) -> list[PullRequest]:
        return self._answer(f"what is over in {repository}", list(self.over))

    async def pull_request(self, repository: str, number: int, projects: Sequence[str]) -> PullRequest:
        self._answer(f"{repository}#{number}", None)
        found = [pull for pull in self.pulls if pull.id.endswith(f"#{number}")]
        if not found:
            raise Refused("no such pull request", code="404")
        return found[0]

    async def build(self, repository: str, commit: str) -> Build | None:
        return self._answer(f"builds of {commit}", self.builds.get(commit))

    def remember(self, pulls: Sequence[PullRequest]) -> None:
        self.reminded += [pull.id for pull in pulls]

    def _answer(self, what: str, answer: Any) -> Any:
        self.asked.append(what)
        if self.down:
            raise Unclear("no answer")
        return answer

    def news(self) -> list[str]:
        """What was asked since the last time this was asked."""
        asked, self.asked = self.asked, []
        return asked


@dataclass
class Desk:
    """One mirror with its clock and its sites."""

    store: Store
    clock: FakeClock
    mailbox: Mailbox
    jira: Site = field(default_factory=Site)
    bitbucket: Site = field(default_factory=Site)

    def sync(self) -> Sync:
        sites: Any = {"jira": self.jira, "bitbucket": self.bitbucket}
        return Sync(self.store, self.clock, lambda: DIRECTIVES, **sites, slack=None, inbox=self.mailbox)

    async def keys(self) -> list[str]:
        return [issue.key for issue in (await self.store.facts_about(TEAM.id)).issues]

    async def position(self, source: Source = Source.JIRA) -> Position:
        return await position_of(self.store, TEAM.id, source)
