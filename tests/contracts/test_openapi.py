"""The contract checks themselves: they pass what real sites sent and catch the mistakes they are there for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.contracts.openapi import AVAILABLE, MISSING, NotTheContract, adf_complaints, check_request, check_response

pytestmark = pytest.mark.skipif(not AVAILABLE, reason=MISSING)

RECORDED = Path(__file__).resolve().parents[2].parent / "shared" / "payloads" / "api"
JIRA, BITBUCKET = "http://127.0.0.1:8400/jira", "http://127.0.0.1:8400/bitbucket/2.0"
TYPE = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("url", "file"),
    [
        (f"{JIRA}/rest/agile/1.0/board/1/configuration", "jira-cloud/jirametrics-board-configuration.json"),
        (f"{JIRA}/rest/api/3/status", "jira-cloud/jirametrics-statuses.json"),
        (f"{JIRA}/rest/api/3/issue/SP-1", "jira-cloud/jirametrics-SP-1.json"),
        (f"{BITBUCKET}/repositories/a/b/pullrequests/12", "bitbucket-cloud/atlantis-pull-approved.json"),
        (f"{BITBUCKET}/repositories/a/b/pullrequests/1", "bitbucket-cloud/go-scm-pr.json"),
        (f"{BITBUCKET}/repositories/a/b/hooks", "bitbucket-cloud/go-scm-hooks.json"),
    ],
)
def test_a_recorded_reply_passes(url: str, file: str) -> None:
    if not RECORDED.is_dir():
        pytest.skip("recorded payloads (shared/payloads) are absent")
    check_response("GET", url, 200, TYPE, (RECORDED / file).read_bytes())


@pytest.mark.parametrize(
    ("method", "url", "body", "complaint"),
    [
        ("GET", f"{JIRA}/rest/api/3/search?jql=x", None, "deprecated"),
        ("GET", f"{JIRA}/rest/agile/1.0/sprint/1/issue", None, "deprecated"),
        ("GET", f"{JIRA}/rest/agile/1.0/board/1/issue", None, "deprecated"),
        ("POST", f"{JIRA}/rest/api/3/search/jql", {"jql": "a", "startAt": 0}, "startAt"),
        ("POST", f"{JIRA}/rest/api/3/comment/list", {"ids": ["a"]}, "not of type"),
        ("POST", f"{JIRA}/rest/api/3/issue/A-1/comment", {"body": "plain"}, "ADF"),
        ("GET", f"{JIRA}/rest/api/3/myself?nope=1", None, "'nope' is not described"),
        ("GET", f"{JIRA}/rest/api/3/nowhere", None, "is not in"),
        ("DELETE", f"{JIRA}/rest/api/3/myself", None, "is not in"),
        ("GET", f"{BITBUCKET}/repositories/a/b/pullrequests?state=open", None, "state"),
        ("GET", f"{BITBUCKET}/repositories/a/b/pullrequests/x", None, "integer"),
        ("GET", "http://127.0.0.1:8400/elsewhere", None, "no vendor"),
    ],
)
def test_a_wrong_request_is_caught(method: str, url: str, body: Any, complaint: str) -> None:
    raw = json.dumps(body).encode() if body is not None else None
    with pytest.raises(NotTheContract, match=complaint):
        check_request(method, url, TYPE, raw)


@pytest.mark.parametrize(
    ("url", "status", "body"),
    [
        (f"{JIRA}/rest/api/3/search/jql", 200, {"issues": [], "total": 3}),
        (f"{JIRA}/rest/api/3/search/jql", 202, {}),
        (f"{JIRA}/rest/api/3/issue/A-1/comment", 201, {"id": 7}),
        (f"{JIRA}/rest/api/3/issue/A-1/comment", 201, {"created": "yesterday"}),
    ],
)
def test_a_wrong_reply_is_caught(url: str, status: int, body: Any) -> None:
    with pytest.raises(NotTheContract):
        check_response("POST", url, status, TYPE, json.dumps(body).encode())


def test_real_but_undescribed_addresses_are_named_and_pass() -> None:
    check_request("POST", f"{JIRA}/rest/webhooks/1.0/webhook", TYPE, b"{}")
    check_request("GET", f"{JIRA}/rest/dev-status/1.0/issue/detail?issueId=1", TYPE, None)


def test_a_failure_may_be_undescribed() -> None:
    check_response("GET", f"{JIRA}/rest/api/3/myself", 503, TYPE, b"<html>")


@pytest.mark.parametrize(
    "node",
    [
        {"type": "text", "text": ""},
        {"type": "mention", "attrs": {"accountId": "a"}},
        {"type": "blink"},
    ],
)
def test_rich_text_that_jira_would_refuse_is_caught(node: Any) -> None:
    good = {"type": "mention", "attrs": {"id": "a", "text": "@A"}}
    wrap = lambda inner: {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [inner]}]}  # noqa: E731
    assert adf_complaints(wrap(good)) == []
    assert adf_complaints(wrap(node)) != []
