"""What counts as a message, and as out of its reader's hours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.backtest.report.compare import Comparison
from bot.backtest.report.record import is_out_of_hours, messages_of
from models.actions import PostToOtherChannel, RemindPerson
from models.directives import Directives
from models.ids import PersonId
from models.proposals import Effect, EffectState, effect_of
from models.recollection import Carried
from models.signals import Urgency
from planner.bounds.worktime import contact_calendar
from tests.backtest.records import message, record
from tests.contracts.stores.values import proposal
from tests.planner.world import LAW, TEAM

ANN = LAW.teams[0].members[0]
NIGHT, NOON = datetime(2026, 11, 18, 2, tzinfo=UTC), datetime(2026, 11, 18, 16, tzinfo=UTC)
"""Of somebody in New York."""


def said(action: Any, at: datetime, *, name: str = "p1", ts: str = "1", **what: Any) -> Effect:
    about = proposal(action, name, **what)
    return Effect(
        id=effect_of(about.id), team=TEAM, cycle=None, proposal=about, action=action, state=EffectState.SENT,
        receipt={"channel": "D1", "ts": ts, "text": f"said {name}"}, ended=at,
    )  # fmt: skip


def to_ann(at: datetime, **what: Any) -> Effect:
    return said(RemindPerson(person=ANN.id, items=()), at, **what)


def carried(effect: Effect) -> Carried:
    return Carried(effect=effect, words="", decision=None, spent=False)


def on_call(law: Directives) -> Directives:
    [team, *others] = law.teams
    members = (ANN.model_copy(update={"on_call": True}), *team.members[1:])
    return law.model_copy(update={"teams": (team.model_copy(update={"members": members}), *others)})


def test_an_edit_of_what_stands_there_is_no_message_of_its_own() -> None:
    both = [carried(to_ann(NOON)), carried(to_ann(NOON, name="p2")), carried(to_ann(NOON, name="p3", ts="2"))]
    assert [each.text for each in messages_of(both, LAW)] == ["said p1", "said p3"]


def test_hours_are_the_readers() -> None:
    assert not contact_calendar(LAW, TEAM, ANN.id).is_working(NIGHT)
    assert (is_out_of_hours(to_ann(NIGHT), LAW), is_out_of_hours(to_ann(NOON), LAW)) == (True, False)


def test_what_somebody_asked_for_is_never_out_of_hours() -> None:
    assert not is_out_of_hours(to_ann(NIGHT, asked_by=ANN.id), LAW)


def test_what_is_critical_is_in_order_at_night_for_whoever_is_on_call_alone() -> None:
    alarm = to_ann(NIGHT, urgency=Urgency.CRITICAL)
    assert (is_out_of_hours(alarm, LAW), is_out_of_hours(alarm, on_call(LAW))) == (True, False)


@pytest.mark.parametrize(("urgency", "is_out"), [(Urgency.CRITICAL, False), (Urgency.HIGH, True)])
def test_a_channel_may_hear_what_is_critical_at_any_hour(urgency: Urgency, is_out: bool) -> None:
    post = PostToOtherChannel(channel="team", headline="", facts=())
    assert is_out_of_hours(said(post, NIGHT, urgency=urgency), LAW) is is_out


def test_what_both_say_at_the_same_minute_has_not_moved() -> None:
    one, later = message(1), message(2)
    moved = replace(later, at=message(9).at)
    assert Comparison(record(one, later), record(one, moved)).moved == ((later, moved),)


def test_who_was_written_to_is_counted_whether_it_cost_attention_or_not() -> None:
    told = record(message(1, costs=False), message(2, person=None, to="#engineering"))
    assert dict(told.written) == {PersonId("ann"): 1}
