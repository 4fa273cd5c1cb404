"""What a webhook's own body says of an issue we hold: believed where nothing is missing between the two, else ``None``.

A body names what has changed and shows the issue as it then was. Where all the rest of it is what we hold, we have
missed nothing, and need not read the issue to know it. Where anything differs that the body does not announce, or began
from something else than we hold, a delivery was lost or comes out of turn: then only reading helps.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from integrations.jira import mapping
from integrations.jira.mapping import Fields
from integrations.jira.site import Site
from integrations.payloads import inside, instant, rows, words
from models.work import Issue

KEPT = ("key", "title", "kind", "status", "progress", "assignee", "priority", "labels", "points", "due", "sprint",
        "subtask", "created")  # fmt: skip
"""Of an issue, what a body shows as it is; its blockers and its flag are compared by themselves."""

TRIMMED = ("key", "title", "kind", "status", "progress", "assignee", "priority")
"""What the issue inside a comment's event shows."""

TRIMMED_FIELDS = frozenset({"summary", "issuetype", "status", "assignee", "priority"})

PLAIN: Mapping[str, str] = {"summary": "title", "duedate": "due"}
"""Fields without a history of their own that matters, and what they are to us."""


class Telling(Site):
    """What deliveries say by themselves."""

    def retold(self, body: bytes, held: Issue) -> Issue | None:
        """``held`` as a signed delivery leaves it; ``held`` itself where it is as new. ``None``: it must be read.

        Asks Jira nothing: before the site's fields are known every issue must be read.
        """
        said = _object(body)
        if self._fields is None or str(inside(said, "issue", "id")) != held.id:
            return None
        match inside(said, "webhookEvent"):
            case "jira:issue_updated":
                return _changed(said, held, self._fields, self._site)
            case "comment_created":
                return _commented(said, held, self._site)
        return None


def _changed(said: Mapping[str, Any], held: Issue, fields: Fields, site: str) -> Issue | None:
    raw = inside(said, "issue")
    own, items = inside(raw, "fields"), [row for row in rows(inside(said, "changelog", "items"))]
    if not isinstance(own, dict) or not own.keys() >= set(fields.wanted()) or not items:
        return None
    now = mapping.issue_of(raw, fields, (), site)
    if now is None:
        return None
    differing = {name for name in KEPT if getattr(now, name) != getattr(held, name)}
    differing |= {"flagged"} if _is_flagged(now) != _is_flagged(held) else set()
    if now.updated < held.updated or (now.updated == held.updated and not differing):
        return held  # all that was changed up to then we know: nothing newer is lost for something older
    if any(not _begins_at(held, item, fields) for item in items) or _blocking(now) != _blocking(held):
        return None
    changed = {name for item in items for name in _named(item, fields)}
    return _after(held, now, differing) if differing <= changed else None


def _commented(said: Mapping[str, Any], held: Issue, site: str) -> Issue | None:
    """A comment changes nothing we hold; the issue beside it, as far as it is shown, must be the one we hold."""
    raw, at = inside(said, "issue"), instant(inside(said, "comment", "updated"))
    own = inside(raw, "fields")
    if at is None or not isinstance(own, dict) or not own.keys() >= TRIMMED_FIELDS:
        return None
    if at <= held.touched:
        return held
    now = mapping.issue_of({**raw, "fields": {**own, "updated": held.updated.isoformat()}}, Fields(), (), site)
    same = now is not None and all(getattr(now, name) == getattr(held, name) for name in TRIMMED)
    return replace(held, commented=at) if same else None


def _after(held: Issue, now: Issue, differing: Iterable[str]) -> Issue:
    """``held`` with what differs ``now``; since when, only the change itself tells."""
    at, made = now.updated, replace(held, updated=now.updated)
    for name in differing:
        match name:
            case "status":
                made = replace(made, status=now.status, status_since=at)
            case "progress":
                told = now.progress_since
                since = told if told is not None and told > held.updated else at
                made = replace(made, progress=now.progress, progress_since=since)
            case "assignee":
                gone = now.assignee is None
                made = replace(
                    made,
                    assignee=now.assignee,
                    unassigned_since=at if gone else None,
                    last_assignee=held.assignee if gone else None,
                )
            case "priority":
                made = replace(made, priority=now.priority, priority_since=at)
            case "flagged":
                made = replace(made, flagged_since=at if _is_flagged(now) else None)
            case plain:
                made = replace(made, **{plain: getattr(now, plain)})
    return made


def _begins_at(held: Issue, item: Any, fields: Fields) -> bool:
    """Whether a row of the change begins where we are."""
    before = words(inside(item, "fromString"))
    match mapping.field_name(item) if isinstance(item, dict) else "":
        case "":
            return False
        case "status":
            return before == held.status
        case "assignee":
            return words(inside(item, "from")) == (held.assignee or "")
        case "priority":
            return before == (held.priority or "")
        case name if fields.flagged and name == fields.flagged.lower():
            return bool(before) == _is_flagged(held)
    return True


def _named(item: Any, fields: Fields) -> Iterable[str]:
    """What of an issue a row of the change may change; nothing where that must be read: sprints, labels, links."""
    match mapping.field_name(item):
        case "status":
            return ("status", "progress")
        case "assignee" | "priority" as name:
            return (name,)
        case name if fields.flagged and name == fields.flagged.lower():
            return ("flagged",)
        case name if name in {each.lower() for each in fields.points}:
            return ("points",)
        case name:
            return (PLAIN[name],) if name in PLAIN else ()


def _is_flagged(issue: Issue) -> bool:
    return issue.flagged_since is not None


def _blocking(issue: Issue) -> frozenset[str]:
    """Which of them are done, the mirror knows by itself."""
    return frozenset((*issue.blocked_by, *issue.freed_by))


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
