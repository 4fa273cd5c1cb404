"""*Reject…* and *Edit…* from the press to the record: shown to whoever may, settled once; what follows from a no."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from bot.jobs.notice import tell_one
from bot.jobs.presses.objecting import LOUD
from bot.jobs.windows.open import TRIES, handle
from bot.views.card.batch import NOTHING_CHOSEN
from models.actions import Reassign, TellAdmins
from models.cycles import Cycle
from models.directives_file import parse
from models.errors import NotDone
from models.events import Reason, Trigger
from models.ids import ApprovalId, CycleId, IssueKey, PersonId, named
from models.mailbox import NewJob
from models.proposals import Approval, ApprovalState, Decided, Decision, Objection, Verdict, effect_of
from models.signals import Urgency
from models.tables.asks import observations
from models.tables.queue import jobs
from tests.bot.jobs.presses.answering import OUTSIDER, SLACK, Office
from tests.bot.jobs.presses.test_authority import NOBODYS, known_accounts, radio
from tests.bot.jobs.test_card import DAY, FRIDAY, HOUR, TEAM, House, house
from tests.contracts.stores.values import proposal
from tests.world import CONSTITUTION

__all__ = ["house"]

pytestmark = pytest.mark.anyio

DANA = SLACK["dana"]


@pytest.fixture
async def office(house: House) -> AsyncIterator[Office]:
    opened = Office(house)
    await known_accounts(opened)
    yield opened


def value(asked: Approval) -> dict[str, str]:
    return {"a": asked.id, "v": asked.payload_hash}


def words(view: Any) -> str:
    return json.dumps(view["blocks"], ensure_ascii=False)


async def another(office: Office, number: int) -> Approval:
    """One more question of the same rule."""
    action = Reassign(
        issue=IssueKey(f"PAY-{number}"), issue_title="t", issue_url="https://x", giver=None, taker=PersonId("li")
    )
    made = proposal(action, f"q{number}", rule="owner-for-every-ticket")
    decision = Decision(
        verdict=Verdict.ASK,
        rule="confirm-reassign",
        reason="r",
        approvers=(PersonId("dana"),),
        expires=FRIDAY + 4 * DAY,
    )
    trigger = Trigger(team=TEAM.id, reason=Reason.LOOK, at=FRIDAY)
    cycle = Cycle(
        id=CycleId(f"c{number}"),
        trigger=trigger,
        at=FRIDAY,
        directives_version="v",
        signals=(),
        decided=(Decided(made, decision),),
        urgency=Urgency.LOW,
        next_look=FRIDAY + HOUR,
    )
    await office.ledger.record(cycle)
    return await office.now(ApprovalId(named("approval", f"q{number}", f"c{number}")))


async def says_no(office: Office, asked: Approval, why: str, note: str = "", **more: Any) -> list[str]:
    filled: dict[str, Any] = {"reason": radio(why), "note": {"type": "plain_text_input", "value": note or None}}
    return await office.fills(DANA, "reject_why", {"a": asked.id, "q": [[*value(asked).values()]]}, filled, **more)


async def learnt(office: Office) -> list[tuple[str, str, str]]:
    query = select(observations.c.person, observations.c.about, observations.c.value)
    rows = await office.house.database.read(lambda c: c.execute(query).all())
    return [(row.person, row.about, row.value["said"]) for row in rows]


async def notices(office: Office) -> list[dict[str, Any]]:
    query = select(jobs.c.payload).where(jobs.c.kind == "notice")
    return [dict(row) for row in await office.house.database.read(lambda c: c.execute(query).scalars().all())]


# --- windows -----------------------------------------------------------------------------------------------------


async def test_the_window_of_a_no_names_the_question_and_carries_only_which_it_is(office: Office) -> None:
    asked = await office.question()
    view = await office.opens(DANA, "reject_why", value(asked))
    assert "PAY-1" in words(view) and "Too early" in words(view) and "Never do this" in words(view)
    assert json.loads(view["private_metadata"]) == {"a": asked.id, "q": [[asked.id, asked.payload_hash]]}


@pytest.mark.parametrize("word", ["reject_why", "edit"])
async def test_whoever_may_not_answer_is_told_so_in_the_window_and_it_is_written_down(
    office: Office, word: str
) -> None:
    asked = await office.question()
    for user in (OUTSIDER, SLACK["mike"]):
        view = await office.opens(user, word, value(asked))
        assert NOBODYS in words(view) and "submit" not in view
    assert await office.audited() == [f"{OUTSIDER} window_refused", f"{SLACK['mike']} window_refused"]


async def test_the_window_of_an_edit_offers_who_else_could_take_it(office: Office) -> None:
    asked = await office.question()
    view = await office.opens(DANA, "edit", value(asked))
    assert "Mike Brennan" in words(view) and view["submit"]["text"] == "Approve"


async def test_nothing_ticked_opens_a_window_that_says_so(office: Office) -> None:
    assert NOTHING_CHOSEN in words(await office.opens(DANA, "several_no", {"a": "several"}))


async def test_ticked_questions_come_into_one_window_without_those_that_are_over(office: Office) -> None:
    asked, over = await office.question(), await another(office, 8)
    await office.ledger.decide(over.id, by=PersonId("dana"), approve=True)
    ticked = [{"value": json.dumps(value(each))} for each in (asked, over)]
    state = {"values": {"b": {"pick": {"selected_options": ticked}}}}
    view = await office.opens(DANA, "several_no", {"a": "several"}, state=state)
    assert json.loads(view["private_metadata"])["q"] == [[asked.id, asked.payload_hash]]


async def test_a_window_that_was_closed_before_it_was_drawn_is_tried_for_a_while_and_then_said(
    office: Office,
) -> None:
    asked = await office.question()
    office.slack.closed = True
    with pytest.raises(NotDone):
        await office.opens(DANA, "edit", value(asked))
    body = {"type": "block_actions", "actions": [{"action_id": "edit", "value": json.dumps(value(asked))}]}
    body |= {"user": {"id": DANA}, "team": {"id": "T1"}, "trigger_id": "1", "response_url": "https://r"}
    [told] = await office._work(handle, body | {"container": {"channel_id": "D1", "message_ts": "1.0"}}, TRIES)
    assert told.startswith("The window was closed") and await office.now(asked.id) == asked


async def test_a_window_that_slack_opens_a_little_later_is_drawn_at_once(office: Office) -> None:
    asked = await office.question()
    office.slack.closed = True
    asyncio.get_running_loop().call_later(0.1, setattr, office.slack, "closed", False)
    assert "Mike Brennan" in words(await office.opens(DANA, "edit", value(asked)))


@pytest.mark.parametrize("trigger", ["", None, 7, {}])
async def test_a_press_without_a_trigger_draws_nothing(office: Office, trigger: object) -> None:
    asked = await office.question()
    assert await office.opens(DANA, "edit", value(asked), trigger_id=trigger) is None


# --- a no --------------------------------------------------------------------------------------------------------


async def test_the_reason_and_the_words_are_kept(office: Office) -> None:
    asked = await office.question()
    assert await says_no(office, asked, "wrong_person", " Sam\nknows  it ") == []
    now = await office.now(asked.id)
    assert (now.state, now.objection, now.note) == (ApprovalState.REJECTED, Objection.WRONG_PERSON, "Sam knows it")


@pytest.mark.parametrize(
    ("why", "kept"), [("wrong_person", "wrong_person"), ("too_early", "too_early"), ("not_needed", "not_useful")]
)
async def test_a_no_is_learnt_from_once(office: Office, why: str, kept: str) -> None:
    asked = await office.question()
    await says_no(office, asked, why)
    await says_no(office, asked, why, attempts=2)
    assert await learnt(office) == [("dana", asked.proposal.rule, kept)]


@pytest.mark.parametrize("why", ["never", "other"])
async def test_what_is_no_lesson_is_not_learnt(office: Office, why: str) -> None:
    await says_no(office, await office.question(), why)
    assert await learnt(office) == []


async def test_too_early_waits_for_the_next_working_morning_of_whoever_said_it(office: Office) -> None:
    asked = await office.question()
    await says_no(office, asked, "too_early")
    history = await office.ledger.history(TEAM.id)
    assert [a.put_off for a in history.early] == [FRIDAY + 3 * DAY - 3 * HOUR]  # Monday 9:00
    assert asked.proposal.id not in history.settled


async def test_never_said_three_times_about_one_rule_is_brought_up_once_with_the_difference(office: Office) -> None:
    for number in range(1, LOUD + 2):
        assert await says_no(office, await another(office, number), "never") == []
        assert len(await notices(office)) == (number >= LOUD)
    [notice] = await notices(office)
    assert "“Never do this” was said 3 times to: reassign" in notice["headline"]
    assert "-      rule: {ask: reassign, of: pm}\n" in notice["diff"]
    assert "+      rule: {never: reassign}\n" in notice["diff"]


async def test_the_notice_is_told_unless_it_is_forbidden_by_then(office: Office) -> None:
    for number in range(1, LOUD + 1):
        await says_no(office, await another(office, number), "never")
    [payload] = await notices(office)
    forbidden = parse(
        CONSTITUTION.read_text(encoding="utf-8").replace("{ask: reassign, of: pm}", "{never: reassign}"), "d"
    )
    for law, told in ((forbidden, 0), (office.law, 1), (office.law, 1)):
        office.law = law
        await tell_one(office.app, NewJob("notice", "n", TEAM.id, payload=payload))  # type: ignore[arg-type]
        said = [e.action for e in await office.ledger.recent(days=9) if isinstance(e.action, TellAdmins)]
        assert len(said) == told
    assert said[0].channel == "ops" and said[0].diff == payload["diff"]


async def test_never_about_two_rules_is_not_three_times_about_one(office: Office) -> None:
    await says_no(office, await office.question(), "never")  # another rule
    for number in (1, 2):
        await says_no(office, await another(office, number), "never")
    assert await notices(office) == []


async def test_why_no_window_is_shown_is_drawn_as_text_whatever_its_names_hold(office: Office) -> None:
    asked = await office.question()
    office.law = parse(CONSTITUTION.read_text().replace("Dana Whitfield", "<!channel> *D*"), "bold")
    shown = words(await office.opens(OUTSIDER, "reject_why", value(asked)))
    assert "&lt;!channel&gt;" in shown and "<!channel>" not in shown and "*D*" not in shown


async def test_a_no_of_somebody_who_may_not_answer_counts_nowhere(office: Office) -> None:
    asked = await office.question()
    carried = {"a": asked.id, "q": [[*value(asked).values()]]}
    for _ in range(4):
        await office.fills(SLACK["mike"], "reject_why", carried, {"reason": radio("never")})
    assert await notices(office) == [] and await learnt(office) == []


async def test_several_are_said_no_to_each_by_itself(office: Office) -> None:
    first, second = await another(office, 1), await another(office, 2)
    await office.ledger.decide(first.id, by=PersonId("dana"), approve=True)
    carried = {"a": first.id, "q": [[*value(first).values()], [*value(second).values()]]}
    told = await office.fills(DANA, "several_no", carried, {"reason": radio("not_needed")})
    assert told == ["1 of 2 counted.\nPAY-1: Dana Whitfield already approved this on Fri 12:00."]
    assert (await office.now(second.id)).state is ApprovalState.REJECTED


# --- an edit -----------------------------------------------------------------------------------------------------


async def edits(office: Office, asked: Approval, taker: str, **more: Any) -> list[str]:
    return await office.fills(DANA, "edit", value(asked), {"value": radio(taker)}, **more)


async def test_an_edit_is_done_once_however_often_it_is_read(office: Office) -> None:
    asked = await office.question()
    assert await edits(office, asked, "sam") == []
    assert await edits(office, asked, "sam", attempts=2) == []
    assert await edits(office, asked, "mike") == ["Dana Whitfield already edited and approved this on Fri 12:00."]
    assert await office.executions() == 1
    assert await office.ledger.effect(effect_of(asked.proposal.id)) is None


async def test_an_edit_that_changes_nothing_is_a_plain_yes(office: Office) -> None:
    asked = await office.question()
    assert await edits(office, asked, "li") == []
    assert (await office.now(asked.id)).state is ApprovalState.APPROVED


@pytest.mark.parametrize("taker", ["nobody", "", "U07SARAH5Q3"])
async def test_a_choice_that_was_not_offered_is_refused_privately(office: Office, taker: str) -> None:
    asked = await office.question()
    [told] = await edits(office, asked, taker)
    assert told.endswith("Open Edit again.") or "Nothing was filled in" in told
    assert await office.now(asked.id) == asked and (await office.audited())[-1] == f"{DANA} window_refused"


async def test_a_window_of_an_older_version_does_nothing(office: Office) -> None:
    asked = await office.question()
    older = replace(asked, payload_hash="0" * 20)
    assert "has changed since" in (await edits(office, older, "sam"))[0]
    assert "has changed since" in (await says_no(office, older, "never"))[0]
    assert await office.now(asked.id) == asked
