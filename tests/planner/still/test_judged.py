"""A model's words on a proposal: only what its facts carry is let through, and no proposal falls with its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from models.actions import Reassign
from models.cycles import Cycle, cycle_of
from models.directives import Directives
from models.ids import ApprovalId, PersonId, ProposalId
from models.keeping.approvals import approval_name
from models.keeping.records import dump, load
from models.proposals import Effect, EffectState, Option, Proposal, Verdict, effect_of
from models.signals import Urgency
from models.work import Snapshot
from planner.detect import detect
from planner.policy import BY_MODEL, decide_all, still_allowed
from planner.reasoning import RulesMind
from planner.still.factcheck import Ground
from tests.planner.reasoning.minds import mind, pick, says, trigger, way, weighed
from tests.planner.world import HOUR, LAW, NOON, TEAM, autonomy, constitution, history, issue, snapshot

pytestmark = pytest.mark.anyio

ORPHAN = snapshot(issue(1, None, points=3.0), issue(2, "ann", points=8.0))
FREE = constitution(
    autonomy=autonomy()
    | {
        "needs_confirmation": [],
        "automatic": [
            {"id": "may-reassign", "says": "May reassign.", "rule": {"allow": "reassign"}},
            {"id": "may-comment", "says": "May comment.", "rule": {"allow": "comment_on_issue"}},
            {"id": "may-remind", "says": "May remind.", "rule": {"allow": "remind_person"}},
        ],
    }
)


async def own(world: Snapshot = ORPHAN, law: Directives = LAW) -> Proposal:
    [proposal] = await RulesMind().propose(world, detect(world, law).signals, trigger(), law)
    return proposal


def given_to(proposal: Proposal, person: str) -> Reassign:
    assert isinstance(proposal.action, Reassign)
    return replace(proposal.action, taker=PersonId(person))


async def checked(world: Snapshot = ORPHAN, **changes: Any) -> Proposal:
    found = Ground.of(world, LAW).checked(replace(await own(world), **changes))
    assert found is not None
    return found


# --- words --------------------------------------------------------------------------------------------------------


async def test_citations_are_written_out_by_code() -> None:
    found = await checked(weighed="{f1}, so this matters most.")
    assert found.weighed == "PAY-1 is “In Progress” and has had no owner for 3 working days, so this matters most."


@pytest.mark.parametrize(
    "words",
    [
        "PAY-9 is stuck.",
        "It waits for 3 days.",
        "Mike has time.",
        "{f99}.",
        "See https://evil.example",
        "It is blocked.",
    ],
)
async def test_a_text_that_states_a_fact_of_its_own_is_left_out_and_the_proposal_stays(words: str) -> None:
    found = await checked(weighed=words)
    assert (found.weighed, found.action) == ("", (await own()).action)


async def test_reasons_that_may_not_stand_are_left_out_one_by_one() -> None:
    action = (await own()).action
    option = Option(action=action, pros=("{f1}.", "Bob is the best."), cons=("5 points",))
    found = await checked(options=(option,))
    assert [(len(o.pros), o.cons) for o in found.options] == [(1, ())]


async def test_an_option_without_a_reason_left_is_not_shown() -> None:
    found = await checked(options=(Option(action=(await own()).action, pros=("Bob is the best.",)),))
    assert found.options == ()


async def test_what_an_option_would_do_is_put_together_by_code() -> None:
    forged = replace(given_to(await own(), "mike"), issue_title="<!channel>", issue_url="https://evil.example")
    found = await checked(options=(Option(action=forged, pros=("{f1}.",)),))
    assert [o.action for o in found.options] == [given_to(await own(), "mike")]


@pytest.mark.parametrize("person", ["nobody", "pat@evil", ""])
async def test_an_option_that_no_finding_carries_is_not_shown(person: str) -> None:
    found = await checked(options=(Option(action=given_to(await own(), person), pros=("{f1}.",)),))
    assert found.options == ()


async def test_weighing_options_does_not_count_as_offering_them() -> None:
    world = snapshot(issue(1, None, points=3.0), issue(2, None, points=3.0))
    ground, proposals = Ground.of(world, LAW), await _all(world)
    first = replace(proposals[0], options=(Option(action=given_to(proposals[0], "mike"), pros=("{f1}.",)),))
    assert ground.checked(first) is not None
    assert ground.load.offered == {given_to(proposals[0], "x") and "ann": 1}


async def _all(world: Snapshot, law: Directives = LAW) -> Sequence[Proposal]:
    return await RulesMind().propose(world, detect(world, law).signals, trigger(), law)


# --- what may be done ---------------------------------------------------------------------------------------------


async def decided(by: Any, law: Directives, world: Snapshot = ORPHAN) -> Any:
    [one] = decide_all((await weighed(by, world, law=law)).proposals, world, law, history())
    return one


async def test_what_the_rules_would_do_is_done_without_asking_and_what_they_would_not_is_asked() -> None:
    rules, other = await decided(mind(says(pick("o1"))), FREE), await decided(mind(says(pick("o2"))), FREE)
    assert rules.decision.verdict is Verdict.ALLOW
    assert (other.decision.verdict, other.decision.rule) == (Verdict.ASK, BY_MODEL)
    assert other.decision.approvers[0] == "pat"


async def test_a_mind_cannot_say_of_its_own_choice_that_it_is_the_rules() -> None:
    forged = replace(await own(law=FREE), action=given_to(await own(), "mike"), by_model=False)
    [one] = decide_all([forged], ORPHAN, FREE, history())
    assert (one.decision.verdict, one.proposal.by_model) == (Verdict.ASK, True)


async def test_never_stays_never_whoever_chose_it() -> None:
    law = constitution(autonomy=autonomy(mine={"never": ["reassign"]}))
    one = await decided(mind(says(pick("o2"))), law)
    assert one.decision.verdict is Verdict.DENY


async def test_a_reminder_keeps_the_models_words_when_part_of_it_was_told_before() -> None:
    since = NOON - 25 * HOUR
    world = snapshot(issue(1, flagged_since=since), issue(2, flagged_since=since), issue(3, None))
    by = mind(says(pick("o6", weighed="{f2}.")))
    thinking = await weighed(by, world)
    signal = next(p for p in thinking.proposals if p.weighed).signals[0]
    heard = history(told=frozenset({(PersonId("ann"), signal)}))
    told = [d.proposal for d in decide_all(thinking.proposals, world, LAW, heard) if d.proposal.weighed]
    assert [len(p.action.items) for p in told] == [1]  # type: ignore[union-attr]


async def test_a_proposal_written_before_there_were_models_is_still_read() -> None:
    row = dump(await own())
    for added in ("options", "weighed", "by_model"):
        del row[added]
    assert load(Proposal, row) == await own()


async def test_what_a_model_made_of_it_comes_back_from_the_record() -> None:
    worded = (await decided(mind(says(pick("o2", weighed="{f1}.", options=[way("o1", ["{f1}."])]))), LAW)).proposal
    assert load(Proposal, dump(worded)) == worded


async def test_words_change_neither_the_id_of_a_question_nor_the_version_it_shows() -> None:
    plain = await decided(mind(says(pick("o2"))), LAW)
    worded = await decided(mind(says(pick("o2", weighed="{f1}.", options=[way("o1", ["{f1}."])]))), LAW)
    assert worded.proposal.weighed and worded.proposal.options
    assert (worded.proposal.id, worded.proposal.action) == (plain.proposal.id, plain.proposal.action)
    assert worded.proposal.id == ProposalId((await own()).id)
    cycle = sample_cycle()
    assert approval_name(worded.proposal, cycle) == approval_name(plain.proposal, cycle)


def sample_cycle() -> Cycle:
    return Cycle(
        id=cycle_of(trigger(), NOON),
        trigger=trigger(),
        at=NOON,
        directives_version="v1",
        signals=(),
        decided=(),
        urgency=Urgency.LOW,
        next_look=NOON,
    )


async def test_a_question_about_a_models_choice_still_stands_when_it_is_carried_out() -> None:
    one = await decided(mind(says(pick("o2"))), FREE)
    effect = Effect(
        id=effect_of(one.proposal.id),
        team=TEAM,
        cycle=None,
        proposal=one.proposal,
        action=one.proposal.action,
        state=EffectState.PLANNED,
    )
    refused = still_allowed(effect, ORPHAN.people, FREE, NOON)
    assert refused is not None and refused.words == f"it needs a yes now ({BY_MODEL})"
    assert still_allowed(replace(effect, approval=ApprovalId("a")), ORPHAN.people, FREE, NOON) is None
