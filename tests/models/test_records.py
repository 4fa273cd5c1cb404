"""Every value that is kept comes back equal, whatever text from outside it holds."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import UnionType
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.actions import ACTION_KINDS, Action, AskApproval
from models.ids import ApprovalId, PersonId
from models.keeping.records import dump, fingerprint, load, load_union
from models.proposals import Proposal
from models.pulls import PullRequest
from models.signals import Signal
from models.work import Issue, Person, Sprint

ACTIONS = get_args(Action)
words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
instants = st.datetimes(timezones=st.just(UTC))
for plain, strategy in ((str, words), (float, st.floats(allow_nan=False, allow_infinity=False))):
    st.register_type_strategy(plain, strategy)
st.register_type_strategy(datetime, instants)


def through_json(value: Any) -> Any:
    return json.loads(json.dumps(dump(value), allow_nan=False))


@pytest.mark.parametrize(
    "kind", [*ACTIONS, Proposal, Signal, Issue, Person, PullRequest, Sprint], ids=lambda k: k.__name__
)
def test_every_kept_value_comes_back_equal(kind: type) -> None:
    @given(st.from_type(kind))
    def comes_back(value: Any) -> None:
        assert load(kind, through_json(value)) == value

    comes_back()


def test_every_action_there_is_has_a_kind_of_its_own_and_is_covered_here() -> None:
    assert isinstance(Action, UnionType)
    assert {kind.kind for kind in ACTIONS} == ACTION_KINDS


@given(st.from_type(Action))
def test_an_action_is_read_back_as_the_kind_it_was(action: Any) -> None:
    again = load_union(Action, through_json(action))
    assert (type(again), again) == (type(action), action)
    assert fingerprint(again) == fingerprint(action)


def test_a_value_of_an_older_version_is_still_readable() -> None:
    card = dump(AskApproval(approval=ApprovalId("a"), person=PersonId("ada"))) | {"gone": 1}
    assert load_union(Action, card) == AskApproval(approval=ApprovalId("a"), person=PersonId("ada"))
    person = {"id": "ada", "name": "Ada", "zone": "UTC"}
    assert load(Person, person) == Person(id=PersonId("ada"), name="Ada", zone="UTC")


def test_an_unknown_action_is_not_read_as_another() -> None:
    with pytest.raises(KeyError):
        load_union(Action, {"kind": "merge_pull_request"})


@given(st.text(max_size=30))
def test_no_outside_text_is_refused_by_postgresql(text: str) -> None:
    kept = dump(text)
    assert "\0" not in kept
    kept.encode()


def test_a_value_nobody_declared_is_refused() -> None:
    with pytest.raises(TypeError):
        dump(object())


def test_the_fingerprint_changes_with_the_payload() -> None:
    def card(person: str) -> AskApproval:
        return AskApproval(approval=ApprovalId("a"), person=PersonId(person))

    assert fingerprint(card("ada")) == fingerprint(card("ada")) != fingerprint(card("li"))
