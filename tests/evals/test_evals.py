"""The evaluation itself: every case can be read, and a wrong answer is seen as one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.evals.__main__ import CASES
from tests.evals.playing import cases, judge
from tests.stories.sentences import given, spoken, then, when

pytestmark = pytest.mark.anyio

ALL = cases(CASES)


@pytest.mark.parametrize("name", ALL)
def test_every_sentence_of_a_case_is_understood(name: str) -> None:
    for kind, language in (("given", given), ("when", when), ("must", then), ("should", then)):
        for sentence in spoken(ALL[name].get(kind, "")):
            language.find(sentence)


async def test_what_must_hold_and_does_not_is_told_with_what_was_seen(tmp_path: Path) -> None:
    case = {
        "case": "wrong on purpose",
        "given": 'Li works on "Refund page"',
        "when": 'Li writes to the agent "status"',
        "must": 'the answer to Li tells "Sprint 99"',
        "should": 'the answer to Li tells "Sprint 24"\nthe answer to Li has at most 1 words',
    }
    judged = await judge("x", case, tmp_path)
    assert len(judged.broken) == 1 and "seen: " in judged.broken[0] and "Sprint 24" in judged.broken[0]
    assert (len(judged.missed), judged.hoped, judged.calls) == (1, 2, 0)


def test_a_case_that_is_misspelt_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("- case: a\n  musts: b\n", encoding="utf-8")
    with pytest.raises(ValueError, match="musts"):
        cases(tmp_path)
