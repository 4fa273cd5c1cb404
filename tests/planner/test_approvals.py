"""Who may answer an ask, who is asked first, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from models.ids import ApprovalId, PersonId
from models.proposals import Approval, ApprovalState
from models.work import Absence
from planner.approvals import approvers_of, expiry, may_answer
from planner.reasoning import reminder
from tests.planner.world import DAY, HOUR, LAW, NOON, TEAM, constitution, people, signal

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


def test_an_ask_stands_for_two_of_the_approvers_own_working_days() -> None:
    assert expiry(PAT, TEAM, people(), LAW, NOON) == NOON + 2 * DAY
    # In Tokyo it is the night to Thursday: two whole days on, Friday ends at 18:00, which is 9:00 UTC.
    assert expiry(KAI, TEAM, people(), LAW, NOON) == NOON + DAY + 16 * HOUR
