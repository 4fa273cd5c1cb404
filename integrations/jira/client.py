"""Jira Cloud over REST: what a board, a sprint and its issues look like now, and the two things we write.

Writes are sent once: no retry, no waiting inside. Every failure is a ``VendorError`` that says who must act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from integrations.health import Check
from integrations.jira import mapping
from integrations.jira.mapping import Change, Fields
from integrations.payloads import inside, rows, whole
from integrations.rest import IMPORTING, TIMEOUT, Threads, address, answer, listing, session
from integrations.rest import mapping as an_object
from models.errors import Refused, Unclear, VendorError
from models.ids import AccountId, IssueKey, SprintId
from models.work import Issue, Progress, Sprint

MARKER = "pm-agent"
"""Key of the comment property that carries the effect id."""

PAGE = 100
"""Issues asked for at a time; bulk fetch takes at most 100 (OpenAPI description)."""

SPRINT_PAGE = 50
HISTORY_PAGE = 1000
MOST_PAGES = 60
"""Where a paging that does not end is given up: 6,000 issues of a sprint, 3,000 sprints of a board."""

CLOSED_KEPT = 20
"""How many of a board's closed sprints are told, the latest ones."""

COMMENTS_SEARCHED = 500
"""How far back a lost comment is looked for, newest first."""


@dataclass(frozen=True, slots=True)
class Session:
    """One thread's two clients, ``JiraCloud`` and ``JiraSoftware`` (the library's methods carry no types)."""

    core: Any
    software: Any


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has an issue now, and whether it is done."""

    account: AccountId | None
    progress: Progress
    changed: Change | None = None
    """The last hand-over, when its history tells."""


class Jira:
    """A client of one Jira Cloud site.

    ``base_url`` is where calls go (the site, or the gateway for scoped tokens), ``site_url`` where people's links
    lead. ``boards`` name the boards whose estimation field counts even before ``sprints`` was asked.
    """

    def __init__(
        self, *, base_url: str, site_url: str, email: str, token: str, boards: Iterable[int] = (), threads: int = 4
    ) -> None:
        self._base = address(base_url, "JIRA_API_URL")
        self._site = address(site_url, "ATLASSIAN_DOMAIN")
        self._threads = Threads(lambda: _connect(self._base, email, token), "jira", threads)
        self._boards = set(boards)
        self._closed_from: dict[int, int] = {}
        self._fields: Fields | None = None

    @property
    def site(self) -> str:
        """Where people's links lead, without a trailing slash."""
        return self._site

    async def sprints(self, board: int) -> list[Sprint]:
        """A board's active and future sprints and its latest closed ones; none for a board without sprints.

        A full read begins here, so the site's fields are looked up afresh.
        """
        self._boards.add(board)
        self._fields = None
        try:
            coming, _ = await self._sprint_pages(board, "active,future", 0)
            closed = await self._closed(board)
        except Refused as refused:
            if refused.code == "400":  # a Kanban board: "The board does not support sprints"
                return []
            raise
        found = (mapping.sprint_of(raw, board) for raw in [*closed[-CLOSED_KEPT:], *coming])
        return [sprint for sprint in found if sprint is not None]

    async def sprint_issues(self, sprint: SprintId | int) -> list[Issue]:
        """Every issue of a sprint, with since when it is in its status, flagged or without an owner."""
        fields = await self._known_fields()
        raw: list[Any] = []
        token: str | None = None
        for _ in range(MOST_PAGES):
            page = await self._search(f"sprint = {int(sprint)} ORDER BY key", fields, token)
            raw += rows(page.get("issues"))
            token = page.get("nextPageToken")
            if page.get("isLast") is True or not token:
                return await self._with_history(raw, fields)
        raise Unclear(f"Jira's list of sprint {sprint} does not end")

    async def issues(self, ids_or_keys: Sequence[str]) -> list[Issue]:
        """These issues as they are now; ids and keys may be mixed, unknown ones are left out."""
        fields = await self._known_fields()
        wanted = list(dict.fromkeys(ids_or_keys))
        raw: list[Any] = []
        for start in range(0, len(wanted), PAGE):
            raw += await self._fetch({"issueIdsOrKeys": wanted[start : start + PAGE], "fields": fields.wanted()})
        return await self._with_history(raw, fields)

    async def comment(self, issue: IssueKey | str, document: Mapping[str, Any], marker: str) -> str:
        """Write a comment that carries ``marker`` in a property of its own; returns the comment's id."""
        body = {"body": dict(document), "properties": [{"key": MARKER, "value": {"effect": marker}}]}
        made = await self._object(f"comment on {issue}", lambda s: s.core.add_comment(_path(issue), data=body))
        number = whole(made.get("id"))
        if number is None:
            raise Unclear(f"comment on {issue}: the answer names no comment")
        return str(number)

    async def find_comment(self, issue: IssueKey | str, marker: str) -> str | None:
        """The id of the comment that carries ``marker``, or ``None`` when there is none among the latest."""
        for start in range(0, COMMENTS_SEARCHED, PAGE):
            ids = await self._comments(issue, start)
            found = await self._marked(ids, marker) if ids else None
            if found is not None or len(ids) < PAGE:
                return found
        return None

    async def assign(self, issue: IssueKey | str, account: AccountId) -> None:
        """Give an issue to somebody. Raises ``Refused`` (``not_assignable``) when Jira would not take them."""
        what = f"assign {issue}"
        able = await self._call(
            what, lambda s: listing(what, s.core.find_assignable_users(issue_key=issue, account_id=account))
        )
        if account not in {mapping.account_of(user) for user in able}:
            raise Refused(f"{what}: this person cannot be assigned in its project", code="not_assignable")
        await self._call(
            what, lambda s: answer(what, s.core.assign_issue(_path(issue), data={"accountId": str(account)}))
        )

    async def assignee(self, issue: IssueKey | str) -> AccountId | None:
        """Who has the issue now."""
        return (await self.holder(issue)).account

    async def holder(self, issue: IssueKey | str) -> Holder:
        """Who has the issue now and since when, and whether it is done already."""
        found = await self._object(
            f"read {issue}", lambda s: s.core.get_issue(_path(issue), fields="assignee,status,created")
        )
        own = found.get("fields")
        history = await self._history([str(found.get("id", issue))], ["assignee"])
        moves = next(iter(history.values()), [])
        account = mapping.account_of(inside(own, "assignee"))
        last = moves[-1] if moves and moves[-1].after == (account or "") else None
        return Holder(account, mapping.progress_of(inside(own, "status")), last)

    async def myself(self) -> AccountId:
        """The account the token belongs to: what it writes comes back as events by this actor."""
        account = mapping.account_of(await self._object("sign in", lambda s: s.core.get_current_user()))
        if account is None:
            raise Refused("sign in: this is not a Jira Cloud site (its users have no account id)", code="not_cloud")
        return account

    async def check(self) -> Check:
        """Whether the site can be reached and the token is good."""
        host = urlsplit(self._base).netloc
        try:
            account = await self.myself()
        except Refused as refused:
            return Check("jira", False, str(refused), "Check ATLASSIAN_DOMAIN, ATLASSIAN_EMAIL, ATLASSIAN_API_TOKEN.")
        except VendorError as failure:
            return Check("jira", False, str(failure), f"Check that {host} can be reached from this machine.")
        return Check("jira", True, f"signed in at {host} as {account}")

    async def close(self) -> None:
        """Take no more calls."""
        self._threads.close()

    async def _call(self, what: str, ask: Callable[[Session], Any]) -> Any:
        return await self._threads.call(what, ask)

    async def _object(self, what: str, ask: Callable[[Session], Any]) -> dict[str, Any]:
        found: dict[str, Any] = await self._call(what, lambda s: an_object(what, ask(s)))
        return found

    async def _search(self, jql: str, fields: Fields, token: str | None) -> dict[str, Any]:
        body: dict[str, Any] = {"jql": jql, "fields": fields.wanted(), "maxResults": PAGE}
        if token:
            body["nextPageToken"] = token
        return await self._object("search", lambda s: s.core.search_and_reconsile_issues_using_jql_post(data=body))

    async def _fetch(self, body: Mapping[str, Any]) -> list[Any]:
        found = await self._object("read issues", lambda s: s.core.bulk_fetch_issues(data=body))
        return rows(found.get("issues"))

    async def _changelogs(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._object("read history", lambda s: s.core.get_bulk_changelogs(data=body))

    async def _comments(self, issue: str, start: int) -> list[int]:
        """Ids of one page of comments, newest first."""
        page = await self._object(
            f"list comments of {issue}",
            lambda s: s.core.get_comments(_path(issue), start_at=start, max_results=PAGE, order_by="-created"),
        )
        return [number for row in rows(page.get("comments")) if (number := whole(inside(row, "id"))) is not None]

    async def _sprint_page(self, board: int, state: str, start: int) -> dict[str, Any]:
        return await self._object(
            f"list sprints of board {board}",
            lambda s: s.software.get_all_sprints(board, start_at=start, max_results=SPRINT_PAGE, state=state),
        )

    async def _known_fields(self) -> Fields:
        """The site's own fields, read once per full read."""
        if self._fields is None:
            known = await self._call("read fields", lambda s: listing("read fields", s.core.get_fields()))
            estimates = [await self._estimation(board) for board in sorted(self._boards)]
            self._fields = mapping.fields_of(known, [each for each in estimates if each])
        return self._fields

    async def _estimation(self, board: int) -> str | None:
        """The board's estimation field; a board we may not see has none for us."""
        try:
            found = await self._object(f"read board {board}", lambda s: s.software.get_configuration(board))
        except Refused:
            return None
        return mapping.estimation_of(found)

    async def _closed(self, board: int) -> list[Any]:
        """The latest closed sprints. They come oldest first, so the next read begins on the last page but one."""
        start = self._closed_from.get(board, 0)
        found, end = await self._sprint_pages(board, "closed", start)
        if not found and start:
            found, end = await self._sprint_pages(board, "closed", 0)
        self._closed_from[board] = max(0, end - 2 * SPRINT_PAGE)
        return found

    async def _sprint_pages(self, board: int, state: str, start: int) -> tuple[list[Any], int]:
        """All rows from ``start`` to the end of the list, and where that end is."""
        found: list[Any] = []
        for _ in range(MOST_PAGES):
            page = await self._sprint_page(board, state, start)
            values = rows(page.get("values"))
            found, start = found + values, start + len(values)
            if page.get("isLast") is not False or not values:
                return found, start
        raise Unclear(f"Jira's list of sprints of board {board} does not end")

    async def _with_history(self, raw: Sequence[Any], fields: Fields) -> list[Issue]:
        ids = [str(number) for each in raw if (number := whole(inside(each, "id")))]
        history = await self._history(ids, fields.with_history())
        found = (mapping.issue_of(each, fields, history.get(str(inside(each, "id")), ()), self._site) for each in raw)
        return [issue for issue in found if issue is not None]

    async def _history(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, list[Change]]:
        """What changed in these fields, by issue id, oldest first."""
        entries: dict[str, list[Any]] = {}
        for start in range(0, len(ids), HISTORY_PAGE):
            body = {"issueIdsOrKeys": list(ids[start : start + HISTORY_PAGE]), "fieldIds": list(names)}
            await self._history_pages({**body, "maxResults": HISTORY_PAGE}, entries)
        return {number: mapping.changes(rows) for number, rows in entries.items()}

    async def _history_pages(self, body: dict[str, Any], entries: dict[str, list[Any]]) -> None:
        for _ in range(MOST_PAGES):
            page = await self._changelogs(body)
            for row in rows(page.get("issueChangeLogs")):
                number = str(inside(row, "issueId"))
                entries.setdefault(number, []).extend(rows(inside(row, "changeHistories")))
            if not page.get("nextPageToken"):
                return
            body = {**body, "nextPageToken": page["nextPageToken"]}
        raise Unclear("Jira's history does not end")

    async def _marked(self, ids: Sequence[int], marker: str) -> str | None:
        found = await self._object(
            "read comments", lambda s: s.core.get_comments_by_ids(expand="properties", data={"ids": list(ids)})
        )
        for row in rows(found.get("values")):
            for each in rows(inside(row, "properties")):
                if inside(each, "key") == MARKER and inside(each, "value", "effect") == marker:
                    return str(inside(row, "id"))
        return None


def _path(issue: str) -> str:
    """A key or id as one segment of a path."""
    return quote(issue, safe="")


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
