"""Where one issue stands now in the one field somebody is about to change, and who changed it last."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from integrations.jira import mapping
from integrations.jira.mapping import Change, Fields
from integrations.jira.reading import Reading
from integrations.jira.site import path_of
from integrations.payloads import inside, rows, words
from models.errors import Unclear
from models.ids import AccountId, IssueKey, SprintId
from models.work import Progress


class Topic(Enum):
    """The fields an action changes, by Jira's id; a sprint's and a flag's differ from site to site."""

    OWNER = "assignee"
    STATUS = "status"
    PRIORITY = "priority"
    SPRINT = ""
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An issue as it is now."""

    status: str
    progress: Progress
    account: AccountId | None
    priority: str | None
    sprints: frozenset[SprintId]
    """The future and active sprints it is in; told only when the topic is its sprint."""
    flagged: bool = False
    """Told only when the topic is its flag."""
    changed: Change | None = None
    """The last change of the topic, when its history tells of the state it is in."""


class Standings(Reading):
    """One issue, read afresh."""

    async def standing(self, issue: IssueKey | str, topic: Topic) -> Standing:
        """How ``issue`` stands now. Raises ``Unclear`` when the answer does not say."""
        what, fields = f"read {issue}", await self._fields_for(topic)
        own_fields = _own_fields(topic, fields)
        asked = ",".join(("assignee", "status", "priority", "created", *own_fields))
        found = await self._object(what, lambda s: s.core.get_issue(path_of(issue), fields=asked))
        own = found.get("fields")
        for name in own_fields or (topic.value,):
            if not isinstance(own, dict) or name not in own:  # absent is not empty: we would call it nobody's
                raise Unclear(f"{what}: the answer does not say its {name}")
        history = await self._history([str(found.get("id", issue))], list(own_fields) or [topic.value])
        last = next(iter(history.values()), [])[-1:]
        return Standing(
            status=words(inside(own, "status", "name")),
            progress=mapping.progress_of(inside(own, "status")),
            account=mapping.account_of(inside(own, "assignee")),
            priority=words(inside(own, "priority", "name")) or None,
            sprints=frozenset(ref.id for ref in _sprints(own, fields) if ref.state != "closed"),
            flagged=bool(_flags(own, fields)),
            changed=last[0] if last and last[0].after == _as_history_has_it(own, topic, fields) else None,
        )

    async def _fields_for(self, topic: Topic) -> Fields:
        """A site's own fields, looked up only where they matter. Raises ``Unclear`` without the one that does."""
        if topic not in _NAMES:
            return Fields()
        fields = await self.site_fields()
        if not _own_fields(topic, fields):
            raise Unclear(f"read {_NAMES[topic]}s: this site shows no {_NAMES[topic]} field")
        return fields


_NAMES = {Topic.SPRINT: "sprint", Topic.FLAG: "flag"}


def _own_fields(topic: Topic, fields: Fields) -> tuple[str, ...]:
    """The site's fields for the topic; empty where every site has the same one."""
    if topic is Topic.FLAG:
        return (fields.flagged,) if fields.flagged else ()
    return fields.sprints if topic is Topic.SPRINT and fields.sprint else ()


def _flags(own: Any, fields: Fields) -> list[str]:
    """The ids of the values that flag it."""
    return [str(inside(each, "id")) for each in rows(inside(own, fields.flagged))] if fields.flagged else []


def _sprints(own: Any, fields: Fields) -> list[mapping.SprintRef]:
    return [ref for name in fields.sprints for ref in mapping.sprints_in(inside(own, name))]


def _as_history_has_it(own: Any, topic: Topic, fields: Fields) -> str:
    """The topic's value in the words of a history row: ids, several with commas between."""
    match topic:
        case Topic.OWNER:
            return mapping.account_of(inside(own, "assignee")) or ""
        case Topic.SPRINT:
            return ", ".join(str(ref.id) for ref in _sprints(own, fields))
        case Topic.FLAG:
            return f"[{', '.join(ids)}]" if (ids := _flags(own, fields)) else ""
        case _:
            return str(inside(own, topic.value, "id") or "")
