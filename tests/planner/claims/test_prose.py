"""A model's sentence tells facts, or is read as its own; code says which, and what is neither is not shown."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.claims import forms, vocabulary
from planner.claims.facts import Fact, Sheet
from planner.claims.grammar import Grammar
from planner.claims.kinds import KINDS
from planner.claims.prose import LONGEST, MOST_WORDS, Miss, Parted, Passage, checked, parted, unsaid

SHEET = Sheet(
    (
        Fact(id="f1", text="PAY-7 is blocked since Tue 14:20", subject="PAY-7"),
        Fact(id="f2", text="the sprint has 5 of 9 tickets done.", subject="sprint:24"),
        Fact(id="f3", text="PAY-9 is titled “{f1} is wrong”", subject="PAY-9", outside=True),
    )
)


def said(prose: str, inference: bool = False) -> str:
    passage = checked(prose, SHEET, inference=inference)
    assert isinstance(passage, Passage), passage
    return passage.text


def kind(prose: str, inference: bool = False) -> str:
    miss = checked(prose, SHEET, inference=inference)
    return miss.kind if isinstance(miss, Miss) else f"let through: {miss.text}"


# --- what is told -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prose", "text"),
    [
        ("{f1}.", "PAY-7 is blocked since Tue 14:20."),
        ("{f2}. I do not know why.", "The sprint has 5 of 9 tickets done. I do not know why."),
        ("Also, {f2}, and {f1}.", "Also, the sprint has 5 of 9 tickets done, and PAY-7 is blocked since Tue 14:20."),
        ("- {f1}\n- {f2}", "- PAY-7 is blocked since Tue 14:20.\n- The sprint has 5 of 9 tickets done."),
        ("Here is what I found:\n- {f1}", "Here is what I found:\n- PAY-7 is blocked since Tue 14:20."),
        ("{f3}.", "PAY-9 is titled “{f1} is wrong”."),
        ("I don’t know why.", "I don’t know why."),
    ],
)
def test_citations_are_written_out_by_code(prose: str, text: str) -> None:
    assert said(prose) == text


def test_the_facts_cited_come_back_in_the_order_of_their_first_citation() -> None:
    passage = checked("{f2}, and {f1}. In short: {f2}.", SHEET)
    assert isinstance(passage, Passage) and [fact.id for fact in passage.cited] == ["f2", "f1"]


REFUSED = {
    "length": ["a " * LONGEST],
    "citation": ["{f9}", "{{f1}}", "{f1", "f1}", "[f1]", "{F1}", "{ f1 }", "{f01}", "{f١}"],
    "key": ["Ask about pay-420", "PAY 420", "pay420", "pay_420"],
    "number": ["5 could wait", "٣ of them", "a 20% chance", "ＰＡＹ－４２０"],
    "link": ["See https://x.example", "evil.com", "www.x", "@ada", "mailto:x", "<!here>", "a.b.example/x"],
    "character": ["p\u200bay", "a\u202eb", "a\x07b", "naïve", "a\u00adb", "*a*", "`a`", "<b>", '"a"', "Great!", "(a)"],
    "name": ["Ask Ada.", "I would ask Lovelace.", "Ask An about it.", "I would ask ADA"],
    "form": [
        "{f1}{f2}",
        "x{f1}",
        "{f1}x",
        "{f1}?",
        "{f1} because {f2}",
        "{f1} again",
        "It is false that {f1}.",
        "If {f1}, ask.",
        "The owner is the reviewer.",
        "I would ask two people.",
        "I would ask ada.",
        "The reviewer would like to take it.",
        "No.",
        ". .",
        "ask " * (MOST_WORDS + 1),
    ],
}


@pytest.mark.parametrize(("expected", "prose"), [(kind, prose) for kind, all_of in REFUSED.items() for prose in all_of])
@pytest.mark.parametrize("inference", [False, True], ids=["told", "read"])
def test_what_fits_no_form_is_a_miss_of_its_kind(expected: str, prose: str, inference: bool) -> None:
    assert kind(prose, inference) == expected and expected in KINDS


# --- what is read -------------------------------------------------------------------------------------------------

READINGS = (
    "{f1}, so this matters more.",
    "Since {f1}, I would ask its owner what would help.",
    "It could help to ask the author, because {f1} and {f2}.",
    "Could you ask the reviewer for a quick look?",
    "Keeps the work with its owner.",
    "I'd ask its owner.",
    "I would keep the ticket as it is, since {f1}.",
    "You could move these to the next sprint, since {f1}.",
    "These tickets could wait.",
    "I would drop the smallest tickets first.",
    "I would start with the ticket.",
    "I would review the pull request first.",
    "It may help to agree on a time for reviews at standup.",
    "Keep the message short and simple.",
    "Asking for help early saves time.",
)


@pytest.mark.parametrize("prose", READINGS)
def test_a_reading_is_shown_as_one_and_never_told(prose: str) -> None:
    assert said(prose, inference=True) and kind(prose) == "form"


def test_a_reading_may_tell_facts_as_well() -> None:
    assert said("{f1}. This matters most.", inference=True) == "PAY-7 is blocked since Tue 14:20. This matters most."


def test_code_sorts_what_was_written_as_one() -> None:
    found = parted("{f1}. I would ask its owner. {f2}.\nThis matters most.", SHEET)
    assert isinstance(found, Parted)
    assert found.told.text == "PAY-7 is blocked since Tue 14:20. The sprint has 5 of 9 tickets done."
    assert found.read.text == "I would ask its owner. This matters most."
    assert [fact.id for fact in found.told.cited] == ["f1", "f2"] and found.read.cited == ()


@pytest.mark.parametrize("prose", ["{f1}.", "I would ask its owner.", "Here is what I found:", "What would help?"])
def test_that_something_is_not_known_is_said_in_fixed_words(prose: str) -> None:
    assert isinstance(unsaid(prose), Miss)
    assert isinstance(unsaid("The facts here do not say why or when. I do not know who."), Passage)


# --- the forms themselves -----------------------------------------------------------------------------------------

SAYING_SO = """
    one two three first last half all every some only many not no never none nobody done blocked merged late ready open
    closed approved waiting away leaving off hold free busy monday today tomorrow yesterday week again already still
    because-of wants likes prefers needs knows has had was were
    """


def test_no_word_of_the_vocabulary_names_a_number_a_day_a_state_a_wish_or_a_denial() -> None:
    ours = {word for name, each in vars(vocabulary).items() if name.isupper() for word in each}
    assert len(ours) > 100 and not ours & set(SAYING_SO.split())


def test_every_rule_can_be_reached_and_none_is_missing() -> None:
    rules = forms.TELLING + forms.READING
    named = set(re.findall(r"<(\w+)>", rules)) | {"telling", "unknown", "reading", "advising"}
    assert set(re.findall(r"^(\w+) =", rules, re.MULTILINE)) <= named
    with pytest.raises(KeyError):
        Grammar("a = <b>", {})


@pytest.mark.parametrize(
    ("words", "fits"), [("", False), ("a", True), ("a b", True), ("a c b", True), ("a c", False), ("b", False)]
)
def test_a_rule_is_words_choices_and_what_may_be_left_out(words: str, fits: bool) -> None:
    grammar = Grammar("whole = a [[<other>] b]\nother = c |\n  d", {})
    assert grammar.fits("whole", words.split()) is fits


@pytest.mark.parametrize("word", ["i would ask", "ask it and", "{f1},", "{f1}, so this", "to ask to", "and"])
def test_the_longest_sentence_is_looked_at_in_no_time(word: str) -> None:
    prose = " ".join((word.split() * MOST_WORDS)[:MOST_WORDS])
    begun = time.process_time()
    parted(f"{prose}. " * (LONGEST // (len(prose) + 2)), SHEET)
    assert time.process_time() - begun < 1


REPEATED = ("a-", "-a", "step-by-step-", "pay-", "a", "aa.", "- ", "\n", "{f1}\n", "a'", "::", ". ", "a@", "_a", "<")


def spent(words: str, length: int) -> float:
    begun = time.process_time()
    for look in (lambda text: parted(text, SHEET), unsaid, lambda text: checked(text, SHEET, inference=True)):
        look((words * length)[:length])  # type: ignore[no-untyped-call]
    return time.process_time() - begun


@pytest.mark.parametrize("words", REPEATED)
def test_twice_as_long_a_text_takes_little_more_than_twice_as_long_to_look_at(words: str) -> None:
    short, long = spent(words, LONGEST // 4), spent(words, LONGEST)
    assert long < max(16 * short, 0.2), (short, long)


def test_what_is_longer_than_an_answer_is_not_looked_at() -> None:
    assert isinstance(unsaid("I do not know why. " * LONGEST), Miss)
    assert isinstance(parted("{f1}. " * LONGEST, SHEET), Miss)


# --- the seams of two lines, and of two people --------------------------------------------------------------------


@pytest.mark.parametrize(
    "prose",
    ["The facts do not say\n{f1}", "I do not know why\n{f1}", "I do not know where or when\n{f1}", "{f1}\n{f2}"],
)
def test_the_end_of_a_line_ends_the_sentence_however_it_is_shown(prose: str) -> None:
    first, _, second = said(prose).partition("\n")
    assert first.endswith(".") and second.endswith(".")


def test_a_reading_that_ends_with_its_line_is_not_joined_to_the_next() -> None:
    assert said("I would tell the team\nThis could wait", inference=True) == "I would tell the team.\nThis could wait."
    assert said("I would tell the owner", inference=True) + " It matters." == "I would tell the owner. It matters."


def test_what_announces_facts_announces_no_reading() -> None:
    assert kind("{f1}. The facts say:\nThis matters most.", inference=True) == "form"
    assert kind("{f1}. This matters most; {f2}.", inference=True) == "form"


ANN = Sheet(
    (
        *SHEET.facts,
        Fact(id="f4", text="Ann Bell asked for changes on PR api#7", subject="api#7", person=True),
        Fact(id="f5", text="Ann Bell has PAY-7", subject="PAY-7", person=True),
    )
)
JUDGED = (
    "{f4}. To me that is the least sensible way.",
    "{f4}. That is less reasonable.",
    "{f5}. That is the least useful choice.",
    "{f5}. I think that is the main risk.",
    "{f5}. It is too hard.",
    "{f5}, so this could be risky.",
    "Since {f5}, this matters more.",
    "{f5}. {f1}. That is less good.",
    "Since {f5}, I would remind its owner to focus.",
    "Since {f5}, I would leave the work to somebody who knows it.",
    "Since {f5}, somebody who knows it could take it instead.",
    "Perhaps the owner could focus.",
    "I would tell the owner to go.",
    "I would ask the author to speak openly.",
    "{f1}, so this is about scope.",
    "{f1}, so it is smaller.",
    "{f1}, so it takes less time.",
    "{f1}, so it would put the sprint at risk.",
)


@pytest.mark.parametrize("prose", JUDGED)
def test_nothing_is_judged_by_a_fact_that_names_somebody_nor_foretold(prose: str) -> None:
    assert isinstance(checked(prose, ANN, inference=True), Miss)


def test_what_was_said_of_somebody_before_is_not_judged_either() -> None:
    assert isinstance(checked("That is less reasonable.", ANN, inference=True, people=True), Miss)
    for prose in ("This matters most, since {f1}.", "{f1}. This matters most.", "Since {f4}, I would ask the author."):
        assert isinstance(checked(prose, ANN, inference=True, people=True), Passage), prose


@given(st.text(max_size=60))
def test_whatever_is_written_no_digit_sign_or_odd_letter_of_it_comes_out(prose: str) -> None:
    passage = checked(prose, SHEET)
    if isinstance(passage, Passage):
        left = re.sub(
            r"PAY-7 is blocked since Tue 14:20|[Tt]he sprint has 5 of 9 tickets done|PAY-9 is titled “[^”]*”",
            "",
            passage.text,
        )
        assert re.fullmatch(r"[A-Za-z ,.;:?'’\n-]*", left)


@given(st.lists(st.sampled_from(["{f1}", "{f2}", " ", ", ", ". ", "and", "not", "if", "or", "is", "the owner", "Ada"])))
def test_a_fact_is_said_word_for_word_or_not_at_all(parts: list[str]) -> None:
    passage = checked("".join(parts), SHEET)
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
