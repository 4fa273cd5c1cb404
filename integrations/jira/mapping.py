"""What Jira's REST API says, in our nouns. Pure; what cannot be read is left out, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from integrations.payloads import inside, instant, rows, whole, words
from models.ids import AccountId, IssueKey, SprintId
from models.work import Issue, Labelled, Progress, Sprint, SprintState

KEY = re.compile(r"[A-Z][A-Z0-9_]{0,254}-[1-9]\d{0,17}")
"""An issue key as Jira writes it."""

SPRINT_SCHEMA = "com.pyxis.greenhopper.jira:gh-sprint"
POINTS_SCHEMA = "com.pyxis.greenhopper.jira:jsw-story-points"
_FLAG_SCHEMA = "com.atlassian.jira.plugin.system.customfieldtypes:multicheckboxes"
_LEGACY_SPRINT = re.compile(r"com\.atlassian\.greenhopper\.service\.sprint\.Sprint@[0-9a-f]+\[(.{1,4000})\]", re.S)

ALWAYS = (
    "summary",
    "issuetype",
    "status",
    "statuscategorychangedate",
    "assignee",
    "priority",
    "labels",
    "duedate",
    "issuelinks",
    "created",
    "updated",
)
"""The fields every issue is asked for, by id; a site's own fields come on top."""


MOST_HISTORIES = 10
"""Fields whose history Jira gives in one request (OpenAPI description)."""


@dataclass(frozen=True, slots=True)
class Fields:
    """A site's own field ids, found by what they are and not by their number."""

    sprint: str | None = None
    points: tuple[str, ...] = ()
    """Where an estimate may stand, best first."""
    flagged: str | None = None
    other_sprints: tuple[str, ...] = ()
    """Further fields of the sprint's kind: a site that was merged has two, and either may be the one in use."""

    @property
    def sprints(self) -> tuple[str, ...]:
        """Every field that may name sprints."""
        return (*([self.sprint] if self.sprint else []), *self.other_sprints)

    def wanted(self) -> list[str]:
        """What to ask for."""
        own = (*self.sprints, self.flagged, *self.points)
        return [*ALWAYS, *dict.fromkeys(each for each in own if each)]

    def with_history(self) -> list[str]:
        """The fields whose changes we want to know."""
        own = [*([self.flagged] if self.flagged else []), *self.sprints]
        return ["status", "assignee", "priority", "labels", *own][:MOST_HISTORIES]


@dataclass(frozen=True, slots=True)
class Change:
    """One row of an issue's history."""

    at: datetime
    field: str
    """Field id in lower case, or its name where Jira gives no id."""
    before: str
    after: str
    by: AccountId | None = None
    """Who changed it."""


@dataclass(frozen=True, slots=True)
class SprintRef:
    """A sprint as an issue names it."""

    id: SprintId
    state: str


def fields_of(rows: Iterable[Any], estimates: Sequence[str] = ()) -> Fields:
    """The site's field ids from ``GET /field``; ``estimates`` are the boards' own estimation fields."""
    known = [row for row in rows if isinstance(row, dict) and isinstance(row.get("id"), str)]
    sprints = [row["id"] for row in known if _schema(row) == SPRINT_SCHEMA]
    team_managed = [row["id"] for row in known if _schema(row) == POINTS_SCHEMA]
    # Company-managed "Story Points" is a plain number field: only its English name tells, so it comes last.
    named = [row["id"] for row in known if _named(row, "story points", "story point estimate")]
    flags = [row["id"] for row in known if _schema(row) == _FLAG_SCHEMA and _named(row, "flagged")]
    points = dict.fromkeys([*estimates, *team_managed, *named])
    return Fields(next(iter(sprints), None), tuple(points), next(iter(flags), None), tuple(sprints[1:]))


def estimation_of(configuration: Mapping[str, Any]) -> str | None:
    """The field a board estimates in, when it is a number of its own and not time or a count."""
    name = inside(configuration, "estimation", "field", "fieldId")
    return name if isinstance(name, str) and name.startswith("customfield_") else None


def sprint_of(raw: Any, board: int) -> Sprint | None:
    """One sprint of ``board``; ``None`` when it has no id or a state we do not know."""
    if not isinstance(raw, dict):
        return None
    number, state = whole(raw.get("id")), raw.get("state")
    if number is None or state not in {each.value for each in SprintState}:
        return None
    return Sprint(
        id=SprintId(number),
        name=words(raw.get("name")) or f"Sprint {number}",
        state=SprintState(state),
        board=board,
        goal=words(raw.get("goal")),
        start=instant(raw.get("startDate")),
        end=instant(raw.get("endDate")),
        ended=instant(raw.get("completeDate")) if state == SprintState.CLOSED else None,
    )


def issue_of(raw: Any, fields: Fields, history: Sequence[Change], site: str) -> Issue | None:
    """One issue with its history; ``None`` when it has no key, id or time of change. ``site`` is for its link."""
    own = inside(raw, "fields")
    key, number = inside(raw, "key"), whole(inside(raw, "id"))
    created, updated = instant(inside(own, "created")), instant(inside(own, "updated"))
    if not isinstance(key, str) or not KEY.fullmatch(key) or number is None or updated is None:
        return None
    created = created or updated
    # Absent is not empty: only a plain null says that nobody has it.
    nobody = isinstance(own, dict) and "assignee" in own and own["assignee"] is None
    sprint, since = _sprint_now(own, fields), status_since(own, history, created)
    return Issue(
        key=IssueKey(key),
        id=str(number),
        title=words(inside(own, "summary")),
        url=f"{site}/browse/{key}",
        kind=words(inside(own, "issuetype", "name")),
        status=words(inside(own, "status", "name")),
        progress=progress_of(inside(own, "status")),
        status_since=since,
        assignee=account_of(inside(own, "assignee")),
        unassigned_since=(_last(history, "assignee", to="") or created) if nobody else None,
        priority=words(inside(own, "priority", "name")) or None,
        labels=frozenset(each for each in rows(inside(own, "labels")) if isinstance(each, str)),
        points=_points(own, fields),
        due=_day(inside(own, "duedate")),
        flagged_since=flagged_since(own, fields, history, created),
        blocked_by=blockers(own),
        freed_by=blockers(own, done=True),
        sprint=sprint,
        created=created,
        updated=updated,
        sprint_since=sprint_since(sprint, fields, history),
        progress_since=instant(inside(own, "statuscategorychangedate")) or since,
        subtask=inside(own, "issuetype", "subtask") is True,
        last_assignee=_last_owner(history) if nobody else None,
        priority_since=_last(history, "priority", to=words(inside(own, "priority", "id"))),
        labels_since=labels_since(own, history),
    )


def progress_of(status: Any) -> Progress:
    """A status' category; an unknown one counts as not begun."""
    key = inside(status, "statusCategory", "key")
    return Progress(key) if key in {each.value for each in Progress} else Progress.TODO


def changes(histories: Any) -> list[Change]:
    """History entries, oldest first, from a bulk fetch or an issue's own ``changelog.histories``."""
    found = [
        Change(at, name, *_before_and_after(name, item), account_of(inside(entry, "author")))
        for entry in rows(histories)
        if (at := instant(inside(entry, "created"))) is not None
        for item in rows(inside(entry, "items"))
        if isinstance(item, dict) and (name := field_name(item))
    ]
    return sorted(found, key=lambda change: change.at)


def _before_and_after(name: str, item: Mapping[str, Any]) -> tuple[str, str]:
    """The ids a row changes; of labels, which have none, their words."""
    keys = ("fromString", "toString") if name == "labels" else ("from", "to")
    return words(item.get(keys[0])), words(item.get(keys[1]))


def field_name(item: Mapping[str, Any]) -> str:
    """Which field a history row is about: its id where there is one (names vary in case and language)."""
    return (words(item.get("fieldId")) or words(item.get("field"))).lower()


def field_names(item: Mapping[str, Any]) -> frozenset[str]:
    """Every name of the field a history row is about, in lower case: custom fields are known by name, not by id."""
    return frozenset(filter(None, (words(item.get("fieldId")).lower(), words(item.get("field")).lower())))


def status_since(own: Any, history: Sequence[Change], created: datetime) -> datetime:
    """Since when the issue has the status it has."""
    moves = [change for change in history if change.field == "status"]
    if not moves:
        return created
    here = _last(moves, "status", to=str(inside(own, "status", "id")))
    if here is not None:
        return here
    # A workflow change renames statuses without a row; its category's own date is the best Jira knows then.
    category = instant(inside(own, "statuscategorychangedate"))
    return max(moves[-1].at, category) if category else moves[-1].at


def flagged_since(own: Any, fields: Fields, history: Sequence[Change], created: datetime) -> datetime | None:
    """Since when the issue has been flagged without a break; ``None`` when it is not."""
    if not (fields.flagged and inside(own, fields.flagged)):
        return None
    since: datetime | None = None
    for change in history:
        if change.field == fields.flagged.lower():
            since = (since or change.at) if change.after else None
    return since or created


def labels_since(own: Any, history: Sequence[Change]) -> tuple[Labelled, ...]:
    """When each label it has was put on, as far as its history tells: one it was created with has no row."""
    since: dict[str, datetime] = {}
    for change in history:
        if change.field == "labels":
            before, after = set(change.before.split()), set(change.after.split())
            since = {name: at for name, at in since.items() if name in after} | dict.fromkeys(after - before, change.at)
    labels = rows(inside(own, "labels"))
    return tuple(Labelled(name, at) for name, at in sorted(since.items()) if name in labels)


def sprint_since(sprint: SprintId | None, fields: Fields, history: Sequence[Change]) -> datetime | None:
    """When the issue was last put into ``sprint``; ``None`` when no change says so: it was created in it."""
    names = {"sprint", *(name.lower() for name in fields.sprints)}
    rows = [change for change in history if change.field in names] if sprint is not None else []
    return next((c.at for c in reversed(rows) if sprint in _ids(c.after) and sprint not in _ids(c.before)), None)


def blockers(own: Any, *, done: bool = False) -> tuple[IssueKey, ...]:
    """Keys of issues that block this one and are not done; or that would, were they not ``done``."""
    return tuple(
        IssueKey(other["key"])
        for link in rows(inside(own, "issuelinks"))
        if isinstance(other := inside(link, "inwardIssue"), dict)
        and KEY.fullmatch(words(other.get("key")))
        and _is_blocking(inside(link, "type"))
        and (progress_of(inside(other, "fields", "status")) is Progress.DONE) is done
    )


def sprints_in(value: Any) -> list[SprintRef]:
    """Every sprint a field value names: REST objects, or the strings old sites still send."""
    several = value if isinstance(value, list) else (value,)
    return [found for each in several if (found := _sprint_ref(each)) is not None]


def account_of(user: Any) -> AccountId | None:
    """An Atlassian account id; Data Center users have none."""
    found = inside(user, "accountId")
    return AccountId(found) if isinstance(found, str) and 0 < len(found) <= 128 else None


def _schema(row: Mapping[str, Any]) -> str:
    return words(inside(row, "schema", "custom"))


def _named(row: Mapping[str, Any], *names: str) -> bool:
    """Whether a custom field has one of these English names: where ``name`` is translated, the others are not."""
    given = {
        words(name).casefold() for name in (row.get("name"), row.get("untranslatedName"), *rows(row.get("clauseNames")))
    }
    return row.get("custom") is True and not given.isdisjoint(names)


def _points(own: Any, fields: Fields) -> float | None:
    found = (inside(own, name) for name in fields.points)
    return next((float(each) for each in found if isinstance(each, int | float) and not isinstance(each, bool)), None)


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _last(history: Sequence[Change], name: str, *, to: str) -> datetime | None:
    """When ``name`` last became ``to``."""
    return next((c.at for c in reversed(history) if c.field == name and c.after == to), None)


def _last_owner(history: Sequence[Change]) -> AccountId | None:
    """Who had an issue that nobody has: the one its last change of hands took it from."""
    last = next((change for change in reversed(history) if change.field == "assignee"), None)
    return AccountId(last.before) if last is not None and not last.after and 0 < len(last.before) <= 128 else None


def _sprint_now(own: Any, fields: Fields) -> SprintId | None:
    """The sprint an issue is in: the active one, else the next, else the last it was in."""
    named = [each for name in fields.sprints for each in sprints_in(inside(own, name))]
    order = {"active": 2, "future": 1}
    best = max(named, key=lambda each: (order.get(each.state, 0), each.id), default=None)
    return best.id if best else None


def _ids(listed: str) -> set[int]:
    """The sprints of one side of a history row: ``7, 9``. The names beside them may hold commas themselves."""
    return {int(each) for each in re.findall(r"\d{1,18}", listed)}


def _is_blocking(link_type: Any) -> bool:
    """Whether a link's inward side reads *is blocked by*; the name ``Blocks`` covers translated sites."""
    inward, name = words(inside(link_type, "inward")), words(inside(link_type, "name"))
    return inward.casefold() == "is blocked by" or name.casefold() == "blocks"


_SPRINT_STATES = frozenset(each.value for each in SprintState)


def _sprint_ref(value: Any) -> SprintRef | None:
    said = _legacy(value) if isinstance(value, str) else value
    if not isinstance(said, dict):
        return None
    # Other fields hold objects with an id and a state too; only these three are a sprint's.
    state = words(said.get("state")).lower()
    number = whole(said.get("id")) if state in _SPRINT_STATES else None
    return SprintRef(SprintId(number), state) if number is not None else None


def _legacy(text: str) -> dict[str, str] | None:
    """``com.atlassian.greenhopper...Sprint@1f[id=197,state=ACTIVE,...]`` as an object; a name may hold commas."""
    match = _LEGACY_SPRINT.fullmatch(text)
    if match is None:
        return None
    return dict(re.findall(r"(?:^|,)(id|state)=([^,\]]{0,40})", match[1]))
