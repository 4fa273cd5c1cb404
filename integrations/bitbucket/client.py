"""Bitbucket Cloud over REST, read only: the open pull requests of a repository and what their reviewers said."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from integrations.bitbucket.mapping import pull_request_of
from integrations.health import Check
from integrations.payloads import inside, instant, rows, whole
from integrations.rest import IMPORTING, TIMEOUT, Threads, address, mapping, session
from models.errors import Refused, Unclear, VendorError
from models.work import PullRequest

PAGE = 50
"""Pull requests asked for at a time; Bitbucket takes at most 50 (atlassian.md 4)."""

MOST_PAGES = 20
"""Where a paging that does not end is given up: 1,000 open pull requests."""

REMEMBERED = 2_000
"""Pull requests whose author's last update is kept in memory, so each change costs one call and not each read."""

_SLUG = re.compile(r"[A-Za-z0-9_.{}-]{1,128}")

_WITH_PEOPLE = "+values.participants,+values.reviewers"
"""Lists leave reviewers out unless asked."""


class Bitbucket:
    """A client of one workspace. ``projects`` are the Jira projects whose keys a title or branch may name."""

    def __init__(
        self,
        *,
        base_url: str,
        workspace: str,
        email: str,
        token: str,
        projects: Iterable[str] = (),
        threads: int = 4,
    ) -> None:
        # The library adds the version itself; both forms of the setting are common.
        self._base = address(address(base_url, "BITBUCKET_API_URL").removesuffix("/2.0"), "BITBUCKET_API_URL")
        self._workspace = workspace
        self._projects = tuple(projects)
        self._threads = Threads(lambda: _connect(self._base, email, token), "bitbucket", threads)
        self._activity: dict[tuple[str, int], tuple[datetime, list[Any]]] = {}

    async def open_pull_requests(self, repository: str, projects: Collection[str] | None = None) -> list[PullRequest]:
        """Every open pull request of ``repository`` (a slug of the workspace, or ``workspace/slug``)."""
        path = self._path(repository)
        params = {"state": "OPEN", "pagelen": PAGE, "fields": _WITH_PEOPLE}
        page = await self._get(f"list pull requests of {path}", f"repositories/{path}/pullrequests", params)
        raw = rows(page.get("values"))
        for _ in range(MOST_PAGES):
            if not page.get("next"):
                found = [await self._pull_request(each, path, projects) for each in raw]
                return [each for each in found if each is not None]
            page = await self._next(f"list pull requests of {path}", page["next"])
            raw += rows(page.get("values"))
        raise Unclear(f"Bitbucket's list of pull requests of {path} does not end")

    async def pull_request(self, repository: str, number: int, projects: Collection[str] | None = None) -> PullRequest:
        """One pull request, whatever its state."""
        path = self._path(repository)
        what = f"read pull request {path}#{number}"
        found = await self._pull_request(
            await self._get(what, f"repositories/{path}/pullrequests/{int(number)}"), path, projects
        )
        if found is None:
            raise Unclear(f"{what}: the answer is not a pull request")
        return found

    async def check(self, repository: str | None = None) -> Check:
        """Whether Bitbucket can be reached and the token may read: a repository, or the workspace's list of them.

        ``/user`` would be simpler, but it refuses repository and workspace access tokens.
        """
        host = urlsplit(self._base).netloc
        path = self._path(repository) if repository else self._slug(self._workspace)
        try:
            await self._get(f"read {path}", f"repositories/{path}", None if repository else {"pagelen": 1})
        except Refused as refused:
            hint = "Check BITBUCKET_WORKSPACE, BITBUCKET_EMAIL (the account's e-mail) and BITBUCKET_TOKEN."
            return Check("bitbucket", False, str(refused), hint)
        except VendorError as failure:
            return Check("bitbucket", False, str(failure), f"Check that {host} can be reached from this machine.")
        return Check("bitbucket", True, f"may read {path} at {host}")

    async def close(self) -> None:
        """Take no more calls."""
        self._threads.close()

    async def _pull_request(self, raw: Any, path: str, projects: Collection[str] | None) -> PullRequest | None:
        allowed = self._projects if projects is None else projects
        return pull_request_of(raw, path, allowed, await self._activity_of(raw, path))

    async def _activity_of(self, raw: Any, path: str) -> list[Any] | None:
        """The activity log, asked for once per change; ``None`` when there is none to be had.

        A pull request nobody has touched since it was opened needs no call: it waits since then.
        """
        number, updated = whole(inside(raw, "id")), instant(inside(raw, "updated_on"))
        if number is None or updated is None or updated == instant(inside(raw, "created_on")):
            return []
        known = self._activity.get((path, number))
        if known is not None and known[0] == updated:
            return known[1]
        try:
            log = await self._get(
                f"read activity of {path}#{number}",
                f"repositories/{path}/pullrequests/{number}/activity",
                {"pagelen": PAGE},
            )
        except Refused:
            return None
        return self._remember((path, number), updated, rows(log.get("values")))

    def _remember(self, name: tuple[str, int], updated: datetime, entries: list[Any]) -> list[Any]:
        own = [entry for entry in entries if isinstance(entry, dict) and "update" in entry]
        if len(self._activity) >= REMEMBERED:
            self._activity.clear()
        self._activity[name] = (updated, own)
        return own

    async def _next(self, what: str, url: Any) -> dict[str, Any]:
        """The page a reply points to, as long as it lies under our own base: a token goes nowhere else."""
        root = f"{self._base}/2.0/"
        if not isinstance(url, str) or not url.startswith(root):
            raise Refused(f"{what}: the next page is on another host", code="foreign_page")
        return await self._get(what, url, absolute=True)

    async def _get(
        self, what: str, path: str, params: dict[str, Any] | None = None, *, absolute: bool = False
    ) -> dict[str, Any]:
        # Raw `get`: the library's repository objects ask for the workspace and repository first, read every pull
        # request of a list again one by one, cannot pass `fields`, know no activity, and fall back to a time-out of
        # 75 s because they do not hand ours on.
        ask: Callable[[Any], Any] = lambda cloud: mapping(  # noqa: E731 - one expression, given a type
            what, cloud.get(path, params=params, absolute=absolute)
        )
        found: dict[str, Any] = await self._threads.call(what, ask)
        return found

    def _path(self, repository: str) -> str:
        workspace, _, slug = repository.rpartition("/")
        return f"{self._slug(workspace or self._workspace)}/{self._slug(slug)}"

    def _slug(self, text: str) -> str:
        if not _SLUG.fullmatch(text) or text in {".", ".."}:
            raise Refused(f"{text!r} is not the name of a workspace or repository", code="bad_name")
        return text


def _connect(base: str, email: str, token: str) -> Any:
    """One thread's client: basic auth with an e-mail, Bearer without. Imported here so that others never pay for it."""
    with IMPORTING:
        from atlassian.bitbucket.cloud import Cloud

    auth = {"username": email, "password": token} if email else {"token": token}
    return Cloud(
        base,
        **auth,
        timeout=TIMEOUT,
        session=session(),
        advanced_mode=True,  # the plain response: `answer` reads status and body
        backoff_and_retry=False,
        retry_with_header=False,  # it would sleep in the thread, up to half an hour
    )
