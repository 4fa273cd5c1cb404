"""Comments: written once with a marker of their own, and found again by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.jira.adf import leading
from integrations.jira.site import Site, path_of
from integrations.payloads import inside, rows, whole
from models.errors import Unclear
from models.ids import IssueKey

MARKER = "pm-agent"
"""Key of the comment property that carries the effect id."""

COMMENT_PAGE = 100

COMMENTS_SEARCHED = 500
"""How far back a lost comment is looked for, newest first."""


class Comments(Site):
    """What is written below an issue."""

    async def comment(self, issue: IssueKey | str, document: Mapping[str, Any], marker: str) -> str:
        """Write a comment that carries ``marker`` in a property of its own; returns the comment's id."""
        marked = [{"key": MARKER, "value": {"effect": marker}}]
        body = {"body": self._redact.shown(leading(document, self._links)), "properties": marked}
        made = await self._object(f"comment on {issue}", lambda s: s.core.add_comment(path_of(issue), data=body))
        number = whole(made.get("id"))
        if number is None:
            raise Unclear(f"comment on {issue}: the answer names no comment")
        return str(number)

    async def find_comment(self, issue: IssueKey | str, marker: str) -> str | None:
        """The id of the comment that carries ``marker``, or ``None`` when there is none among the latest."""
        start = 0
        while start < COMMENTS_SEARCHED:
            page = await self._comments(issue, start)
            found = page.get("comments")
            if not isinstance(found, list):  # "not there" would send the comment again
                raise Unclear(f"list comments of {issue}: the answer has no comments")
            ids = [number for row in found if (number := whole(inside(row, "id"))) is not None]
            if ids and (mine := await self._marked(ids, marker)) is not None:
                return mine
            start += len(found)
            total = page.get("total")
            if not found or (isinstance(total, int) and 0 <= total <= start):
                return None
        return None

    async def _comments(self, issue: str, start: int) -> dict[str, Any]:
        """One page of comments, newest first. It may be shorter than asked for without being the last."""
        return await self._object(
            f"list comments of {issue}",
            lambda s: s.core.get_comments(
                path_of(issue), start_at=start, max_results=COMMENT_PAGE, order_by="-created"
            ),
        )

    async def _marked(self, ids: Sequence[int], marker: str) -> str | None:
        found = await self._object(
            "read comments", lambda s: s.core.get_comments_by_ids(expand="properties", data={"ids": list(ids)})
        )
        for row in rows(found.get("values")):
            for each in rows(inside(row, "properties")):
                if inside(each, "key") == MARKER and inside(each, "value", "effect") == marker:
                    return str(inside(row, "id"))
        return None
