"""From Jira's JSON to our nouns: never a guess, never a failure."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.jira.mapping import (
    Fields,
    blockers,
    changes,
    estimation_of,
    fields_of,
    issue_of,
    sprint_of,
    sprints_in,
)
from integrations.payloads import instant, whole, words
from models.work import Progress
from tests.integrations.jira.conftest import ADA, FIELDS, FLAG, POINTS, SPRINT, issue, row

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "payloads"
recorded = pytest.mark.skipif(not SHARED.is_dir(), reason="recorded payloads (shared/payloads) are absent")

SITE = "https://acme.example"
OURS = Fields(SPRINT, (POINTS,), FLAG)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=20,
)


def load(name: str) -> Any:
    return json.loads((SHARED / name).read_text())


def test_fields_are_found_by_what_they_are_and_not_by_their_number() -> None:
    points = {"id": "customfield_1", "schema": {"custom": "com.pyxis.greenhopper.jira:jsw-story-points"}}
    plain = {"id": "customfield_2", "custom": True, "name": "Story Points", "schema": {"type": "number"}}
    decoy = {"id": "customfield_3", "custom": True, "name": "Sprint", "schema": {"type": "string"}}
    found = fields_of([decoy, plain, points, *FIELDS, "junk", {}], ["customfield_7"])
    assert found == Fields(SPRINT, ("customfield_7", "customfield_1", "customfield_2"), FLAG)


def test_a_translated_flag_is_found_by_its_untranslated_name() -> None:
    flag = {**FIELDS[2], "name": "Markiert", "untranslatedName": "Flagged"}
    assert fields_of([flag]).flagged == FLAG


@pytest.mark.parametrize("estimation", [{"type": "none"}, {"field": {"fieldId": "timeoriginalestimate"}}, None])
def test_a_board_that_counts_time_or_issues_estimates_in_no_points(estimation: Any) -> None:
    assert estimation_of({"estimation": estimation}) is None


def test_the_sprint_is_the_active_one_wherever_it_stands() -> None:
    both = [{"id": 9, "state": "active"}, {"id": 12, "state": "closed"}, {"id": 11, "state": "future"}]
    made = issue_of(issue("PAY-1", 1, **{SPRINT: both}), OURS, (), SITE)
    assert made is not None
    assert made.sprint == 9


def test_a_legacy_sprint_string_says_as_much_as_an_object() -> None:
    legacy = (
        "com.atlassian.greenhopper.service.sprint.Sprint@58f8[id=197,rapidViewId=9,state=ACTIVE,"
        "name=Pay, id=5 and state=more,goal=,startDate=2020-07-07T00:37:08.707Z]"
    )
    assert [(s.id, s.state) for s in sprints_in([legacy, None, 7, "nonsense"])] == [(197, "active")]


def test_a_status_reached_twice_counts_from_the_last_time() -> None:
    history = changes(
        [
            row("2026-11-05T09:00:00.000+0000", "status", "1", "3"),
            row("2026-11-03T09:00:00.000+0000", "status", "1", "3"),
            row("2026-11-04T09:00:00.000+0000", "Status", "3", "1", "status"),
        ]
    )
    made = issue_of(issue("PAY-1", 1), OURS, history, SITE)
    assert made is not None
    assert made.status_since == datetime(2026, 11, 5, 9, tzinfo=UTC)


def test_a_status_renamed_by_a_workflow_counts_from_what_is_known() -> None:
    history = changes([row("2026-11-03T09:00:00.000+0000", "status", "1", "99")])
    changed = "2026-11-04T09:00:00.000+0000"
    made = issue_of(issue("PAY-1", 1, statuscategorychangedate=changed), OURS, history, SITE)
    assert made is not None
    assert made.status_since == instant(changed)


def test_a_sprint_has_an_end_once_it_is_closed_and_loses_it_when_it_is_opened_again() -> None:
    raw = {"id": 7, "name": "S", "startDate": None, "completeDate": "2026-11-13T16:00:00.000Z"}
    closed, again = (sprint_of({**raw, "state": state}, 9) for state in ("closed", "active"))
    assert closed is not None and closed.ended == datetime(2026, 11, 13, 16, tzinfo=UTC)
    assert again is not None and again.ended is None


def test_a_flag_set_again_counts_from_the_last_setting() -> None:
    history = changes(
        [
            row("2026-11-03T09:00:00.000+0000", "Flagged", "", "[10019]", FLAG),
            row("2026-11-03T10:00:00.000+0000", "Flagged", "[10019]", "", FLAG),
            row("2026-11-04T09:00:00.000+0000", "Flagged", None, "[10019]", FLAG),
            row("2026-11-05T09:00:00.000+0000", "Flagged", "[10019]", "[10019, 10020]", FLAG),
        ]
    )
    made = issue_of(issue("PAY-1", 1, **{FLAG: [{"id": "10019"}]}), OURS, history, SITE)
    assert made is not None
    assert made.flagged_since == datetime(2026, 11, 4, 9, tzinfo=UTC)


def joined(*rows: dict[str, Any], **own: Any) -> datetime | None:
    made = issue_of(issue("PAY-1", 1, **own), Fields(sprint=SPRINT), changes(list(rows)), SITE)
    assert made is not None
    return made.sprint_since


def test_a_ticket_is_in_its_sprint_since_it_was_last_put_there() -> None:
    """The ids of one side are listed, and names beside them may hold commas."""
    into = row("2026-11-03T09:00:00.000+0000", "Sprint", "196", "196, 197", SPRINT)
    out = row("2026-11-04T09:00:00.000+0000", "Sprint", "196, 197", "196", SPRINT)
    again = row("2026-11-05T09:00:00.000+0000", "Sprint", "196", "196, 197", SPRINT)
    edited = row("2026-11-06T09:00:00.000+0000", "Sprint", "196, 197", "197", SPRINT)
    assert joined(into, out, again, edited) == datetime(2026, 11, 5, 9, tzinfo=UTC)
    assert joined(row("2026-11-03T09:00:00.000+0000", "Sprint", "", "1197, 19", SPRINT)) is None
    assert joined() is None and joined(again, **{SPRINT: None}) is None


def test_a_move_inside_of_a_category_does_not_begin_its_progress_anew() -> None:
    begun = "2026-11-02T12:00:00.000+0000"
    raw = issue("PAY-1", 1, statuscategorychangedate=begun, issuetype={"name": "Teilaufgabe", "subtask": True})
    made = issue_of(raw, Fields(), changes([row("2026-11-03T09:00:00.000+0000", "status", "1", "3")]), SITE)
    assert made is not None and made.subtask
    assert made.progress_since == instant(begun) != made.status_since


def test_who_let_go_of_an_issue_is_known_while_nobody_has_it() -> None:
    def last(assignee: object, *steps: tuple[str, str]) -> object:
        hands = [row(f"2026-11-0{day}T09:00:00.000+0000", "assignee", *step) for day, step in enumerate(steps, 3)]
        made = issue_of(issue("PAY-1", 1, assignee=assignee), OURS, changes(hands), SITE)
        return made.last_assignee if made is not None else "unread"

    assert last(None, ("", "sam"), ("sam", "li"), ("li", "")) == "li"
    assert last({"accountId": "li"}, ("", "sam"), ("sam", "li")) is None
    assert last(None) is None and last(None, ("", "li")) is None


def test_an_assignee_we_cannot_name_is_not_nobody() -> None:
    deleted = issue_of(issue("PAY-1", 1, assignee={"displayName": "Former user"}), OURS, (), SITE)
    hidden = issue("PAY-1", 1)
    del hidden["fields"]["assignee"]
    unseen = issue_of(hidden, OURS, (), SITE)
    assert deleted is not None
    assert unseen is not None
    assert (deleted.unassigned_since, unseen.unassigned_since) == (None, None)


@pytest.mark.parametrize(
    ("link_type", "blocks"),
    [
        ({"name": "Blocks", "inward": "is blocked by"}, True),
        ({"name": "Blocks", "inward": "wird blockiert von"}, True),
        ({"name": "Blocker", "inward": "Is Blocked By"}, True),
        ({"name": "Relates", "inward": "relates to"}, False),
    ],
)
def test_only_a_blocking_link_blocks(link_type: dict[str, str], blocks: bool) -> None:
    link = {"type": link_type, "inwardIssue": {"key": "OPS-3", "fields": {}}}
    assert bool(blockers({"issuelinks": [link]})) is blocks


def test_a_blocker_that_is_done_is_told_apart() -> None:
    done = {"status": {"statusCategory": {"key": "done"}}}
    links = [
        {"type": {"name": "Blocks"}, "inwardIssue": {"key": key, "fields": fields}}
        for key, fields in (("OPS-3", done), ("OPS-4", {}))
    ]
    assert (blockers({"issuelinks": links}), blockers({"issuelinks": links}, done=True)) == (("OPS-4",), ("OPS-3",))


def test_a_status_filed_nowhere_counts_as_not_begun() -> None:
    made = issue_of(issue("PAY-1", 1, status={"name": "?", "statusCategory": {"key": "undefined"}}), OURS, (), SITE)
    assert made is not None
    assert made.progress is Progress.TODO


@given(JSON)
def test_no_json_makes_the_mapping_fail(junk: Any) -> None:
    assert issue_of(junk, OURS, changes(junk), SITE) is None
    assert fields_of(junk if isinstance(junk, list) else [junk]).sprint is None
    sprint_of(junk, 9)
    sprints_in(junk)


@given(st.sampled_from(sorted(issue("A-1", 1)["fields"])), JSON)
def test_one_broken_field_costs_at_most_that_field(name: str, junk: Any) -> None:
    made = issue_of(issue("PAY-1", 1, **{name: junk}), OURS, (), SITE)
    if made is None:
        assert name == "updated"
    else:
        assert (made.key, made.status_since.tzinfo) == ("PAY-1", UTC)


@given(
    st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001 - the offset is added below
    st.integers(-14 * 60, 14 * 60),
)
def test_an_instant_survives_jiras_way_of_writing_it(moment: datetime, minutes: int) -> None:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000, tzinfo=UTC)
    local = moment + timedelta(minutes=minutes)
    sign, (hours, rest) = "+" if minutes >= 0 else "-", divmod(abs(minutes), 60)
    written = f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{sign}{hours:02d}{rest:02d}"
    assert instant(written) == moment


@pytest.mark.parametrize("junk", [True, -1, 0, 10**18, "12x", "", 1.5, None, "²"])
def test_what_is_no_whole_number_is_none(junk: Any) -> None:
    assert whole(junk) is None


def test_words_are_always_storable() -> None:
    assert words("a\ud800b\x00").encode() == b"a?b"


@recorded
def test_recorded_issues_are_read_with_their_history() -> None:
    raw = load("api/jira-cloud/jirametrics-SP-1.json")
    made = issue_of(raw, Fields(flagged="customfield_10021"), changes(raw["changelog"]["histories"]), SITE)
    assert made is not None
    assert (made.key, made.status, made.progress) == ("SP-1", "In Progress", Progress.DOING)
    assert made.status_since == datetime(2021, 6, 18, 18, 44, 21, 50_000, tzinfo=UTC)
    assert made.flagged_since == datetime(2021, 8, 29, 18, 4, 39, 112_000, tzinfo=UTC)
    assert made.unassigned_since == made.created


@recorded
def test_a_recorded_site_keeps_status_and_assignee_as_its_history_says() -> None:
    expected = next(
        each["expect"] for each in load("index.json")["api_and_history"] if "issues-with-changelog" in each["file"]
    )
    known = {each["key"]: each for each in expected}
    for raw in load("history/devlake-issues-with-changelog.json"):
        history = changes(raw["changelog"]["histories"])
        made = issue_of(raw, Fields(), history, SITE)
        assert made is not None
        row = known[made.key]
        assert (made.progress, made.status, made.created) == (
            row["status_category"],
            row["status"],
            instant(row["created"]),
        )
        assert sum(c.field == "status" for c in history) == row["status_changes"]
        assert sum(c.field == "assignee" for c in history) == row["assignee_changes"]
        assert made.created <= made.status_since <= made.updated + timedelta(seconds=1)


@recorded
def test_a_recorded_history_tells_when_tickets_came_into_their_sprint() -> None:
    issues = load("history/devlake-issues-with-changelog.json")
    own = Fields(sprint="customfield_10020")
    made = [issue_of(raw, own, changes(raw["changelog"]["histories"]), SITE) for raw in issues]
    told = [each for each in made if each is not None and each.sprint_since is not None]
    assert told and all(each.created <= (each.sprint_since or each.created) <= each.updated for each in told)


@recorded
def test_recorded_sprints_are_read() -> None:
    made = [sprint_of(raw, 8) for raw in load("history/devlake-sprints.json")]
    assert all(sprint is not None and sprint.end is not None for sprint in made)


def test_whose_account_it_is_comes_from_the_account_id() -> None:
    made = issue_of(issue("PAY-1", 1), OURS, (), SITE)
    assert made is not None
    assert made.assignee == ADA


def test_since_when_it_has_its_priority_and_each_of_its_labels() -> None:
    first, second = "2026-11-05T10:00:00.000+0100", "2026-11-06T10:00:00.000+0100"
    labels = {"field": "labels", "fieldId": "labels", "from": "", "to": ""}
    history = changes(
        [
            row(first, "priority", "3", "1"),
            {"created": first, "items": [labels | {"fromString": "web", "toString": "web incident"}]},
            {"created": second, "items": [labels | {"fromString": "web incident", "toString": "web incident late"}]},
        ]
    )
    made = issue_of(issue("PAY-1", 1, priority={"id": "1"}, labels=["web", "incident", "late"]), OURS, history, SITE)
    assert made is not None
    assert made.priority_since == instant(first)
    assert [(each.label, each.at) for each in made.labels_since] == [
        ("incident", instant(first)),
        ("late", instant(second)),
    ]
    plain = issue_of(issue("PAY-1", 1), OURS, (), SITE)
    assert plain is not None and (plain.priority_since, plain.labels_since) == (None, ())
