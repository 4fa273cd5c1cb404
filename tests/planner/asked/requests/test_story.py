"""A request ends as a recorded decision, an undo as one effect, over a real ledger and no world at all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from models.actions import ChangePriority, Reassign, TransitionIssue
from models.database import Database
from models.directives import Directives
from models.ids import EffectId, IssueKey, PersonId, ProposalId, PullRequestId
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import (
    MOST_UNDOS,
    Approval,
    ApprovalState,
    Effect,
    Ending,
    Outcome,
    Proposal,
    Receipt,
    effect_of,
    undo_of,
)
from models.work import Absence, Facts, Issue, Progress
from planner.answer import answer
from planner.asked.questions import parse_command
from planner.asked.requests import ask_again
from planner.ports import Desk
from planner.reasoning import RulesMind
from planner.words.replies import PlainReply, WhyReply
from tests.contracts.stores.conftest import Databases, sqlite_databases
from tests.planner.world import DAY, HOUR, LAW, NOON, TEAM, autonomy, constitution, facts, issue, people

__all__ = ["sqlite_databases"]

pytestmark = pytest.mark.anyio

ANN, PAT, DEB = PersonId("ann"), PersonId("pat"), PersonId("deb")


@dataclass
class Clock:
    at: datetime = NOON

    def now(self) -> datetime:
        return self.at

    def real(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return 0.0


@dataclass
class Mirror:
    held: Facts

    async def facts_about(self, team: object) -> Facts:
        return self.held


@dataclass
class Office:
    """Where people ask: a desk, and what became of it in the ledger."""

    ledger: Ledger
    mailbox: Mailbox
    clock: Clock
    database: Database
    law: Directives = LAW
    held: Facts = field(default_factory=lambda: facts(issue(7)))
    off: dict[str, str] = field(default_factory=dict)

    @property
    def desk(self) -> Desk:
        return Desk(
            clock=self.clock, directives=self.law, work=Mirror(self.held), mind=RulesMind(), ledger=self.ledger,
            hands={}, off=self.off,
        )  # fmt: skip

    async def asks(self, person: PersonId, typed: str, *, delivery: str = "") -> str:
        reply = await answer(parse_command(typed), TEAM, self.desk, asker=person, name=delivery)
        assert isinstance(reply, PlainReply)
        return reply.text

    async def pending(self) -> list[Approval]:
        return list((await self.ledger.history(TEAM)).pending)

    async def approved(self, by: PersonId = PAT) -> EffectId:
        """The one pending question is answered with yes; the id of what it planned."""
        [asked] = await self.pending()
        await self.ledger.decide(asked.id, by=by, approve=True)
        return effect_of(asked.proposal.id)

    async def ends(self, effect: EffectId, ending: Ending, words: str = "done", **ref: str) -> Effect:
        assert await self.ledger.begin(effect) is not None
        receipt = Receipt(ref, words) if ending is Ending.DONE else None
        await self.ledger.settle(effect, Outcome(ending=ending, words=words, receipt=receipt))
        found = await self.ledger.effect(effect)
        assert found is not None
        return found


@pytest.fixture
async def office(sqlite_databases: Databases, anyio_backend: Any) -> AsyncIterator[Office]:
    with sqlite_databases.fresh() as url:
        clock = Clock()
        database = Database(url, clock)
        yield Office(Ledger(database, clock), Mailbox(database, clock), clock, database)
        await database.close()


# --- asking -------------------------------------------------------------------------------------------------


async def test_whoever_may_say_yes_is_asked_and_the_asker_is_told_at_once(office: Office) -> None:
    said = await office.asks(ANN, "assign PAY-7 to bob")
    [asked] = await office.pending()
    assert said == f"Asked Pat to approve: PAY-7 → Bob. Why, and what came of it: /pm why {asked.proposal.id}"
    assert asked.approvers == (PAT,) and asked.proposal.asked_by == ANN
    assert isinstance(asked.proposal.action, Reassign)


async def test_a_request_costs_its_approver_no_attention(office: Office) -> None:
    await office.asks(ANN, "assign PAY-7 to bob")
    assert (await office.ledger.history(TEAM)).spent == {}


async def test_why_tells_of_a_request(office: Office) -> None:
    await office.asks(ANN, "assign PAY-7 to bob")
    [asked] = await office.pending()
    why = await answer(parse_command(f"why {asked.proposal.id}"), TEAM, office.desk)
    assert isinstance(why, WhyReply) and why.title == "Give PAY-7 to Bob"
    assert why.facts[0] == "Ann asked for it: “assign PAY-7 to bob”" and "Asked Pat, no answer yet" in why.decision


async def test_whoever_may_say_yes_themselves_confirms_it_themselves(office: Office) -> None:
    office.law = constitution(team={"roles": {"pm": ["pat", "deb"]}})
    said = await office.asks(DEB, "assign PAY-7 to bob")
    [asked] = await office.pending()
    assert said.startswith("Confirm it on the card in our direct messages: PAY-7 → Bob.")
    assert asked.approvers == (DEB, PAT)


async def test_twice_in_a_minute_is_one_question_and_tomorrow_another(office: Office) -> None:
    first = await office.asks(ANN, "assign PAY-7 to bob")
    office.clock.at += timedelta(minutes=1)
    assert await office.asks(PersonId("bob"), "please assign pay-7 to Bob") == first
    assert len(await office.pending()) == 1
    office.clock.at += DAY
    await office.asks(ANN, "assign PAY-7 to bob")
    assert len(await office.pending()) == 2


async def test_a_no_holds_for_the_day_and_is_no_new_question(office: Office) -> None:
    await office.asks(ANN, "assign PAY-7 to bob")
    [asked] = await office.pending()
    await office.ledger.decide(asked.id, by=PAT, approve=False)
    assert (await office.asks(ANN, "assign PAY-7 to bob")).startswith("Pat said no to this today: PAY-7 → Bob.")
    assert await office.pending() == []
    office.clock.at += DAY
    assert (await office.asks(ANN, "assign PAY-7 to bob")).startswith("Asked Pat to approve")


async def test_what_was_done_and_changed_back_may_be_asked_for_again_the_same_day(office: Office) -> None:
    await office.asks(ANN, "assign PAY-7 to bob")
    await office.ends(await office.approved(), Ending.DONE)
    assert (await office.asks(ANN, "assign PAY-7 to bob")).startswith("Asked Pat to approve")


@pytest.mark.parametrize("line", ["ask", "allow"])
async def test_a_delivery_that_is_read_again_is_one_wish_however_that_has_ended_by_then(
    office: Office, line: str
) -> None:
    rule = {"id": "posts", "says": "Posts elsewhere.", "rule": {line: "post_to_other_channel"}}
    where = "automatic" if line == "allow" else "needs_confirmation"
    office.law = constitution(autonomy=autonomy() | {where: [rule]})
    first = await office.asks(PAT, POST, delivery="7")
    if line == "ask":
        await office.approved()
    [effect] = [e for e in await office.ledger.recent() if e.action.kind == "post_to_other_channel"]
    await office.ends(effect.id, Ending.DONE)
    office.clock.at += DAY
    again = await office.asks(PAT, POST, delivery="7")
    assert again.split("Why,")[1] == first.split("Why,")[1]
    assert await office.pending() == [] and len(await posts(office)) == 1
    await office.asks(PAT, POST, delivery="8")
    assert len(await office.pending()) + len(await posts(office)) == 2


POST = "post leadership: the release is out"


async def posts(office: Office) -> list[Effect]:
    return [e for e in await office.ledger.recent() if e.action.kind == "post_to_other_channel"]


async def test_what_is_allowed_is_done_at_once(office: Office) -> None:
    office.law = constitution(autonomy=autonomy() | {"needs_confirmation": [], "automatic": [ALLOWED]})
    assert (await office.asks(ANN, "assign PAY-7 to bob")).startswith("Doing it now: PAY-7 → Bob.")
    assert [e.action.kind for e in await office.ledger.recent()] == ["reassign"]


ALLOWED = {"id": "free", "says": "Anybody may.", "rule": {"allow": "reassign"}}


async def test_what_is_never_allowed_is_refused_with_the_line_and_whom_to_ask(office: Office) -> None:
    office.law = constitution(autonomy=autonomy(never_this={"never": "close_issue"}))
    said = await office.asks(ANN, "close PAY-7")
    assert said.startswith("I can't: never-this (The words of never-this). Ask Pat. ")
    assert await office.pending() == [] and await office.ledger.recent() == []


async def test_in_shadow_nobody_is_asked(office: Office) -> None:
    office.law = constitution(team={"mode": "shadow"})
    assert (await office.asks(ANN, "assign PAY-7 to bob")).startswith("Nothing is done: in shadow mode")
    assert await office.pending() == []


async def test_what_nothing_here_can_do_is_said_before_anybody_is_asked(office: Office) -> None:
    off = "Delegating is off: no worker"
    office.off = {"delegate_task": off}
    said = [await office.asks(person, "delegate cause PAY-7") for person in (ANN, PAT)]
    assert said == [f"I cannot do that here. {why}" for why in ("It is not set up. Ask Pat.", off)]
    assert await office.pending() == []


async def test_a_stranger_is_refused(office: Office) -> None:
    reply = await answer(parse_command("close PAY-7"), TEAM, office.desk, asker=None)
    assert isinstance(reply, PlainReply) and reply.text.startswith("Only members of a team")


async def test_at_night_the_question_waits_and_the_asker_hears_why(office: Office) -> None:
    office.clock.at = NOON + 9 * HOUR
    said = await office.asks(ANN, "assign PAY-7 to bob")
    assert "The question waits, because it is outside Pat's working hours." in said
    assert len(await office.pending()) == 1


async def test_whoever_is_away_is_not_asked_first(office: Office) -> None:
    away = tuple(people(pat=Absence(reason="on holiday", until=NOON + 3 * DAY)).values())
    office.held = replace(office.held, people=away)
    assert (await office.asks(ANN, "assign PAY-7 to bob")).startswith("Asked Deb to approve")


async def test_a_request_does_not_move_the_next_look(office: Office) -> None:
    before = await office.ledger.last_cycles(TEAM, 5)
    await office.asks(ANN, "assign PAY-7 to bob")
    assert await office.ledger.last_cycles(TEAM, 5) == before == []


# --- taking back --------------------------------------------------------------------------------------------


async def reassigned(office: Office) -> EffectId:
    await office.asks(ANN, "assign PAY-7 to bob")
    effect = await office.approved()
    await office.ends(effect, Ending.DONE, "PAY-7 → Bob")
    return effect


async def test_an_undo_is_one_effect_whoever_asks_and_however_often(office: Office) -> None:
    effect = await reassigned(office)
    first = await office.asks(PAT, f"undo {effect}")
    assert first == "Taking it back: PAY-7 → Ann."
    assert await office.asks(PAT, f"undo {effect}") == first
    assert await office.asks(DEB, f"undo {effect}") == "Pat is taking it back: PAY-7 → Ann."
    undo = await office.ledger.effect(effect_of(undo_of(effect)))
    assert undo is not None and isinstance(undo.action, Reassign)
    assert (undo.action.giver, undo.action.taker, undo.proposal.undoes) == (PersonId("bob"), ANN, effect)
    assert len([e for e in await office.ledger.recent() if e.proposal.undoes]) == 1


async def test_an_undo_is_found_by_any_id_of_what_it_takes_back(office: Office) -> None:
    effect = await reassigned(office)
    done = await office.ledger.effect(effect)
    assert done is not None
    for name in (effect, done.proposal.id, done.approval):
        assert (await office.asks(PAT, f"undo {name}")).startswith("Taking it back")


async def test_whoever_may_not_say_yes_may_not_take_it_back(office: Office) -> None:
    effect = await reassigned(office)
    assert await office.asks(ANN, f"undo {effect}") == "Only Pat or Deb can take this back. Nothing was done."
    assert await office.ledger.effect(effect_of(undo_of(effect))) is None


async def test_an_undo_that_came_too_late_says_what_came_in_between(office: Office) -> None:
    effect = await reassigned(office)
    await office.asks(PAT, f"undo {effect}")
    words = "PAY-7 has been changed by Sam since (now with Sam); not undone."
    await office.ends(effect_of(undo_of(effect)), Ending.CHANGED, words)
    assert await office.asks(PAT, f"undo {effect}", delivery="8") == "Taking it back: PAY-7 → Ann.", "tried again"
    await office.ends(effect_of(undo_of(effect, 1)), Ending.CHANGED, words)
    assert await office.asks(PAT, f"undo {effect}", delivery="8") == f"Not undone: {words}", "the same delivery"


async def test_an_undo_noted_in_shadow_mode_can_be_done_once_the_team_acts(office: Office) -> None:
    effect, act = await reassigned(office), office.law
    office.law = constitution(team={"mode": "shadow"})
    for _ in range(MOST_UNDOS + 1):
        assert (await office.asks(PAT, f"undo {effect}")).startswith("Not undone: in shadow mode")
    office.law = act
    assert await office.asks(PAT, f"undo {effect}") == "Taking it back: PAY-7 → Ann."


@pytest.mark.parametrize(
    ("ending", "state"), [(Ending.DONE, "sent"), (Ending.CHANGED, "cancelled"), (Ending.FAILED, "dead")]
)
async def test_the_approval_tells_what_became_of_taking_it_back(office: Office, ending: Ending, state: str) -> None:
    effect = await reassigned(office)
    done = await office.ledger.effect(effect)
    assert done is not None and done.approval is not None
    await office.ledger.place_card([done.approval], "D1", "1.0")
    await office.asks(PAT, f"undo {effect}")
    await office.ends(effect_of(undo_of(effect)), ending, "words")
    jobs = [await office.mailbox.claim([0], 60) for _ in range(9)]
    assert [job.payload for job in jobs if job and job.kind == "card"] == [{"channel": "D1", "ts": "1.0"}], "redrawn"
    [shown] = await office.ledger.on_card("D1", "1.0")
    assert shown.undone is not None and (shown.undone.state.value, shown.undone.by) == (state, PAT)


async def test_nothing_is_taken_back_that_is_not_on_record(office: Office) -> None:
    assert (await office.asks(PAT, "undo nothing")).startswith("Nothing on record was done under “nothing”.")


async def test_an_undo_of_nothing_in_particular_is_told_how_it_is_done(office: Office) -> None:
    told = await office.asks(PAT, "undo")
    assert told.startswith("Undo what?") and "24 hours" in told and "/pm undo" in told


async def test_an_undo_of_what_needed_no_yes_may_be_anybodys(office: Office) -> None:
    office.law = constitution(autonomy=autonomy() | {"needs_confirmation": [], "automatic": [ALLOWED]})
    await office.asks(ANN, "assign PAY-7 to bob")
    [effect] = await office.ledger.recent()
    await office.ends(effect.id, Ending.DONE)
    assert await office.asks(PersonId("mike"), f"undo {effect.id}") == "Taking it back: PAY-7 → Ann."


# --- changed since you were asked ---------------------------------------------------------------------------


MOVED = "PAY-7 changed 2026-11-18T09:50Z; nothing done."


async def changed(office: Office, *now: Issue) -> Proposal | None:
    """The one pending question is approved too late: the issue is as ``now`` says by then."""
    effect = await office.ends(await office.approved(), Ending.CHANGED, MOVED)
    assert effect.approval is not None
    approval = await office.ledger.approval(effect.approval)
    assert approval is not None
    office.held = facts(*now)
    return await ask_again(effect, approval, office.desk)


async def test_asking_again_is_one_question_however_the_facts_move_on_between_two_tries(office: Office) -> None:
    await office.asks(ANN, "priority PAY-7 High")
    effect = await office.ends(await office.approved(), Ending.CHANGED, "changed")
    assert effect.approval is not None
    approval = await office.ledger.approval(effect.approval)
    assert approval is not None
    for now in ("Low", "Lowest"):
        office.held = facts(issue(7, priority=now))
        await ask_again(effect, approval, office.desk)
    assert len(await office.pending()) == 1


async def test_what_changed_since_it_was_asked_is_asked_again_of_whoever_said_yes(office: Office) -> None:
    await office.asks(ANN, "priority PAY-7 High")
    await changed(office, issue(7, priority="Low"))
    [again] = await office.pending()
    assert again.approvers[0] == PAT and again.proposal.asked_by == PAT
    assert isinstance(again.proposal.action, ChangePriority) and again.proposal.action.before == "Low"
    first = again.proposal.evidence[0].text
    assert first == f"It changed since you were asked: {MOVED}"


async def test_a_question_asked_anew_tells_how_the_ticket_stands_now_and_that_it_stood_so_then(office: Office) -> None:
    office.held = facts(issue(7, "ann", status="To Do"))
    await office.asks(ANN, "assign PAY-7 to deb")
    [first] = await office.pending()
    assert first.proposal.evidence[1].text == "When asked: PAY-7 is To Do, owned by Ann"
    await changed(office, issue(7, "bob", status="In Review"))
    [again] = await office.pending()
    told = [fact.text for fact in again.proposal.evidence[1:]]
    assert told == ["Ann asked for it: “assign PAY-7 to deb”", "When asked: PAY-7 is In Review, owned by Bob"]


async def test_one_change_is_one_question_and_the_next_change_another(office: Office) -> None:
    await office.asks(ANN, "priority PAY-7 High")
    assert await changed(office, issue(7, priority="Low")) is not None
    again = await office.pending()
    assert await changed(office, issue(7, priority="Lowest")) is not None
    assert [a.proposal.id for a in await office.pending()] != [a.proposal.id for a in again]


@pytest.mark.parametrize(
    "now",
    [
        issue(7),
        issue(7, assignee="bob"),
        issue(7, assignee="stranger"),
        issue(7, progress=Progress.DONE, assignee="mike"),
        issue(8),
    ],
)
async def test_nothing_is_asked_again_when_nothing_is_left_to_do(office: Office, now: Issue) -> None:
    await office.asks(ANN, "assign PAY-7 to bob")
    assert await changed(office, now) is None
    assert await office.pending() == []


ABOUT: dict[str, Any] = {"issue": IssueKey("PAY-7"), "issue_title": "T", "issue_url": "https://x"}


async def test_what_rests_on_a_finding_is_not_asked_again_when_that_is_over(office: Office) -> None:
    """The proposal names a Signal that no rule finds in the facts of now."""
    await office.asks(ANN, "priority PAY-7 High")
    [asked] = await office.pending()
    merged = TransitionIssue(**ABOUT, before="In Review", after="", merged=PullRequestId("acme/api#1"))
    told = replace(asked.proposal, id=ProposalId("m"), action=merged, signals=("gone",))  # type: ignore[arg-type]
    office.held = facts(issue(7))
    effect = Effect(id=EffectId("e"), team=TEAM, cycle=None, proposal=told, action=merged, state="cancelled")  # type: ignore[arg-type]
    approval = replace(asked, proposal=told, state=ApprovalState.APPROVED, ending=Ending.CHANGED, by=PAT)
    assert await ask_again(effect, approval, office.desk) is None


async def test_what_was_done_is_not_asked_again(office: Office) -> None:
    await office.asks(ANN, "assign PAY-7 to bob")
    effect = await office.ends(await office.approved(), Ending.DONE)
    approval = await office.ledger.approval(effect.approval) if effect.approval else None
    assert approval is not None
    office.held = facts(issue(7, "mike"))
    assert await ask_again(effect, approval, office.desk) is None
