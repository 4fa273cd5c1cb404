"""Reading issues: by search, by id, by what changed; each with since when it is in its state."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.jira import mapping
from integrations.jira.mapping import Change, Fields
from integrations.jira.nouns import Fetched, Holder
from integrations.jira.paging import by_offset, by_token, unique
from integrations.jira.site import Site, path_of
from integrations.payloads import inside, instant, rows, whole, words
from models.errors import Unclear
from models.ids import AccountId, IssueKey, SprintId
from models.work import Issue

PAGE = 100
"""Issues asked for at a time; bulk fetch takes at most 100 (OpenAPI description)."""

FEW = 10
"""Issues that are read together with their histories. Of more, a call for the histories alone is lighter: it names the
fields that count."""

HISTORY_PAGE = 1000
PROJECT_PAGE = 100

OVERLAP = timedelta(minutes=2)
"""Asked for beyond the last look: JQL compares whole minutes, and Jira's index lags behind its writes."""


NOTHING_MORE: Mapping[str, Any] = {}
"""Of an issue beside its fields."""

NOTHING_HELD: Mapping[str, datetime] = {}

OnPage = Callable[[int], Awaitable[None]]
"""Is told how many issues have come so far."""


class Reading(Site):
    """What issues say now."""

    async def sprint_issues(self, sprint: SprintId | int, on_page: OnPage | None = None) -> list[Issue]:
        """Every issue of a sprint; ``on_page`` hears how many have come. Raises ``Unclear`` when it is not whole."""
        jql = f"sprint = {int(sprint)} ORDER BY key"
        return await self._found(f"list sprint {int(sprint)}", jql, None, on_page)

    async def search(self, jql: str, *, most: int = 100) -> list[Issue]:
        """The first ``most`` issues that ``jql`` finds, in its order. Jira refuses a query without a restriction."""
        return await self._found("search", jql, most)

    async def count(self, jql: str) -> int:
        """About how many issues ``jql`` finds (Jira counts in its index, which lags behind)."""
        found = await self._object("count", lambda s: s.core.count_issues(data={"jql": jql}))
        number = found.get("count")
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise Unclear("count: the answer is not a number")
        return number

    async def changed_since(
        self, projects: Sequence[str], since: datetime, now: datetime, held: Mapping[str, datetime] = NOTHING_HELD
    ) -> list[Issue]:
        """Every issue of ``projects`` changed since then, and a little more: the same one may come again.

        Not what is ``held`` (by id) as it was changed last: its history need not be asked for a second time.
        Both instants are of one clock. The query says how many minutes ago and no hour, so the zone of the
        token's account does not matter.
        """
        if not projects:
            return []
        minutes = max(1, math.ceil((now - since + OVERLAP) / timedelta(minutes=1)))
        named = ", ".join(quoted(project) for project in dict.fromkeys(projects))
        jql = f'project in ({named}) AND updated >= "-{minutes}m" ORDER BY updated ASC'
        return await self._found("list changes", jql, None, held=held)

    async def issues(self, ids_or_keys: Sequence[str]) -> list[Issue]:
        """These issues as they are now; ids and keys may be mixed, unknown ones are left out.

        Raises ``Unclear`` when Jira could not give one that exists: what is left out counts as gone.
        """
        found = await self.fetched(ids_or_keys)
        if found.failed:
            number, said = next(iter(found.failed.items()))
            raise Unclear(f"read issues: {len(found.failed)} not given, first {number}: {said}")
        return list(found.issues)

    async def fetched(self, ids_or_keys: Sequence[str]) -> Fetched:
        """As ``issues``, and which of them Jira could not give just now. Those are asked for once more first."""
        fields = await self.site_fields()
        wanted = list(dict.fromkeys(ids_or_keys))
        more_of = {"expand": ["changelog"]} if len(wanted) <= FEW else {}
        raw, failed = await self._bulk(wanted, fields, more_of)
        if failed:  # Jira's description calls these errors passing ones; a read may be asked again
            more, failed = await self._bulk(list(failed), fields, more_of)
            raw += more
        return Fetched(tuple(await self._with_history(unique(raw), fields)), failed)

    async def assignee(self, issue: IssueKey | str) -> AccountId | None:
        """Who has the issue now."""
        return (await self.holder(issue)).account

    async def holder(self, issue: IssueKey | str) -> Holder:
        """Who has the issue now and since when, and whether it is done already."""
        found = await self._object(
            f"read {issue}", lambda s: s.core.get_issue(path_of(issue), fields="assignee,status,created")
        )
        own = found.get("fields")
        if not isinstance(own, dict) or "assignee" not in own:  # absent is not empty: we would call it nobody's
            raise Unclear(f"read {issue}: the answer does not say who has it")
        history = await self._history([str(found.get("id", issue))], ["assignee"])
        moves = next(iter(history.values()), [])
        account = mapping.account_of(inside(own, "assignee"))
        last = moves[-1] if moves and moves[-1].after == (account or "") else None
        return Holder(account, mapping.progress_of(inside(own, "status")), last)

    async def project_keys(self) -> frozenset[str]:
        """Keys of every project the token may see: what is not among them is no issue key."""
        found, _ = await by_offset(
            "list projects",
            "values",
            lambda start: self._object(
                "list projects", lambda s: s.core.search_projects(start_at=start, max_results=PROJECT_PAGE)
            ),
        )
        return frozenset(key for each in found if (key := words(inside(each, "key"))))

    async def priorities(self, issue: IssueKey | str) -> Mapping[str, str]:
        """The priorities this issue may have, name to id; empty when its screen has none.

        Asked of the issue: both lists of a site's priorities are deprecated, and a project may allow only some.
        """
        what = f"read the fields of {issue}"
        found = await self._object(what, lambda s: s.core.get_edit_issue_meta(path_of(issue)))
        allowed = rows(inside(found, "fields", "priority", "allowedValues"))
        return {words(inside(each, "name")): str(inside(each, "id")) for each in allowed if inside(each, "id")}

    async def flag_of(self, issue: IssueKey | str, field: str) -> str | None:
        """The id of the value that flags this issue; ``None`` when its edit screen has no flag.

        The field takes one value as Jira makes it (*Impediment*); of several the first.
        """
        what = f"read the fields of {issue}"
        found = await self._object(what, lambda s: s.core.get_edit_issue_meta(path_of(issue)))
        allowed = rows(inside(found, "fields", field, "allowedValues"))
        return next((str(inside(each, "id")) for each in allowed if inside(each, "id")), None)

    async def open_sprints(self, keys: Sequence[IssueKey]) -> dict[IssueKey, frozenset[SprintId]]:
        """The future and active sprints each issue is in, under the key asked by; unknown issues are left out.

        Raises ``Unclear`` when that cannot be told.
        """
        fields = await self.site_fields()
        if fields.sprint is None:
            raise Unclear("read sprints: this site shows no sprint field")
        known = await self._by_name(keys, fields)
        found = {key: known.get(key) or (await self._by_name([key], fields)).get(key) for key in keys}
        return {key: _open_sprints(raw, fields) for key, raw in found.items() if raw is not None}

    async def _by_name(self, keys: Sequence[IssueKey], fields: Fields) -> dict[IssueKey, Any]:
        """Raw issues by the name they were asked by: when one is asked for, by its old key too."""
        raw, failed = await self._bulk(keys, fields)
        if failed:
            raise Unclear(f"read issues: {next(iter(failed.values()))}")
        if len(keys) == 1 and len(raw) == 1:
            return {keys[0]: raw[0]}
        return {IssueKey(str(inside(each, name))): each for each in raw for name in ("key", "id")}

    async def _found(
        self,
        what: str,
        jql: str,
        most: int | None,
        on_page: OnPage | None = None,
        held: Mapping[str, datetime] = NOTHING_HELD,
    ) -> list[Issue]:
        fields = await self.site_fields()
        size = PAGE if most is None else max(1, min(PAGE, most))
        count = 0

        async def page(token: str | None) -> dict[str, Any]:
            body: dict[str, Any] = {"jql": jql, "fields": fields.wanted(), "maxResults": size}
            # One page brings its histories along; of more, a call for the histories alone is lighter.
            body |= {"nextPageToken": token} if token else {"expand": "changelog"}
            found = await self._object(what, lambda s: s.core.search_and_reconsile_issues_using_jql_post(data=body))
            if on_page is not None:
                nonlocal count
                count += len(rows(found.get("issues")))
                await on_page(count)
            return found

        raw = unique(await by_token(what, "issues", page, most))
        return await self._with_history([each for each in raw if not _is_held(each, held)], fields)

    async def _bulk(
        self, wanted: Sequence[str], fields: Fields, more_of: Mapping[str, Any] = NOTHING_MORE
    ) -> tuple[list[Any], dict[str, str]]:
        """Raw issues, and by id why others were not given."""
        raw: list[Any] = []
        failed: dict[str, str] = {}
        for start in range(0, len(wanted), PAGE):
            named = {"issueIdsOrKeys": list(wanted[start : start + PAGE]), "fields": fields.wanted()}
            page = await self._fetch({**named, **more_of})
            if not isinstance(page.get("issues"), list):
                raise Unclear("read issues: the answer has no issues")
            raw += page["issues"]
            errors = [each for each in rows(page.get("issueErrors")) if inside(each, "id")]
            failed |= {str(each["id"]): words(each.get("errorMessage")) for each in errors}
        return raw, failed

    async def _fetch(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._object("read issues", lambda s: s.core.bulk_fetch_issues(data=body))

    async def _with_history(self, raw: Sequence[Any], fields: Fields) -> list[Issue]:
        history = {str(inside(each, "id")): told for each in raw if (told := _whole_history(each)) is not None}
        ids = [str(number) for each in raw if (number := whole(inside(each, "id")))]
        history |= await self._history([each for each in ids if each not in history], fields.with_history())
        found = (mapping.issue_of(each, fields, history.get(str(inside(each, "id")), ()), self._site) for each in raw)
        return [issue for issue in found if issue is not None]

    async def _history(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, list[Change]]:
        """What changed in these fields, by issue id, oldest first."""
        entries: dict[str, list[Any]] = {}
        for start in range(0, len(ids), HISTORY_PAGE):
            body = {"issueIdsOrKeys": list(ids[start : start + HISTORY_PAGE]), "fieldIds": list(names)}
            for row in await self._changelogs({**body, "maxResults": HISTORY_PAGE}):
                entries.setdefault(str(inside(row, "issueId")), []).extend(rows(inside(row, "changeHistories")))
        return {number: mapping.changes(found) for number, found in entries.items()}

    async def _changelogs(self, body: Mapping[str, Any]) -> list[Any]:
        async def page(token: str | None) -> dict[str, Any]:
            data = {**body, "nextPageToken": token} if token else dict(body)
            return await self._object("read history", lambda s: s.core.get_bulk_changelogs(data=data))

        return await by_token("read history", "issueChangeLogs", page)


def _is_held(raw: Any, held: Mapping[str, datetime]) -> bool:
    """Whether we hold it as Jira shows it, or newer: a search may lag behind."""
    known, updated = held.get(str(inside(raw, "id"))), instant(inside(raw, "fields", "updated"))
    return known is not None and updated is not None and updated <= known


def _whole_history(raw: Any) -> list[Change] | None:
    """What came with the issue itself, oldest first; ``None`` where nothing did, or only its latest part."""
    found, total = rows(inside(raw, "changelog", "histories")), inside(raw, "changelog", "total")
    # It comes newest first: what happened in one moment would be in the wrong order else.
    return mapping.changes(found[::-1]) if isinstance(total, int) and total == len(found) else None


def _open_sprints(raw: Any, fields: Fields) -> frozenset[SprintId]:
    named = [each for name in fields.sprints for each in mapping.sprints_in(inside(raw, "fields", name))]
    return frozenset(each.id for each in named if each.state != "closed")


def quoted(word: str) -> str:
    """A word as JQL takes it, whatever is in it: a project may be called ``AND``."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
