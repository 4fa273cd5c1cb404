"""Trust by line: a step back goes by what the very line may do, and an offer is made once for each row of approvals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.jobs.stepping import after_answer, before_undo
from bot.jobs.trust import daily
from models.directives import Mode
from models.ids import PersonId, ProposalId
from models.keeping.retention import SETTLED, STEPS
from models.proposals import Decision, Verdict, effect_of
from models.tables.outbox import effects
from models.trials import Trials
from models.trust import Mark
from planner.policy.law import SUGGEST, law_for
from tests.bot.jobs.home.test_home import DANA, TEAM, Room, room
from tests.bot.jobs.trust.test_earned import LINE, MOVE, answered, app, notices, team_of
from tests.contracts.stores.values import FakeClock, allow, ask, cycle, nudge, proposal

__all__ = ["app", "room"]

pytestmark = pytest.mark.anyio

MOVES = "merged-means-moved"


def lines_in(app: Any, mode: Mode, modes: Mapping[str, Mode]) -> None:
    law = app.roster.constitution
    team = TEAM.model_copy(update={"mode": mode, "modes": dict(modes)})
    app.roster.enact(law.model_copy(update={"teams": (team, *law.teams[1:])}))


async def test_an_undo_of_what_its_line_lets_act_steps_back(room: Room, app: Any) -> None:
    lines_in(app, Mode.SUGGEST, {MOVES: Mode.ACT})
    done, back = proposal(MOVE, "m1", rule=MOVES), proposal(MOVE, "u1", asked_by=PersonId("li"))
    assert law_for(done, team_of(app), app.directives).verdict is Verdict.ALLOW
    await app.ledger.record(
        cycle(room.clock, allow(done), allow(replace(back, undoes=effect_of(ProposalId("m1")))), team=TEAM.id)
    )
    await before_undo(app, await app.ledger.effect(effect_of(ProposalId("u1"))))
    assert [step.kind for step in team_of(app).stepped] == [MOVE.kind]
    assert law_for(done, team_of(app), app.directives).verdict is Verdict.ASK


async def test_a_no_to_a_line_that_only_suggests_takes_nothing_from_lines_that_act(room: Room, app: Any) -> None:
    lines_in(app, Mode.ACT, {LINE: Mode.SUGGEST})
    suggested, other = proposal(nudge(), "n1", rule=LINE), proposal(nudge(), "n2", rule="blocked-1-day")
    asked = ask(suggested, DANA, hours=9_999)
    await app.ledger.record(
        cycle(room.clock, replace(asked, decision=replace(asked.decision, rule=SUGGEST)), team=TEAM.id)
    )
    [waiting] = await app.ledger.pending()
    await after_answer(app, await app.ledger.decide(waiting.id, by=DANA, approve=False))
    assert team_of(app).stepped == ()
    assert law_for(other, team_of(app), app.directives).verdict is Verdict.ALLOW


async def test_what_a_line_does_already_is_not_offered_to_it(room: Room, app: Any) -> None:
    await answered(room, 20)
    lines_in(app, Mode.SUGGEST, {MOVES: Mode.ACT})
    await daily._bring_up(app, team_of(app))
    assert await notices(app) == []


async def test_what_the_constitution_asks_for_in_act_anyway_is_not_offered(room: Room, app: Any) -> None:
    await answered(room, 20, move=replace(MOVE, merged=None))
    await daily._bring_up(app, team_of(app))
    assert await notices(app) == []


async def forgotten(room: Room, many: int) -> None:
    """So many of the oldest approvals, as retention drops them."""
    later = room.clock.now() + SETTLED + timedelta(hours=1)
    over = update(effects).values(state="sent", ended=room.clock.now())
    await room.app.database.write(lambda c: c.execute(over), "test")
    for drop in STEPS.values():
        await room.app.database.write(lambda c, drop=drop: drop(c, later, many), "test")


async def test_a_row_is_told_of_once_also_when_its_first_approvals_are_forgotten(room: Room, app: Any) -> None:
    await answered(room, 23)
    for _ in range(12):
        await daily._bring_up(app, team_of(app))
        await forgotten(room, 1)
    assert len(await notices(app)) == 1
    await answered(room, 20, first=30)
    await daily._bring_up(app, team_of(app))
    assert len(await notices(app)) == 1, "the row goes on, whatever of it is forgotten"


async def test_a_row_that_was_broken_since_is_a_new_one(room: Room, app: Any) -> None:
    await answered(room, 20)
    await daily._bring_up(app, team_of(app))
    await answered(room, 1, yes=False, first=20)
    await daily._bring_up(app, team_of(app))
    await answered(room, 20, first=21)
    for _ in range(2):
        await daily._bring_up(app, team_of(app))
    assert len(await notices(app)) == 2


async def test_only_a_line_that_there_is_may_leave_shadow(room: Room, app: Any) -> None:
    lines_in(app, Mode.SHADOW, {})
    for rule in (LINE, "a-line-of-last-year"):
        for n in range(10):
            said = {"team": TEAM.id, "proposal": ProposalId(f"{rule}{n}"[-20:]), "person": DANA, "rule": rule}
            mark = Mark(**said, useful=True, sent=True, at=room.clock.now())  # type: ignore[arg-type]
            await Trials(app.database).mark(mark)
    assert [LINE in offer.words for offer in await daily.earned(app, team_of(app))] == [True]


def test_a_log_waits_for_its_reader_and_not_for_ever() -> None:
    cut = FakeClock().now()
    soon, late = cut + daily.TOO_LATE - timedelta(hours=1), cut + daily.TOO_LATE
    waits = Decision(verdict=Verdict.DEFER, rule="r", reason="r", until=soon)
    assert daily.again_at(waits, cut) == soon
    assert daily.again_at(replace(waits, until=late), cut) is None
    assert daily.again_at(replace(waits, verdict=Verdict.DENY), cut) is daily.again_at(None, cut) is None
