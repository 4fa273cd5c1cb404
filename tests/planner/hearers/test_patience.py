"""Not yet: a matter is first tried with the people concerned, and what comes back is not told again at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from models.cycles import Heard
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import AccountId, PersonId, SignalId
from models.proposals import Decided, Verdict
from models.signals import Signal, Urgency
from models.work import Absence, Snapshot
from planner.bounds.worktime import person_calendar
from planner.detect import detect
from planner.hearers.escalation import heard_by
from planner.hearers.patience import AT_MOST, Patience
from planner.policy import decide_all
from planner.reasoning import RulesMind
from planner.still.clocks import ripening
from planner.still.factcheck import Ground
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    NOON,
    TEAM,
    autonomy,
    constitution,
    history,
    issue,
    line,
    people,
    snapshot,
)

pytestmark = pytest.mark.anyio

ANN, PAT = PersonId("ann"), PersonId("pat")
PATIENT = [line("try-it", {"try_first": "4 business hours"}), line("flaps", {"repeat_after": "1 business day"})]
LAW = constitution(escalation=[*BASE["escalation"], *PATIENT])
TO_PM = constitution(
    escalation=[line("to-pm", {"escalate": "blocked_too_long", "after": "2 business days", "to": "pm"}), *PATIENT]
)
FLAGGED = NOON - 2 * DAY - HOUR
STUCK = issue(1, flagged_since=FLAGGED)
"""Blocked for two working days and an hour: its owner's rung and the next one are both reached."""


def heard(signal: Signal, person: str = "ann", at: datetime | None = NOON - DAY, **changes: Any) -> Heard:
    row = Heard(
        person=PersonId(person),
        signal=signal.id,
        kind=signal.kind,
        subject=signal.subject,
        urgency=signal.urgency,
        at=at,
    )
    return replace(row, **changes)


def rungs(world: Snapshot, law: Directives = LAW) -> list[Signal]:
    found = [s for s in detect(world, law).signals if s.subject == "PAY-1" and s.kind == "blocked_too_long"]
    return sorted(found, key=lambda signal: signal.step)


async def looked(world: Snapshot, law: Directives = LAW, *rows: Heard, told: bool = True) -> list[Decided]:
    signals = detect(world, law).signals
    trigger = Trigger(team=TEAM, reason=Reason.LOOK, at=world.now)
    known = history(heard=rows, told=frozenset((r.person, r.signal) for r in rows) if told else frozenset())
    proposals = await RulesMind().propose(world, signals, trigger, law)
    return list(decide_all(proposals, world, law, known))


def of_kind(decided: list[Decided], kind: str) -> list[Decided]:
    return [each for each in decided if each.proposal.action.kind == kind]


# --- try it first ------------------------------------------------------------------------------------------------


async def test_leadership_waits_until_the_owner_was_told_and_had_the_time() -> None:
    first = rungs(snapshot(STUCK))[0]
    told_at = NOON - 2 * HOUR
    [escalation] = of_kind(await looked(snapshot(STUCK), LAW, heard(first, at=told_at)), "escalate")
    assert (escalation.decision.verdict, escalation.decision.rule) == (Verdict.DEFER, "try-it")
    assert escalation.decision.until == told_at + 4 * HOUR
    assert "Ann, whose move it is, was told Wed 18 Nov 10:00 and has 4 business hours" in escalation.decision.reason


async def test_when_the_time_is_over_it_goes_further() -> None:
    first = rungs(snapshot(STUCK))[0]
    [escalation] = of_kind(await looked(snapshot(STUCK), LAW, heard(first, at=NOON - 4 * HOUR)), "escalate")
    assert escalation.decision.verdict is Verdict.DEFER  # 8:00 is before their day: one working hour is still to come
    [escalation] = of_kind(await looked(snapshot(STUCK), LAW, heard(first, at=NOON - DAY)), "escalate")
    assert escalation.decision.verdict is Verdict.ASK


async def test_whoever_was_not_told_yet_is_waited_for_but_not_for_ever() -> None:
    [escalation] = of_kind(await looked(snapshot(STUCK)), "escalate")
    assert escalation.decision.verdict is Verdict.DEFER and "is told first" in escalation.decision.reason
    ann = person_calendar(LAW, TEAM, ANN)
    end = ann.add(FLAGGED + 2 * DAY, AT_MOST)
    assert escalation.decision.until == end
    [then] = of_kind(await looked(snapshot(STUCK, now=end)), "escalate")
    assert then.decision.rule != "try-it"


@pytest.mark.parametrize(
    "given",
    [
        {"who": people(ann=Absence(reason="at the doctor", until=NOON + HOUR))},
        {"issues": replace(STUCK, assignee="somebody-else")},
    ],
)
async def test_somebody_who_cannot_be_told_is_not_waited_for(given: dict[str, Any]) -> None:
    world = snapshot(given.get("issues", STUCK), who=given.get("who"))
    [escalation] = of_kind(await looked(world), "escalate")
    assert escalation.decision.rule != "try-it"


async def test_a_role_waits_as_a_channel_does() -> None:
    world = snapshot(STUCK)
    first, second = rungs(world, TO_PM)
    early = await looked(world, TO_PM, heard(first, at=NOON - HOUR))
    assert [(d.decision.verdict, d.decision.rule) for d in early] == [(Verdict.DEFER, "try-it")]
    [later] = await looked(world, TO_PM, heard(first))
    assert later.decision.verdict is Verdict.ALLOW and later.proposal.signals == (second.id,)


async def test_without_the_line_nobody_waits() -> None:
    law = constitution()
    [escalation] = of_kind(await looked(snapshot(STUCK), law), "escalate")
    assert escalation.decision.verdict is Verdict.ASK


async def test_what_is_over_is_not_spoken_of_when_the_wait_ends() -> None:
    first = rungs(snapshot(STUCK))[0]
    assert await looked(snapshot(replace(STUCK, flagged_since=None)), LAW, heard(first)) == []


# --- what comes back ---------------------------------------------------------------------------------------------

AGAIN = issue(1, flagged_since=NOON - 26 * HOUR)
"""The second episode: blocked for one working day and an hour."""


def before(**changes: Any) -> Heard:
    """Ann was told of an earlier flag of the same ticket."""
    return replace(heard(rungs(snapshot(AGAIN))[0]), signal="earlier", **changes)  # type: ignore[arg-type]


async def test_the_same_that_comes_back_is_told_later_and_not_dropped() -> None:
    row = before(at=NOON - 2 * HOUR)
    [again] = await looked(snapshot(AGAIN), LAW, row)
    assert (again.decision.verdict, again.decision.rule) == (Verdict.DEFER, "flaps")
    assert again.decision.until == NOON - 2 * HOUR + DAY
    assert "Ann was told of PAY-1 Wed 18 Nov 10:00 already" in again.decision.reason
    [then] = of_kind(await looked(snapshot(AGAIN, now=NOON - 2 * HOUR + DAY), LAW, row), "remind_person")
    assert then.decision.verdict is Verdict.ALLOW


async def test_what_has_become_more_urgent_is_told_at_once() -> None:
    [again] = await looked(snapshot(AGAIN), LAW, before(at=NOON - 2 * HOUR, urgency=Urgency.LOW))
    assert again.decision.verdict is Verdict.ALLOW


@pytest.mark.parametrize("changes", [{"person": "bob"}, {"subject": "PAY-2"}, {"kind": "build_red"}])
async def test_only_the_same_to_the_same_person_is_a_repeat(changes: dict[str, Any]) -> None:
    [again] = await looked(snapshot(AGAIN), LAW, before(at=NOON - 2 * HOUR, **changes))
    assert again.decision.verdict is Verdict.ALLOW


async def test_the_next_rung_of_what_one_was_told_of_is_no_repeat() -> None:
    """The PM owns the ticket: the role's rung is told although the first rung was told a moment ago."""
    world = snapshot(replace(STUCK, assignee=AccountId("acc-pat")))
    first, second = rungs(world, TO_PM)
    told = history(heard=(heard(first, "pat", NOON - 5 * HOUR), heard(first, "ann", NOON - 30 * HOUR)))
    flapping = constitution(escalation=[BASE["escalation"][0], PATIENT[1]])
    assert Patience.of([first, second], world, flapping, told).wait(second, PAT) is None
    earlier = history(heard=(replace(heard(first, "pat", NOON - 5 * HOUR), signal=SignalId("earlier")),))
    assert Patience.of([first, second], world, flapping, earlier).wait(second, PAT) is not None


async def test_what_is_new_goes_out_without_what_has_to_wait() -> None:
    world = snapshot(AGAIN, issue(2, flagged_since=NOON - 26 * HOUR))
    [reminder] = await looked(world, LAW, before(at=NOON - 2 * HOUR))
    assert reminder.decision.verdict is Verdict.ALLOW
    assert [item.subject for item in reminder.proposal.action.items] == ["PAY-2"]  # type: ignore[union-attr]


async def test_the_end_of_a_wait_is_a_moment_to_look() -> None:
    world = snapshot(AGAIN)
    findings, row = detect(world, LAW), before(at=NOON - 2 * HOUR)
    ripe = ripening(findings, (), Ground.of(world, LAW, findings), history(heard=(row,)))
    assert ripe.ripens == min(NOON - 2 * HOUR + DAY, findings.ripens or NOON + 9 * DAY)


async def test_a_mind_cannot_talk_its_way_round_a_wait() -> None:
    law = constitution(escalation=[*BASE["escalation"], *PATIENT], autonomy=autonomy(free={"allow": "remind_person"}))
    [again] = await looked(snapshot(AGAIN), law, before(at=NOON - 2 * HOUR))
    loud = replace(again.proposal, urgency=Urgency.CRITICAL, because="now!")
    rows = history(heard=(before(at=NOON - 2 * HOUR),))
    assert [d.decision.verdict for d in decide_all([loud], snapshot(AGAIN), law, rows)] == [Verdict.DEFER]


# --- where it leads ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("routes", "channel", "person"),
    [
        ([line("there", {"route": "escalations", "to": "leadership"})], "leadership", None),
        ([line("there", {"route": "technical", "to": "team"})], None, PAT),
    ],
)
async def test_an_escalation_that_names_no_place_goes_where_escalations_are_routed(
    routes: list[Any], channel: str | None, person: PersonId | None
) -> None:
    law = constitution(
        communication=routes, escalation=[line("on", {"escalate": "blocked_too_long", "after": "2 business days"})]
    )
    assert heard_by(rungs(snapshot(STUCK), law)[1], snapshot(STUCK), law) == (channel, person)
