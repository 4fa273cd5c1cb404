"""Bodies that real Jira and Bitbucket sites sent go through our doors, and are read as the index says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from integrations.bitbucket import webhook as bitbucket
from integrations.jira import webhook as jira
from integrations.signatures import sign
from models.errors import Unwelcome
from models.events import Delivery, Event

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "payloads"
INDEX: dict[str, Any] = json.loads((SHARED / "index.json").read_text()) if SHARED.is_dir() else {"payloads": []}
ROWS = {row["file"]: row for row in INDEX["payloads"]}
JIRA = sorted(file for file in ROWS if file.startswith("jira-"))
BITBUCKET = sorted(file for file in ROWS if file.startswith("bitbucket-"))
NOW = datetime(2026, 11, 4, 12, tzinfo=UTC)

pytestmark = pytest.mark.skipif(not ROWS, reason="recorded payloads (shared/payloads) are absent")


def delivered(file: str) -> Delivery:
    """The body through its door, signed as the vendor does; with its own recorded signature where there is one."""
    row, body = ROWS[file], (SHARED / file).read_bytes()
    secret = row.get("signature_secret", "s3cret")
    headers = {"X-Hub-Signature": sign(body, secret), **row["headers_known"]}
    door = jira if file.startswith("jira-") else bitbucket
    return door.receive(headers, body, secret, NOW)


def read(file: str) -> Event:
    door = jira if file.startswith("jira-") else bitbucket
    return door.parse(delivered(file))


def account(file: str, place: dict[str, Any] | None) -> str | None:
    return place.get("account_id") or place.get("accountId") if place else None


def test_every_recorded_body_is_in_the_index() -> None:
    here = {str(f.relative_to(SHARED)) for folder in ("jira-*", "bitbucket-*") for f in SHARED.glob(f"{folder}/*.json")}
    assert here == set(ROWS)


@pytest.mark.parametrize("file", sorted(ROWS))
def test_a_recorded_body_comes_in_signed_and_stays_out_unsigned(file: str) -> None:
    got = delivered(file)
    assert got.body == (SHARED / file).read_bytes()
    assert got.name == ROWS[file]["expect"]["event"]
    door = jira if file.startswith("jira-") else bitbucket
    with pytest.raises(Unwelcome):
        door.receive({"X-Hub-Signature": sign(got.body, "another")}, got.body, "s3cret", NOW)


NAMES = SHARED.parent / "contracts" / "webhooks.json"


def every_name() -> list[tuple[str, str]]:
    """(vendor, event name) of every name the vendors have."""
    if not NAMES.is_file():
        return []
    told = json.loads(NAMES.read_text())
    jira_names = {name for names in told["jira_cloud_admin"]["events"].values() for name in names}
    jira_names |= {*told["jira_cloud_admin"]["legacy_names_still_seen"], *told["jira_cloud_dynamic"]["events"]}
    return [*(("jira", n) for n in sorted(jira_names)), *(("bitbucket", n) for n in told["bitbucket_cloud"]["events"])]


@pytest.mark.parametrize(("vendor", "name"), every_name())
def test_every_name_the_vendors_have_is_read_with_any_recorded_body(vendor: str, name: str) -> None:
    """No name needs a body of its own shape: what is there is read, what is not is absent."""
    for file in [row for row in ROWS if row.startswith(vendor)]:
        body = json.loads((SHARED / file).read_bytes())
        headers = {"X-Event-Key": name}
        if vendor == "jira":
            body["webhookEvent"] = name
        raw = json.dumps(body).encode()
        door = jira if vendor == "jira" else bitbucket
        got = door.parse(door.receive({**headers, "X-Hub-Signature": sign(raw, "s")}, raw, "s", NOW))
        as_it_came = read(file)
        assert (got.name, got.issue, got.pull_request, got.repository) == (
            *(name, as_it_came.issue),
            *(as_it_came.pull_request, as_it_came.repository),
        )


def test_what_the_door_has_read_is_read_as_what_the_inbox_kept() -> None:
    for file in (*JIRA, *BITBUCKET):
        received, door = delivered(file), jira if file.startswith("jira") else bitbucket
        assert received.said is not None, "the door has read it once"
        kept = replace(received, said=None)
        assert door.parse(received) == door.parse(kept) and received == kept


@pytest.mark.parametrize("file", JIRA)
def test_a_recorded_jira_body_names_what_the_index_says(file: str) -> None:
    expect, got = ROWS[file]["expect"], read(file)
    link = expect.get("link") or {}
    assert got.name == expect["event"]
    assert got.issue == expect["issue_key"]
    assert got.issue_id == (expect["issue_id"] or (str(link["destination_issue_id"]) if link else None))
    assert got.project == expect["project_key"]
    names = {name.lower() for row in expect["changed"] for name in (row["fieldId"], row["field"]) if name}
    assert got.changed in (names, names | {"sprint"})
    assert ("sprint" in got.changed) is bool(expect.get("sprint_change") or "sprint" in names)
    assert got.board == (expect.get("board_id") or (63 if expect["event"] == "board_updated" else None))
    named = {sprint["id"] for sprint in expect["sprints_on_issue"]} | {expect.get("sprint_id")}
    named |= set(sum((expect.get("sprint_change") or {}).values(), []))
    assert got.sprints == named - {None}
    assert got.at is not None
    assert got.actor == account(file, expect.get("actor")) or expect.get("actor") is None


@pytest.mark.parametrize("file", BITBUCKET)
def test_a_recorded_bitbucket_body_names_what_the_index_says(file: str) -> None:
    expect, got = ROWS[file]["expect"], read(file)
    pr = expect.get("pr")
    assert got.name == expect["event"]
    assert got.mentioned == set(expect.get("jira_keys", []))
    number = int(got.pull_request.rpartition("#")[2]) if got.pull_request else None
    assert number == (pr["id"] if pr else None)
    if file.startswith("bitbucket-cloud/"):
        assert got.repository == expect["repo"]
        assert got.actor == account(file, expect.get("actor"))
        assert got.pull_request is None or got.pull_request == f"{expect['repo']}#{pr['id']}"


def test_the_body_with_its_own_recorded_signature_is_genuine() -> None:
    file = "bitbucket-cloud/jenkins-cloud-signed_payload.json"
    assert "X-Hub-Signature" in ROWS[file]["headers_known"]
    assert delivered(file).name == "repo:push"


@pytest.mark.parametrize("file", sorted(ROWS))
def test_half_a_recorded_body_is_refused_and_never_breaks_the_door(file: str) -> None:
    body = (SHARED / file).read_bytes()
    half = body[: len(body) // 2]
    door = jira if file.startswith("jira-") else bitbucket
    with pytest.raises(Unwelcome) as no:
        door.receive({"X-Hub-Signature": sign(half, "s")}, half, "s", NOW)
    assert no.value.status == 400
