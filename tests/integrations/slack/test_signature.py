"""Only Slack's own, fresh signature opens the door; nothing odd in the headers does more than close it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier

from integrations.slack import sign, verify
from models.errors import Unwelcome

SECRET = "a signing secret"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
BODY = b"token=x&command=%2Fpm"


def headers(at: datetime = NOW, body: bytes = BODY, secret: str = SECRET) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(secret, stamp, body)}


def test_slacks_own_library_makes_the_same_signature() -> None:
    theirs = SignatureVerifier(SECRET).generate_signature(timestamp="1531420618", body=BODY)
    assert sign(SECRET, "1531420618", BODY) == theirs


@pytest.mark.parametrize("late", [-300, 0, 300])
def test_a_fresh_signature_is_taken(late: int) -> None:
    verify(SECRET, headers(), BODY, NOW + timedelta(seconds=late))


@pytest.mark.parametrize("late", [-301, 301, 10**9])
def test_a_replay_is_refused(late: int) -> None:
    with pytest.raises(Unwelcome) as refused:
        verify(SECRET, headers(), BODY, NOW + timedelta(seconds=late))
    assert refused.value.status == 401


def test_another_body_another_secret_and_no_secret_are_refused() -> None:
    for given_secret, given_headers, body in (
        (SECRET, headers(), BODY + b"x"),
        (SECRET, headers(secret="other"), BODY),
        ("", headers(secret=""), BODY),
    ):
        with pytest.raises(Unwelcome):
            verify(given_secret, given_headers, body, NOW)


@given(stamp=st.text(max_size=20), signature=st.text(max_size=80))
def test_no_header_does_more_than_close_the_door(stamp: str, signature: str) -> None:
    with pytest.raises(Unwelcome):
        verify(SECRET, {"x-slack-request-timestamp": stamp, "x-slack-signature": signature}, BODY, NOW)
