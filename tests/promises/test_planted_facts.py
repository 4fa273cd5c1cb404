"""Never wrong about facts: what a model makes up in an answer is blocked, and an answer that only cites is not."""

from __future__ import annotations

import html
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.views.replies.talk import talk_reply
from planner.claims.facts import Fact, Sheet
from planner.claims.prose import Miss, Parted, Passage, checked, parted
from planner.words.replies import TalkReply
from tests.planner.world import NOON
from tests.promises.planted import FACTS, LEADS, LIES, TOLD, Answer, false_ones, true_ones
from tests.promises.seams import ALL

TRUE, FALSE = 240, 432

SHEET = Sheet(tuple(Fact(id=name, text=text, subject=name) for name, text in FACTS.items()))
SHOWN = pytest.mark.parametrize("inference", [False, True], ids=["told", "read"])


def judged(answer: Answer) -> Passage | Miss:
    return checked(answer.text, SHEET, inference=answer.inference)


@SHOWN
def test_no_answer_with_a_planted_false_fact_is_let_through(inference: bool) -> None:
    lies = false_ones(FALSE)
    shown = [
        (each.how, each.text) for each in lies if isinstance(checked(each.text, SHEET, inference=inference), Passage)
    ]
    assert not shown
    assert len(lies) >= 200 and len(Counter(each.how for each in lies)) == len(set(LIES))


@SHOWN
def test_no_lie_in_the_seams_of_a_sentence_is_let_through(inference: bool) -> None:
    shown = [(how, text) for how, text in ALL if isinstance(checked(text, SHEET, inference=inference), Passage)]
    assert not shown
    assert len(ALL) > 300


def test_no_true_answer_is_blocked() -> None:
    answers = true_ones(TRUE)
    blocked = [(miss, each.text) for each in answers if isinstance(miss := judged(each), Miss)]
    assert not blocked
    assert len({each.text for each in answers}) >= 200


def test_a_true_answer_says_its_facts_in_codes_own_words_and_nothing_else_of_them() -> None:
    for answer in true_ones(TRUE):
        passage = judged(answer)
        assert isinstance(passage, Passage)
        left = passage.text.casefold()
        for fact in sorted(passage.cited, key=lambda each: -len(each.text)):
            assert fact.text.casefold() in left, answer
            left = left.replace(fact.text.casefold(), "")
        assert not any(char.isdigit() for char in left) and "{" not in left, answer


# --- what is told is facts, and what joins them or leads to them ----------------------------------------------------

WORDS = sorted({word for pattern in (*LEADS, *TOLD) for word in re.findall(r"[A-Za-z]+", re.sub(r"{.}", "", pattern))})
PIECES = [*(f"{{{name}}}" for name in FACTS), *WORDS, *",.;:?", "\n- ", "so", "the owner", "is", "I would"]
BETWEEN = re.compile(
    r"(?:in short|also|here is what i found|(?:here is what )?the facts say)[,:]?"
    r"|(?:the facts say|i see|please note|the main (?:thing|point) is) that"
    r"|(?:the facts(?: here| i have)? do not (?:say|tell)|i (?:do not|cannot) (?:know|tell|say))"
    r"(?: (?:why|who|when|how|where|more)(?: or (?:why|who|when|how|where|more))?)?"
    r"|[,;]? ?(?:and|but)?"
)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14))
def test_what_is_told_is_facts_and_closed_words_whatever_is_put_together(pieces: list[str]) -> None:
    found = parted(" ".join(pieces).replace(" ,", ",").replace(" .", ".").replace(" :", ":"), SHEET)
    if isinstance(found, Parted):
        _is_closed(found.told)


def test_what_true_answers_tell_is_closed_as_well() -> None:
    tellings = [parted(each.text, SHEET) for each in true_ones(TRUE)]
    told = [each.told for each in tellings if isinstance(each, Parted) and each.told.cited]
    assert len(told) > 100
    for each in told:
        _is_closed(each)


def _is_closed(told: Passage) -> None:
    left = _as_it_is_shown(told)
    for fact in sorted(told.cited, key=lambda each: -len(each.text)):
        left = re.sub(re.escape(fact.text), "|", left, flags=re.IGNORECASE)
    for between in re.split(r"[|.:]", left):
        assert BETWEEN.fullmatch(between.strip(" -").lower()), (between, told.text)


def _as_it_is_shown(told: Passage) -> str:
    """On one line, as a message has it."""
    [block, *_] = talk_reply(TalkReply(passages=(told.text or "-",)), NOON).blocks
    return html.unescape(str(block["text"]["text"])).replace("\\", "")
