"""Reading the past: sprints that are over, which issues they ever held, and those issues with all their history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.jira.boards import Boards
from integrations.jira.mapping import Fields
from integrations.jira.paging import by_offset, by_token, unique
from integrations.jira.past.rewinding import Told, history_of, site_of, sprint_history_of
from integrations.jira.past.timelines import Row, rows_of, sprint_ids
from integrations.jira.reading import HISTORY_PAGE, OVERLAP, Reading, quoted
from integrations.jira.site import path_of
from integrations.payloads import inside, rows, whole
from integrations.rest import listing
from models.errors import Refused
from models.histories import IssueHistory, SprintHistory
from models.ids import SprintId

BARE_PAGE = 5_000
"""Issues asked for at a time when only their ids are wanted (OpenAPI description)."""

COMMENT_PAGE = 100

CLOSED_TOLD = 60
"""Of a board's closed sprints the latest so many are told."""


class Histories(Boards, Reading):
    """What was so. Costs are given in calls; nothing here writes."""

    async def sprint_histories(self, board: int) -> list[SprintHistory]:
        """A board's sprints, oldest first, and when each began and ended; none for a board without sprints.

        One call per fifty sprints, the closed ones from the last page known.
        """
        self._boards.add(board)
        try:
            coming, _ = await self._sprint_pages(board, "active,future", 0)
            closed = await self._closed(board)
        except Refused as refused:
            if refused.code == "400":
                return []
            raise
        found = (sprint_history_of(raw, board) for raw in unique([*closed[-CLOSED_TOLD:], *coming]))
        return [history for history in found if history is not None]

    async def ever_in(
        self, projects: Sequence[str], sprints: Iterable[SprintId], since: datetime, now: datetime
    ) -> dict[SprintId, frozenset[str]]:
        """By sprint the ids of every issue that was ever in it: those that are, and those that were taken out.

        An issue that left a sprint was changed at that moment, so all that have changed since ``since`` (the begin of
        the first sprint) are looked through: their ids, 5,000 a call, and the history of their sprints, 1,000 a call.
        Both instants are of one clock. Deleted issues are nowhere. A sprint that Jira does not know, or not for this
        token, is not among the keys. Here a reading begins, so the site's statuses are looked up afresh.
        """
        self._statuses = None
        fields, found = await self.site_fields(), dict[SprintId, set[str]]()
        for sprint in dict.fromkeys(sprints):
            inside_now = await self._now_in(sprint)
            found |= {sprint: set(inside_now)} if inside_now is not None else {}
        minutes = max(1, (now - since + OVERLAP) // timedelta(minutes=1))
        if projects and fields.sprints and found:
            named = ", ".join(quoted(project) for project in dict.fromkeys(projects))
            jql = f'project in ({named}) AND updated >= "-{minutes}m" ORDER BY updated ASC'
            ids = await self._ids("list what has changed", jql)
            for number, entries in (await self._entries(ids, fields.sprints)).items():
                sides = [side for row in _of_sprints(entries, fields) for side in (row.before, row.after)]
                for sprint in {SprintId(id) for side in sides for id in sprint_ids(side)} & found.keys():
                    found[sprint].add(number)
        return {sprint: frozenset(ids) for sprint, ids in found.items()}

    async def issue_histories(self, ids_or_keys: Sequence[str], sprints: Iterable[SprintHistory]) -> list[IssueHistory]:
        """These issues in every state they were in; what cannot be had just now is left out.

        ``sprints`` are all that are known: an issue is in whichever of its sprints ran then. One call per 100 issues,
        their histories 1,000 entries a call, the comments of those that have more than come with them.
        """
        fields = await self.site_fields()
        raw = await self._in_full(list(dict.fromkeys(ids_or_keys)), fields)
        site = site_of(fields, self._site, await self._known_statuses(), sprints)
        entries = await self._entries([str(inside(each, "id")) for each in raw], ())
        found = []
        for each in raw:
            histories = entries.get(str(inside(each, "id")), [])
            parent = entries.get(str(inside(each, "fields", "parent", "id")), [])
            told = Told(
                raw=each,
                histories=histories,
                comments=await self._said(each),
                parent=_of_sprints(parent, fields),
            )
            found.append(history_of(told, site))
        return [history for history in found if history is not None]

    async def _known_statuses(self) -> Sequence[Any]:
        """Read once per reading."""
        if self._statuses is None:
            self._statuses = await self._call(
                "read statuses", lambda s: listing("read statuses", s.core.get_statuses())
            )
        return self._statuses

    async def _now_in(self, sprint: SprintId) -> list[str] | None:
        """Ids of the issues that are in it; ``None`` for one that JQL refuses."""
        try:
            return await self._ids(f"list sprint {int(sprint)}", f"sprint = {int(sprint)} ORDER BY key")
        except Refused as refused:
            if refused.code == "400":
                return None
            raise

    async def _in_full(self, wanted: Sequence[str], fields: Fields) -> list[Any]:
        names = [*fields.wanted(), "comment", "parent"]
        raw: list[Any] = []
        for start in range(0, len(wanted), 100):
            page = await self._fetch({"issueIdsOrKeys": list(wanted[start : start + 100]), "fields": names})
            raw += rows(page.get("issues"))
        return unique(raw)

    async def _ids(self, what: str, jql: str) -> list[str]:
        async def page(token: str | None) -> dict[str, Any]:
            body: dict[str, Any] = {"jql": jql, "fields": ["id"], "maxResults": BARE_PAGE}
            body |= {"nextPageToken": token} if token else {}
            return await self._object(what, lambda s: s.core.search_and_reconsile_issues_using_jql_post(data=body))

        found = unique(await by_token(what, "issues", page))
        return [str(number) for each in found if (number := whole(inside(each, "id"))) is not None]

    async def _entries(self, ids: Sequence[str], names: Sequence[str]) -> Mapping[str, list[Any]]:
        """Every history entry by issue id; of all fields without ``names``: some, such as links, have no id."""
        entries: dict[str, list[Any]] = {}
        for start in range(0, len(ids), HISTORY_PAGE):
            body: dict[str, Any] = {"issueIdsOrKeys": list(ids[start : start + HISTORY_PAGE])}
            body |= {"fieldIds": list(names)} if names else {}
            for row in await self._changelogs({**body, "maxResults": HISTORY_PAGE}):
                entries.setdefault(str(inside(row, "issueId")), []).extend(rows(inside(row, "changeHistories")))
        return entries

    async def _said(self, raw: Any) -> list[Any]:
        """What was said below an issue: as it came with it, or read by itself where that was not all."""
        there = rows(inside(raw, "fields", "comment", "comments"))
        total = inside(raw, "fields", "comment", "total")
        if not isinstance(total, int) or total <= len(there):
            return there
        key = str(inside(raw, "id"))
        what = f"list comments of {key}"
        found, _ = await by_offset(
            what,
            "comments",
            lambda start: self._object(
                what, lambda s: s.core.get_comments(path_of(key), start_at=start, max_results=COMMENT_PAGE)
            ),
        )
        return found


def _of_sprints(entries: Sequence[Any], fields: Fields) -> list[Row]:
    """The rows about sprints."""
    names = {"sprint", *(name.lower() for name in fields.sprints)}
    return [row for row in rows_of(entries) if not names.isdisjoint(row.names)]
