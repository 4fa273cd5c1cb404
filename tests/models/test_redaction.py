"""What a secret looks like is known in one place; what stands beside one, and what only looks like one, stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.dataline import as_data
from models.redaction import GONE, SHAPES, SHORTEST_IN_WORDS, Redactor

BODY = "".join("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+/"[n * 7 % 64] for n in range(64))
LINES = ("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj", BODY, BODY[::-1], "Qk9CfIz0=")
BEGIN, END = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
KEY = "\n".join((BEGIN, *LINES, END))
SEALED = "\n".join((BEGIN, "Proc-Type: 4,ENCRYPTED", "DEK-Info: AES-128-CBC,0123456789ABCDEF", "", *LINES, END))
OF_PGP = "-----{} PGP PRIVATE KEY BLOCK-----"
PGP = "\n".join((OF_PGP.format("BEGIN"), "Version: 2", "", *LINES, OF_PGP.format("END")))

TOKENS = (
    "xoxb-123456789012-abcdefghijkl",
    "xoxe.xoxp-1-abcdef0123",
    "xapp-1-A07-1234567890-abcdef",
    "ATATT3xFfGF0abcdefgh",
    "sk-ant-api03-abcdefghijklmnop",
    "ghp_0123456789abcdefghijklmnopqrstuvwxyz",
    "glpat-0123456789abcdefghij",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOi.eyJzdWIiOi.c2lnbmF0dXJl",
)
SHAPED = (*TOKENS, KEY, SEALED, PGP, KEY.replace("\n", "\r\n"), "\n".join((BEGIN, *LINES[:3])))
"""The last one is cut off before its end."""

MARKERS = (BEGIN, END, "-----BEGIN PRIVATE KEY-----", "-----BEGIN PGP PRIVATE KEY BLOCK-----")
SIGNS = ("://", "a://b:", "@", '"', "\\", "\n", ",", "{", "…")
TRICKS = (*MARKERS, *SIGNS, "bearer ", "Basic ", "eyJ", "xoxb-", "sk-ant-", "A" * 30)
WORDS = st.lists(st.one_of(st.sampled_from(TRICKS), st.text(max_size=8)), max_size=6).map("".join)
KNOWN = Redactor(['n0t"in<there>&at*all_', "n2ext-letter-of-a-line"], SHORTEST_IN_WORDS)


# --- a secret is gone, however it is written ------------------------------------------------------------------------


@pytest.mark.parametrize("secret", SHAPED, ids=lambda secret: secret[:12])
def test_whatever_looks_like_a_secret_is_gone_from_the_words_around_it(secret: str) -> None:
    assert SHAPES(f"the key is {secret} as of now") == f"the key is {GONE} as of now"


def flat(text: str) -> str:
    return " ".join(text.split())


WRITTEN: dict[str, Callable[[str], str]] = {
    "behind an escaped line end": lambda secret: json.dumps(f"log:\n{secret}"),
    "behind an escaped sign": lambda secret: as_data(f"<{secret}>"),
    "in JSON in JSON": lambda secret: json.dumps(json.dumps({"log": f"a\n{secret}\n"})),
    "in an address": lambda secret: f"https://host/?token%3D{secret}",
    "on one line": lambda secret: flat(f"the key {secret} leaked"),
    "indented": lambda secret: "key: |\n    " + secret.replace("\n", "\n    "),
    "quoted": lambda secret: "> " + secret.replace("\n", "\n> "),
    "quoted in mrkdwn": lambda secret: "&gt; " + secret.replace("\n", "\n&gt; "),
    "in Python's words": lambda secret: repr([f"a\n{secret}"]),
}


@pytest.mark.parametrize("secret", SHAPED, ids=lambda secret: secret[:12])
@pytest.mark.parametrize("write", WRITTEN.values(), ids=WRITTEN)
def test_no_quote_no_escape_and_no_line_end_hides_a_secret(write: Callable[[str], str], secret: str) -> None:
    told = SHAPES(write(secret))
    assert GONE in told and not [piece for piece in secret.split() if len(piece) > 7 and piece in told]


SPELT: dict[str, Callable[[str], str]] = {
    "as it is": lambda secret: secret,
    "as JSON": lambda secret: json.dumps(secret),
    "as data": as_data,
    "as mrkdwn": lambda s: s.replace("&", "&amp;").replace("<", "&lt;").replace("*", "\u2217").replace("~", "\u223c"),
    "cut off": lambda secret: f"{secret[:-3]}…",
    "cut off early": lambda secret: f"{secret[:9]}…",
}


@pytest.mark.parametrize("write", SPELT.values(), ids=SPELT)
def test_a_known_secret_is_gone_in_every_spelling_we_write_it_in(write: Callable[[str], str]) -> None:
    secret = 'hunter2"<&*~/\\pass'
    told = Redactor([secret], SHORTEST_IN_WORDS)(f"it is {write(secret)} as of now")
    assert GONE in told and "hunter" not in told and "pass" not in told and told.endswith(" as of now")


# --- and nothing else -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "honest",
    [
        *MARKERS,
        f"Rotate the {BEGIN} in the vault",
        f"{BEGIN} blocked\n• PAY-2 production is down",
        f"• PAY-1 {BEGIN}\n• PAY-2 production is down\n• PAY-3 {END}",
        "the branch xapp-frontend-login, the team xoxo-berlin and the game sk-ant-colony-sim",
        "basic understanding of v2, Basic PAY-1234, the bearer PAY-4711 on 2026-11-23",
        "basic tests/e2e/login2 and basic authentication, 3 points",
        "ATTACTIC and ATBBrandenburg",
        'https://","by":"eve:x@there"',
    ],
)
def test_what_only_looks_like_a_secret_stays(honest: str) -> None:
    assert SHAPES(honest) == honest


FRAMES = st.sampled_from(["• PAY-{} {}", "{}. {} waits", "*PAY-{}* “{}”"])


@given(st.lists(WORDS, max_size=6), st.integers(0, 5), FRAMES)
def test_no_line_changes_for_what_another_line_says(titles: list[str], place: int, frame: str) -> None:
    lines = [frame.format(n, flat(title)) for n, title in enumerate([*titles, "production is down"])]
    lines.insert(place, f"• PAY-99 {BEGIN}")
    assert SHAPES("\n".join(lines)).split("\n") == [SHAPES(line) for line in lines]


JSON = st.recursive(
    st.one_of(st.none(), st.integers(), WORDS),
    lambda inside: st.one_of(st.lists(inside, max_size=4), st.dictionaries(WORDS, inside, max_size=3)),
    max_leaves=8,
)


def shape(value: Any) -> Any:
    """Everything of a value but what its strings say."""
    if isinstance(value, dict):
        return {key: shape(inside) for key, inside in value.items()}
    return [shape(inside) for inside in value] if isinstance(value, list) else type(value).__name__


@given(JSON.map(lambda value: {"all": value}), st.booleans(), st.sampled_from(TOKENS))
def test_redacted_json_is_json_with_the_same_keys_and_as_many_rows(value: Any, narrow: bool, token: str) -> None:
    held = {**value, "token": f"a\n{token}"}
    told = KNOWN.rows(json.dumps(held, ensure_ascii=narrow))
    assert shape(json.loads(told)) == shape(held) and token not in told


@given(st.lists(JSON, max_size=4), WORDS)
def test_rows_of_json_between_words_stay_rows(values: list[Any], words: str) -> None:
    rows = [json.dumps([value]) for value in values]
    told = KNOWN.rows("\n".join(["Facts:", *rows, flat(words), BEGIN, "the question"])).split("\n")
    assert [shape(json.loads(row)) for row in told[1 : len(rows) + 1]] == [shape([value]) for value in values]
    assert (told[0], told[-1], len(told)) == ("Facts:", "the question", len(rows) + 4)


def test_what_holds_no_secret_comes_out_byte_for_byte() -> None:
    rows = '{"a" : "\\u003cb\\u00e9",  "n":1.0}\nwords\n["x", {}]\n{broken\n'
    assert KNOWN.rows(rows) == rows


def test_a_line_that_only_looks_like_json_is_redacted_as_words() -> None:
    assert KNOWN.rows(f"{{broken {TOKENS[0]}\n[{TOKENS[1]}") == f"{{broken {GONE}\n[{GONE}"


@given(st.one_of(WORDS, st.sampled_from(SHAPED)), st.one_of(WORDS, st.sampled_from(SHAPED)))
def test_redacting_twice_changes_nothing_more(before: str, behind: str) -> None:
    once = KNOWN(f"{before} {behind}")
    assert KNOWN(once) == once


def test_a_long_hostile_text_is_looked_through_at_once() -> None:
    for piece in ("eyJ-", "://a", "basic A1", BEGIN, "xoxb-", "\\n", f"{BEGIN}\\n" + "A" * 30):
        assert SHAPES(piece * 40_000 + " end").endswith(" end")  # quadratic: minutes


@given(st.lists(st.one_of(st.sampled_from(SHAPED), WORDS), max_size=4).map("".join))
def test_a_text_in_which_it_is_not_worth_looking_holds_nothing(text: str) -> None:
    looked = f"{text}\n, xox"  # the last word alone makes it worth it
    assert SHAPES(text) == SHAPES(looked).removesuffix("\n, xox")


@pytest.mark.parametrize("scheme", ["basic ", "Basic:", "BASIC%20", "bas\u0131c ", "BA\u017fIC: ", "bas\u0130c "])
def test_a_password_behind_basic_is_gone_whatever_the_case_of_its_letters(scheme: str) -> None:
    assert SHAPES(f"{scheme}dXNlcjpwYXNzd29yZA==") == f"{scheme}{GONE}"


# --- bodies ---------------------------------------------------------------------------------------------------------


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


def test_two_secrets_that_are_names_of_values_lose_neither_value() -> None:
    held = Redactor().deep({TOKENS[0]: 1, TOKENS[1]: 2, "n": 3})
    assert isinstance(held, dict) and sorted(held.values()) == [1, 2, 3]


def test_a_short_known_secret_is_looked_for_in_logs_and_not_in_what_people_read() -> None:
    assert Redactor(["team"])("the team") == f"the {GONE}"
    assert Redactor(["team"], SHORTEST_IN_WORDS)("the team") == "the team"


@pytest.mark.parametrize("gap", [" ", "  ", "\t", ":", ": ", "%20"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_what_is_borne_is_gone_however_it_is_set_off(scheme: str, gap: str) -> None:
    assert SHAPES(f"{scheme}{gap}abcdef0123456789") == f"{scheme}{gap}{GONE}"


def test_a_password_with_its_own_signs_is_gone_whole() -> None:
    assert SHAPES("postgres://pm:pa@55:word@db:5432/pm") == f"postgres://{GONE}@db:5432/pm"


def test_a_line_nested_deeper_than_anything_of_ours_is_redacted_as_words() -> None:
    deep = "[" * 900 + '"xoxb-123456789012-abcdefghijkl"' + "]" * 900
    assert SHAPES.rows(deep) == deep.replace("xoxb-123456789012-abcdefghijkl", GONE)
