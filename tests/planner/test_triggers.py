"""Which events are a reason to look: one table, complete, and whose they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from models.events import Event, Source
from models.ids import AccountId, IssueKey
from planner.triggers import ECHO, TABLE, UNKNOWN, judged, matters, teams_of, weighed
from tests.planner.world import LAW, TEAM, constitution, two_teams

J, B, S = Source.JIRA, Source.BITBUCKET, Source.SLACK
ME = AccountId("acc-agent")
SHARED = Path(__file__).parents[2].parent / "shared"
PAYLOADS, NAMES = SHARED / "payloads" / "index.json", SHARED / "contracts" / "webhooks.json"
PAGE = Path(__file__).parents[2] / "docs" / "integrations.md"


def changed(*fields: str) -> frozenset[str]:
    return frozenset(fields)


@pytest.mark.parametrize(
    ("source", "name", "fields", "reason"),
    [
        (J, "jira:issue_created", changed(), True),
        (J, "jira:issue_deleted", changed(), True),
        (J, "comment_created", changed(), True),
        (J, "jira:issue_updated", changed("status"), True),
        (J, "jira:issue_updated", changed("assignee"), True),
        (J, "jira:issue_updated", changed("priority"), True),
        (J, "jira:issue_updated", changed("resolution"), True),
        (J, "jira:issue_updated", changed("sprint"), True),
        (J, "jira:issue_updated", changed("flagged"), True),
        (J, "jira:issue_updated", changed("key", "project"), True),
        (J, "jira:issue_updated", changed("description", "status"), True),
        (J, "sprint_started", changed(), True),
        (J, "sprint_closed", changed(), True),
        (B, "pullrequest:created", changed(), True),
        (B, "pullrequest:updated", changed(), True),
        (B, "pullrequest:push", changed(), True),
        (B, "pullrequest:approved", changed(), True),
        (B, "pullrequest:unapproved", changed(), True),
        (B, "pullrequest:changes_request_created", changed(), True),
        (B, "pullrequest:changes_request_removed", changed(), True),
        (B, "pullrequest:fulfilled", changed(), True),
        (B, "pullrequest:rejected", changed(), True),
        (J, "jira:issue_updated", changed("description"), False),
        (J, "jira:issue_updated", changed("rank"), False),
        (J, "jira:issue_updated", changed("labels", "components"), False),
        (J, "jira:issue_updated", changed(), False),  # as a comment comes a second time
        (J, "comment_updated", changed(), False),
        (J, "comment_deleted", changed(), False),
        (J, "sprint_created", changed(), False),
        (J, "sprint_updated", changed(), False),  # as a start comes a second time
        (J, "board_updated", changed(), False),
        (J, "user_updated", changed(), False),
        (J, "worklog_created", changed(), False),
        (J, "issuelink_created", changed(), False),
        (J, "issue_property_set", changed(), False),
        (B, "pullrequest:comment_created", changed(), False),
        (B, "repo:push", changed(), False),
        (B, "repo:commit_status_created", changed(), False),
        (B, "jira:issue_created", changed(), False),  # a name counts for its own source only
        (S, "block_actions", changed(), False),
        (J, "", changed(), False),
    ],
)
def test_an_event_is_a_reason_to_look_or_not(source: Source, name: str, fields: frozenset[str], reason: bool) -> None:
    event = Event(source=source, name=name, changed=fields, actor=AccountId("acc-ann"))
    assert matters(event, ME) is reason
    assert matters(event, None) is reason


@pytest.mark.parametrize(
    ("name", "fields", "labels", "at_once"),
    [
        ("jira:issue_updated", changed("priority"), {"incident"}, True),
        ("jira:issue_updated", changed("labels"), {"Incident", "web"}, True),
        ("jira:issue_created", changed(), {"incident"}, True),
        ("jira:issue_updated", changed("labels"), {"web"}, False),
        ("jira:issue_updated", changed("status"), {"incident"}, False),  # it was so before
        ("comment_created", changed(), {"incident"}, False),
    ],
)
def test_what_says_that_production_is_down_waits_for_nothing_even_by_a_label_alone(
    name: str, fields: frozenset[str], labels: set[str], at_once: bool
) -> None:
    event = Event(source=J, name=name, changed=fields, priority="P0", labels=frozenset(labels))
    found = weighed(event, ME, LAW)
    assert found.at_once is at_once and (found.trigger or not at_once)
    assert not weighed(replace(event, actor=ME), ME, LAW).at_once, "our own doing is known"


def test_our_own_echo_is_no_reason_and_somebody_unknown_is_not_us() -> None:
    event = Event(source=J, name="comment_created", actor=ME)
    assert not matters(event, ME) and judged(event, ME).why == ECHO
    assert matters(event, None)
    assert matters(Event(source=J, name="comment_created", actor=None), None)


def test_our_own_echo_is_not_even_read_again() -> None:
    assert judged(Event(source=B, name="repo:commit_status_created"), ME).reread
    assert not judged(Event(source=B, name="repo:commit_status_created", actor=ME), ME).reread


@pytest.mark.skipif(not NAMES.exists(), reason="no folder shared beside the checkout: the vendors' names not compared")
def test_every_name_the_vendors_have_is_in_the_table_and_no_other() -> None:
    told = json.loads(NAMES.read_text())
    cloud = told["jira_cloud_admin"]
    jira = {name for names in cloud["events"].values() for name in names} | set(cloud["legacy_names_still_seen"])
    jira |= set(told["jira_cloud_dynamic"]["events"])
    ours = {source: {name for row in TABLE if row.source is source for name in row.names} for source in (J, B)}
    assert ours == {J: jira, B: set(told["bitbucket_cloud"]["events"])}


def test_every_row_can_be_reached() -> None:
    for row in TABLE:
        for name in row.names:
            fields = row.fields or frozenset({"description"})
            assert judged(Event(source=row.source, name=name, changed=fields), None).why == row.why, (name, row.why)


def test_a_name_nobody_knows_is_stored_and_no_more() -> None:
    assert judged(Event(source=J, name="jira:issue_teleported"), None).why == UNKNOWN


def test_the_page_shows_the_table_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    for row in TABLE:
        assert row.why in page, f"docs/integrations.md does not say: {row.why}"
        if len(row.names) <= 8:
            assert all(f"`{name}`" in page for name in row.names), row.names


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        ({"issue": IssueKey("PAY-7")}, True),
        ({"issue": IssueKey("PAYX-7")}, False),
        ({"project": "pay"}, True),
        ({"project": "OPS"}, False),
        ({"project": "OPS", "mentioned": frozenset({IssueKey("PAY-1")})}, True),  # it was ours before it was moved
        ({"board": 7}, True),
        ({"board": 8}, False),
        ({"repository": "acme/api"}, True),
        ({"repository": "Acme/API"}, True),
        ({"repository": "other/api"}, False),
        ({"repository": "other/api", "mentioned": frozenset({IssueKey("PAY-1")})}, True),
        ({"mentioned": frozenset({IssueKey("OPS-1"), IssueKey("PAY-1")})}, True),
        ({"mentioned": frozenset({IssueKey("OPS-1")})}, False),
        ({}, False),
    ],
)
def test_an_event_belongs_to_the_team_that_owns_its_subject(told: dict[str, Any], ours: bool) -> None:
    assert teams_of(Event(source=J, name="x", **told), LAW) == ((TEAM,) if ours else ())


def test_a_pull_request_with_keys_of_two_teams_is_a_reason_for_both_its_own_first() -> None:
    law = two_teams()
    first, second = law.teams
    keys = frozenset({IssueKey("OPS-2"), IssueKey("PAY-1"), IssueKey("UTF-8")})
    event = Event(source=B, name="pullrequest:created", repository="acme/api", mentioned=keys)
    assert teams_of(event, law) == (first.id, second.id)
    other = Event(source=B, name="pullrequest:created", repository="acme/ops", mentioned=keys)
    assert teams_of(other, law) == (second.id, first.id)


def test_two_keys_of_one_team_are_one_reason() -> None:
    keys = frozenset({IssueKey("PAY-1"), IssueKey("PAY-2")})
    assert teams_of(Event(source=B, name="x", repository="acme/api", mentioned=keys), LAW) == (TEAM,)


def test_a_repository_may_be_written_with_its_workspace() -> None:
    law = constitution(team={"bitbucket": {"workspace": "", "repositories": ["acme/api"]}})
    assert teams_of(Event(source=B, name="x", repository="acme/api"), law) == (TEAM,)


LEFT_OUT = {
    "pullrequest:comment_created": "talk in a pull request is read at once, but is no reason to look",
    "issuelink_created": "links are read within ten minutes",
}
FIELDS_LEFT_OUT = {"duedate", "issuetype", "fixversions"}


@pytest.mark.skipif(not PAYLOADS.exists(), reason="no folder shared beside the checkout: payloads not compared")
def test_the_recorded_payloads_are_judged_as_proposed_but_for_what_we_leave_out_on_purpose() -> None:
    for payload in json.loads(PAYLOADS.read_text())["payloads"]:
        if not payload["product"].endswith("-cloud"):
            continue
        expected = payload["expect"]
        items = expected.get("changed") or []
        fields = frozenset((item["fieldId"] or item["field"]).lower() for item in items)
        source = J if payload["product"].startswith("jira") else B
        event = Event(source=source, name=expected["event"], changed=fields)
        wanted = expected["trigger"]["decision"] == "yes"
        if expected["event"] in LEFT_OUT or (fields and fields <= FIELDS_LEFT_OUT):
            wanted = False
        assert matters(event, None) is wanted, payload["file"]
