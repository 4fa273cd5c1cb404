"""Bitbucket's door: signed bodies only, the event's name from the header, keys only where they are keys."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.bitbucket.mapping import keys_in
from integrations.bitbucket.webhook import parse, receive
from integrations.signatures import sign
from models.errors import Unwelcome
from models.events import Delivery, Event, Source
from models.ids import DeliveryId

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)
BODY = b'{"repository": {"full_name": "acme/pay"}}'
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=20,
)


def event(body: Any, name: str = "pullrequest:updated", projects: tuple[str, ...] = ()) -> Event:
    raw = json.dumps(body).encode()
    return parse(Delivery(source=Source.BITBUCKET, id=DeliveryId("1"), name=name, body=raw, received=NOON), projects)


def test_the_name_and_the_id_come_from_the_headers() -> None:
    headers = {"X-Event-Key": "repo:push", "X-Request-UUID": "5f-1", "X-Hub-Signature": sign(BODY, "s")}
    got = receive(headers, BODY, "s", NOON)
    assert got == Delivery(source=Source.BITBUCKET, id=DeliveryId("5f-1"), name="repo:push", body=BODY, received=NOON)


def test_without_an_id_event_and_body_are_the_id() -> None:
    base = {"X-Hub-Signature": sign(BODY, "s")}
    ids = [
        receive({**base, "X-Event-Key": key}, BODY, "s", NOON).id
        for key in ("pullrequest:approved", "pullrequest:approved", "pullrequest:unapproved")
    ]
    assert ids[0] == ids[1] != ids[2]


def test_an_unsigned_body_is_refused() -> None:
    for headers in ({}, {"X-Hub-Signature": sign(BODY, "other")}):
        with pytest.raises(Unwelcome) as no:
            receive(headers, BODY, "s", NOON)
        assert no.value.status == 401


@given(st.dictionaries(st.sampled_from(["pullrequest", "push", "repository", "actor", "comment", "changes"]), JSON))
def test_any_object_is_an_event(body: dict[str, Any]) -> None:
    assert event(body).name == "pullrequest:updated"


def test_a_pull_request_is_named_with_its_keys() -> None:
    pr = {
        "id": 16,
        "title": "PAY-12: encode as UTF-8 (see RFC-7231)",
        "source": {"branch": {"name": "feature/pay-7_retry"}},
        "updated_on": "2026-11-04T11:00:00.123456+00:00",
    }
    body = {"repository": {"full_name": "acme/pay"}, "actor": {"account_id": "a1"}, "pullrequest": pr}
    got = event(body, projects=("PAY",))
    assert (got.pull_request, got.repository, got.actor) == ("acme/pay#16", "acme/pay", "a1")
    assert got.mentioned == {"PAY-12", "PAY-7"}
    assert got.at == datetime(2026, 11, 4, 11, 0, 0, 123456, tzinfo=UTC)


def test_a_push_is_searched_for_keys_even_when_a_side_is_missing() -> None:
    changes = [
        {"new": None, "old": {"name": "PAY-3-old"}, "commits": None},
        {"new": {"name": "main"}, "old": None, "commits": [{"message": "PAY-4 fix\n\nalso PAY-5."}], "truncated": True},
    ]
    assert event({"push": {"changes": changes}}, "repo:push").mentioned == {"PAY-3", "PAY-4", "PAY-5"}


@pytest.mark.parametrize(
    "status",
    [
        {"commit": {"hash": "9fec847784abb10b2fa567ee63b85bd238955d0e"}},
        {"links": {"commit": {"href": "https://x/2.0/commit/9fec847784abb10b2fa567ee63b85bd238955d0e/"}}},
    ],
)
def test_a_build_names_its_commit(status: dict[str, Any]) -> None:
    got = event({"repository": {"full_name": "acme/pay"}, "commit_status": status}, "repo:commit_status_created")
    assert (got.commit, got.pull_request) == ("9fec847784abb10b2fa567ee63b85bd238955d0e", None)
    assert event({"commit_status": {"commit": {"hash": "main"}}}).commit is None


@pytest.mark.parametrize("word", ["UTF-8", "SHA-256", "ISO-8601", "RFC-7231", "CVE-2024-1", "AES-256", "COVID-19"])
def test_what_only_looks_like_a_key_is_none(word: str) -> None:
    assert keys_in(f"use {word} here") == []
    assert keys_in(f"use {word} here", [word.partition("-")[0]]) != [], "but a team may really have such a project"


@pytest.mark.parametrize(
    "text", ["xPAY-12", "PAY-12x", "PAY-0", "PAY-007", "PAY-", "P-1", "pay-12", "PAY-1.2", "PAY12"]
)
def test_a_key_ends_where_a_word_ends(text: str) -> None:
    assert keys_in(text, ["PAY", "P"]) == []


@pytest.mark.parametrize(
    ("branch", "found"),
    [
        ("feature/proj-12-x", ["PROJ-12"]),
        ("fix_PROJ-12", ["PROJ-12"]),
        ("PROJ-12_and-PROJ-13", ["PROJ-12", "PROJ-13"]),
        ("my_proj-3", ["MY_PROJ-3"]),
        ("release-2", []),
    ],
)
def test_a_branch_may_name_a_known_project_in_any_case(branch: str, found: list[str]) -> None:
    assert keys_in(branch, ["PROJ", "MY_PROJ"], branch=True) == found


def test_an_unknown_project_counts_in_a_branch_only_in_capitals() -> None:
    assert keys_in("patch-2", branch=True) == []
    assert keys_in("feature/PAY-12-retry", branch=True) == ["PAY-12"]


@pytest.mark.parametrize("text", ["A" * 50_000, "A_" * 25_000, "A-" * 25_000, "PAY-1" * 10_000, "a" * 50_000])
def test_a_hostile_text_is_searched_in_no_time(text: str) -> None:
    """Would take minutes if a word could be read from each of its letters to its end."""
    keys_in(text)
    keys_in(text, ["PAY"], branch=True)


@given(st.from_regex(r"[A-Z][A-Z0-9]{1,9}", fullmatch=True), st.integers(1, 10**9), st.sampled_from(" /([,:"))
def test_every_key_of_a_known_project_is_found(project: str, number: int, before: str) -> None:
    assert keys_in(f"see{before}{project}-{number}, please", [project]) == [f"{project}-{number}"]
