"""Jira's door: unsigned is refused, built-to-hurt is refused, and everything else can be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.jira.webhook import parse, receive
from integrations.signatures import MAX_BYTES, sign
from models.errors import Unwelcome
from models.events import Delivery, Event, Source
from models.ids import DeliveryId

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)
SECRET = "It's a Secret to Everybody"
BODY = b'{"timestamp": 1594082228717, "webhookEvent": "jira:issue_updated"}'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=20,
)


def signed(body: bytes, secret: str = SECRET, **more: str) -> dict[str, str]:
    return {"X-Hub-Signature": sign(body, secret), **more}


def refused(headers: dict[str, str], body: bytes, secret: Any = SECRET) -> int:
    with pytest.raises(Unwelcome) as no:
        receive(headers, body, secret, NOON)
    return no.value.status


def event(body: Any) -> Event:
    raw = json.dumps(body).encode()
    return parse(Delivery(source=Source.JIRA, id=DeliveryId("1"), name="", body=raw, received=NOON))


def test_atlassians_documented_signature_is_the_one_we_make() -> None:
    expected = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"
    assert sign(b"Hello World!", SECRET) == expected


def test_a_signed_body_is_kept_byte_for_byte_under_the_vendors_id() -> None:
    headers = {"x-hub-signature": sign(BODY, SECRET), "X-ATLASSIAN-WEBHOOK-IDENTIFIER": "id-1"}
    got = receive(headers, BODY, SECRET, NOON)
    assert got == Delivery(
        source=Source.JIRA, id=DeliveryId("id-1"), name="jira:issue_updated", body=BODY, received=NOON
    )


def test_without_an_id_the_same_body_has_the_same_one() -> None:
    first, again = (receive(signed(BODY), BODY, SECRET, NOON) for _ in range(2))
    other = b'{"webhookEvent": "jira:issue_created"}'
    assert first.id == again.id != receive(signed(other), other, SECRET, NOON).id


@pytest.mark.parametrize("junk", ["a\nb", "x" * 300, "ü", ""])
def test_an_id_that_could_do_harm_is_not_kept(junk: str) -> None:
    got = receive({**signed(BODY), "X-Atlassian-Webhook-Identifier": junk}, BODY, SECRET, NOON)
    assert got.id == receive(signed(BODY), BODY, SECRET, NOON).id


@pytest.mark.parametrize("method", ["sha256", "sha384", "sha512"])
def test_the_vendor_may_move_to_a_stronger_method(method: str) -> None:
    assert receive({"X-Hub-Signature": sign(BODY, SECRET, method)}, BODY, SECRET, NOON).body == BODY


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha256",
        sign(BODY, "another"),
        sign(BODY + b" ", SECRET),
        sign(BODY, SECRET)[:-1],
        sign(BODY, SECRET) + "00",
        sign(BODY, SECRET).replace("sha256", "sha512"),
        sign(BODY, SECRET).replace("sha256", "sha1"),
        sign(BODY, SECRET).replace("sha256", "md5"),
        sign(BODY, SECRET).removeprefix("sha256="),
        "sha256=" + "ü" * 64,
    ],
)
def test_any_other_signature_is_refused(signature: str) -> None:
    assert refused({"X-Hub-Signature": signature}, BODY) == 401


def test_an_unsigned_body_is_refused() -> None:
    assert refused({}, BODY) == 401
    assert refused({"X-Hub-Signature-256": sign(BODY, SECRET)}, BODY) == 401


@pytest.mark.parametrize("secret", ["", " ", ",", [], ["", " "]])
def test_without_a_secret_everything_is_refused(secret: Any) -> None:
    assert refused({"X-Hub-Signature": sign(BODY, "")}, BODY, secret) == 401
    assert refused({}, BODY, secret) == 401


@pytest.mark.parametrize("secrets", ["old,new", " old , new ", ["old", "new"], ("new",)])
def test_while_a_secret_is_replaced_both_are_good(secrets: Any) -> None:
    assert receive(signed(BODY, "new"), BODY, secrets, NOON).body == BODY
    assert refused(signed(BODY, "older"), BODY, secrets) == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"text"',
        b"{",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": "\xff"}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a": ' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"a": ' + b'{"a": ' * 150 + b"1" + b"}" * 151,
        '{"a": 1}'.encode("utf-16"),
    ],
)
def test_a_signed_body_that_is_no_plain_object_is_refused(body: bytes) -> None:
    assert refused(signed(body), body) == 400


def test_a_compressed_body_is_refused() -> None:
    assert refused({**signed(BODY), "Content-Encoding": "gzip"}, BODY) == 400


def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    assert refused({}, b"{" + b" " * MAX_BYTES) == 413


@given(st.binary(max_size=200), st.dictionaries(st.sampled_from(["X-Hub-Signature", "X-a"]), st.text(max_size=90)))
def test_nothing_unsigned_comes_in_and_no_header_breaks_the_door(body: bytes, headers: dict[str, str]) -> None:
    assert refused(headers, body) == 401


@given(JSON)
def test_any_signed_json_is_taken_or_refused_in_order(value: Any) -> None:
    body = json.dumps(value).encode()
    try:
        parse(receive(signed(body), body, SECRET, NOON))
    except Unwelcome as no:
        assert no.status == 400


@given(st.dictionaries(st.sampled_from(["issue", "changelog", "sprint", "comment", "user", "timestamp"]), JSON))
def test_any_object_is_an_event(body: dict[str, Any]) -> None:
    assert event(body).source is Source.JIRA


def test_a_changed_field_is_told_by_its_id_and_by_its_name() -> None:
    items = [{"field": "Status", "fieldId": "status"}, {"field": "Rank"}, {"field": "Iteration", "fieldId": "Sprint"}]
    assert event({"changelog": {"items": items}}).changed == {"status", "rank", "sprint", "iteration"}


def test_both_sides_of_a_sprint_change_and_the_issues_own_sprints_are_named() -> None:
    items = [{"field": "Itération", "fieldId": "customfield_10107", "from": "7, 9", "to": "9, 12", "toString": "A, 33"}]
    fields = {"customfield_10107": [{"id": 9, "state": "active", "name": "x"}], "labels": [{"id": 99}]}
    body = {"issue": {"key": "PAY-1", "fields": fields}, "changelog": {"items": items}}
    assert event(body).sprints == {7, 9, 12}


def test_a_sprint_field_is_known_whatever_its_site_calls_it() -> None:
    items = [{"field": "Itération", "fieldId": "customfield_10107", "from": "7", "to": "9"}]
    legacy = "com.atlassian.greenhopper.service.sprint.Sprint@1f[id=9,rapidViewId=4,state=ACTIVE,name=A, b,goal=]"
    for value in ([{"id": 9, "state": "active"}], [legacy]):
        body = {"issue": {"key": "PAY-1", "fields": {"customfield_10107": value}}, "changelog": {"items": items}}
        assert "sprint" in event(body).changed
    assert "sprint" not in event({"changelog": {"items": items}}).changed


def test_a_sprint_event_names_its_board_and_what_it_was() -> None:
    body = {
        "webhookEvent": "sprint_updated",
        "sprint": {"id": 192, "originBoardId": 81},
        "oldValue": {"id": 192, "originBoardId": 81},
    }
    got = event(body)
    assert (got.sprints, got.board, got.issue, got.actor) == ({192}, 81, None, None)


def test_an_event_without_an_issue_names_its_id() -> None:
    worklog = {"webhookEvent": "worklog_created", "worklog": {"issueId": "10231", "updateAuthor": {"accountId": "a"}}}
    assert (event(worklog).issue_id, event(worklog).actor) == ("10231", "a")
    link = {"webhookEvent": "issuelink_created", "issueLink": {"sourceIssueId": 5, "destinationIssueId": 6}}
    assert event(link).issue_id == "6"


def test_a_moved_issue_names_the_key_it_had() -> None:
    items = [
        {"field": "Key", "fromString": "OLD-3", "toString": "PAY-9"},
        {"field": "project", "fieldId": "project"},
    ]
    got = event({"issue": {"id": "7", "key": "PAY-9"}, "changelog": {"items": items}})
    assert (got.issue, got.issue_id, got.mentioned, got.project) == ("PAY-9", "7", {"OLD-3"}, "PAY")


def test_a_data_center_user_has_no_account() -> None:
    assert event({"user": {"name": "levbrouk", "key": "levbrouk"}}).actor is None


@pytest.mark.parametrize("name", ["", "a b", "x" * 200, "<!channel>", 7, None])
def test_a_name_that_is_none_is_left_out(name: Any) -> None:
    assert event({"webhookEvent": name}).name == ""
