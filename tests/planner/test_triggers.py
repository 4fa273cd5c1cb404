"""Which events are a reason to look: one table, and whose they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from models.events import Event, Source
from models.ids import AccountId, IssueKey
from planner.triggers import matters, team_of
from tests.planner.world import LAW, TEAM, constitution

J, B, S = Source.JIRA, Source.BITBUCKET, Source.SLACK
ME = AccountId("acc-agent")
SHARED = Path(__file__).parents[2].parent / "shared" / "payloads" / "index.json"


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
        (J, "jira:issue_updated", changed("description", "status"), True),
        (J, "sprint_started", changed(), True),
        (J, "sprint_closed", changed(), True),
        (B, "pullrequest:created", changed(), True),
        (B, "pullrequest:updated", changed(), True),
        (B, "pullrequest:approved", changed(), True),
        (B, "pullrequest:changes_request_created", changed(), True),
        (B, "pullrequest:fulfilled", changed(), True),
        (B, "pullrequest:rejected", changed(), True),
        (J, "jira:issue_updated", changed("description"), False),
        (J, "jira:issue_updated", changed("rank"), False),
        (J, "jira:issue_updated", changed("labels", "components"), False),
        (J, "jira:issue_updated", changed(), False),
        (J, "comment_updated", changed(), False),
        (J, "comment_deleted", changed(), False),
        (J, "sprint_created", changed(), False),
        (J, "sprint_updated", changed(), False),
        (J, "board_updated", changed(), False),
        (J, "user_updated", changed(), False),
        (J, "worklog_created", changed(), False),
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


def test_our_own_echo_is_no_reason_and_somebody_unknown_is_not_us() -> None:
    event = Event(source=J, name="comment_created", actor=ME)
    assert not matters(event, ME)
    assert matters(event, None)
    assert matters(Event(source=J, name="comment_created", actor=None), None)


@pytest.mark.parametrize(
    ("told", "ours"),
    [
        ({"issue": IssueKey("PAY-7")}, True),
        ({"issue": IssueKey("PAYX-7")}, False),
        ({"project": "pay"}, True),
        ({"project": "OPS", "mentioned": frozenset({IssueKey("PAY-1")})}, False),
        ({"board": 7}, True),
        ({"board": 8}, False),
        ({"repository": "acme/api"}, True),
        ({"repository": "Acme/API"}, True),
        ({"repository": "other/api"}, False),
        ({"mentioned": frozenset({IssueKey("OPS-1"), IssueKey("PAY-1")})}, True),
        ({"mentioned": frozenset({IssueKey("OPS-1")})}, False),
        ({}, False),
    ],
)
def test_an_event_belongs_to_the_team_that_owns_its_subject(told: dict[str, Any], ours: bool) -> None:
    assert team_of(Event(source=J, name="x", **told), LAW) == (TEAM if ours else None)


def test_a_repository_may_be_written_with_its_workspace() -> None:
    law = constitution(team={"bitbucket": {"workspace": "", "repositories": ["acme/api"]}})
    assert team_of(Event(source=B, name="x", repository="acme/api"), law) == TEAM


LEFT_OUT = {
    "pullrequest:comment_created": "talk in a pull request changes nobody's move",
    "issuelink_created": "links are read with the next look",
}
FIELDS_LEFT_OUT = {"duedate", "issuetype", "fixversions"}


@pytest.mark.skipif(not SHARED.exists(), reason="no folder shared beside the checkout: recorded payloads not compared")
def test_the_recorded_payloads_are_judged_as_proposed_but_for_what_we_leave_out_on_purpose() -> None:
    for payload in json.loads(SHARED.read_text())["payloads"]:
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
