"""Never wrong about facts: what a model makes up in an answer is blocked, and an answer that only cites is not."""

from __future__ import annotations

from collections import Counter

from planner.claims.facts import Fact, Sheet
from planner.claims.prose import Miss, Passage, checked
from tests.promises.planted import FACTS, LIES, PEOPLE, Answer, false_ones, true_ones

TRUE, FALSE = 240, 432

SHEET = Sheet(tuple(Fact(id=name, text=text, subject=name) for name, text in FACTS.items()))


def judged(answer: Answer) -> Passage | Miss:
    return checked(answer.text, SHEET, PEOPLE, inference=answer.inference)


def test_no_answer_with_a_planted_false_fact_is_let_through() -> None:
    lies = false_ones(FALSE)
    told = [(each.how, each.text) for each in lies if isinstance(judged(each), Passage)]
    assert not told
    assert len(lies) >= 200 and len(Counter(each.how for each in lies)) == len(set(LIES))


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


def test_a_reading_may_tie_facts_together_and_still_says_none_of_its_own() -> None:
    lies = [Answer(each.text, inference=True, planted=each.planted, how=each.how) for each in false_ones(FALSE)]
    told = [(each.how, each.text) for each in lies if isinstance(judged(each), Passage)]
    assert {how for how, _ in told} <= {"false_cause", "plain_lie"}, told
