"""From Bitbucket's JSON to our nouns: never a guess, never a failure."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.bitbucket.activity import history_of
from integrations.bitbucket.mapping import pull_request_of, reviews_of, waiting_since
from models.pulls import ReviewState
from tests.integrations.bitbucket.conftest import ADA, LI, MAX, OPENED, TOUCHED, part, pull_request, updated, user

SHARED = Path(__file__).resolve().parents[3].parent / "shared" / "payloads" / "api" / "bitbucket-cloud"
recorded = pytest.mark.skipif(not SHARED.is_dir(), reason="recorded payloads (shared/payloads) are absent")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=5),
    max_leaves=20,
)


def test_what_each_reviewer_said_last_is_told() -> None:
    raw = pull_request(
        1,
        reviewers=[user(LI), user(MAX), user(ADA)],
        participants=[
            part(LI, state="changes_requested", on=TOUCHED),
            part(ADA, state="approved"),
            part("guest", role="PARTICIPANT", state="approved"),
            part(None, state="approved"),
        ],
    )
    found = reviews_of(raw)
    assert [(r.reviewer, r.state) for r in found] == [
        (LI, ReviewState.CHANGES_REQUESTED),
        (MAX, ReviewState.WAITING),
    ]
    assert found[0].at == datetime.fromisoformat(TOUCHED)


def test_an_old_reply_without_state_is_read_by_its_approval() -> None:
    old = {**part(LI), "approved": True}
    del old["state"]
    assert reviews_of(pull_request(1, participants=[old]))[0].state is ReviewState.APPROVED


@pytest.mark.parametrize(
    ("reviewed_on", "expected"),
    [
        (None, OPENED),
        ("2026-11-03T10:00:00+00:00", TOUCHED),
        (TOUCHED, OPENED),
    ],
)
def test_without_activity_only_what_comes_after_a_review_restarts_the_wait(
    reviewed_on: str | None, expected: str
) -> None:
    raw = pull_request(1, updated_on=TOUCHED, participants=[part(LI, on=reviewed_on)])
    assert waiting_since(raw) == datetime.fromisoformat(expected)


def test_an_author_without_an_account_has_no_updates_of_their_own() -> None:
    raw = pull_request(1, author=user(None), updated_on=TOUCHED)
    history = history_of([updated(None, TOUCHED)], None)
    assert waiting_since(raw, history) == datetime.fromisoformat(OPENED)


@given(JSON, JSON)
def test_no_json_makes_the_mapping_fail(junk: Any, more: Any) -> None:
    assert pull_request_of(junk, "acme/pay", activity=more if isinstance(more, list) else None) is None


@given(st.sampled_from(sorted(pull_request(1))), JSON)
def test_one_broken_field_costs_at_most_that_field(name: str, junk: Any) -> None:
    made = pull_request_of(pull_request(1, **{name: junk}), "acme/pay", activity=[updated(ADA, TOUCHED)])
    if made is None:
        assert name in {"id", "updated_on"}
    else:
        assert made.id.startswith("acme/pay#")
        assert made.waiting_since.tzinfo is UTC


@pytest.mark.parametrize("href", ["javascript:alert(1)", "https://x/ <y>", None, 7])
def test_a_link_that_is_none_is_replaced_by_the_known_one(href: Any) -> None:
    made = pull_request_of(pull_request(3, links={"html": {"href": href}}), "acme/pay")
    assert made is not None
    assert made.url == "https://bitbucket.org/acme/pay/pull-requests/3"


@recorded
def test_recorded_pull_requests_are_read() -> None:
    listed = json.loads((SHARED / "devlake-pull_requests.json").read_text())
    made = [pull_request_of(raw, "somewhere/else") for raw in listed]
    assert len(made) == 19
    assert all(pr is not None and pr.id == f"likyh/likyhphp#{raw['id']}" for pr, raw in zip(made, listed, strict=True))
    assert all(pr is not None and pr.state == raw["state"] for pr, raw in zip(made, listed, strict=True))


@recorded
def test_a_recorded_approval_by_somebody_not_asked_is_no_review() -> None:
    raw = json.loads((SHARED / "atlantis-pull-approved.json").read_text())
    assert any(participant["approved"] for participant in raw["participants"])
    made = pull_request_of(raw, "lkysow/atlantis-example")
    assert made is not None
    assert (made.reviews, made.id, made.draft) == ((), "lkysow/atlantis-example#12", False)
