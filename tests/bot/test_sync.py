"""The mirror: each source is read whatever becomes of the others, and an old one keeps its age."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from bot.sync import Sync
from models.database import Database, upgrade
from models.directives_file import load
from models.errors import Unclear
from models.events import Event, Source
from models.ids import IssueKey, PullRequestId
from models.store import Store
from tests.contracts.stores.values import FakeClock
from tests.world import CONSTITUTION

pytestmark = pytest.mark.anyio
DIRECTIVES = load(CONSTITUTION)
TEAM = DIRECTIVES.teams[0]


@dataclass
class Site:
    """Fits Jira and Bitbucket: an empty company, or one that does not answer."""

    down: bool = False
    asked: list[str] = field(default_factory=list)

    async def sprints(self, board: int) -> list[Any]:
        return self._answer("sprints")

    async def sprint_issues(self, sprint: int) -> list[Any]:
        return self._answer("issues of a sprint")

    async def issues(self, keys: list[str]) -> list[Any]:
        return self._answer(",".join(keys))

    async def open_pull_requests(self, repository: str) -> list[Any]:
        return self._answer(repository)

    async def pull_request(self, repository: str, number: int) -> Any:
        self._answer(f"{repository}#{number}")
        raise Unclear("asked, which is all this test wants to know")

    def _answer(self, what: str) -> list[Any]:
        self.asked.append(what)
        if self.down:
            raise Unclear("no answer")
        return []


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = f"sqlite:///{tmp_path / 'mirror.db'}"
    upgrade(url)
    database = Database(url, FakeClock())
    yield Store(database, FakeClock())
    await database.close()


def sync(store: Store, jira: Site, bitbucket: Site) -> Sync:
    return Sync(store, FakeClock(), DIRECTIVES, jira=jira, bitbucket=bitbucket, slack=None)  # type: ignore[arg-type]


async def test_bitbucket_being_down_does_not_keep_jira_from_being_read(store: Store) -> None:
    jira = Site()
    await sync(store, jira, Site(down=True)).everything(TEAM.id)
    assert jira.asked == ["sprints"]
    readings = await store.readings(TEAM.id)
    assert readings[Source.JIRA].error is None and readings[Source.BITBUCKET].error == "no answer"


async def test_without_jira_nothing_is_judged_but_bitbucket_is_read(store: Store) -> None:
    bitbucket = Site()
    with pytest.raises(Unclear):
        await sync(store, Site(down=True), bitbucket).everything(TEAM.id)
    assert bitbucket.asked == list(TEAM.bitbucket.repositories)


async def test_what_was_just_read_is_not_read_again(store: Store) -> None:
    jira = Site()
    reader = sync(store, jira, Site())
    assert await reader.if_stale(TEAM.id)
    assert not await reader.if_stale(TEAM.id)
    assert jira.asked == ["sprints"]


async def test_events_reread_exactly_what_they_name(store: Store) -> None:
    jira, bitbucket = Site(), Site()
    workspace, repository = TEAM.bitbucket.workspace, TEAM.bitbucket.repositories[0]
    named = PullRequestId(f"{workspace.upper()}/{repository}#7")
    events = [
        Event(source=Source.JIRA, name="jira:issue_updated", issue=IssueKey("PAY-2")),
        Event(source=Source.JIRA, name="comment_created", issue_id="10001"),
        Event(source=Source.BITBUCKET, name="pullrequest:updated", pull_request=named),
        Event(source=Source.BITBUCKET, name="pullrequest:updated", pull_request=PullRequestId("acme/other#1")),
    ]
    with pytest.raises(Unclear):
        await sync(store, jira, bitbucket).after(TEAM.id, events)
    assert (jira.asked, bitbucket.asked) == (["10001,PAY-2"], [f"{repository}#7"])
