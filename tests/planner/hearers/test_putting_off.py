"""*Ask me later*: the clock of a question stands still until it is brought again, and not for ever."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from models.actions import AskApproval, Asking, PostDigest, Reassign
from models.cycles import History
from models.events import Reason, Trigger
from models.ids import ApprovalId, EffectId, PersonId, ProposalId
from models.proposals import Approval, ApprovalState, Effect, EffectState, Objection, PutOff, Verdict
from models.signals import Urgency
from models.work import Absence
from planner.bounds.limits import Place, Wait
from planner.detect import detect
from planner.hearers.approvals import PassOn, Remind, next_step
from planner.hearers.putting_off import CRITICAL, PAST, clock_of, later_choices, latest, put_off, rests, too_early
from planner.policy import decide_all, joins_a_card, next_asked, owes
from planner.reasoning import RulesMind, reminder
from tests.planner.world import DAY, HOUR, LAW, NOON, TEAM, history, issue, people, signal, snapshot

pytestmark = pytest.mark.anyio

PAT, DEB, ANN, KAI = (PersonId(p) for p in ("pat", "deb", "ann", "kai"))
NO = history()


def place(at: datetime = NOON, **absent: Absence) -> Place:
    return Place(TEAM, people(**absent), LAW, at)


def asked(**changes: Any) -> Approval:
    """Asked of Pat on Wednesday at noon: two working days, until Friday noon."""
    made = Approval(
        id=ApprovalId("a"),
        team=TEAM,
        proposal=reminder(ANN, [signal()], LAW),
        payload_hash="h",
        approvers=(PAT,),
        state=ApprovalState.PENDING,
        asked_at=NOON,
        expires=NOON + 2 * DAY,
        decision_rule="ask-reassign",
        directives_version="v1",
        card={"channel": "D1", "ts": "1.0"},
    )
    return replace(made, **changes)


def off(approval: Approval, wanted: PutOff | str) -> Approval:
    assert isinstance(wanted, PutOff), wanted
    return replace(
        approval, put_off=wanted.until, put_off_by=PAT, used=wanted.used, expires=wanted.expires, reminded=None
    )


def test_what_is_offered_ends_with_the_next_working_morning_by_name() -> None:
    friday = place(NOON + 2 * DAY)
    assert [words for words, _ in later_choices(PAT, friday)] == ["In 3 hours", "Tomorrow 10:00", "Mon 23 Nov 09:00"]
    assert [words for words, _ in later_choices(KAI, place())][-1] == "Fri 20 Nov 09:00", "in their own zone"


@pytest.mark.parametrize(
    ("chosen", "until"),
    [
        ("3 hours", NOON + 3 * HOUR),
        ("tomorrow 10:00", NOON + DAY - 2 * HOUR),
        ((NOON + DAY - 3 * HOUR).isoformat(), NOON + DAY - 3 * HOUR),
    ],
)
def test_every_choice_is_a_moment_at_which_its_reader_works(chosen: str, until: datetime) -> None:
    assert off(asked(), put_off(asked(), chosen, PAT, place())).put_off == until


def test_a_moment_outside_their_hours_becomes_the_next_inside() -> None:
    evening = place(NOON + 5 * HOUR)
    assert off(asked(), put_off(asked(), "3 hours", PAT, evening)).put_off == NOON + 21 * HOUR


def test_what_was_left_of_its_time_is_left_of_it_then() -> None:
    held = off(asked(), put_off(asked(), "tomorrow 10:00", PAT, place(NOON + 2 * HOUR)))
    assert (held.used, held.expires) == (2 * HOUR, NOON + 2 * DAY + 5 * HOUR)
    assert clock_of(held) == (NOON + DAY - 2 * HOUR, 2 * HOUR)


def test_putting_it_off_twice_without_waiting_is_the_same_as_once() -> None:
    once = off(asked(), put_off(asked(), "3 hours", PAT, place()))
    twice = off(once, put_off(once, "3 hours", PAT, place()))
    assert twice == once


def test_however_often_it_is_put_off_it_lapses_after_four_working_days() -> None:
    held, at = asked(), NOON
    for _ in range(20):
        wanted = put_off(held, "tomorrow 10:00", PAT, place(at))
        if isinstance(wanted, str):
            assert "at the latest" in wanted
            break
        held, at = off(held, wanted), wanted.until
    else:
        pytest.fail("it never ends")
    assert held.expires <= latest(asked(), place()) == NOON + 6 * DAY


def test_whoever_is_shown_it_again_has_half_a_working_day_left_at_least() -> None:
    late = place(NOON + 2 * DAY - HOUR / 2)
    held = off(asked(), put_off(asked(), "3 hours", PAT, late))
    assert held.put_off is not None and held.expires - held.put_off >= 4 * HOUR


@pytest.mark.parametrize(
    "chosen", ["", "yesterday", "x", NOON.isoformat(), "2026-11-01", "0001-01-01T00:00+00:00", "[]"]
)
def test_what_is_past_or_cannot_be_read_changes_nothing(chosen: str) -> None:
    assert put_off(asked(), chosen, PAT, place()) == PAST


def test_a_critical_question_is_not_put_off() -> None:
    urgent = asked(proposal=replace(asked().proposal, urgency=Urgency.CRITICAL))
    assert put_off(urgent, "3 hours", PAT, place()) == CRITICAL


def test_a_daily_summary_ends_with_its_day() -> None:
    summary = PostDigest(channel="team", day=date(2026, 11, 18), headline="x", items=(), footer="")
    daily = asked(proposal=replace(asked().proposal, action=summary), expires=NOON + 6 * HOUR)
    assert isinstance(put_off(daily, "tomorrow 10:00", PAT, place()), str)
    assert off(daily, put_off(daily, "3 hours", PAT, place())).expires == NOON + 6 * HOUR


def test_nobody_is_reminded_and_no_deputy_asked_until_it_is_brought_again() -> None:
    held = off(asked(), put_off(asked(), "tomorrow 10:00", PAT, place()))
    for hours in (1, 5, 21):
        assert next_step(held, "pm", place(NOON + hours * HOUR), NO) is None
    then = NOON + 22 * HOUR
    assert rests(held, then - HOUR) and not rests(held, then)
    assert next_step(held, "pm", place(then), NO) == Remind()
    assert next_step(replace(held, reminded=then), "pm", place(then + HOUR), NO) is None


def test_a_deputy_whose_day_is_used_is_asked_when_their_card_comes_and_not_before() -> None:
    deb = PersonId("deb")
    passed = asked(passed_on=NOON, copies={deb: None})
    used = history(spent={(deb, "2026-11-18", "daily"): 1})
    assert next_asked(passed, place(), used) == (deb, NOON + 21 * HOUR)
    assert next_asked(passed, place(), history()) is None, "it comes at this moment"
    assert next_asked(replace(passed, copies={deb: {"channel": "D1", "ts": "1"}}), place(), used) is None


def test_the_deputy_is_asked_as_much_later_as_it_was_put_off() -> None:
    before = next_asked(asked(), place())
    held = off(asked(), put_off(asked(), "3 hours", PAT, place()))
    after = next_asked(held, place())
    assert before is not None and after is not None and after[1] - before[1] >= 3 * HOUR
    told = replace(held, reminded=held.put_off)
    assert isinstance(next_step(told, "pm", place(after[1]), NO), PassOn)
    assert next_step(told, "pm", place(after[1] - HOUR), NO) is None


def test_somebody_who_goes_on_vacation_meanwhile_is_stood_in_for_all_the_same() -> None:
    held = off(asked(), put_off(asked(), "tomorrow 10:00", PAT, place()))
    gone = Absence(reason="on holiday", until=NOON + 9 * DAY)
    assert isinstance(next_step(held, "pm", place(NOON + HOUR, pat=gone), NO), PassOn)


def test_whoever_asked_for_it_themselves_is_reminded_when_they_put_it_off() -> None:
    mine = asked(proposal=replace(asked().proposal, asked_by=PAT))
    held = off(mine, put_off(mine, "3 hours", PAT, place()))
    assert next_step(held, "pm", place(NOON + 3 * HOUR), NO) == Remind()


def test_what_came_too_early_waits_for_its_morning_whatever_its_name() -> None:
    said = asked(state=ApprovalState.REJECTED, objection=Objection.TOO_EARLY, put_off=NOON + DAY)
    known = replace(NO, early=(said,))
    assert too_early(said.proposal, known, NOON) == Wait(
        NOON + DAY, "ask-reassign", "whoever was asked found it too early"
    )
    assert too_early(replace(said.proposal, id=ProposalId("other")), known, NOON) is not None
    assert too_early(said.proposal, known, NOON + DAY) is None
    other = replace(said.proposal, id=ProposalId("x"), action=replace(said.proposal.action, person=KAI))  # type: ignore[call-arg]
    assert too_early(other, known, NOON) is None


async def test_a_look_does_not_propose_again_what_came_too_early_today_and_does_tomorrow() -> None:
    stray = issue(1, None, unassigned_since=NOON - 3 * HOUR)
    world = snapshot(stray)
    signals = detect(world, LAW).signals
    proposals = await RulesMind().propose(world, signals, Trigger(team=TEAM, reason=Reason.LOOK, at=NOON), LAW)
    [offered] = [each for each in proposals if isinstance(each.action, Reassign)]
    said = asked(proposal=offered, state=ApprovalState.REJECTED, objection=Objection.TOO_EARLY, put_off=NOON + DAY)

    def decided(known: History) -> list[Verdict]:
        every = decide_all(proposals, world, LAW, known)
        return [each.decision.verdict for each in every if isinstance(each.proposal.action, Reassign)]

    assert decided(replace(NO, early=(said,))) == [Verdict.DEFER]
    assert decided(replace(NO, early=(replace(said, put_off=NOON),))) == [Verdict.ASK]


def test_what_its_reader_put_off_costs_them_nothing_and_a_reminder_does() -> None:
    def shows(asking: Asking) -> Effect:
        action = AskApproval(approval=ApprovalId("a"), person=PAT, asking=asking)
        state, team = EffectState.PLANNED, TEAM
        return Effect(id=EffectId("e"), team=team, cycle=None, proposal=asked().proposal, action=action, state=state)

    assert owes(shows(Asking.PROMISED), place()) == () != owes(shows(Asking.AGAIN), place())
    assert not joins_a_card(shows(Asking.PROMISED).action)
