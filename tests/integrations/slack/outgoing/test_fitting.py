"""Text is cut between words and lines, and never through a link, an escaped sign, an emoji or a letter's marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.slack.outgoing.fitting import FENCE, cut, fit, one_line, parts, size

LINK = "<https://x.example/PAY-7|PAY-7>"
WHOLE = {
    "a link": LINK,
    "an escaped sign": "&amp;",
    "an emoji by name": ":white_check_mark:",
    "a family": "👩‍👩‍👧‍👦",
    "a flag": "🇩🇪",
    "a skin tone": "👍🏽",
    "a heart with its style": "❤️",
    "a letter and its accent": "e\u0301",
    "one beyond 16 bits": "😀",
}


@pytest.mark.parametrize("atom", WHOLE.values(), ids=WHOLE)
def test_no_cut_goes_through(atom: str) -> None:
    line = "x" * 20 + atom + "y" * 20
    for limit in range(10, size(line)):
        short = cut(line, limit)
        assert size(short) <= limit
        kept = short.removesuffix("…")
        assert kept == "x" * len(kept) or atom in kept, (limit, short)


def test_a_cut_falls_between_words_where_one_ends_nearby() -> None:
    assert cut("The payment service does not answer", 30) == "The payment service does not…"
    assert cut("Donaudampfschifffahrtsgesellschaft", 10) == "Donaudamp…"


def test_lines_left_out_are_counted() -> None:
    assert fit("\n".join(["x" * 20] * 10), 140).endswith("… 6 more lines")
    assert fit(f"{'x' * 200}\nsecond", 140).endswith("…\n… 1 more line")
    assert fit("short", 140) == "short"


def test_code_cut_in_two_is_closed_and_opened_again() -> None:
    code = "\n".join([FENCE, *(f"line {n}" for n in range(40)), FENCE, "after"])
    pieces = list(parts(code, 120))
    assert all(piece.count(FENCE) % 2 == 0 and size(piece) <= 120 for piece in pieces)
    assert all(piece.startswith(FENCE) for piece in pieces if "line" in piece)
    assert [line for piece in pieces for line in piece.split("\n") if line.startswith("line")] == [
        f"line {n}" for n in range(40)
    ]
    assert fit(code, 120).count(FENCE) == 2


def test_a_title_is_one_line() -> None:
    assert one_line("two\nlines", 150) == "two lines"


@given(text=st.text("ab \n`<>&;👍🏽\u0301", max_size=400), limit=st.integers(60, 200))
def test_no_piece_and_no_cut_is_longer_than_allowed(text: str, limit: int) -> None:
    assert size(fit(text, limit)) <= limit
    assert all(size(piece) <= limit for piece in parts(text, limit))
    assert size(one_line(text, limit)) <= limit


def test_a_very_long_line_is_cut_in_no_time() -> None:
    assert size(cut("<" * 200_000, 3_000)) <= 3_000
    assert size(cut(":a" * 200_000, 3_000)) <= 3_000
    assert size(fit("e\u0301" * 200_000, 3_000)) <= 3_000
