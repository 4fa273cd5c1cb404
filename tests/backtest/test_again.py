"""Each thing that people did is done once more with all that it says, and leads to what it led to in life."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import App
from bot.backtest.walk.again import press_again
from bot.backtest.walk.chronicle import Chronicle
from bot.backtest.walk.desk import set_up
from bot.backtest.walk.mirror import Recalled
from bot.jobs.presses.took import SKIPPED
from models.actions import RemindPerson
from models.hushes import Hush
from models.ids import CycleId, HushId, PersonId
from models.pauses import Pause
from models.presses import (
    Answered,
    Edited,
    Hushed,
    Lifted,
    Preferred,
    Pressed,
    PutOffTill,
    Rested,
    Skipped,
    SteppedBack,
    Trusted,
    Wished,
)
from models.proposals import (
    Approval,
    ApprovalState,
    Ending,
    Objection,
    Outcome,
    Proposal,
    Receipt,
    effect_of,
)
from models.tables.asks import approvals
from models.tables.looks import cycles, decisions, told
from models.trust import Cause, StepBack
from models.work import SprintState
from tests.backtest.live import MONDAY, TEAM, constitution
from tests.backtest.test_fetch import Clock
from tests.backtest.test_pictures import sprint
from tests.contracts.stores.values import allow, ask, cycle, handover, nudge, proposal

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


@pytest.fixture
async def app(tmp_path: Path) -> AsyncIterator[App]:
    async with set_up(tmp_path / "walk.db", Chronicle(MONDAY, MONDAY, {}), constitution(tmp_path)) as replay:
        yield replay.app


def people(app: App) -> list[PersonId]:
    return [member.id for member in app.directives.team(TEAM).members]


def pm(app: App) -> PersonId:
    return app.directives.team(TEAM).people_of("pm")[0]


async def waiting(app: App, name: str = "m0") -> Approval:
    """A question for the PM, of something that the agent may else do without a yes."""
    about = proposal(nudge(people(app)[-1]), name, rule="blocked-1-day")
    await app.ledger.record(cycle(Clock(MONDAY), ask(about, pm(app), hours=9_999), team=TEAM))  # type: ignore[arg-type]
    return next(each for each in await app.ledger.pending() if each.proposal.id == about.id)


async def now(app: App, asked: Approval) -> Approval:
    found = await app.ledger.approval(asked.id)
    assert found is not None
    return found


def stepped(app: App) -> list[str]:
    return [step.kind for step in app.directives.team(TEAM).stepped]


@pytest.mark.parametrize(
    ("approve", "state", "steps"), [(True, ApprovalState.APPROVED, []), (False, ApprovalState.REJECTED, ["remind"])]
)
async def test_an_answer_is_theirs_with_its_why_and_a_no_steps_the_agent_back(
    app: App, approve: bool, state: ApprovalState, steps: list[str]
) -> None:
    asked, why = await waiting(app), None if approve else Objection.TOO_EARLY
    again = None if approve else MONDAY + 20 * HOUR
    press = Answered(
        at=MONDAY, team=TEAM, proposal=asked.proposal.id, by=pm(app), approve=approve, note="n", objection=why,
        again=again,
    )  # fmt: skip
    await press_again(press, app)
    said = await now(app, asked)
    assert (said.state, said.by, said.note, said.objection, said.put_off) == (state, pm(app), "n", why, again)
    assert [kind.split("_")[0] for kind in stepped(app)] == steps


async def test_an_edit_is_a_yes_to_what_it_became(app: App) -> None:
    asked = await waiting(app)
    became: Proposal = proposal(nudge(people(app)[0]), "m1", rule="blocked-1-day", asked_by=pm(app))
    await press_again(Edited(at=MONDAY, team=TEAM, proposal=asked.proposal.id, by=pm(app), became=became), app)
    assert (await now(app, asked)).state is not ApprovalState.PENDING
    [planned] = [await app.ledger.approval(row) for row in await edits_of(app, asked)]
    assert planned is not None
    assert isinstance(planned.proposal.action, RemindPerson) and planned.proposal.action.person == people(app)[0]


async def edits_of(app: App, asked: Approval) -> list[str]:
    wanted = select(approvals.c.id).where(approvals.c.edits == asked.id)
    return list(await app.database.read(lambda c: c.execute(wanted).scalars().all()))


async def test_a_question_is_put_off_till_then(app: App) -> None:
    asked, until = await waiting(app), MONDAY + 2 * HOUR
    press = PutOffTill(at=MONDAY, team=TEAM, proposal=asked.proposal.id, by=pm(app), until=until)
    await press_again(press, app)
    assert ((await now(app, asked)).put_off, (await now(app, asked)).put_off_by) == (until, pm(app))


async def test_a_hush_holds_until_its_owner_lifts_it(app: App) -> None:
    ann = people(app)[0]
    hush = Hush(id=HushId("h1"), team=TEAM, person=ann, subject="WEB-1", at=MONDAY, ended=MONDAY, why="over")
    await press_again(Hushed(at=MONDAY, team=TEAM, hush=hush), app)
    assert [each.id for each in await app.ledger.hushes_of(ann)] == ["h1"]
    await press_again(Lifted(at=MONDAY, team=TEAM, person=ann, hush=HushId("h1")), app)
    assert await app.ledger.hushes_of(ann) == []


async def test_a_pause_is_paused_and_resumed(app: App) -> None:
    pause = Pause(by=pm(app), since=MONDAY, until=None)
    await press_again(Rested(at=MONDAY, team=TEAM, pause=pause, by=pm(app)), app)
    assert await app.store.paused(TEAM)
    await press_again(Rested(at=MONDAY, team=TEAM, pause=None, by=pm(app)), app)
    assert not await app.store.paused(TEAM)


async def test_what_was_given_back_is_the_constitutions_again(app: App) -> None:
    step = StepBack("remind_person", Cause.UNDO, MONDAY - HOUR, pm(app), "p0")
    await press_again(SteppedBack(at=step.at, team=TEAM, step=step), app)
    assert stepped(app) == ["remind_person"]
    await press_again(Trusted(at=MONDAY, team=TEAM, kind="remind_person"), app)
    assert stepped(app) == []


async def test_how_somebody_wants_to_be_contacted_holds_from_then_on(app: App) -> None:
    ann = people(app)[0]

    def reached() -> object:
        return app.directives.team(TEAM).members[0].reached

    await press_again(Preferred(at=MONDAY, team=TEAM, person=ann, wish={"hours": "10:00-11:00"}), app)
    assert "10:00-11:00" in str(reached())
    await press_again(Preferred(at=MONDAY, team=TEAM, person=ann, wish={}), app)
    assert reached() is None


async def test_what_was_asked_for_is_written_down_as_a_request_and_decided_anew(app: App) -> None:
    about = proposal(nudge(people(app)[-1]), "w1", rule="asked", asked_by=pm(app))
    wished = Wished(at=MONDAY, team=TEAM, proposal=about, cycle=CycleId("c1"), own_yes=False)
    await press_again(wished, app)
    rows = select(decisions.c.proposal_id, cycles.c.reason).join(cycles, cycles.c.id == decisions.c.cycle)
    found = await app.database.read(lambda c: [tuple(row) for row in c.execute(rows)])
    assert found == [("w1", "request")]


async def test_a_word_that_somebody_wanted_passed_on_waits_and_is_not_lost(app: App) -> None:
    """No look proposes it anew: at night it is allowed, and waits at the last moment."""
    about = proposal(nudge(people(app)[-1]), "w1", rule="asked", asked_by=pm(app))
    await press_again(Wished(at=MONDAY, team=TEAM, proposal=about, cycle=CycleId("c1"), own_yes=False), app)
    verdicts = await app.database.read(lambda c: list(c.execute(select(decisions.c.verdict)).scalars()))
    assert verdicts == ["allow"] and await app.ledger.effect(effect_of(about.id)) is not None


@pytest.mark.parametrize("own_yes", [True, False])
async def test_who_confirmed_it_as_they_asked_is_not_asked_again(app: App, own_yes: bool) -> None:
    about = proposal(handover("WEB-1"), "w1", rule="asked", asked_by=pm(app))
    await press_again(Wished(at=MONDAY, team=TEAM, proposal=about, cycle=CycleId("c1"), own_yes=own_yes), app)
    pending, planned = await app.ledger.pending(), await app.ledger.effect(effect_of(about.id))
    assert (pending == [], planned is not None) == (own_yes, own_yes)


async def test_a_summary_is_left_out_while_a_sprint_runs_and_not_for_ever(app: App) -> None:
    await app.store.remember(TEAM, "digest", SKIPPED, {"sprint": 1, "name": "Ann"})
    await press_again(Skipped(at=MONDAY, team=TEAM, by="U1", skip=True), app)
    assert await app.store.remembered(TEAM, "digest", SKIPPED), "no sprint runs: what was said stays"
    await press_again(Skipped(at=MONDAY, team=TEAM, by="U1", skip=False), app)
    assert await app.store.remembered(TEAM, "digest", SKIPPED) is None


async def test_a_summary_is_left_out_until_the_sprint_that_ends_first_does(app: App) -> None:
    assert isinstance(app.store, Recalled)
    runs = [replace(sprint(n).sprint, state=SprintState.ACTIVE) for n in (4, 3)]
    app.store.hold(replace(app.store.held(TEAM), sprints=tuple(runs)))
    ann = app.directives.team(TEAM).members[0]
    await press_again(Skipped(at=MONDAY, team=TEAM, by=str(ann.slack), skip=True), app)
    assert await app.store.remembered(TEAM, "digest", SKIPPED) == {"sprint": 3, "name": ann.name}


async def test_a_press_on_a_message_counts_as_an_answer_to_what_it_told(app: App) -> None:
    ann = people(app)[0]
    about = proposal(nudge(ann), "n1", rule="blocked-1-day")
    await app.ledger.record(cycle(Clock(MONDAY), allow(about), team=TEAM))  # type: ignore[arg-type]
    sent = effect_of(about.id)
    await app.ledger.begin(sent)
    ref = {"channel": "D1", "ts": "1.0"}
    await app.ledger.settle(sent, Outcome(ending=Ending.DONE, words="", receipt=Receipt(ref)))
    await press_again(Pressed(at=MONDAY, team=TEAM, person=ann, effect=sent), app)
    rows = await app.database.read(lambda c: list(c.execute(select(told.c.person, told.c.answered))))
    assert [(row.person, row.answered) for row in rows] == [(ann, MONDAY)]
