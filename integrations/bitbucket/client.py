"""Bitbucket Cloud over REST: pull requests in full, with as few calls as that takes.

What a read costs, in calls:

=====================================  ===========================================================================
listing a repository                   one per 50 pull requests, participants included
a pull request seen for the first      its builds; its activity as well when anything has happened to it
time, or changed since it was seen
an unchanged one                       none; its builds when the last ones known had not all passed
a draft or closed one                  none
one pull request by its number         itself, and its activity when it has changed; else its builds: never more
                                       than two for one that was seen before
a commit's builds                      one
=====================================  ===========================================================================

So 80 open pull requests cost at most 2 + 80 + 80 calls the first time, and 2 while nothing happens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from integrations.bitbucket import histories, people
from integrations.bitbucket.builds import build_of
from integrations.bitbucket.calls import PAGE, Calls
from integrations.bitbucket.hooks import EVENTS, register, registered, unregister
from integrations.bitbucket.mapping import HASH, pull_request_of
from integrations.bitbucket.memory import Memory, carried, is_lonely, is_same, settled
from integrations.health import Check
from integrations.hooks import Hook
from integrations.rest import TIMEOUT
from models.errors import Refused, Unclear, VendorError
from models.histories import PullHistory
from models.ids import AccountId, PullRequestId
from models.pulls import Build, PullRequest

STATES = ("OPEN", "MERGED", "DECLINED", "SUPERSEDED")

MOST_LOG_PAGES = 4
"""Pages of one activity log that are read: its first 200 entries, which are the newest wherever it was seen."""

MOST_STATUS_PAGES = 3
"""Pages of one commit's build statuses that are read: 300 of them."""

_WITH_PEOPLE = "+values.participants,+values.reviewers"
"""Lists leave reviewers out unless asked."""


class Bitbucket:
    """A client of one workspace. ``projects`` are the Jira projects whose keys a title or branch may name.

    With an ``email`` the token is an API token and goes as basic auth; without, an access token as Bearer.
    """

    def __init__(
        self,
        *,
        base_url: str,
        workspace: str,
        email: str,
        token: str,
        projects: Iterable[str] = (),
        threads: int = 4,
        seconds: float = TIMEOUT,
    ) -> None:
        self._calls = Calls(
            base_url=base_url, workspace=workspace, email=email, token=token, threads=threads, seconds=seconds
        )
        self._projects = tuple(projects)
        self._at_once = threads
        self._memory = Memory()

    # --- pull requests ------------------------------------------------------------------------------------

    async def open_pull_requests(self, repository: str, projects: Collection[str] | None = None) -> list[PullRequest]:
        """Every open pull request of ``repository`` (a slug of the workspace, or ``workspace/slug``)."""
        path = self._calls.repository(repository)
        return await self._list(path, {"state": "OPEN"}, projects)

    async def updated_since(
        self, repository: str, since: datetime, projects: Collection[str] | None = None
    ) -> list[PullRequest]:
        """Every pull request, whatever its state, that has changed at ``since`` (aware) or later."""
        path, edge = self._calls.repository(repository), since.astimezone(UTC).isoformat()
        wanted = {"state": list(STATES), "q": f"updated_on >= {edge}", "sort": "updated_on"}
        return await self._list(path, wanted, projects)

    async def settled_since(
        self, repository: str, since: datetime, projects: Collection[str] | None = None
    ) -> list[PullRequest]:
        """Every pull request that is over, merged or not, and has changed at ``since`` (aware) or later."""
        path, edge = self._calls.repository(repository), since.astimezone(UTC).isoformat()
        wanted = {"state": [state for state in STATES if state != "OPEN"], "q": f"updated_on >= {edge}"}
        return await self._list(path, {**wanted, "sort": "updated_on"}, projects)

    async def pull_histories(
        self, repository: str, since: datetime, projects: Collection[str] | None = None
    ) -> list[PullHistory]:
        """Every pull request that has changed at ``since`` (aware) or later, in every state it was in.

        A call per 50 of them, and for each one or more for its log and one per commit for its builds.
        """
        path, edge = self._calls.repository(repository), since.astimezone(UTC).isoformat()
        wanted = {"state": list(STATES), "q": f"updated_on >= {edge}", "sort": "updated_on"}
        return await histories.read(self._calls, path, wanted, self._allowed(projects))

    async def pull_request(self, repository: str, number: int, projects: Collection[str] | None = None) -> PullRequest:
        """One pull request, whatever its state."""
        path = self._calls.repository(repository)
        what = f"read pull request {path}#{number}"
        raw = await self._calls.get(what, f"repositories/{path}/pullrequests/{int(number)}")
        found = await self._in_full(raw, path, self._allowed(projects), listed=False)
        if found is None:
            raise Unclear(f"{what}: the answer is not a pull request")
        return found

    async def pull_requests_of_commit(self, repository: str, commit: str) -> list[PullRequestId]:
        """The pull requests a commit is part of; none where Bitbucket has not linked its commits yet."""
        path = self._calls.repository(repository)
        where = f"repositories/{path}/commit/{_commit(commit)}/pullrequests"
        try:
            found = await self._calls.listed(f"read pull requests of {path} at {commit[:12]}", where)
        except Refused as refused:
            if refused.code == "404":
                return []
            raise
        made = (pull_request_of(raw, path) for raw in found)
        return [each.id for each in made if each is not None]

    async def build(self, repository: str, commit: str) -> Build | None:
        """What the builds of a commit come to; ``None`` when there are none."""
        path = self._calls.repository(repository)
        where = f"repositories/{path}/commit/{_commit(commit)}/statuses"
        what = f"read builds of {path} at {commit[:12]}"
        found, _ = await self._calls.some(what, where, {"pagelen": 100}, most_pages=MOST_STATUS_PAGES)
        build = build_of(found, commit)
        self._memory.keep_build(path, commit, build)
        return build

    def remember(self, pull_requests: Iterable[PullRequest]) -> None:
        """Take these for what was read last, as after a restart or a read by another process: it saves calls."""
        self._memory.keep_all(pull_requests)

    # --- people and webhooks ------------------------------------------------------------------------------

    async def default_reviewers(self, repository: str) -> list[AccountId]:
        """Whom Bitbucket adds to every new pull request of ``repository``."""
        found = await people.default_reviewers(self._calls, repository)
        self._memory.keep_defaults(self._calls.repository(repository), found)
        return found

    async def members(self, emails: Sequence[str]) -> Mapping[str, AccountId]:
        """The accounts of those of ``emails`` that exactly one member of the workspace has; 90 to a call."""
        return await people.members(self._calls, emails)

    async def hooks(self, repository: str | None = None) -> list[Hook]:
        """The webhooks of a repository; without one, the workspace's own."""
        return await registered(self._calls, repository)

    async def add_hook(
        self,
        url: str,
        name: str,
        *,
        secret: str,
        events: Collection[str] = EVENTS,
        repository: str | None = None,
    ) -> Hook:
        """Register ``url`` for a repository, or for every one of the workspace. Sent once; list before you add."""
        return await register(self._calls, repository, url, name, events, secret)

    async def delete_hook(self, id: str, repository: str | None = None) -> None:
        """Take a webhook away; one that is gone already is no failure."""
        await unregister(self._calls, repository, id)

    async def check(self, repository: str | None = None) -> Check:
        """Whether Bitbucket can be reached and the token may read: a repository, or the workspace's list of them.

        ``/user`` would be simpler, but it refuses repository and workspace access tokens.
        """
        host = urlsplit(self._calls.base).netloc
        path = self._calls.repository(repository) if repository else self._calls.workspace
        try:
            await self._calls.get(f"read {path}", f"repositories/{path}", None if repository else {"pagelen": 1})
        except Refused as refused:
            hint = (
                "Check BITBUCKET_WORKSPACE and BITBUCKET_TOKEN; BITBUCKET_EMAIL is the account's e-mail for an API "
                "token, and empty for an access token."
            )
            return Check("bitbucket", False, str(refused), hint)
        except VendorError as failure:
            return Check("bitbucket", False, str(failure), f"Check that {host} can be reached from this machine.")
        return Check("bitbucket", True, f"may read {path} at {host}")

    async def close(self) -> None:
        """Take no more calls."""
        self._calls.close()

    # --- how a pull request is read in full ---------------------------------------------------------------

    async def _list(self, path: str, wanted: Mapping[str, Any], projects: Collection[str] | None) -> list[PullRequest]:
        params = {**wanted, "pagelen": PAGE, "fields": _WITH_PEOPLE}
        raw = await self._calls.listed(f"list pull requests of {path}", f"repositories/{path}/pullrequests", params)
        allowed = self._allowed(projects)
        await self._read_defaults(path, [pr for each in raw if (pr := pull_request_of(each, path)) is not None])
        found: list[PullRequest] = []
        for start in range(0, len(raw), self._at_once):
            some = [self._in_full(each, path, allowed, listed=True) for each in raw[start : start + self._at_once]]
            # All of them end before a failure is told: nothing is left running behind it.
            done = await asyncio.gather(*some, return_exceptions=True)
            for each in done:
                if isinstance(each, BaseException):
                    raise each
                found += [each] if each is not None else []
        return found

    async def _read_defaults(self, path: str, listed: Sequence[PullRequest]) -> None:
        """Once for a list in which somebody new has asked nobody for a review."""
        fresh = [pr for pr in listed if _is_reviewed(pr) and not is_same(self._memory.known(pr), pr)]
        if any(is_lonely(pr) for pr in fresh):
            try:
                await self.default_reviewers(path)
            except Refused:
                self._memory.keep_defaults(path, ())

    async def _in_full(self, raw: Any, path: str, projects: Collection[str], *, listed: bool) -> PullRequest | None:
        """One pull request with what its log and its builds say, as far as that is worth a call."""
        fresh = pull_request_of(raw, path, projects)
        if fresh is None or not _is_reviewed(fresh):
            return None if fresh is None else self._memory.keep(settled(fresh, self._memory.known(fresh)))
        known = self._memory.known(fresh)
        if known is not None and is_same(known, fresh):
            read, worth = carried(fresh, known), not listed or self._memory.build_may_differ(known)
        else:
            log = await self._log(fresh, path)
            read, worth = pull_request_of(raw, path, projects, log) or fresh, listed or known is None
            read = replace(read, suggested=self._memory.suggested(path, fresh))
        if worth:
            return self._memory.keep(replace(read, build=await self._builds(read, path)))
        return self._memory.keep(replace(read, build=known.build if known and known.commit == read.commit else None))

    async def _log(self, pr: PullRequest, path: str) -> list[Any] | None:
        """The activity log; ``None`` when it is refused, nothing when nobody has touched it since it was opened."""
        if pr.updated == pr.opened:
            return []
        where, what = f"repositories/{path}/pullrequests/{_number(pr)}/activity", f"read activity of {pr.id}"
        try:
            found, _ = await self._calls.some(what, where, {"pagelen": PAGE}, most_pages=MOST_LOG_PAGES)
        except Refused:
            return None
        return found

    async def _builds(self, pr: PullRequest, path: str) -> Build | None:
        """What the builds of its newest commit come to; ``None`` when there are none, or they are refused."""
        where, what = f"repositories/{path}/pullrequests/{_number(pr)}/statuses", f"read builds of {pr.id}"
        try:
            found, _ = await self._calls.some(what, where, {"pagelen": 100}, most_pages=MOST_STATUS_PAGES)
        except Refused:
            return None
        return build_of(found, pr.commit)

    def _allowed(self, projects: Collection[str] | None) -> Collection[str]:
        return self._projects if projects is None else projects


def _is_reviewed(pr: PullRequest) -> bool:
    """Whether anybody's review can be its next move: only then log and builds matter."""
    return pr.state == "OPEN" and not pr.draft


def _number(pr: PullRequest) -> str:
    return pr.id.rpartition("#")[2]


def _commit(text: str) -> str:
    if not HASH.fullmatch(text):
        raise Refused(f"{text[:80]!r} is not a commit", code="bad_name")
    return text
