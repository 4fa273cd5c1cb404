"""An issue's history is taken back change by change, and what was never told stays as it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.jira import Jira
from integrations.jira.mapping import Fields, changes, fields_of, issue_of
from integrations.jira.past.rewinding import Site, Told, history_of, site_of, sprint_history_of
from integrations.jira.past.timelines import rows_of
from integrations.payloads import instant
from models.histories import IssueHistory
from models.work import Progress, SprintState
from tests.integrations.jira.conftest import (
    ADA,
    DOING,
    DONE,
    FIELDS,
    FLAG,
    LI,
    POINTS,
    SPRINT,
    T0,
    JiraSite,
    issue,
    status,
)
from tests.integrations.jira.test_mapping import JSON, SITE, load, recorded

OURS = fields_of(FIELDS, [POINTS])
OPEN = status("Offen", "1", "new")
STATUSES = [OPEN, DOING, DONE]
DAYS = [f"2026-11-{day:02}T09:00:00.000+0000" for day in range(2, 21)]
SPRINTS = [
    {"id": 196, "state": "closed", "startDate": DAYS[0], "endDate": DAYS[7], "completeDate": DAYS[8]},
    {"id": 197, "state": "active", "startDate": DAYS[9], "endDate": DAYS[18]},
]


def the_site(fields: Fields = OURS) -> Site:
    known = (sprint_history_of(raw, 9) for raw in SPRINTS)
    return site_of(fields, SITE, STATUSES, [each for each in known if each is not None])


def changed(day: int, field: str, before: str | None, after: str | None, **more: str | None) -> dict[str, Any]:
    """A row of the history; ``words`` and ``was`` are how the sides read."""
    item = {"field": field, "fieldId": more.get("id") or field, "from": before, "to": after}
    item |= {"fromString": more.get("was") or before, "toString": more.get("words") or after}
    return {"id": str(day), "created": DAYS[day], "items": [item]}


def linked(day: int, key: str, *, gone: bool = False, words: str = "This issue is blocked by") -> dict[str, Any]:
    side = {"from" if gone else "to": key, "fromString" if gone else "toString": f"{words} {key}"}
    return {"id": str(day), "created": DAYS[day], "items": [{"field": "Link", **side}]}


def read(*histories: dict[str, Any], raw: dict[str, Any] | None = None, **told: Any) -> IssueHistory:
    found = history_of(Told(raw=raw or issue("PAY-1", 1), histories=list(histories), **told), the_site())
    assert found is not None
    return found


def on(history: IssueHistory, day: int) -> Any:
    return history.at(at(day))


def at(day: int) -> datetime:
    moment = instant(DAYS[day])
    assert moment is not None
    return moment + timedelta(hours=1)


def test_before_it_was_created_there_is_none_and_without_history_it_was_always_as_it_is() -> None:
    history = read()
    assert history.at(at(0) - timedelta(hours=2)) is None
    assert on(history, 0).status == on(history, 18).status == "In Arbeit"
    assert history.now == issue_of(issue("PAY-1", 1), OURS, [], SITE)


def test_every_field_that_is_told_goes_back_to_what_it_was() -> None:
    history = read(
        changed(1, "assignee", None, ADA),
        changed(2, "priority", "4", "2", was="Low", words="High"),
        changed(3, "labels", None, None, was="front", words="backend"),
        changed(4, POINTS, None, None, was="3", words="5"),
        changed(5, "duedate", "2026-12-24", "2026-11-20", was="2026-12-24 00:00:00.0"),
        changed(6, "summary", None, None, was="Once", words="Title of PAY-1"),
        changed(7, "Key", None, None, was="OLD-4", words="PAY-1", id=""),
        changed(8, FLAG, "", "", was="Impediment", words=""),
    )
    first = on(history, 0)
    assert (first.assignee, first.priority, first.points, first.title, first.key) == (None, "Low", 3.0, "Once", "OLD-4")
    assert (first.labels, str(first.due), first.url) == ({"front"}, "2026-12-24", f"{SITE}/browse/OLD-4")
    assert first.flagged_since is not None and first.unassigned_since == history.since[0]
    assert history.keys == {"OLD-4", "PAY-1"} and on(history, 8).flagged_since is None
    assert [on(history, day).points for day in (3, 4)] == [3.0, 5.0]


def test_status_and_progress_go_back_together_also_where_the_status_has_gone_from_the_workflows() -> None:
    moves = [changed(3, "status", "1", "77", was="Offen", words="FERTIG"), changed(5, "status", "77", "3")]
    history = read(*moves)
    told = [(on(history, day).status, on(history, day).progress) for day in (1, 3, 5)]
    assert told == [("Offen", Progress.TODO), ("FERTIG", Progress.DONE), ("In Arbeit", Progress.DOING)]
    assert on(history, 3).status_since == on(history, 3).progress_since == at(3) - timedelta(hours=1)


def test_a_move_inside_one_category_begins_no_new_progress() -> None:
    others = [*STATUSES, status("Im Review", "4", "indeterminate")]
    raw = issue("PAY-1", 1, status=others[-1], statuscategorychangedate=DAYS[2])
    moves = [changed(2, "status", "1", "3"), changed(4, "status", "3", "4"), changed(6, "labels", None, None, was="x")]
    site = site_of(OURS, SITE, others, [])
    history = history_of(Told(raw=raw, histories=moves), site)
    assert history is not None and {on(history, d).progress_since for d in (2, 4, 6)} == {instant(DAYS[2])}


def test_it_was_in_whichever_of_its_sprints_ran_then() -> None:
    history = read(changed(5, "Sprint", "", "196", id=SPRINT), changed(6, "Sprint", "196", "196, 197", id=SPRINT))
    assert [on(history, day).sprint for day in (2, 5, 7, 8, 12)] == [None, 196, 196, 197, 197]
    assert on(history, 7).sprint_since == instant(DAYS[5])


def test_a_part_goes_with_the_sprints_of_its_whole() -> None:
    raw = issue("PAY-2", 2, issuetype={"name": "Sub-task", "subtask": True})
    whole = rows_of([changed(4, "Sprint", "", "196", id=SPRINT), changed(9, "Sprint", "196", "196, 197", id=SPRINT)])
    history = read(raw=raw, parent=whole)
    assert [on(history, day).sprint for day in (3, 5, 12)] == [None, 196, 197]


def test_what_blocked_it_is_told_with_since_when_whatever_became_of_the_blocker() -> None:
    link = {"type": {"name": "Blocks"}, "inwardIssue": {"key": "PAY-9", "fields": {"status": DONE}}}
    raw = issue("PAY-1", 1, issuelinks=[link])
    history = read(linked(2, "PAY-8"), linked(4, "PAY-9"), linked(6, "PAY-8", gone=True), raw=raw)
    assert [on(history, day).blocked_by for day in (1, 2, 4, 6)] == [(), ("PAY-8",), ("PAY-8", "PAY-9"), ("PAY-9",)]
    assert [(each.key, each.at) for each in on(history, 4).linked_since] == [
        ("PAY-8", instant(DAYS[2])),
        ("PAY-9", instant(DAYS[4])),
    ]


def test_a_link_of_another_kind_blocks_nothing_and_a_translated_one_is_known_by_what_stands_there_now() -> None:
    link = {"type": {"name": "Blocks", "inward": "wird blockiert von"}, "inwardIssue": {"key": "PAY-9"}}
    raw = issue("PAY-1", 1, issuelinks=[link])
    other = linked(3, "PAY-7", words="This issue relates to")
    history = read(other, linked(4, "PAY-9", words="Dieser Vorgang wird blockiert von"), raw=raw)
    assert [on(history, day).blocked_by for day in (3, 4)] == [(), ("PAY-9",)]


def test_a_comment_changes_it_too() -> None:
    history = read(comments=[{"created": DAYS[1], "updated": DAYS[2]}])
    assert [on(history, day).updated for day in (0, 1, 2)] == [instant(T0), instant(DAYS[1]), history.now.updated]


def test_a_sprint_begins_when_it_is_started_and_ends_when_it_is_closed_not_when_that_was_planned() -> None:
    over = sprint_history_of(SPRINTS[0], 9)
    assert over is not None and (over.began, over.ended) == (instant(DAYS[0]), instant(DAYS[8]))
    states = [over.state(moment) for moment in (at(0) - timedelta(days=1), at(7), at(8))]
    assert states == [SprintState.FUTURE, SprintState.ACTIVE, SprintState.CLOSED]
    assert over.at(at(7)).start is not None and over.at(at(0) - timedelta(days=1)).start is None  # type: ignore[union-attr]


@pytest.mark.anyio
async def test_more_comments_than_come_with_an_issue_are_read_page_by_page(jira: Jira, site: JiraSite) -> None:
    site.comments = [{"id": str(n)} for n in range(150)]
    site.put(issue("PAY-1", 1, comment={"comments": [{"created": T0}], "total": 150}))
    (history,) = await jira.issue_histories(["PAY-1"], ())
    asked = [each for each in site.at.asked if each.path.endswith("/comment")]
    assert history.now.key == "PAY-1" and [each.query["startAt"] for each in asked] == ["0", "100"]


FIELD = st.sampled_from(
    ["status", "assignee", "labels", "Sprint", SPRINT, FLAG, POINTS, "priority", "Key", "Link", "x"]
)
SIDE = st.sampled_from(["", "1", "3", "196", "196, 197", "[10]", ADA, LI, "PAY-3", "5", "a b", None])


@given(st.lists(st.tuples(st.integers(0, 18), FIELD, SIDE, SIDE), max_size=12))
def test_replayed_forward_any_history_ends_in_the_issue_as_it_is(drawn: list[Any]) -> None:
    entries = [changed(day, field, before, after) for day, field, before, after in drawn]
    raw, history = issue("PAY-1", 1), read(*entries)
    present = issue_of(raw, OURS, changes(entries), SITE)
    assert present is not None and history.now == present
    assert list(history.since) == sorted(set(history.since)) and history.since[0] == present.created
    assert all(a != b for a, b in zip(history.states, history.states[1:], strict=False))
    assert [history.at(moment) for moment in history.since] == list(history.states)


@given(st.lists(st.sampled_from([(3, "196"), (5, ""), (9, "197"), (11, "196, 197"), (14, "")]), unique=True))
def test_between_two_changes_of_its_sprint_its_sprint_is_one(drawn: list[tuple[int, str]]) -> None:
    sides = ["", *(after for _, after in sorted(drawn))]
    entries = [
        changed(day, "Sprint", before, after, id=SPRINT)
        for (day, after), before in zip(sorted(drawn), sides, strict=False)
    ]
    present = [raw for raw in SPRINTS if str(raw["id"]) in sides[-1]]
    history = read(*entries, raw=issue("PAY-1", 1, **{SPRINT: present or None}))
    borders = {instant(DAYS[day]) for day, _ in drawn} | {instant(DAYS[n]) for n in (0, 8, 9)}
    moves = zip(history.since[1:], history.states, history.states[1:], strict=False)
    assert all(moment in borders for moment, before, after in moves if before.sprint != after.sprint)


@given(JSON, JSON, JSON)
def test_nothing_that_a_site_might_say_breaks_it(histories: Any, comments: Any, own: Any) -> None:
    raw = issue("PAY-1", 1, **(own if isinstance(own, dict) else {}))
    told = Told(raw=raw, histories=histories, comments=comments if isinstance(comments, list) else ())
    history_of(told, the_site())
    assert history_of(Told(raw=own, histories=histories), the_site()) is None


@recorded
@pytest.mark.parametrize("number", range(11))
def test_a_recorded_changelog_leads_from_the_creation_to_the_issue_as_it_was_recorded(number: int) -> None:
    raw = load("history/devlake-issues-with-changelog.json")[number]
    sprints = [s for each in load("history/devlake-sprints.json") if (s := sprint_history_of(each, 8)) is not None]
    entries, fields = raw["changelog"]["histories"], Fields("customfield_10020", ("customfield_10024",), None)
    statuses = [{**raw["fields"]["status"], "name": "known"}]
    comments = raw["fields"]["comment"]["comments"]
    history = history_of(Told(raw=raw, histories=entries, comments=comments), site_of(fields, SITE, statuses, sprints))
    assert history is not None and history.now == issue_of(raw, fields, changes(entries), SITE)
    moves = [row for row in rows_of(entries) if "status" in row.names]
    for row in moves[:-1]:
        then = history.at(row.at)
        assert then is not None and (then.status, then.status_since) == (row.after.words, row.at)
    first = history.at(history.since[0])
    assert first is not None and first.status == (moves[0].before.words if moves else history.now.status)
    assert len(history.since) > 2
