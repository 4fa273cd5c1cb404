"""A model's answer taken apart: nothing but numbers that were given, and of anything else only the count."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from planner.reasoning.reply import MOST_REASON, MOST_WORDS, SCHEMA, Reply, Unreadable, read
from tests.planner.reasoning.minds import pick, says, way

MATTERS = {"o1": "m1", "o2": "m1", "o3": "m2"}
FACTS = frozenset({"f1", "f2"})


def of(*picks: Any) -> Reply:
    return read(says(*picks), MATTERS, FACTS)


def test_a_whole_answer_is_read_in_its_order() -> None:
    reply = of(pick("o3", "f2", weighed="{f2}."), pick("o2", "f1", options=[way("o1", ["{f1}."], []), way("o2")]))
    assert [(each.offer, each.evidence, each.weighed) for each in reply.picks] == [
        ("o3", ("f2",), "{f2}."),
        ("o2", ("f1",), ""),
    ]
    assert [(each.offer, each.pros) for each in reply.picks[1].options] == [("o1", ("{f1}.",)), ("o2", ())]
    assert not reply.dropped


@pytest.mark.parametrize(
    ("given_", "why"),
    [
        (pick("o9"), "an offer that was not given"),
        (pick("reassign PAY-7 to eve"), "an offer that was not given"),
        ({"offer": 7}, "shape"),
        ("o1", "shape"),
        (None, "shape"),
        (pick("o1", "f9"), "a fact that was not given"),
        (pick("o1", weighed="x" * (MOST_WORDS + 1)), "too long"),
        (pick("o1", options=[way("o2", ["x" * (MOST_REASON + 1)])]), "too long"),
        (pick("o1", options=[way("o3", ["{f1}"])]), "an option of another matter"),
        (pick("o1", options=[way("o7")]), "an offer that was not given"),
        (pick("o1", options=[way("o2", ["a", "b", "c", "d"])]), "too many"),
        (pick("o1") | {"weighed": {"text": "x"}}, "shape"),
        (pick("o1") | {"options": "o2"}, "shape"),
    ],
)
def test_what_was_not_given_is_dropped_and_counted(given_: Any, why: str) -> None:
    assert of(given_).dropped == {why: 1}


def test_a_matter_is_chosen_once() -> None:
    reply = of(pick("o2"), pick("o1"))
    assert [each.offer for each in reply.picks] == ["o2"]
    assert reply.dropped == {"a matter twice": 1}


@pytest.mark.parametrize("text", ["", "I would remind Ann.", "[]", '{"picks": {}}', "null", "[" * 100_000, '{"a":1'])
def test_an_answer_without_picks_cannot_be_read(text: str) -> None:
    with pytest.raises(Unreadable):
        read(text, MATTERS, FACTS)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["o1", "o2", "o9", "f1", "f9"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["picks", "offer", "evidence", "weighed", "options", "pros", "cons"]), inner)
    ),
    max_leaves=25,
)


@given(st.lists(JSON, max_size=6))
def test_whatever_is_answered_only_given_numbers_come_out(picks: list[Any]) -> None:
    reply = read(json.dumps({"picks": picks}), MATTERS, FACTS)
    assert {each.offer for each in reply.picks} <= MATTERS.keys()
    assert {name for each in reply.picks for name in each.evidence} <= FACTS
    assert all(MATTERS[w.offer] == MATTERS[each.offer] for each in reply.picks for w in each.options)


def test_the_schema_takes_a_good_answer_and_no_other_shape() -> None:
    check = Draft202012Validator(SCHEMA)
    assert check.is_valid({"picks": [pick("o1", "f1", weighed="{f1}.", options=[way("o2", ["{f1}."])])]})
    assert not check.is_valid({"picks": [pick("reassign")]})
    assert not check.is_valid({"picks": [pick("o1", "PAY-7")]})
    assert not check.is_valid({"picks": [pick("o1") | {"urgency": "critical"}]})
