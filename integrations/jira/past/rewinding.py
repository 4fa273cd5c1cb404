"""One issue in every state it was in, by taking back what its history says was changed. Pure.

Each state is read by the mapping that reads the present one, from what the REST API would have said then.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from integrations.jira import mapping
from integrations.jira.mapping import Change, Fields
from integrations.jira.past.timelines import (
    Read,
    Row,
    Timeline,
    blocker_changes,
    reads,
    rows_of,
    sprint_ids,
    timeline,
)
from integrations.payloads import inside, instant, rows, whole, words
from models.histories import IssueHistory, SprintHistory
from models.ids import IssueKey
from models.lessons import Act, Way
from models.work import Issue, Linked, SprintState

OPEN = {"status": {"statusCategory": {"key": "new"}}}
"""Said of every issue that blocks: how far it was then, its own history knows."""

BLOCKED = ("is blocked by",)

MOVES = frozenset({"status", "assignee", "priority", "resolution", "sprint", "flagged", "key"})
"""Fields whose change is a reason to look (``planner.triggers.TABLE``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What is known of a site when its issues are rewound."""

    fields: Fields
    url: str
    """For people's links."""
    statuses: Mapping[str, Any]
    """Every status by its id and by its name in lower case."""
    sprints: Mapping[int, SprintHistory]


def site_of(fields: Fields, url: str, statuses: Iterable[Any], sprints: Iterable[SprintHistory]) -> Site:
    """The site from ``GET /status`` and its sprints; of two statuses with one name the first is known by it."""
    known = [each for each in statuses if isinstance(each, dict)]
    by_name = {words(each.get("name")).casefold(): each for each in reversed(known)}
    by_id = {str(each["id"]): each for each in known if each.get("id")}
    return Site(fields=fields, url=url, statuses=by_name | by_id, sprints={int(s.sprint.id): s for s in sprints})


def sprint_history_of(raw: Any, board: int) -> SprintHistory | None:
    """One sprint of ``board`` and when it began and ended; ``None`` when it cannot be read."""
    sprint = mapping.sprint_of(raw, board)
    if sprint is None:
        return None
    closed = sprint.state is SprintState.CLOSED
    return SprintHistory(
        sprint=sprint,
        began=None if sprint.state is SprintState.FUTURE else sprint.start,
        ended=(sprint.ended or sprint.end) if closed else None,
        created=instant(inside(raw, "createdDate")),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that Jira tells of one issue."""

    raw: Any
    """The issue with its fields."""
    histories: Any = None
    """Every entry of its history."""
    comments: Sequence[Any] = ()
    """What was said below it: that changes it too."""
    parent: Sequence[Row] = ()
    """The rows of the issue it is a part of: a part goes into its whole's sprints without a row of its own."""


def history_of(told: Told, site: Site) -> IssueHistory | None:
    """An issue in every state it was in; ``None`` when it cannot be read."""
    changes = mapping.changes(told.histories)
    present = mapping.issue_of(told.raw, site.fields, changes, site.url)
    if present is None:
        return None
    film = _Film(told, present, changes, site)
    moments = film.moments()
    states = [*(film.still(at) for at in moments[:-1]), film.last()]
    kept = [n for n, state in enumerate(states) if not n or state != states[n - 1]]
    return IssueHistory(
        id=present.id,
        since=tuple(moments[n] for n in kept),
        states=tuple(states[n] for n in kept),
        acts=tuple(film.acts()),
    )


class _Film:
    """One issue's timelines."""

    def __init__(self, told: Told, present: Issue, changes: Sequence[Change], site: Site) -> None:
        self._source = told
        self._raw, self._own, self._present, self._site = told.raw, inside(told.raw, "fields"), present, site
        self._rows, self._changes = rows_of(told.histories), changes
        self._changed = [change.at for change in changes]
        self._told = self._moments_told(told.comments)
        found = reads(site.fields, site.statuses, self._own)
        shown = {name: read for name, read in found.items() if name in self._own}
        self._lines = {name: self._line(name, read, self._own[name]) for name, read in shown.items()}
        self._status = self._line("status", found["status"], inside(self._own, "status"))
        self._keys = self._line("key", lambda side: side.words, present.key)
        self._sprints = self._sprint_lines([*told.parent, *self._rows] if present.subtask else self._rows)
        self._spans = {id: self._span(id) for line in self._sprints.values() for ids in line.values for id in ids}
        self._links = self._link_line()

    def _moments_told(self, comments: Iterable[Any]) -> list[datetime]:
        """When it was changed, as far as Jira tells why; and its own time of change where nothing tells of that."""
        said = (instant(inside(each, name)) for each in comments for name in ("created", "updated"))
        told = {row.at for row in self._rows} | {at for at in said if at is not None}
        after = sorted(at for at in told if at > self._present.created)
        return after if after and after[-1] >= self._present.updated else [*after, self._present.updated]

    def moments(self) -> list[datetime]:
        """When anything of it changed, ascending, its creation first. It changes as its sprints begin and end, too."""
        spans = [span for span in self._spans.values() if span is not None]
        borders = {at for span in spans for at in (span.began, span.ended) if at is not None}
        borders |= {at for line in self._sprints.values() for at in line.since}
        after = {*self._told, *borders}
        return sorted({self._present.created, *(at for at in after if at > self._present.created)})

    def acts(self) -> list[Act]:
        """Who changed what somebody waits for, or spoke below it, oldest first, by the key it had then."""
        sprints = {name.lower() for name in self._site.fields.sprints}
        told = (each for each in rows(self._source.histories) if _matters(each, sprints))
        done = ((inside(each, "author"), inside(each, "created")) for each in (*told, *self._source.comments))
        dated = ((mapping.account_of(who), instant(at)) for who, at in done)
        found = (Act(who, self._keys.at(at), at, Way.JIRA) for who, at in dated if who is not None and at is not None)
        return sorted(found, key=lambda act: act.at)

    def still(self, at: datetime) -> Issue:
        """It as it stood then."""
        own: dict[str, Any] = {**self._own, **{name: line.at(at) for name, line in self._lines.items()}}
        moved = self._status.since[: bisect_right(self._status.since, at)]
        own["updated"] = self._updated(at).isoformat()
        own["statuscategorychangedate"] = self._category_since(moved).isoformat()
        own["issuelinks"] = [_link(key) for key in self._links.at(at)]
        own |= {name: self._in_sprints(line.at(at), at) for name, line in self._sprints.items()}
        raw = {"id": self._raw["id"], "key": self._keys.at(at), "fields": own}
        return self._read(raw, at) or self._present

    def last(self) -> Issue:
        """It as it is, with all that blocks it, done or not."""
        return self._dated({**self._raw, "fields": {**self._own, "issuelinks": self._all_links()}}) or self._present

    def _read(self, raw: Any, at: datetime) -> Issue | None:
        known = self._changes[: bisect_right(self._changed, at)]
        issue = mapping.issue_of(raw, self._site.fields, known, self._site.url)
        return None if issue is None else replace(issue, linked_since=self._linked(issue.blocked_by, at))

    def _dated(self, raw: Any) -> Issue | None:
        issue = mapping.issue_of(raw, self._site.fields, self._changes, self._site.url)
        if issue is None:
            return None
        return replace(issue, linked_since=self._linked(issue.blocked_by, self._present.updated))

    def _line(self, name: str, read: Read, present: Any) -> Timeline:
        return timeline(self._rows, (name,), read, present, self._present.created)

    def _updated(self, at: datetime) -> datetime:
        place = bisect_right(self._told, at)
        return self._told[place - 1] if place else self._present.created

    def _category_since(self, moved: Sequence[datetime]) -> datetime:
        """Since when it had been in the category it had after its last of these moves."""
        line, since = self._status, moved[0]
        for n in range(1, len(moved)):
            if mapping.progress_of(line.values[n]) is not mapping.progress_of(line.values[n - 1]):
                since = moved[n]
        return since

    # --- its sprints --------------------------------------------------------------------------------------

    def _sprint_lines(self, rows: Sequence[Row]) -> dict[str, Timeline]:
        """The sprints each of the site's sprint fields named; a row without an id of its field is about the first."""
        found = {}
        for n, name in enumerate(self._site.fields.sprints):
            names = (name,) if n else (name, "sprint")
            present = frozenset(int(ref.id) for ref in mapping.sprints_in(inside(self._own, name)))
            found[name] = timeline(sorted(rows, key=_when), names, sprint_ids, present, self._present.created)
        return found

    def _span(self, id: int) -> SprintHistory | None:
        """What is known of a sprint: from its board, else from what the issue says of it."""
        if id in self._site.sprints:
            return self._site.sprints[id]
        raw = [each for name in self._site.fields.sprints for each in rows(inside(self._own, name))]
        told = (each for each in raw if whole(inside(each, "id")) == id)
        return next((found for each in told if (found := sprint_history_of(each, 0)) is not None), None)

    def _in_sprints(self, ids: Iterable[int], at: datetime) -> list[Any]:
        """The field's value with the state each sprint had then; one nobody knows anything of is long over."""
        spans = ((id, self._spans.get(id)) for id in sorted(ids))
        return [{"id": id, "state": span.state(at) if span else SprintState.CLOSED.value} for id, span in spans]

    # --- what blocks it -----------------------------------------------------------------------------------

    def _link_line(self) -> Timeline:
        """The keys it was linked to as blocked by, in order: taken back from those it is linked to now."""
        now = (*mapping.blockers(self._own), *mapping.blockers(self._own, done=True))
        kinds = [inside(link, "type") for link in rows(inside(self._own, "issuelinks")) if inside(link, "inwardIssue")]
        own = {words(inside(kind, "inward")) for kind in kinds if words(inside(kind, "name")).casefold() == "blocks"}
        changes = blocker_changes(self._rows, {*BLOCKED, *own} - {""})
        values: list[frozenset[str]] = [frozenset(now)]
        for _, gone, come in reversed(changes):
            values.insert(0, (values[0] - come) | gone)
        came = {key: n for n, (_, _, come) in enumerate(changes) for key in sorted(come)}
        places: dict[str, int] = {key: n for n, key in enumerate(now)}
        # What was linked earlier stands earlier, as far as that is known.
        ordered = [sorted(keys, key=lambda key: (came.get(key, -1), places.get(key, 0), key)) for keys in values]
        return Timeline((self._present.created, *(at for at, _, _ in changes)), (*ordered[:-1], list(now)))

    def _all_links(self) -> list[Any]:
        return [_link(key) for key in self._links.values[-1]]

    def _linked(self, keys: Sequence[IssueKey], at: datetime) -> tuple[Linked, ...]:
        """Since when each of ``keys`` blocked it; one it was created with is left out."""
        found: dict[IssueKey, datetime] = {}
        for n in range(1, bisect_right(self._links.since, at)):
            came = [key for key in self._links.values[n] if key not in self._links.values[n - 1]]
            found |= {IssueKey(key): self._links.since[n] for key in came}
        return tuple(Linked(key, found[key]) for key in keys if key in found)


def _matters(entry: Any, sprints: Collection[str]) -> bool:
    """Whether a webhook of it is a reason to look; what a person did besides is nobody's answer."""
    names = {name for row in rows_of([entry]) for name in row.names}
    return not names.isdisjoint(MOVES) or not names.isdisjoint(sprints)


def _link(key: str) -> Mapping[str, Any]:
    return {"type": {"name": "Blocks"}, "inwardIssue": {"key": key, "fields": OPEN}}


def _when(row: Row) -> datetime:
    return row.at
