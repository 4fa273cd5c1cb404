"""Who may answer an ask, who is asked first, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.directives import Directives
from models.ids import ApprovalId, PersonId
from models.proposals import Approval, ApprovalState
from models.signals import Urgency
from models.work import Absence
from planner.bounds.limits import Place
from planner.hearers.approvals import PassOn, Remind, approvers_of, course, may_answer, next_step, stand_in
from planner.reasoning import reminder
from tests.planner.world import BASE, DAY, HOUR, LAW, NOON, TEAM, constitution, history, people, signal

PAT, DEB, ANN, KAI = (PersonId(p) for p in ("pat", "deb", "ann", "kai"))
AWAY = Absence(reason="on holiday")


def ask(state: ApprovalState = ApprovalState.PENDING) -> Approval:
    return Approval(
        id=ApprovalId("a"),
        team=TEAM,
        proposal=reminder(ANN, [signal()], LAW),
        payload_hash="h",
        approvers=(PAT, DEB),
        state=state,
        asked_at=NOON,
        expires=NOON + DAY,
        decision_rule="ask-reassign",
        directives_version="v1",
    )


@pytest.mark.parametrize(
    ("person", "state", "at", "counts"),
    [
        (PAT, ApprovalState.PENDING, NOON, True),
        (DEB, ApprovalState.PENDING, NOON, True),
        (ANN, ApprovalState.PENDING, NOON, False),
        (PAT, ApprovalState.PENDING, NOON + DAY, False),
        (PAT, ApprovalState.APPROVED, NOON, False),
        (PAT, ApprovalState.REJECTED, NOON, False),
        (PAT, ApprovalState.SUPERSEDED, NOON, False),
    ],
)
def test_only_a_named_approver_answers_and_only_in_time(
    person: PersonId, state: ApprovalState, at: datetime, counts: bool
) -> None:
    assert may_answer(ask(state), person, at) is counts


def test_deputies_stand_in_only_while_nobody_of_the_role_is_there() -> None:
    team = constitution(team={"roles": {"pm": ["pat", "ann"], "deputy_pm": ["deb"]}}).team(TEAM)
    assert approvers_of("pm", team, people(), NOON) == (PAT, ANN)
    assert approvers_of("pm", team, people(pat=AWAY), NOON) == (ANN, PAT)
    assert approvers_of("pm", team, people(pat=AWAY, ann=AWAY), NOON) == (DEB, PAT, ANN)
    assert approvers_of("nobody", team, people(), NOON) == ()


def test_whoever_is_back_is_asked_first_again() -> None:
    team = constitution(team={"roles": {"pm": ["pat", "ann"]}}).team(TEAM)
    assert approvers_of("pm", team, people(pat=replace(AWAY, until=NOON)), NOON) == (PAT, ANN)
    assert approvers_of("pm", team, people(pat=replace(AWAY, until=NOON + HOUR)), NOON) == (ANN, PAT)


# --- a question nobody answers -----------------------------------------------------------------------------------


def place(at: datetime = NOON, law: Directives = LAW, **absent: Absence) -> Place:
    return Place(TEAM, people(**absent), law, at)


def waiting(**changes: Any) -> Approval:
    """Asked of Pat on Wednesday at noon, and posted."""
    card = {"channel": "D1", "ts": "1.0"}
    return replace(ask(), approvers=(PAT,), card=card, expires=NOON + 2 * DAY, **changes)


def due(approval: Approval, at: Place, **remembered: Any) -> Remind | PassOn | None:
    return next_step(approval, "pm", at, history(**remembered))


def test_an_ask_takes_its_course_in_the_approvers_own_working_time() -> None:
    ahead = course(PAT, "pm", Urgency.LOW, NOON, place())
    half_a_day = timedelta(hours=4, minutes=30)
    assert (ahead.reminder, ahead.deputy) == (NOON + DAY, DEB)
    assert ahead.passed_on == NOON + DAY + half_a_day
    assert ahead.expires == NOON + 2 * DAY
    # In Tokyo it is the night to Thursday: two whole days on, Friday ends at 18:00, which is 9:00 UTC. Deb, who
    # stands in, begins in New York at 14:00 UTC that day and has half a day of her own.
    alone = constitution(team={"roles": {"pm": ["kai"]}})
    assert course(KAI, "pm", Urgency.LOW, NOON, place(law=alone)).expires == NOON + DAY + 16 * HOUR
    helped = constitution(team={"roles": {"pm": ["kai"], "deputy_pm": ["deb"]}})
    assert course(KAI, "pm", Urgency.LOW, NOON, place(law=helped)).expires == NOON + DAY + 21 * HOUR + half_a_day


def test_over_a_weekend_and_a_holiday_nothing_is_due() -> None:
    friday = NOON + 2 * DAY
    ahead = course(PAT, "pm", Urgency.LOW, friday, place(friday))
    assert (ahead.reminder, ahead.expires) == (friday + 3 * DAY, friday + 4 * DAY)
    eve_of_thanksgiving = NOON + 7 * DAY
    ahead = course(PAT, "pm", Urgency.LOW, eve_of_thanksgiving, place(eve_of_thanksgiving))
    assert (ahead.reminder, ahead.expires) == (eve_of_thanksgiving + 2 * DAY, eve_of_thanksgiving + 5 * DAY)


def test_reminder_then_deputy_then_nothing_each_at_its_moment() -> None:
    deputy_at = NOON + DAY + timedelta(hours=4, minutes=30)
    minute = timedelta(minutes=1)
    assert due(waiting(), place(NOON + DAY - minute)) is None
    assert due(waiting(), place(NOON + DAY)) == Remind()
    reminded = waiting(reminded=NOON + DAY)
    assert due(reminded, place(NOON + DAY + minute)) is None
    assert due(reminded, place(deputy_at - minute)) is None
    assert due(reminded, place(deputy_at)) == PassOn(DEB, NOON + 2 * DAY)
    assert due(replace(reminded, passed_on=deputy_at), place(deputy_at + minute)) is None
    assert due(reminded, place(NOON + 2 * DAY)) is None, "it has lapsed"


def test_whoever_is_away_for_long_is_not_waited_for() -> None:
    away = replace(AWAY, until=NOON + 9 * DAY)
    assert due(waiting(), place(NOON + HOUR, pat=away)) == PassOn(DEB, NOON + 2 * DAY)
    assert due(waiting(), place(NOON + HOUR, pat=replace(AWAY, until=NOON + 2 * HOUR))) is None, "back today"
    assert due(waiting(), place(NOON + HOUR, pat=away, deb=away)) is None, "nobody stands in"


def test_a_deputy_has_time_of_their_own_from_when_they_can_be_told() -> None:
    at = NOON + DAY + timedelta(hours=4, minutes=30)
    busy = {(DEB, "2026-11-19", "daily"): 1}
    friday_9 = NOON + 2 * DAY - 3 * HOUR
    assert due(waiting(), place(at), spent=busy) == PassOn(DEB, friday_9 + timedelta(hours=4, minutes=30))
    assert due(waiting(), place(at), spent=busy, open_cards=frozenset({DEB})) == PassOn(DEB, NOON + 2 * DAY)


def test_who_else_holds_the_role_stands_in_where_no_deputy_is_named() -> None:
    two = constitution(team={"roles": {"pm": ["pat", "ann"]}})
    assert stand_in("pm", (PAT,), place(law=two)) == ANN
    assert stand_in("pm", (PAT, ANN), place(law=two)) is None
    assert stand_in("pm", (PAT,), place(deb=AWAY)) is None


def test_what_somebody_asked_of_themselves_is_not_chased() -> None:
    own = replace(ask().proposal, asked_by=PAT)
    assert due(waiting(proposal=own), place(NOON + DAY)) is None


def test_a_critical_question_goes_to_the_deputy_when_the_clock_of_such_things_runs_out() -> None:
    rule = BASE["urgency"]["critical"]["rule"] | {"answer_within": "30 minutes"}
    law = constitution(urgency=BASE["urgency"] | {"critical": {"says": "Now.", "rule": rule}})
    ahead = course(PAT, "pm", Urgency.CRITICAL, NOON, place(law=law))
    assert (ahead.reminder, ahead.passed_on) == (None, NOON + timedelta(minutes=30))
