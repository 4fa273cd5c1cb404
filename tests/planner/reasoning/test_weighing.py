"""Rules first, a model where there is a choice: it chooses among offers, and takes nothing away."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from models.actions import CommentOnIssue, Reassign, RemindPerson
from models.cycles import cycle_of
from models.directives import Directives
from models.errors import NotThought, Silence
from models.events import Reason
from models.ids import IssueKey, PersonId, SprintId
from models.pauses import Pause
from models.proposals import Proposal
from models.signals import Urgency
from models.work import Absence, Snapshot
from planner.reasoning import LastPlan, RulesMind
from tests.planner.reasoning.minds import (
    COST,
    Drawer,
    Model,
    grounded,
    mind,
    pick,
    says,
    signals,
    trigger,
    way,
    weighed,
)
from tests.planner.world import (
    DAY,
    HOUR,
    LAW,
    LONG_AGO,
    NOON,
    autonomy,
    constitution,
    issue,
    people,
    pull_request,
    snapshot,
)

pytestmark = pytest.mark.anyio

ORPHAN = snapshot(issue(1, None, points=3.0), issue(2, "ann", points=8.0))
BUSY = snapshot(
    issue(1, flagged_since=LONG_AGO),
    issue(2, None, points=3.0),
    issue(3, "bob", flagged_since=NOON - 26 * HOUR),
    prs=(pull_request(7),),
)
MINUTES = HOUR / 60


def model_of(by: Any) -> Model:
    assert isinstance(by.model, Model)
    return by.model


def taker(proposals: Any) -> str | None:
    return next(p.action.taker for p in proposals if isinstance(p.action, Reassign))


async def ruled(world: Snapshot, law: Directives = LAW, reason: Reason = Reason.LOOK) -> list[Proposal]:
    return list(await RulesMind().propose(world, signals(world, law), trigger(reason), law))


# --- when it is asked ---------------------------------------------------------------------------------------------


async def test_a_quiet_look_asks_nobody() -> None:
    by = mind()
    thinking = await weighed(by, snapshot(issue(1)))
    assert (thinking.proposals, thinking.by, model_of(by).asked) == ((), "rules", [])


async def test_one_thing_that_can_be_done_in_one_way_asks_nobody() -> None:
    by = mind()
    await weighed(by, snapshot(issue(1, "ann", flagged_since=LONG_AGO + DAY)), law=ONE_WAY)
    assert model_of(by).asked == []


ONE_WAY = constitution(
    autonomy={
        "automatic": [{"id": "may-remind", "says": "May remind.", "rule": {"allow": "remind_person"}}],
        "needs_confirmation": [],
        "never": [],
    },
    escalation=[],
)


async def test_an_orphan_that_several_could_take_is_worth_asking() -> None:
    by = mind()
    thinking = await weighed(by, ORPHAN)
    assert len(model_of(by).asked) == 1
    assert (thinking.by, thinking.cost) == ("claude-sonnet-5-5", COST)


async def test_the_call_is_booked_on_the_look_it_was_made_for() -> None:
    by = mind()
    await weighed(by, ORPHAN)
    assert model_of(by).cycles == [cycle_of(trigger(), NOON)]


async def test_the_same_findings_are_weighed_once() -> None:
    by = mind()
    await weighed(by, ORPHAN)
    await weighed(by, replace(ORPHAN, now=NOON + 2 * HOUR))
    assert len(model_of(by).asked) == 1


async def test_something_new_is_weighed_after_an_hour_and_not_before() -> None:
    by = mind()
    await weighed(by, ORPHAN)
    more = replace(ORPHAN, issues=(*ORPHAN.issues, issue(3, None)))
    await weighed(by, replace(more, now=NOON + 59 * MINUTES))
    assert len(model_of(by).asked) == 1
    await weighed(by, replace(more, now=NOON + 60 * MINUTES))
    assert len(model_of(by).asked) == 2


async def test_what_is_only_over_is_no_reason_to_ask() -> None:
    by = mind()
    await weighed(by, BUSY)
    await weighed(by, replace(BUSY, issues=BUSY.issues[1:], now=NOON + 2 * HOUR))
    assert len(model_of(by).asked) == 1


async def test_an_operator_has_it_weighed_again_but_not_by_a_second_press() -> None:
    by = mind()
    await weighed(by, ORPHAN)
    await weighed(by, replace(ORPHAN, now=NOON + 4 * MINUTES), Reason.ASKED)
    assert len(model_of(by).asked) == 1
    await weighed(by, replace(ORPHAN, now=NOON + 5 * MINUTES), Reason.ASKED)
    assert len(model_of(by).asked) == 2


async def test_at_night_nobody_is_asked_and_in_the_morning_they_are() -> None:
    by = mind()
    await weighed(by, replace(ORPHAN, now=NOON + 10 * HOUR))
    assert model_of(by).asked == []
    await weighed(by, replace(ORPHAN, now=NOON + 21 * HOUR))
    assert len(model_of(by).asked) == 1


async def test_neither_a_paused_team_nor_a_part_of_its_work_is_weighed() -> None:
    by = mind()
    await weighed(by, replace(ORPHAN, paused=Pause(by=PersonId("pat"), since=NOON)))
    assert model_of(by).asked == []
    await by.weigh(ORPHAN, signals(ORPHAN), trigger(sprint=SprintId(24)), LAW)
    assert model_of(by).asked == []


@pytest.mark.parametrize("why", list(Silence))
async def test_without_an_answer_the_rules_stand_and_it_is_on_record_why(why: Silence) -> None:
    by = mind(NotThought(why, "no"))
    thinking = await weighed(by, BUSY)
    assert list(thinking.proposals) == await ruled(BUSY)
    assert thinking.by == f"rules: {why.value}"


async def test_after_a_failure_it_is_tried_again_in_an_hour_although_nothing_has_changed() -> None:
    by = mind(NotThought(Silence.AWAY, "no"), says())
    await weighed(by, ORPHAN)
    await weighed(by, replace(ORPHAN, now=NOON + 30 * MINUTES))
    assert len(model_of(by).asked) == 1
    await weighed(by, replace(ORPHAN, now=NOON + HOUR))
    assert len(model_of(by).asked) == 2


async def test_an_answer_that_cannot_be_read_is_paid_for_and_the_rules_stand() -> None:
    thinking = await weighed(mind("Sure! Here is my plan."), BUSY)
    assert list(thinking.proposals) == await ruled(BUSY)
    assert (thinking.by, thinking.cost, thinking.dropped) == ("rules: unreadable", COST, {"unreadable": 1})


async def test_who_dies_during_the_call_does_not_ask_again_at_once() -> None:
    class Dies(Model):
        async def think(self, *args: Any, **more: Any) -> Any:
            self.asked.append(args[0])
            raise RuntimeError("killed")

    by = replace(mind(), model=Dies())
    with pytest.raises(RuntimeError):
        await weighed(by, ORPHAN)
    await weighed(by, replace(ORPHAN, now=NOON + MINUTES))
    assert len(by.model.asked) == 1  # type: ignore[attr-defined]


# --- what it is shown ---------------------------------------------------------------------------------------------


async def test_every_offer_is_carried_by_a_finding() -> None:
    by = mind(says())
    await weighed(by, BUSY)
    for offer in model_of(by).offers:
        again = await weighed(mind(says(pick(offer["o"]))), BUSY)
        assert len(grounded(again, BUSY)) == len(await ruled(BUSY)), offer


async def test_an_orphan_is_offered_to_who_is_here_and_has_not_let_go_of_it_but_not_to_the_manager() -> None:
    world = snapshot(issue(1, None, last_assignee="acc-bob"), who=people(kai=Absence(reason="on holiday")))
    by = mind()
    await weighed(by, world)
    offered = {offer["do"].rpartition(" ")[2] for offer in model_of(by).offers}
    assert offered == {"ann", "deb", "mike", "tess"}


async def test_whom_an_approver_has_refused_is_not_offered_again() -> None:
    by = mind()
    await weighed(by, replace(ORPHAN, refused={IssueKey("PAY-1"): frozenset({PersonId("mike"), PersonId("bob")})}))
    assert {"mike", "bob"}.isdisjoint(offer["do"].rpartition(" ")[2] for offer in model_of(by).offers)
    assert model_of(by).offers


async def test_what_is_said_of_a_person_alone_is_not_shown() -> None:
    overload = [{"id": "load", "says": "Not too much.", "rule": {"watch": "person_overloaded", "more_than": 1}}]
    law = constitution(uncertainty=overload)
    world = snapshot(*(issue(n, "ann") for n in range(1, 5)), issue(9, None), issue(10, None))
    by = mind()
    await weighed(by, world, law=law)
    assert any(s.kind.value == "person_overloaded" for s in signals(world, law))
    assert "person_overloaded" not in model_of(by).words
    assert {offer["do"].split()[0] for offer in model_of(by).offers} == {"give"}


async def test_the_next_prompt_tells_what_has_changed() -> None:
    by = mind()
    await weighed(by, BUSY)
    moved = tuple(replace(each, status="In Review") if each.key == "PAY-3" else each for each in BUSY.issues)
    await weighed(by, replace(BUSY, issues=(*moved[1:], issue(5, None)), now=NOON + HOUR))
    told = model_of(by).words.partition("Since you were last asked:")[2]
    assert '{"found":"nobody_assigned PAY-5"}' in told
    assert '{"over":"blocked_too_long PAY-1"}' in told
    assert '["PAY-3","In Progress","In Review"]' in told
    assert "PAY-2" not in told


async def test_words_that_state_a_fact_of_their_own_are_dropped_and_counted_and_the_choice_stays() -> None:
    options = [way("o2", ["{f1}.", "Mike could ask."]), way("o1", ["{f71}."])]
    thinking = await weighed(mind(says(pick("o2", weighed="PAY-9 is late.", options=options))), ORPHAN)
    assert thinking.dropped == {"words: key": 1, "words: form": 1, "words: citation": 1}
    [orphan] = [each for each in thinking.proposals if isinstance(each.action, Reassign)]
    assert (orphan.weighed, [len(option.pros) for option in orphan.options]) == ("", [1, 0])
    assert orphan.action.taker != taker(await ruled(ORPHAN))  # type: ignore[union-attr]


async def test_a_fact_that_had_no_room_cannot_be_cited() -> None:
    by = replace(mind(says(pick("o1", "f17", weighed="{f17}."))), budget=300)
    thinking = await weighed(by, BUSY)
    assert '{"f17":' not in model_of(by).words
    assert thinking.dropped == {"a fact that was not given": 1, "words: citation": 1}


# --- what it may change -------------------------------------------------------------------------------------------


async def test_it_may_choose_who_takes_what_nobody_has() -> None:
    by = mind(says(pick("o3", "f1")))
    thinking = await weighed(by, ORPHAN)
    assert taker(await ruled(ORPHAN)) == "bob"
    assert taker(thinking.proposals) == "kai" or taker(thinking.proposals) == "deb"
    [found] = [p for p in grounded(thinking, ORPHAN) if isinstance(p.action, Reassign)]
    assert found.by_model
    assert found.id == next(p.id for p in await ruled(ORPHAN))


async def test_the_rules_own_choice_is_not_called_the_models() -> None:
    found = grounded(await weighed(mind(says(pick("o1"))), ORPHAN), ORPHAN)
    assert [each.by_model for each in found] == [False]


async def test_its_order_counts_among_offers_of_one_urgency() -> None:
    world = snapshot(*(issue(n, None) for n in range(1, 4)))
    by = mind(says(pick("o11"), pick("o1")))
    thinking = await weighed(by, world)
    assert [p.action.issue for p in thinking.proposals] == ["PAY-3", "PAY-1", "PAY-2"]  # type: ignore[union-attr]


async def test_what_it_goes_by_first_comes_first_among_equals_in_a_reminder() -> None:
    since = NOON - 25 * HOUR
    world = snapshot(issue(1, flagged_since=since), issue(2, flagged_since=since - HOUR))
    [own] = await ruled(world)
    assert [item.subject for item in own.action.items] == ["PAY-2", "PAY-1"]  # type: ignore[union-attr]
    two = replace(world, issues=(*world.issues, issue(3, None)))
    thinking = await weighed(mind(says(pick("o6", "f3", "f2"))), two)
    [found] = [p for p in grounded(thinking, two) if isinstance(p.action, RemindPerson)]
    assert [item.subject for item in found.action.items] == ["PAY-1", "PAY-2"]
    assert found.id == own.id


async def test_a_comment_may_stand_for_a_message_where_the_constitution_leaves_the_way_open() -> None:
    world = snapshot(issue(1, "ann", flagged_since=NOON - 25 * HOUR))
    thinking = await weighed(mind(says(pick("o2"))), world)
    [found] = grounded(thinking, world)
    assert isinstance(found.action, CommentOnIssue)
    assert (found.action.person, found.by_model) == ("ann", False)


async def test_a_comment_is_not_offered_where_it_needs_a_yes_that_a_message_does_not() -> None:
    asks = autonomy(mine={"ask": "comment_on_issue", "of": "pm"})
    law = constitution(
        autonomy=asks | {"automatic": [each for each in asks["automatic"] if each["id"] != "may-comment"]}
    )
    by = mind()
    await weighed(by, snapshot(issue(1, "ann", flagged_since=NOON - 25 * HOUR), issue(2, None)), law=law)
    assert not [offer["do"] for offer in model_of(by).offers if "comment" in offer["do"]]


async def test_a_choice_of_before_does_not_hold_once_it_has_become_critical() -> None:
    by = mind(says(pick("o2")))
    await weighed(by, ORPHAN)
    worse = replace(ORPHAN.issues[0], priority="P0", labels=frozenset({"incident"}))
    later = replace(ORPHAN, issues=(worse, *ORPHAN.issues[1:]), now=NOON + 10 * MINUTES)
    assert taker((await weighed(by, later)).proposals) == taker(await ruled(later))


async def test_from_high_on_another_way_is_only_shown_beside_what_the_rules_do() -> None:
    world = snapshot(issue(1, None, priority="P0", labels=frozenset({"incident"})), issue(2, "ann"))
    own = await ruled(world)
    [orphan] = [p for p in own if isinstance(p.action, Reassign)]
    assert orphan.urgency is Urgency.CRITICAL
    asked = mind()
    await weighed(asked, world)
    other = next(o["o"] for o in model_of(asked).offers if o["do"].startswith("give") and "rules" not in o)
    thinking = await weighed(mind(says(pick(other, weighed="{f1}.", options=[way(other, ["{f1}."])]))), world)
    [first] = [p for p in thinking.proposals if isinstance(p.action, Reassign)]
    assert first.action == orphan.action
    assert (first.weighed, len(first.options)) == ("", 1)


@pytest.mark.parametrize("seed", range(40))
async def test_whatever_is_answered_nothing_the_rules_found_is_left_out_or_made_more_urgent(seed: int) -> None:
    dice = random.Random(seed)
    names = [f"o{n}" for n in range(1, 16)]
    picks = [
        pick(dice.choice(names), f"f{dice.randint(1, 20)}", options=[way(dice.choice(names), ["because"])])
        for _ in range(dice.randint(0, 12))
    ]
    thinking = await weighed(mind(says(*picks)), BUSY)
    own = await ruled(BUSY)
    assert Counter(p.id for p in thinking.proposals if not isinstance(p.action, CommentOnIssue)) <= Counter(
        p.id for p in own
    )
    assert len(thinking.proposals) == len(own)
    high = {p.id: p.action for p in own if p.urgency >= Urgency.HIGH}
    assert high.items() <= {p.id: p.action for p in thinking.proposals}.items()
    assert sum(p.urgency for p in grounded(thinking, BUSY)) == sum(p.urgency for p in own)


async def test_what_was_chosen_holds_until_it_is_weighed_again() -> None:
    by = mind(says(pick("o2")))
    first = taker((await weighed(by, ORPHAN)).proposals)
    later = await weighed(by, replace(ORPHAN, now=NOON + 10 * MINUTES))
    assert (taker(later.proposals), later.by) == (first, "rules")
    assert first != taker(await ruled(ORPHAN))


async def test_what_was_chosen_holds_where_the_next_question_is_not_answered() -> None:
    by = mind(says(pick("o2")), NotThought(Silence.BUDGET, "spent"))
    first = taker((await weighed(by, ORPHAN)).proposals)
    more = replace(ORPHAN, issues=(*ORPHAN.issues, issue(3, "ann", flagged_since=LONG_AGO)), now=NOON + HOUR)
    later = await weighed(by, more)
    assert (taker(later.proposals), later.by) == (first, "rules: budget")


async def test_whoever_was_chosen_and_has_gone_is_not_proposed() -> None:
    by = mind(says(pick("o2")))
    first = taker((await weighed(by, ORPHAN)).proposals)
    assert first is not None
    gone = replace(ORPHAN, people=people(**{first: Absence(reason="ill")}), now=NOON + 10 * MINUTES)
    assert taker((await weighed(by, gone)).proposals) == taker(await ruled(gone))


async def test_a_clock_that_went_back_does_not_silence_it() -> None:
    by = mind(plan=LastPlan(tried=NOON + DAY))
    await weighed(by, ORPHAN)
    assert len(model_of(by).asked) == 1
    assert isinstance(by.plans, Drawer)
