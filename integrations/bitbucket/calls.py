"""One workspace's calls: addresses that cannot leave it, pages followed on its own host only, one try each."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from integrations.rest import IMPORTING, TIMEOUT, Threads, address, answer, mapping, part, session
from models.errors import Refused, Unclear

PAGE = 50
"""Pull requests asked for at a time; Bitbucket takes at most 50 (of most other things 100)."""

MOST_PAGES = 20
"""Where a paging that does not end is given up: 1,000 pull requests."""

_SLUG = re.compile(r"[A-Za-z0-9_.{}-]{1,128}")


class Calls:
    """Reads and writes of one workspace. Every method raises a ``VendorError`` that begins with ``what``."""

    def __init__(self, *, base_url: str, workspace: str, email: str, token: str, threads: int, seconds: float) -> None:
        # The library adds the version itself; both forms of the setting are common.
        self.base = address(address(base_url, "BITBUCKET_API_URL").removesuffix("/2.0"), "BITBUCKET_API_URL")
        self._workspace = workspace
        self._threads = Threads(lambda: _connect(self.base, email, token), "bitbucket", threads, seconds=seconds)

    async def get(self, what: str, path: str, params: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The object at ``path``; a list of values becomes a repeated parameter."""
        return await self._get(what, path, params)

    async def listed(
        self, what: str, path: str, params: Mapping[str, Any] | None = None, *, most_pages: int = MOST_PAGES
    ) -> list[Any]:
        """The values of every page. Raises ``Unclear`` when there are more than ``most_pages``."""
        found, complete = await self.some(what, path, params, most_pages=most_pages)
        if not complete:
            raise Unclear(f"{what}: Bitbucket's list does not end")
        return found

    async def some(
        self, what: str, path: str, params: Mapping[str, Any] | None = None, *, most_pages: int
    ) -> tuple[list[Any], bool]:
        """The values of the first pages, and whether that was all of them."""
        page = await self._get(what, path, params)
        found = list(part(what, page, "values"))
        for _ in range(most_pages - 1):
            if not page.get("next"):
                break
            page = await self._next(what, page["next"])
            found += part(what, page, "values")
        return found, not page.get("next")

    async def post(self, what: str, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to one POST, sent once."""
        found: dict[str, Any] = await self._threads.call(
            what, lambda cloud: mapping(what, cloud.post(path, data=dict(body)))
        )
        return found

    async def delete(self, what: str, path: str) -> None:
        """One DELETE, sent once."""
        await self._threads.call(what, lambda cloud: answer(what, cloud.delete(path)))

    def repository(self, name: str) -> str:
        """``workspace/slug`` of a slug of this workspace, or of ``workspace/slug``. Raises ``Refused``."""
        workspace, _, slug = name.rpartition("/")
        return f"{_slug(workspace or self._workspace)}/{_slug(slug)}"

    @property
    def workspace(self) -> str:
        """This workspace's name. Raises ``Refused`` when it cannot be one."""
        return _slug(self._workspace)

    def close(self) -> None:
        """Take no more calls."""
        self._threads.close()

    async def _next(self, what: str, url: Any) -> dict[str, Any]:
        """The page a reply points to, as long as it lies under our own base: a token goes nowhere else."""
        root = f"{self.base}/2.0/"
        if not isinstance(url, str) or not url.startswith(root):
            raise Refused(f"{what}: the next page is on another host", code="foreign_page")
        return await self._get(what, url, absolute=True)

    async def _get(
        self, what: str, path: str, params: Mapping[str, Any] | None = None, *, absolute: bool = False
    ) -> dict[str, Any]:
        # Raw `get`: the library's repository objects ask for the workspace and repository first, read every pull
        # request of a list again one by one, cannot pass `fields`, know no activity, and fall back to a time-out of
        # 75 s because they do not hand ours on.
        ask: Callable[[Any], Any] = lambda cloud: mapping(  # noqa: E731 - one expression, given a type
            what, cloud.get(path, params=params, absolute=absolute)
        )
        found: dict[str, Any] = await self._threads.call(what, ask)
        return found


def _slug(text: str) -> str:
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
