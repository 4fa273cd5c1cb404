"""An Office is one list of webhooks at a vendor: Jira's site, a Bitbucket repository or a Bitbucket workspace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from integrations.hooks import Hook
from models.events import Source


class JiraHooks(Protocol):
    """Jira's admin webhooks; every call needs the permission Administer Jira."""

    async def hooks(self) -> Sequence[Hook]:
        """All of the site."""
        ...

    async def add_hook(self, url: str, name: str, events: Collection[str], jql: str, secret: str, /) -> Hook:
        """One more."""
        ...

    async def delete_hook(self, number: str, /) -> None:
        """One less."""
        ...


class BitbucketHooks(Protocol):
    """The webhooks of a repository or, without one, of the workspace."""

    async def hooks(self, repository: str | None = None, /) -> Sequence[Hook]:
        """All of them."""
        ...

    async def add_hook(
        self, url: str, name: str, *, events: Collection[str], secret: str, repository: str | None = None
    ) -> Hook:
        """One more."""
        ...

    async def delete_hook(self, id: str, repository: str | None = None, /) -> None:
        """One less."""
        ...


@dataclass(frozen=True, kw_only=True)
class Office:
    """One list of webhooks, and how it is changed."""

    service: Source
    place: str
    """For people."""
    hooks: Callable[[], Awaitable[Sequence[Hook]]]
    add: Callable[[str, str, Collection[str], str], Awaitable[Hook]]
    """(url, name, events, secret)"""
    delete: Callable[[str], Awaitable[None]]


def at_jira(jira: JiraHooks, site: str, jql: str) -> Office:
    """The site's admin webhooks; ``jql`` narrows what a new one tells of issues and comments."""

    async def add(url: str, name: str, events: Collection[str], secret: str) -> Hook:
        return await jira.add_hook(url, name, events, jql, secret)

    return Office(service=Source.JIRA, place=site, hooks=jira.hooks, add=add, delete=jira.delete_hook)


def at_bitbucket(bitbucket: BitbucketHooks, repository: str | None, workspace: str) -> Office:
    """A repository's webhooks, or the workspace's."""

    async def hooks() -> Sequence[Hook]:
        return await bitbucket.hooks(repository)

    async def add(url: str, name: str, events: Collection[str], secret: str) -> Hook:
        return await bitbucket.add_hook(url, name, events=events, secret=secret, repository=repository)

    async def delete(id: str) -> None:
        await bitbucket.delete_hook(id, repository)

    place = f"repository {repository}" if repository else f"workspace {workspace}"
    return Office(service=Source.BITBUCKET, place=place, hooks=hooks, add=add, delete=delete)
