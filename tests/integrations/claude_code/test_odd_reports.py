"""Whatever the program reports of itself: nothing breaks, no row gets what it cannot hold, no cost is made up."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.claude_code import Ran
from integrations.claude_code.process import Ended
from integrations.claude_code.reading import MOST_TOKENS, PLAUSIBLE, ran
from models.errors import Silence
from models.money import Money
from models.thoughts import Usage
from tests.integrations.claude_code.stub import ANSWER, errand, result

ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["\0", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
DEEP = "[" * 700 + "]" * 700
NAMES = [name for name in result() if name != "type"] + ["api_error_status", "errors"]


def read(told: dict[str, Any] | str, *, code: int = 0, **how: Any) -> Ran:
    out = told if isinstance(told, str) else json.dumps(told)
    return ran(Ended(code=code, out=out.encode(), err=b""), errand(**how), served=True, seconds=1.0)


def holds(how: Ran) -> None:
    """What everything behind it relies on."""
    assert (how.answer is None) is (how.trouble is not None)
    assert how.cost is None or Money() <= how.cost <= errand().most * PLAUSIBLE
    for text in (how.model, how.session, str(how.trouble or ""), json.dumps(how.answer)):
        assert text.isprintable() or not text
        text.encode()
    used = how.usage
    counted = (used.read, used.written, used.cached, used.kept, used.kept_long)
    assert min(counted) >= 0 and max(counted) <= MOST_TOKENS


@given(st.dictionaries(st.sampled_from(NAMES), ODD, max_size=4), st.sampled_from([0, 1]))
def test_any_value_anywhere_is_read_or_is_no_answer(odd: dict[str, Any], code: int) -> None:
    holds(read(result(**odd), code=code))


@given(ODD)
def test_anything_at_all_in_place_of_a_report_is_no_answer(odd: Any) -> None:
    how = read(json.dumps(odd))
    holds(how)
    assert how.answer is None


@pytest.mark.parametrize("name", NAMES)
def test_no_depth_is_too_deep(name: str) -> None:
    holds(read(json.dumps(result(**{name: "DEEP"})).replace('"DEEP"', DEEP)))


def test_an_answer_as_deep_as_a_shape_allows_is_none_when_it_cannot_be_walked() -> None:
    deep = json.dumps(result(structured_output={"x": "DEEP"})).replace('"DEEP"', DEEP)
    how = read(deep, schema={"type": "object"})
    assert how.trouble is not None and how.trouble.why is Silence.GARBAGE and how.trouble.charged


def test_tokens_that_no_run_can_have_used_are_no_count() -> None:
    assert read(result(usage={"input_tokens": 10**20, "output_tokens": 5})).usage == Usage()


@pytest.mark.parametrize("cost", [None, "much", -1, True, math.nan, math.inf, 10**400, 999, 1e308, [], {}])
def test_a_cost_that_is_none_is_unknown_and_the_answer_is_kept(cost: object) -> None:
    how = read(result(total_cost_usd=cost))
    assert (how.answer, how.trouble, how.cost) == (ANSWER, None, None)


@pytest.mark.parametrize("odd", [{"modelUsage": 5}, {"usage": [3]}, {"session_id": {"a": 1}}, {"num_turns": "many"}])
def test_what_is_counted_strangely_costs_no_answer(odd: dict[str, Any]) -> None:
    how = read(result(**odd))
    assert how.answer == ANSWER and how.cost == Money.usd("0.0123")


@pytest.mark.parametrize("denied", [3, "Bash", [3], [{}], [{"tool_name": "<!channel>"}], {"tool_name": "Bash"}])
def test_what_it_was_denied_voids_its_answer_also_where_that_cannot_be_read(denied: object) -> None:
    how = read(result(permission_denials=denied))
    assert how.trouble is not None and how.trouble.why is Silence.GARBAGE and "may not (?)" in str(how.trouble)


def test_signs_that_no_database_takes_are_question_marks_in_the_answer() -> None:
    assert read(result(structured_output={"title": "a\0b\ud800", "ids": ["f1"]})).answer == {
        "title": "a?b?",
        "ids": ["f1"],
    }


def test_a_report_in_the_middle_of_noise_is_none(tmp_path: Path) -> None:
    assert read("warning: x\n" + json.dumps(result())).trouble is not None
