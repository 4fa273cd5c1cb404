"""One Jira Cloud site: how it is reached, that it is Cloud at all, and which fields are its own.

The site may be called at its own address or, with a scoped token, through Atlassian's gateway; people's links always
lead to the site.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from integrations.health import Check
from integrations.jira import mapping
from integrations.jira.mapping import Fields
from integrations.jira.nouns import Server, server_of
from integrations.rest import IMPORTING, TIMEOUT, Threads, address, listing, session
from integrations.rest import mapping as an_object
from models.errors import Refused, VendorError
from models.ids import AccountId
from models.links import Links
from models.redaction import SHAPES, Redactor

CLOUD_ONLY = "PM Agent works with Jira Cloud only: set ATLASSIAN_DOMAIN to a Cloud site (NAME.atlassian.net)."

WHOSE = "ask what kind of Jira this is"


@dataclass(frozen=True, slots=True)
class Session:
    """One thread's two clients, ``JiraCloud`` and ``JiraSoftware`` (the library's methods carry no types)."""

    core: Any
    software: Any


class Site:
    """The connection to one site, and what is asked of it once.

    ``base_url`` is where calls go (the site, or the gateway for scoped tokens), ``site_url`` where people's links
    lead. ``boards`` name the boards whose estimation field counts even before ``sprints`` was asked.
    """

    def __init__(
        self,
        *,
        base_url: str,
        site_url: str,
        email: str,
        token: str,
        boards: Iterable[int] = (),
        threads: int = 4,
        seconds: float = TIMEOUT,
        redact: Redactor = SHAPES,
        links: Links | None = None,
    ) -> None:
        """``redact`` takes secrets out of what is written below an issue; ``links``, by default the site alone, are
        where it may lead."""
        self._redact, self._links = redact, links or Links.to(site_url)
        self._base = address(base_url, "JIRA_API_URL")
        self._site = address(site_url, "ATLASSIAN_DOMAIN")
        self._threads = Threads(lambda: _connect(self._base, email, token), "jira", threads, seconds=seconds)
        self._boards = set(boards)
        self._closed_from: dict[int, int] = {}
        self._fields: Fields | None = None
        self._statuses: Sequence[Any] | None = None
        self._cloud = False
        self._explained = False

    @property
    def site(self) -> str:
        """Where people's links lead, without a trailing slash."""
        return self._site

    async def server(self) -> Server:
        """What the site says about itself. Raises ``Refused`` (``data_center``) when it is not Jira Cloud."""
        server = server_of(await self._object(WHOSE, lambda s: s.core.get_server_info()))
        self._cloud = _is_cloud(server)
        if not self._cloud:
            raise self._not_cloud(server)
        return server

    async def myself(self) -> AccountId:
        """The account the token belongs to: what it writes comes back as events by this actor."""
        account = mapping.account_of(await self._object("sign in", lambda s: s.core.get_current_user()))
        if account is None:
            raise Refused(
                f"sign in: users here have no account id, so it is no Cloud. {CLOUD_ONLY}", code="data_center"
            )
        return account

    async def site_fields(self) -> Fields:
        """The site's own fields: sprint, estimates, flag. Read once per full read."""
        if self._fields is None:
            known = await self._call("read fields", lambda s: listing("read fields", s.core.get_fields()))
            estimates = [await self._estimation(board) for board in sorted(self._boards)]
            self._fields = mapping.fields_of(known, [each for each in estimates if each])
        return self._fields

    async def check(self) -> Check:
        """Whether the site can be reached, is Cloud, and the token is good."""
        host = urlsplit(self._base).netloc
        try:
            account = await self.myself()
        except Refused as refused:
            hint = "Check ATLASSIAN_DOMAIN, ATLASSIAN_EMAIL, ATLASSIAN_API_TOKEN."
            return Check("jira", False, str(refused), CLOUD_ONLY if refused.code == "data_center" else hint)
        except VendorError as failure:
            return Check("jira", False, str(failure), f"Check that {host} can be reached from this machine.")
        return Check("jira", True, f"signed in at {host} as {account}")

    async def close(self) -> None:
        """Take no more calls."""
        self._threads.close()

    async def _call(self, what: str, ask: Callable[[Session], Any]) -> Any:
        """A call of the platform API v3, which Data Center does not have: its success proves that this is Cloud."""
        try:
            found = await self._threads.call(what, ask)
        except Refused as refused:
            await self._explain(refused)
            raise
        self._cloud = True
        return found

    async def _object(self, what: str, ask: Callable[[Session], Any]) -> dict[str, Any]:
        found: dict[str, Any] = await self._call(what, lambda s: an_object(what, ask(s)))
        return found

    async def _agile(self, what: str, ask: Callable[[Session], Any]) -> Any:
        """A call of agile 1.0, which Data Center has too: it proves nothing."""
        return await self._threads.call(what, ask)

    async def _agile_object(self, what: str, ask: Callable[[Session], Any]) -> dict[str, Any]:
        found: dict[str, Any] = await self._agile(what, lambda s: an_object(what, ask(s)))
        return found

    async def _only_cloud(self) -> None:
        """Before a write that Data Center would take. Raises ``Refused`` (``data_center``)."""
        if not self._cloud:
            await self.myself()

    async def _estimation(self, board: int) -> str | None:
        """The board's estimation field; a board we may not see has none for us."""
        try:
            found = await self._agile_object(f"read board {board}", lambda s: s.software.get_configuration(board))
        except Refused:
            return None
        return mapping.estimation_of(found)

    async def _explain(self, refused: Refused) -> None:
        """Where nothing has worked yet, find out once whether that is because this is Data Center."""
        if self._cloud or self._explained or refused.code not in ("401", "403", "404"):
            return
        try:
            found = await self._threads.call(WHOSE, lambda _: an_object(WHOSE, _anonymous(self._base)))
        except Refused:
            found = {}
        except VendorError:
            return
        self._explained = True
        server = server_of(found)
        if server.deployment and not _is_cloud(server):
            self._explained = False  # every call shall end in this one line, not only the first
            raise self._not_cloud(server) from None

    def _not_cloud(self, server: Server) -> Refused:
        what = f"Jira {server.deployment} {server.version}".strip()
        return Refused(f"{urlsplit(self._base).netloc} is {what}. {CLOUD_ONLY}", code="data_center")


def path_of(issue: str) -> str:
    """A key or id as one segment of a path."""
    return quote(issue, safe="")


def _is_cloud(server: Server) -> bool:
    """A site that does not say is not accused."""
    return server.deployment.casefold() in ("cloud", "")


def _anonymous(base: str) -> Any:
    """``serverInfo`` without credentials, at version 2.

    Raw: the library's client speaks version 3 with our token, and Data Center has no version 3 and refuses the token.
    """
    with session() as nobody:
        return nobody.get(f"{base}/rest/api/2/serverInfo", auth=lambda request: request, timeout=TIMEOUT)


def _connect(base: str, email: str, token: str) -> Session:
    """One thread's clients. The library is imported here, so that a process without Jira never pays for it.

    ``advanced_mode`` hands us the plain response: the library's own error reading loses the status, and it turns an
    unreadable answer to a write into ``None``.
    """
    with IMPORTING:
        from atlassian.jira import JiraCloud, JiraSoftware

    shared = session()
    options = {
        "username": email,
        "password": token,
        "timeout": TIMEOUT,
        "session": shared,
        "advanced_mode": True,
        "backoff_and_retry": False,  # it would send a comment again after a 503
        "retry_with_header": False,  # it would sleep in the thread, up to half an hour
    }
    return Session(JiraCloud(base, **options), JiraSoftware(base, **options))
