"""A model's sentence: every fact in it is a citation, and nothing between can state one or turn one round."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.claims import vocabulary
from planner.claims.facts import Fact, Sheet
from planner.claims.kinds import KINDS, WORDS
from planner.claims.prose import LONGEST, Miss, Passage, checked

SHEET = Sheet(
    (
        Fact(id="f1", text="PAY-7 is blocked since Tue 14:20", subject="PAY-7"),
        Fact(id="f2", text="the sprint has 5 of 9 tickets done.", subject="sprint:24"),
        Fact(id="f3", text="PAY-9 is titled “{f1} is wrong”", subject="PAY-9", outside=True),
    )
)
NAMES = ("Ada Lovelace", "ada", "Will May", "Jae An", "Zoë Grün")


def said(prose: str, inference: bool = False) -> str:
    passage = checked(prose, SHEET, NAMES, inference=inference)
    assert isinstance(passage, Passage), passage
    return passage.text


def kind(prose: str, inference: bool = False) -> str:
    miss = checked(prose, SHEET, NAMES, inference=inference)
    return miss.kind if isinstance(miss, Miss) else f"let through: {miss.text}"


@pytest.mark.parametrize(
    ("prose", "text"),
    [
        ("Start here: {f1}.", "Start here: PAY-7 is blocked since Tue 14:20."),
        ("{f2}. I would ask its owner.", "The sprint has 5 of 9 tickets done. I would ask its owner."),
        ("Also {f2}, and {f1}.", "Also the sprint has 5 of 9 tickets done, and PAY-7 is blocked since Tue 14:20."),
        ("- {f1}\n- {f2}", "- PAY-7 is blocked since Tue 14:20\n- The sprint has 5 of 9 tickets done"),
        ("{f3}.", "PAY-9 is titled “{f1} is wrong”."),
        ("I don’t know why.", "I don’t know why."),
    ],
)
def test_citations_are_written_out_by_code(prose: str, text: str) -> None:
    assert said(prose) == text


def test_the_facts_cited_come_back_in_the_order_of_their_first_citation() -> None:
    passage = checked("{f2}, and {f1}. Start here: {f2}.", SHEET)
    assert isinstance(passage, Passage) and [fact.id for fact in passage.cited] == ["f2", "f1"]


REFUSED = {
    "length": ["a " * LONGEST],
    "citation": [
        "{f9}",
        "{{f1}}",
        "{f1",
        "f1}",
        "[f1]",
        "{F1}",
        "{ f1 }",
        "{f1}{f2}",
        "x{f1}",
        "{f1}x",
        "{f01}",
        "{f١}",
    ],
    "key": ["Ask about pay-420", "PAY 420", "pay420", "ＰＡＹ－４２０", "РAY-420", "PAY‑420", "pay_420"],
    "number": ["5 could wait", "٣ of them", "a 20% chance"],
    "link": ["See https://x.example", "evil.com", "www.x", "@ada", "mailto:x", "<!here>", "a.b.example/x"],
    "character": ["p\u200bay", "a\u202eb", "a\x07b", "\U000e0041", "naïve", "a\u00adb"],
    "markup": ["*a*", "`a`", "a | b", "~a~", "<b>", "a & b", '"a"', "Great!"],
    "name": ["Ask Ada", "ask ada", "ADA could help", "Lovelace's part", "Ask will", "Ask Bernd", "Ask An", "Jae"],
    "number word": ["One could help", "Both could wait", "half of it", "twenty", "twice", "the first", "a dozen"],
    "date": ["ask today", "since Monday", "in an hour", "tomorrow", "{f1} again", "as of now"],
    "state": ["it is done", "blocked", "merged", "It might be overdue", "in progress", "It is off", "they are back"],
    "negation": [
        "not so",
        "It is false that {f1}",
        "{f1} no longer",
        "Nobody but {f1}",
        "they don't",
        "never",
        "without",
    ],
    "quantity": ["all of it", "every ticket", "only {f1}", "some of them", "much of it"],
    "cause": ["{f1} because {f2}", "{f1}, so {f2}", "{f1} since {f2}", "It is so because {f1}"],
    "doubt": [
        "If {f1}, ask",
        "{f1}?",
        "Perhaps {f1}",
        "I think {f1}",
        "It could be: {f1}",
        "{f1} or {f2}",
        "{f1} like this",
    ],
    "claim": [
        "The owner is the reviewer",
        "They need help",
        "It helps",
        "The most urgent ticket: {f1}",
        "{f1}, and it helps",
    ],
    "word": ["The server exploded", "Ask the wizard"],
}


@pytest.mark.parametrize(("expected", "prose"), [(kind, prose) for kind, all_of in REFUSED.items() for prose in all_of])
def test_what_could_state_a_fact_is_a_miss_of_its_kind(expected: str, prose: str) -> None:
    assert kind(prose) == expected


@pytest.mark.parametrize(
    "prose", [each for name, all_of in REFUSED.items() if name not in {"cause", "claim"} for each in all_of]
)
def test_an_inference_may_judge_and_state_no_more_facts_than_any_other_text(prose: str) -> None:
    assert kind(prose, inference=True) in KINDS


@pytest.mark.parametrize(
    "prose",
    [
        "{f1} because {f2}.",
        "The review is the bottleneck here: {f1}.",
        "{f1}, so this matters more.",
        "Keeps the work with the person who knows it.",
    ],
)
def test_what_an_inference_may_say_a_plain_text_may_not(prose: str) -> None:
    assert said(prose, inference=True) and kind(prose) in {"cause", "claim"}


@pytest.mark.parametrize("prose", ["The ticket is a bug.", "The owner is the reviewer.", "The tests pass."])
def test_an_inference_says_nothing_of_a_thing_without_judging_it(prose: str) -> None:
    assert kind(prose, inference=True) in KINDS


def test_a_name_that_is_a_small_word_counts_with_a_capital_only() -> None:
    assert kind("I would ask An about it.") == "name" and said("I would ask for an answer.")


def test_no_word_of_the_vocabulary_names_a_number_a_day_a_state_or_a_denial() -> None:
    ours = vocabulary.everything()
    told = {name: sorted(ours & known) for name, known in WORDS.items()}
    assert not any(told[name] for name in ("number word", "negation", "quantity")), told
    assert set(told["date"]) <= vocabulary.ORDER | {"may", "am"} and set(told["state"]) <= {"down", "wait", "finish"}


@given(st.text(max_size=60))
def test_whatever_is_written_no_digit_sign_or_odd_letter_of_it_comes_out(prose: str) -> None:
    passage = checked(prose, SHEET, NAMES)
    if isinstance(passage, Passage):
        left = re.sub(
            r"PAY-7 is blocked since Tue 14:20|[Tt]he sprint has 5 of 9 tickets done|PAY-9 is titled “[^”]*”",
            "",
            passage.text,
        )
        assert re.fullmatch(r"[A-Za-z ,.;:?()'’\n–—-]*", left)


@given(st.lists(st.sampled_from(["{f1}", "{f2}", " ", ", ", ". ", "and", "not", "if", "or", "is", "the owner", "Ada"])))
def test_a_fact_is_said_word_for_word_or_not_at_all(parts: list[str]) -> None:
    passage = checked("".join(parts), SHEET, NAMES)
    if isinstance(passage, Passage):
        assert all(fact.text.rstrip(".").lower() in passage.text.lower() for fact in passage.cited)
        assert " not " not in passage.text and "Ada" not in passage.text and " if " not in passage.text


def test_a_sentence_that_a_fact_begins_has_a_capital_letter_but_a_name_keeps_its_own() -> None:
    facts = (
        Fact(id="f1", text="since Monday, 16 Nov: 1 done", subject="sprint:1"),
        Fact(id="f2", text="payments-api#1 waits for review", subject="payments-api#1"),
    )
    passage = checked("{f1}. {f2}.", Sheet(facts))
    assert isinstance(passage, Passage)
    assert passage.text == "Since Monday, 16 Nov: 1 done. payments-api#1 waits for review."
