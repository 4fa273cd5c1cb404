"""What ``/pm forecast`` says: the chance first, what it rests on, what would help; and honestly nothing too early."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.forecasts import Odds
from models.ids import SprintId
from models.work import Absence, Facts, SprintState
from planner.detect import detect
from planner.facts.observe import tally
from planner.foresight.outlook import Lore
from planner.reports.details import details
from planner.reports.how import how
from planner.reports.pace import forecast as pace
from planner.reports.status import status
from planner.words.odds import percent, quoted_odds, verdict
from planner.words.replies import SheetReply
from tests.planner.foresight.lore import MIXED, certain, past, running, told
from tests.planner.reports.believable import LAW, Office, ask
from tests.planner.reports.remembered import Memory
from tests.planner.world import DAY, NOON, facts, people, snapshot, sprint

pytestmark = pytest.mark.anyio


async def asked(memory: Memory | None = None, held: Facts | None = None, typed: str = "forecast") -> SheetReply:
    reply = await ask(typed, office=Office(held or running()), hindsight=memory or Memory())
    assert isinstance(reply, SheetReply)
    return reply


async def test_the_answer_comes_first_then_the_day_before_and_what_each_change_would_buy() -> None:
    reply = await asked(Memory(kept=[told(16, 0.81), told(17, 0.78)]))
    made = certain(Lore(MIXED, told=(told(17, 0.78),)))
    first, rest = reply.headline.split(". ", 1)
    assert first == f"{verdict(made.foretold.chance)} by Fri 27 Nov: {percent(made.foretold.chance)}, yesterday 78 %"
    bought = [f"ithout {' and '.join(each.without)}: {percent(each.chance)}" for each in made.changes]
    assert bought and all(each in rest for each in bought)
    assert reply.title == "Sprint 24 · Payments · forecast"


async def test_a_chance_never_stands_without_what_it_rests_on() -> None:
    notes = " ".join((await asked()).notes)
    assert (
        "Rests on 10 past sprints of this board" in notes
        and "at 49 % of their time" in notes
        and "No model was asked." in notes
    )
    assert "Expected to be left over: about " in notes and "of 3 open issues" in notes


async def test_below_five_past_sprints_the_pace_is_told_and_no_chance() -> None:
    reply = await asked(Memory(MIXED[:4]))
    assert reply.title.endswith("pace") and "%" not in reply.headline + " ".join(reply.notes)
    assert "No probability: fewer than 5 past sprints are known here." in reply.notes


async def test_who_carries_the_risk_is_told_the_least_likely_first_and_named_only_where_somebody_must_act() -> None:
    [group] = (await asked()).groups
    assert [row.key for row in group.rows] == ["PAY-5", "PAY-4", "PAY-3"]
    assert [row.owner for row in group.rows] == ["nobody", "", ""]
    assert group.rows[0].why.endswith("%, no owner") and group.rows[1].why.endswith("%, not started")


async def test_each_change_can_be_proposed_with_one_press() -> None:
    reply = await asked()
    assert reply.choices[0] == ("Propose moving PAY-5", "move PAY-5 to backlog")
    both = replace(running(), sprints=(sprint(), sprint(25, state=SprintState.FUTURE)))
    assert (await asked(held=both)).choices[0] == ("Propose moving PAY-5", "move PAY-5 to next sprint")
    assert len(reply.choices) <= 4


SCORED = [told(9, 0.5, number=n, delivered=20.0 - n) for n in range(1, 8)]


async def test_the_hit_rate_stands_beside_it_from_enough_sprints_on() -> None:
    assert not [note for note in (await asked(Memory(over=SCORED[:4]))).notes if note.startswith("Hit rate")]
    [said] = [note for note in (await asked(Memory(over=SCORED))).notes if note.startswith("Hit rate")]
    assert "the 80 % range held 6 of 7 times" in said and "0 were made" in said and "Brier score 0.25" in said


async def test_the_days_before_are_told_from_two_of_them_on() -> None:
    days = [told(16, 0.81), told(17, 0.78)]
    [said] = [note for note in (await asked(Memory(kept=days))).notes if note.startswith("Day by day")]
    assert said.startswith("Day by day: Mon 81 %, Tue 78 %, today ")
    assert not [note for note in (await asked(Memory(kept=days[1:]))).notes if note.startswith("Day by day")]


async def test_who_is_away_is_a_number_and_no_name() -> None:
    gone = people(bob=Absence(reason="vacation", until=NOON + 5 * DAY))
    reply = await asked(held=replace(running(), people=tuple(gone.values())))
    assert any("1 of those with tickets in it is away." in note for note in reply.notes)
    assert "Bob" not in f"{reply.headline}{reply.notes}"


async def test_a_sprint_that_is_done_is_done_and_has_no_chance() -> None:
    done = tuple(replace(each, progress=running().issues[0].progress) for each in running().issues)
    assert tally(done).share == 1.0
    assert (await asked(held=facts(*done))).headline.startswith("All done")


async def test_asked_in_a_conversation_it_is_the_same_answer() -> None:
    reply = await ask("can we still make Friday?", office=Office(running()), hindsight=Memory(), said=True)
    assert reply == await asked()


# --- quoted elsewhere -------------------------------------------------------------------------------------------


def odds(*chances: float, at: datetime = NOON - timedelta(hours=3)) -> dict[SprintId, tuple[Odds, ...]]:
    days = (Odds((at - n * DAY).date(), at - n * DAY, chance, 12) for n, chance in enumerate(chances))
    return {SprintId(24): tuple(days)}


SAYS = "62 % to finish all of it, yesterday 78 %: forecast of Wed 18 Nov 09:00 from 12 past sprints"


def seen(**changes: Any) -> Any:
    return snapshot(*running().issues, **changes)


def test_a_status_quotes_the_forecast_of_the_day() -> None:
    world = seen(odds=odds(0.62, 0.78))
    told, helps = status(world, sprint(), [], LAW), ("What would help", "forecast id:24")
    assert SAYS in told.counts and helps in told.choices
    bare = status(seen(), sprint(), [], LAW)
    assert not [each for each in bare.counts if "%" in each] and helps not in bare.choices
    assert any("/pm forecast" in each for each in how(sprint(), world, [], LAW))


def test_where_nothing_is_foretold_anew_the_forecast_of_the_day_comes_before_the_pace() -> None:
    told = pace(sprint(), seen(odds=odds(0.62)), LAW)
    first, rest = told.headline.split(". ", 1)
    assert first == "62 % to finish all of it: forecast of Wed 18 Nov 09:00 from 12 past sprints"
    assert "a day needed" in rest and not [note for note in told.notes if note.startswith("No probability")]


def test_a_forecast_of_last_week_is_not_quoted() -> None:
    world = seen(odds=odds(0.62, at=NOON - 6 * DAY))
    assert not [each for each in status(world, sprint(), [], LAW).counts if "%" in each]


def test_a_sprint_at_risk_has_the_chance_among_its_evidence_and_its_threshold_stays() -> None:
    late = datetime.fromisoformat("2026-11-25T17:00:00+00:00")
    for held in (odds(0.62, 0.78, at=late), {}):
        [signal] = [s for s in detect(seen(now=late, odds=held), LAW).signals if s.kind == "sprint_at_risk"]
        assert any("62 % to finish all of it" in each.text for each in signal.evidence) is bool(held)
    fine = seen(now=NOON, odds=odds(0.01))
    assert not [s for s in detect(fine, LAW).signals if s.kind == "sprint_at_risk"]


def test_the_summary_s_thread_begins_with_the_forecast_and_tells_its_error_on_the_last_day_of_a_week() -> None:
    held, friday = running(), datetime.fromisoformat("2026-11-20T17:00:00+00:00")
    for now, expected in ((NOON, False), (friday, True)):
        world = snapshot(*held.issues, now=now)
        rows = past(*(each.delivered for each in MIXED), share=0.48 if now == NOON else 0.62)
        made = certain(Lore(rows, scored=tuple(SCORED)), now=now)
        sheet = details(world, sprint(), [], held, LAW, seen=made)
        assert sheet.headline.startswith(verdict(made.foretold.chance))
        errors = [note for note in sheet.notes if note.startswith("Forecast error so far: about ")]
        assert bool(errors) is expected


def test_nothing_is_said_to_be_certain() -> None:
    assert [percent(each) for each in (0.0, 0.004, 0.5, 0.996, 1.0)] == [
        "under 1 %",
        "under 1 %",
        "50 %",
        "over 99 %",
        "over 99 %",
    ]
    assert quoted_odds((), None, NOON) == ""  # type: ignore[arg-type]


async def test_issues_are_counted_where_few_are_estimated() -> None:
    bare = tuple(replace(each, points=None) for each in running().issues)
    rows = past(5, 5, 5, 4, 3, 5, target=5.0, done=2.0, by_points=False)
    reply = await asked(Memory(rows), held=facts(*bare))
    assert any(note.startswith("Expected to be left over: ") and "point" not in note for note in reply.notes)
    assert reply.read_at == running().read_at
