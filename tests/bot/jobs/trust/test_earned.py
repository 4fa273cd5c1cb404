"""What feedback has earned is shown to the admins and nothing more; who may mark and give back is decided here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from bot.jobs.home.running import running_of
from bot.jobs.stepping import after_answer, before_undo
from bot.jobs.trust import daily, mark
from bot.jobs.trust.asked import FEW, about_shadow
from models.actions import TransitionIssue
from models.directives import Mode
from models.ids import IssueKey, PersonId, ProposalId, PullRequestId, TeamId, named
from models.proposals import Approval, Supposed, Verdict, effect_of
from models.tables.queue import jobs
from models.trials import Trials
from models.trust import Cause, Mark
from planner.asked.questions import parse_command
from planner.policy.law import SUGGEST
from planner.reports.shadow import SCHEDULE
from tests.bot.jobs.home.test_home import DANA, DANA_SLACK, LI_SLACK, TEAM, Room, room
from tests.bot.views.reading import seen
from tests.contracts.blockkit import check_message
from tests.contracts.stores.values import allow, ask, cycle, nudge, proposal
from tests.world import CONSTITUTION

__all__ = ["room"]

pytestmark = pytest.mark.anyio

LINE = "review-8-hours"
MOVE = TransitionIssue(
    issue=IssueKey("PAY-1"),
    issue_title="t",
    issue_url="https://x.example/PAY-1",
    before="In Progress",
    after="Done",
    merged=PullRequestId("acme/api#1"),
)


@pytest.fixture
def app(room: Room) -> Iterator[Any]:
    """The room's app, whose team asks for everything, with the file it would be changed in."""
    room.app.settings = SimpleNamespace(anthropic_api_key="", directives_file=CONSTITUTION)
    in_mode(room.app, Mode.SUGGEST)
    yield room.app


def in_mode(app: Any, mode: Mode) -> None:
    law = app.roster.constitution
    app.roster.enact(law.model_copy(update={"teams": (TEAM.model_copy(update={"mode": mode}), *law.teams[1:])}))


def team_of(app: Any) -> Any:
    return app.directives.team(TEAM.id)


async def answered(
    room: Room, many: int, *, yes: bool = True, first: int = 0, move: TransitionIssue = MOVE
) -> list[Approval]:
    """So many moves, each asked because the team only takes suggestions, and answered in their order."""
    said = []
    for n in range(first, first + many):
        asked = ask(proposal(move, f"m{n}", rule="merged-means-moved"), DANA, hours=9_999)
        asked = replace(asked, decision=replace(asked.decision, rule=SUGGEST))
        made = cycle(room.clock, asked, team=TEAM.id)
        await room.app.ledger.record(made)
        name = named("approval", f"m{n}", made.id)
        said.append(await room.app.ledger.decide(name, by=DANA, approve=yes))
        room.clock.tick(60)
    return said


async def notices(app: Any) -> list[Any]:
    found = select(jobs.c.payload).where(jobs.c.kind == "notice")
    return list(await app.database.read(lambda c: c.execute(found).scalars().all()))


async def test_twenty_approvals_in_a_row_are_brought_up_once_with_the_change_and_change_nothing(
    room: Room, app: Any
) -> None:
    await answered(room, 19)
    await daily._bring_up(app, team_of(app))
    assert await notices(app) == []
    await answered(room, 1, first=19)
    for _ in range(2):
        await daily._bring_up(app, team_of(app))
    [told] = await notices(app)
    assert "20 times in a row" in told["headline"] and "+      transition_issue: act" in told["diff"]
    assert team_of(app).mode is Mode.SUGGEST and team_of(app).modes == {}


async def test_one_no_among_them_begins_the_row_anew(room: Room, app: Any) -> None:
    await answered(room, 15)
    await answered(room, 1, yes=False, first=15)
    await answered(room, 19, first=16)
    await daily._bring_up(app, team_of(app))
    assert await notices(app) == []


async def test_a_rejection_of_what_acts_steps_back_at_once_and_home_gives_it_back_to_admins_alone(
    room: Room, app: Any
) -> None:
    [rejected] = await answered(room, 1, yes=False)
    await after_answer(app, rejected)
    assert team_of(app).stepped == (), "what only suggests has nothing to step back from"
    in_mode(app, Mode.ACT)
    await after_answer(app, rejected)
    [step] = team_of(app).stepped
    assert (step.kind, step.cause, step.by) == ("transition_issue", Cause.REJECTION, DANA)
    running = await running_of(app, DANA)
    assert running is not None and "stepped back after a rejection" in running.teams[0].stepped[0].words

    value = json.dumps({"t": TEAM.id, "k": "transition_issue"})
    await room.opens(LI_SLACK)
    assert "Only admins" in await room.presses_on_home("trust_again", LI_SLACK, value)
    assert team_of(app).stepped == (step,)
    room.app.slack.guests.add(DANA_SLACK)
    assert "Only admins" in await room.presses_on_home("trust_again", DANA_SLACK, value), "a guest is no admin"
    assert team_of(app).stepped == (step,)
    room.app.slack.guests.clear()
    shown = await room.opens(DANA_SLACK)
    assert "[Let transition issue act again]" in shown and "Asks again before it does" in shown
    shown = await room.presses_on_home("trust_again", DANA_SLACK, value)
    assert team_of(app).stepped == () and "[Let transition issue act again]" not in shown
    assert [what for what, _ in await room.audited()] == ["stepped_back", *["trust_refused"] * 2, "trusted_again"]


async def test_an_undo_steps_back_by_what_it_takes_back(room: Room, app: Any) -> None:
    in_mode(app, Mode.ACT)
    done, back = proposal(MOVE, "m1", rule="merged-means-moved"), proposal(MOVE, "u1", asked_by=PersonId("li"))
    back = replace(back, undoes=effect_of(ProposalId("m1")))
    await app.ledger.record(cycle(room.clock, allow(done), allow(back), team=TEAM.id))
    for name in ("m1", "u1", "u1"):
        effect = await app.ledger.effect(effect_of(ProposalId(name)))
        await before_undo(app, effect)
        assert len(team_of(app).stepped) == (name == "u1")
    assert team_of(app).stepped[0].about == "m1"


# --- marks ----------------------------------------------------------------------------------------------------------


async def kept(room: Room, name: str, team: TeamId = TEAM.id) -> None:
    """One reminder that shadow mode has only recorded."""
    would = Supposed(verdict=Verdict.ALLOW, rule="ask-for-updates", reason="r")
    shadowed = allow(proposal(nudge(), name, rule=LINE), verdict=Verdict.DENY, rule="mode-shadow", supposed=would)
    await room.app.ledger.record(cycle(room.clock, shadowed, team=team))


async def test_only_an_admin_marks_and_only_what_is_on_record(room: Room, app: Any) -> None:
    await kept(room, "p1")
    press = SimpleNamespace(user=LI_SLACK)
    said = mark.Said(press, "log", ProposalId("p1"), True)  # type: ignore[arg-type]
    assert await mark._settle(app, None, said) == mark.NOT_AN_ADMIN  # type: ignore[arg-type]
    press.user = DANA_SLACK
    app.slack.guests.add(DANA_SLACK)
    assert await mark._settle(app, None, said) == mark.NOT_AN_ADMIN  # type: ignore[arg-type]
    assert list(await Trials(app.database).marks(TEAM.id)) == [], "a guest is no admin, whatever the file says"
    app.slack.guests.clear()
    assert await mark._settle(app, None, replace(said, proposal=ProposalId("p2"))) == mark.UNKNOWN  # type: ignore[arg-type]
    for useful in (True, False):
        assert await mark._settle(app, None, replace(said, useful=useful)) is None  # type: ignore[arg-type]
    [one] = await Trials(app.database).marks(TEAM.id)
    assert (one.person, one.rule, one.useful, one.sent) == (DANA, LINE, False, True)


async def test_a_line_that_has_earned_it_is_offered_with_the_change_while_it_is_in_shadow(room: Room, app: Any) -> None:
    for n in range(10):
        about = {"team": TEAM.id, "proposal": ProposalId(f"p{n}"), "person": DANA, "rule": LINE, "at": room.clock.now()}
        said = Mark(**about, useful=True, sent=True)  # type: ignore[arg-type]
        await Trials(app.database).mark(said)
    assert await daily.earned(app, team_of(app)) == ()
    in_mode(app, Mode.SHADOW)
    [offer] = await daily.earned(app, team_of(app))
    assert "10 of 10" in offer.words and "+      review-8-hours: suggest" in offer.diff


async def test_an_admin_who_asks_is_told_what_is_kept_so_far_and_nobody_else(room: Room, app: Any) -> None:
    in_mode(app, Mode.SHADOW)
    room.clock.tick(60)
    await kept(room, "p1")
    question = parse_command("shadow")
    assert await about_shadow(app, question, LI_SLACK, private=True) is None
    assert await about_shadow(app, question, DANA_SLACK, private=False) is None
    told = await about_shadow(app, question, DANA_SLACK, private=True)
    assert told is not None and "would have sent 1, withheld 0" in told.text
    said = {"team": TEAM.id, "proposal": ProposalId("p1"), "rule": LINE, "useful": True, "sent": True}
    for person in (PersonId("noor"), DANA):
        await Trials(app.database).mark(Mark(**said, person=person, at=room.clock.now()))  # type: ignore[arg-type]
        told = await about_shadow(app, question, DANA_SLACK, private=True)
        assert told is not None and ("✓" in seen(told.blocks)) == (person == DANA), "a mark is its admin's own"


async def test_today_so_far_is_today_whether_or_not_a_log_was_shown_since(room: Room, app: Any) -> None:
    in_mode(app, Mode.SHADOW)
    await kept(room, "p1")
    room.clock.tick(3600)
    await app.store.fire(f"{SCHEDULE}{TEAM.id}", room.clock.now().isoformat(), None)
    room.clock.tick(60)
    await kept(room, "p2")
    assert await so_far(app) == "would have sent 2, withheld 0"
    room.clock.tick(16 * 3600)
    assert await so_far(app) == "would have sent 2, withheld 0", "in New York it is not midnight yet"
    room.clock.tick(4 * 3600)
    assert await so_far(app) == "would have sent 0, withheld 0"


async def test_an_admin_of_two_teams_is_told_of_both_in_one_message_that_slack_takes(room: Room, app: Any) -> None:
    in_mode(app, Mode.SHADOW)
    law = app.roster.constitution
    other = law.teams[0].model_copy(update={"id": TeamId("billing"), "name": "Billing"})
    app.roster.enact(law.model_copy(update={"teams": (*law.teams, other)}))
    for n in range(12):
        await kept(room, f"p{n}")
        for team in (TEAM.id, other.id):
            await kept(room, f"{team}{n}", team)
    told = await about_shadow(app, parse_command("shadow"), DANA_SLACK, private=True)
    assert told is not None
    check_message({"text": told.text, "blocks": told.blocks})
    said = seen(told.blocks)
    assert "would have sent 24, withheld 0" in said and "would have sent 12, withheld 0" in said
    assert said.count("[Useful] [Not useful]") == 2 * FEW[0]


async def so_far(app: Any) -> str:
    told = await about_shadow(app, parse_command("shadow"), DANA_SLACK, private=True)
    assert told is not None
    return str(re.findall(r"Today so far.*?: (would have sent \d+, withheld \d+)", told.text)[0])
