"""What Jira sends us: taken only when signed, kept as it came, and read without ever failing.

An event is a hint. It names what to read again; nothing in it is trusted over the REST state.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.jira.mapping import KEY, SprintRef, account_of, field_name, field_names, sprints_in
from integrations.payloads import inside, instant, rows, said, whole, words
from integrations.signatures import Secrets, checked, plain
from models.events import Delivery, Event, Source
from models.ids import AccountId, DeliveryId, IssueKey, SprintId, named

_NAME = re.compile(r"[A-Za-z0-9_:.\-]{1,100}")
_COMMENT_PATH = re.compile(r"/issue/(\d{1,18})/comment/")
_PROJECT = re.compile(r"[A-Z][A-Z0-9_]{0,254}")
_MOST_LABELS = 100
_ID_LIST = re.compile(r"[\d, ]{1,2000}")


def receive(headers: Mapping[str, str], body: bytes, secret: Secrets, received: datetime) -> Delivery:
    """A signed delivery. ``secret`` may be several (comma list or sequence) while one is being replaced.

    Raises ``Unwelcome``: 401 unsigned (always so without a secret), 400 not a plain JSON object, 413 too large.
    """
    sent = checked(headers, body, secret)
    name = _name(sent.said)
    number = DeliveryId(plain(sent.headers.get("x-atlassian-webhook-identifier")) or named("jira", name, body))
    return Delivery(source=Source.JIRA, id=number, name=name, body=body, received=received, said=sent.said)


def parse(delivery: Delivery) -> Event:
    """What a delivery says. Total: what it does not say, or says in a way we do not know, is simply absent."""
    body = said(delivery)
    if body is None:
        return Event(source=Source.JIRA, name=delivery.name)
    sprints = _on_issue(body)
    items = [row for row in rows(inside(body, "changelog", "items")) if isinstance(row, dict)]
    key = _key(inside(body, "issue", "key"))
    return Event(
        source=Source.JIRA,
        name=_name(body) or delivery.name,
        at=_at(body),
        actor=_actor(body),
        issue=key,
        issue_id=_issue_id(body),
        project=_project(body, key),
        changed=_changed(items, sprints),
        priority=words(inside(body, "issue", "fields", "priority", "name")) or None,
        labels=_labels(body),
        sprints=_sprints(body, items, sprints),
        board=_board(body),
        mentioned=frozenset(_old_keys(items)),
        body=delivery.body,
    )


def _name(body: Mapping[str, Any]) -> str:
    name = body.get("webhookEvent")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def _key(value: Any) -> IssueKey | None:
    return IssueKey(value) if isinstance(value, str) and KEY.fullmatch(value) else None


def _at(body: Mapping[str, Any]) -> datetime | None:
    """Jira's own time of the event, in the places it is found, the surest first."""
    places = (("timestamp",), ("comment", "updated"), ("issue", "fields", "updated"), ("worklog", "updated"))
    return next((at for place in places if (at := instant(inside(body, *place))) is not None), None)


def _actor(body: Mapping[str, Any]) -> AccountId | None:
    """Who did it. Sprint, board and link events do not say; Data Center users have no account id."""
    places = (("user",), ("comment", "updateAuthor"), ("comment", "author"), ("worklog", "updateAuthor"))
    return next((who for place in places if (who := account_of(inside(body, *place))) is not None), None)


def _issue_id(body: Mapping[str, Any]) -> str | None:
    """The issue's immutable id: all that worklog, link and Data Center comment events tell about it.

    A link names two issues; the destination is the one that *is blocked*, so it is the one to read again.
    """
    number = (
        whole(inside(body, "issue", "id"))
        or whole(inside(body, "worklog", "issueId"))
        or whole(inside(body, "issueLink", "destinationIssueId"))
        or _commented(body)
    )
    return str(number) if number is not None else None


def _commented(body: Mapping[str, Any]) -> int | None:
    comment = _COMMENT_PATH.search(words(inside(body, "comment", "self"))[:500])
    return whole(comment[1]) if comment else None


def _project(body: Mapping[str, Any], key: IssueKey | None) -> str | None:
    """The project's key; the issue key's own prefix is surest, since a moved issue shows the new one."""
    if key is not None:
        return key.rpartition("-")[0]
    found = inside(body, "issue", "fields", "project", "key") or inside(body, "project", "key")
    return found if isinstance(found, str) and _PROJECT.fullmatch(found) else None


def _labels(body: Mapping[str, Any]) -> frozenset[str]:
    found = rows(inside(body, "issue", "fields", "labels"))
    return frozenset(label for label in found[:_MOST_LABELS] if isinstance(label, str))


def _on_issue(body: Mapping[str, Any]) -> Mapping[str, Sequence[SprintRef]]:
    """The sprints the issue is in, by the field that says so."""
    own = inside(body, "issue", "fields")
    fields = own.items() if isinstance(own, dict) else ()
    return {name: found for name, value in fields if (found := sprints_in(value))}


def _changed(items: Iterable[Mapping[str, Any]], on_issue: Iterable[str]) -> frozenset[str]:
    """Names and ids of the changed fields; a sprint field is called ``sprint``, too, whatever its site calls it."""
    names = frozenset(name for row in items for name in field_names(row))
    return names if names.isdisjoint(map(str.lower, on_issue)) else names | {"sprint"}


def _sprints(
    body: Mapping[str, Any], items: Iterable[Mapping[str, Any]], on_issue: Mapping[str, Sequence[SprintRef]]
) -> frozenset[SprintId]:
    """Every sprint the event names: its own, those on the issue, and those on both sides of a change."""
    fields = {*map(str.lower, on_issue), "sprint"}
    moved = [
        number
        for item in items
        if not fields.isdisjoint({words(item.get("fieldId")).lower(), words(item.get("field")).lower()})
        for side in ("from", "to")
        for number in _ids(item.get(side))
    ]
    itself = [whole(inside(body, *path)) for path in (("sprint", "id"), ("oldValue", "id"))] if _of_sprint(body) else []
    refs = [ref.id for found in on_issue.values() for ref in found]
    return frozenset([*refs, *(SprintId(n) for n in [*moved, *itself] if n is not None)])


def _of_sprint(body: Mapping[str, Any]) -> bool:
    return _name(body).startswith("sprint_") or isinstance(body.get("sprint"), dict)


def _ids(value: Any) -> list[int | None]:
    """The ids in ``"7, 9"``: that side of a sprint change holds ids, the names beside it may hold commas."""
    return [whole(part.strip()) for part in value.split(",")] if _ID_LIST.fullmatch(words(value)) else []


def _board(body: Mapping[str, Any]) -> int | None:
    places = (("sprint", "originBoardId"), ("board", "id"), ("configuration", "id"))
    return next((number for place in places if (number := whole(inside(body, *place))) is not None), None)


def _old_keys(items: Iterable[Mapping[str, Any]]) -> list[IssueKey]:
    """The key a moved issue had before: what is stored under it must follow."""
    sides = [item.get(side) for item in items if field_name(item) == "key" for side in ("fromString", "from")]
    return [key for side in sides if (key := _key(side)) is not None]
