"""What a secret looks like is known in one place, and nothing that is given back to us as it is gets changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.redaction import GONE, SHORTEST_IN_WORDS, Redactor

SHAPED = (
    "xoxb-123456789012-abcdefghijkl",
    "xapp-1-A07-1234567890-abcdef",
    "ATATT3xFfGF0abcdefgh",
    "sk-ant-api03-abcdefghijklmnop",
    "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
    "glpat-0123456789abcdefghij",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIabc\n-----END RSA PRIVATE KEY-----",
)


@pytest.mark.parametrize("secret", SHAPED)
def test_whatever_looks_like_a_secret_is_gone_from_the_words_around_it(secret: str) -> None:
    assert Redactor()(f"the key is {secret} as of now") == f"the key is {GONE} as of now"


@given(st.dictionaries(st.sampled_from(["text", "value", "action_id", "url", "items"]), st.text(max_size=20)))
def test_a_body_without_secrets_stays_as_it_is(body: dict[str, str]) -> None:
    assert Redactor(["not-in-there-at-all"]).shown({"blocks": [body], "n": 7, "b": None}) == {
        "blocks": [body],
        "n": 7,
        "b": None,
    }


def test_ids_and_values_a_vendor_gives_back_stay_and_words_beside_them_do_not() -> None:
    known = Redactor(["hunter2hunter2"])
    button = {"type": "button", "value": "hunter2hunter2", "text": {"type": "plain_text", "text": "hunter2hunter2"}}
    assert known.shown(button) == {**button, "text": {"type": "plain_text", "text": GONE}}


def test_a_short_known_secret_is_looked_for_in_logs_and_not_in_what_people_read() -> None:
    assert Redactor(["team"])("the team") == f"the {GONE}"
    assert Redactor(["team"], SHORTEST_IN_WORDS)("the team") == "the team"
