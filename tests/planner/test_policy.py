"""May we? Never noisy, never out of bounds, whatever a mind proposes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar

import pytest

from models.actions import (
    AskApproval,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    DelegateTask,
    Escalate,
    Item,
    PostDigest,
    PostToOtherChannel,
    Reassign,
    RemindPerson,
    Task,
    TellAdmins,
    TransitionIssue,
    Unflag,
)
from models.directives import Directives
from models.events import Reason, Trigger
from models.ids import ApprovalId, EffectId, HushId, IssueKey, PersonId, ProposalId, SignalId, SprintId
from models.proposals import AskedIn, Decided, Decision, Effect, EffectState, Ending, Outcome, Proposal, Verdict
from models.signals import Findings, Urgency
from models.work import Absence, Snapshot
from planner.detect import detect
from planner.policy import as_recorded, decide, decide_all, law_of, still_allowed
from planner.reasoning import RulesMind, reminder
from planner.still.factcheck import Ground
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    LAW,
    NOON,
    TEAM,
    autonomy,
    constitution,
    history,
    issue,
    line,
    people,
    pull_request,
    signal,
    snapshot,
)

pytestmark = pytest.mark.anyio

ALLOW, ASK, DEFER, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DEFER, Verdict.DENY
ANN, PAT, DEB, TESS, KAI, MIKE = (PersonId(p) for p in ("ann", "pat", "deb", "tess", "kai", "mike"))
NINE_PM = NOON + 9 * HOUR
TODAY, TOMORROW_9 = "2026-11-18", datetime(2026, 11, 19, 14, tzinfo=UTC)
SATURDAY = NOON + 3 * DAY
MONDAY_9 = datetime(2026, 11, 23, 14, tzinfo=UTC)
ITEM = Item(signal=SignalId("s"), kind="k", subject="PAY-1", text="t", url="u", urgency="low", rule="blocked-1-day")


LEAD_ONLY = constitution(autonomy=autonomy(lead={"never": ["remind_person"], "unless_approved_by": "tech_lead"}))
ONLY_IF = [line("if", {"allow": "remind_person", "when": "pull_request_merged"})]


def remind(person: str = "ann", **changes: Any) -> Proposal:
    return replace(reminder(PersonId(person), [signal()], LAW), **changes)


def of(action: Any, **changes: Any) -> Proposal:
    return replace(remind(), action=action, **changes)


REASSIGN = of(Reassign(issue=IssueKey("PAY-1"), issue_title="t", issue_url="u", giver=None, taker=ANN))
ESCALATE = of(Escalate(channel="leadership", item=ITEM, facts=()))
DIGEST = of(PostDigest(channel="team", day=NOON.date(), headline="h", items=(), footer=""))
COMMENT = of(CommentOnIssue(person=MIKE, issue=IssueKey("PAY-1"), item=ITEM))


def decided(
    proposal: Proposal, *, now: datetime = NOON, law: Directives = LAW, who: Any = None, **remembered: Any
) -> Decision:
    """One proposal's decision as it is recorded; whether facts carry it is tested with whole looks."""
    decision = decide(proposal, snapshot(now=now, who=who), law, history(**remembered))
    return as_recorded(decision, proposal, law.team(TEAM))


def away(until: datetime | None = None) -> Absence:
    return Absence(reason="on holiday", until=until)


# --- one decision ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("proposal", "given", "verdict", "rule"),
    [
        (remind(), {}, ALLOW, "may-remind"),
        (COMMENT, {}, ALLOW, "may-comment"),
        (DIGEST, {}, ALLOW, "may-digest"),
        (DIGEST, {"now": NINE_PM}, ALLOW, "may-digest"),
        (REASSIGN, {}, ASK, "ask-reassign"),
        (ESCALATE, {}, ASK, "ask-escalate"),
        (of(replace(DIGEST.action, channel="leadership")), {}, ASK, "unlisted"),  # type: ignore[type-var]
        (of(AskApproval(approval=ApprovalId("a"), person=ANN)), {}, DENY, "closed-world"),
        (remind("stranger"), {}, DENY, "not-a-member"),
        (REASSIGN, {"law": constitution(autonomy=autonomy(no_moves={"never": ["reassign"]}))}, DENY, "no-moves"),
        (remind(), {"law": constitution(autonomy=autonomy(hush={"never": ["remind_person"]}))}, DENY, "hush"),
        (
            remind(),
            {"law": LEAD_ONLY},
            ASK,
            "lead",
        ),
        (remind(), {"law": constitution(team={"mode": "shadow"})}, DENY, "mode-shadow"),
        (REASSIGN, {"law": constitution(team={"mode": "shadow"})}, DENY, "mode-shadow"),
        (remind(), {"law": constitution(team={"mode": "suggest"})}, ASK, "mode-suggest"),
        (DIGEST, {"law": constitution(team={"mode": "suggest"})}, ASK, "mode-suggest"),
        (REASSIGN, {"law": constitution(team={"mode": "suggest"})}, ASK, "ask-reassign"),
        (REASSIGN, {"law": constitution(team={"roles": {}})}, DENY, "ask-reassign"),
        (remind(), {"now": NINE_PM}, DEFER, "hours"),
        (remind(), {"now": SATURDAY}, DEFER, "hours"),
        (remind("kai"), {}, DEFER, "hours"),
        (remind(), {"who": people(ann=away())}, DEFER, "hours"),
        (remind(), {"who": people(ann=away(NOON - HOUR))}, ALLOW, "may-remind"),  # back again
        (remind(), {"spent": {("ann", TODAY, "daily"): 1}}, DEFER, "one-a-day"),
        (remind(), {"spent": {("ann", "2026-11-17", "daily"): 1}}, ALLOW, "may-remind"),
        (remind(), {"spent": {("bob", TODAY, "daily"): 1}}, ALLOW, "may-remind"),
        (remind(asked_by=ANN), {"now": NINE_PM, "spent": {("ann", TODAY, "daily"): 1}}, ALLOW, "may-remind"),
        (REASSIGN, {"now": NINE_PM}, DEFER, "hours"),
        (REASSIGN, {"spent": {("pat", TODAY, "daily"): 1}}, DEFER, "one-a-day"),
        (REASSIGN, {"spent": {("pat", TODAY, "daily"): 1}, "open_cards": frozenset({PAT})}, ASK, "ask-reassign"),
        (replace(REASSIGN, asked_by=PAT), {"now": NINE_PM, "spent": {("pat", TODAY, "daily"): 1}}, ASK, "ask-reassign"),
        (remind(urgency=Urgency.CRITICAL), {"spent": {("ann", TODAY, "daily"): 1}}, ALLOW, "may-remind"),
        (
            remind(urgency=Urgency.CRITICAL),
            {"spent": {("ann", TODAY, "daily"): 1, ("ann", TODAY, "critical"): 1}},
            DEFER,
            "one-a-day",
        ),
        (remind(urgency=Urgency.CRITICAL), {"now": NINE_PM}, DEFER, "hours"),
        (remind("tess", urgency=Urgency.CRITICAL), {"now": NINE_PM}, ALLOW, "may-remind"),  # on call
        (remind("tess", urgency=Urgency.HIGH), {"now": NINE_PM}, DEFER, "hours"),
        (remind("tess", urgency=Urgency.CRITICAL), {"who": people(tess=away())}, DEFER, "hours"),
    ],
)
def test_the_strongest_rule_decides(proposal: Proposal, given: dict[str, Any], verdict: Verdict, rule: str) -> None:
    decision = decided(proposal, **given)
    assert (decision.verdict, decision.rule) == (verdict, rule)
    assert decision.reason
    assert (decision.until is not None) == (verdict is DEFER)


def test_an_unlisted_action_asks_the_pm() -> None:
    law = constitution(autonomy=BASE["autonomy"] | {"automatic": []})
    decision = decided(remind(), law=law)
    assert (decision.verdict, decision.rule, decision.approvers) == (ASK, "unlisted", (PAT,))


def test_a_post_in_the_teams_own_channel_is_asked_for_but_not_by_the_line_about_other_channels() -> None:
    law = constitution(autonomy=BASE["autonomy"] | {"needs_confirmation": [OTHER_CHANNELS]})
    elsewhere, home = (law_of(PostToOtherChannel(channel=c, headline="h", facts=()), law) for c in ("ops", "team"))
    assert (elsewhere.verdict, elsewhere.rule) == (ASK, "ask-posts")
    assert home == replace(elsewhere, rule="unlisted")


OTHER_CHANNELS = line("ask-posts", {"ask": "post_to_other_channel", "of": "tech_lead"})


def test_what_is_not_an_action_is_denied() -> None:
    @dataclass(frozen=True)
    class DeleteIssue:
        kind: ClassVar[str] = "remind_person"
        person: str = "ann"

    assert decided(of(DeleteIssue())).rule == "closed-world"


def test_a_wait_ends_when_the_person_can_be_reached_again() -> None:
    assert decided(remind(), now=NINE_PM).until == TOMORROW_9
    assert decided(remind(), now=SATURDAY).until == MONDAY_9
    assert decided(remind(), spent={(ANN, TODAY, "daily"): 1}).until == TOMORROW_9
    assert decided(remind(), who=people(ann=away(NOON + 2 * HOUR))).until == NOON + 2 * HOUR
    assert decided(remind(), who=people(ann=away(SATURDAY))).until == MONDAY_9
    assert decided(remind(), who=people(ann=away())).until == TOMORROW_9
    thanksgiving = datetime(2026, 11, 26, 17, tzinfo=UTC)
    assert decided(remind(), now=thanksgiving).until == datetime(2026, 11, 27, 14, tzinfo=UTC)


def test_why_a_message_waits_is_said_alike_all_night() -> None:
    evening, night = decided(remind(), now=NINE_PM), decided(remind(), now=NINE_PM + HOUR)
    assert evening == night and "Ann" in evening.reason


def test_attention_is_spent_on_the_persons_own_day() -> None:
    morning_in_tokyo = datetime(2026, 11, 19, 1, tzinfo=UTC)
    spend = decided(remind("kai"), now=morning_in_tokyo).spend
    assert spend is not None and (spend.day, spend.budget, spend.ordinal) == (date(2026, 11, 19), "daily", 1)
    out_west = people()
    out_west[ANN] = replace(out_west[ANN], zone="America/Los_Angeles")
    afternoon_there = datetime(2026, 11, 19, 1, tzinfo=UTC)
    spend = decided(remind(), now=afternoon_there, who=out_west).spend
    assert spend is not None and spend.day == date(2026, 11, 18)


def test_a_question_goes_to_whoever_is_there_and_lapses_after_two_working_days() -> None:
    decision = decided(REASSIGN)
    assert decision.approvers == (PAT,) and decision.expires == NOON + 2 * DAY
    assert decision.spend is not None and decision.spend.person == PAT
    stand_in = decided(REASSIGN, who=people(pat=away()))
    assert stand_in.verdict is ASK and stand_in.approvers == (DEB, PAT)
    nobody = decided(REASSIGN, who=people(pat=away(), deb=away()))
    assert nobody.verdict is DEFER


@pytest.mark.parametrize("asker", [ANN, PAT, DEB])
def test_what_somebody_asks_for_costs_its_approver_nothing_at_any_hour(asker: PersonId) -> None:
    asked = decided(replace(REASSIGN, asked_by=asker), now=NINE_PM, spent={(PAT, TODAY, "daily"): 1})
    assert (asked.verdict, asked.spend, asked.approvers[0]) == (ASK, None, PAT)


def test_whoever_asks_and_may_say_yes_is_asked_first() -> None:
    law = constitution(team={"roles": {"pm": ["pat", "deb"]}})
    assert decided(replace(REASSIGN, asked_by=DEB), law=law).approvers == (DEB, PAT)


def test_one_more_line_on_an_open_card_is_free() -> None:
    assert decided(REASSIGN, open_cards=frozenset({PAT})).spend is None


def test_shadow_says_what_would_have_been() -> None:
    law = constitution(team={"mode": "shadow"})
    asked = "in shadow mode; would have asked Pat, because it needs the PM's yes (ask-reassign)"
    assert decided(REASSIGN, law=law).reason == asked
    assert "would have done it" in decided(remind(), law=law).reason
    assert decided(remind(), law=law).spend is None
    assert decided(remind(), law=law, now=NINE_PM).verdict is DEFER


def test_a_conditional_permission_allows_nothing_else() -> None:
    law = constitution(autonomy=BASE["autonomy"] | {"automatic": ONLY_IF})
    assert law_of(remind().action, law).rule == "unlisted"


# --- one look --------------------------------------------------------------------------------------------------


async def looked(
    world: Snapshot, law: Directives = LAW, reason: Reason = Reason.LOOK, **remembered: Any
) -> tuple[Decided, ...]:
    trigger = Trigger(team=TEAM, reason=reason, at=world.now)
    proposals = await RulesMind().propose(world, detect(world, law).signals, trigger, law)
    ground = Ground.of(world, law, digest_due=reason is Reason.DIGEST)
    return decide_all(proposals, world, law, history(**remembered), ground)


def blocked(number: int, who: str | None = "ann", hours: float = 26) -> Any:
    return issue(number, who, flagged_since=NOON - hours * HOUR)


async def test_two_hundred_conditions_of_one_person_are_one_message_with_three_items() -> None:
    world = snapshot(*(blocked(n, hours=26 + n / 1000) for n in range(200)))
    (only,) = await looked(world)
    action = only.proposal.action
    assert isinstance(action, RemindPerson) and only.decision.verdict is ALLOW
    assert [item.subject for item in action.items] == ["PAY-199", "PAY-198", "PAY-197"]  # the oldest
    assert action.more == 197


async def test_the_rest_of_the_day_is_silent_and_tomorrow_tells_the_next() -> None:
    world = snapshot(*(blocked(n, hours=26 + n / 1000) for n in range(5)))
    (first,) = await looked(world)
    assert first.decision.spend is not None
    told = {(ANN, item.signal) for item in first.proposal.action.items}  # type: ignore[union-attr]
    memory = {"told": frozenset(told), "settled": {first.proposal.id: ALLOW}}
    (later,) = await looked(world, **memory, spent={(ANN, TODAY, "daily"): 1})
    assert later.decision.verdict is DEFER and later.decision.until == TOMORROW_9
    tomorrow = replace(world, now=TOMORROW_9 + timedelta(minutes=1))
    second = next(d for d in await looked(tomorrow, **memory) if isinstance(d.proposal.action, RemindPerson))
    assert [item.subject for item in second.proposal.action.items] == ["PAY-1", "PAY-0"]


async def test_what_was_told_is_not_told_again() -> None:
    world = snapshot(blocked(1))
    (signal_,) = detect(world, LAW).signals
    assert await looked(world, told=frozenset({(ANN, signal_.id)})) == ()


async def test_what_was_settled_is_not_decided_again() -> None:
    world = snapshot(issue(1, None), issue(2, "mike", flagged_since=NOON - 26 * HOUR))
    first = await looked(world)
    assert len(first) == 2
    assert await looked(world, settled={d.proposal.id: d.decision.verdict for d in first}) == ()


async def test_the_best_item_wins_the_day() -> None:
    fire = issue(2, "mike", flagged_since=NOON - 25 * HOUR, priority="P0", labels=frozenset({"incident"}))
    calm = issue(1, "mike", flagged_since=NOON - 26 * HOUR)
    decisions = await looked(snapshot(calm, fire, blocked(3, "mike")))
    assert {d.proposal.action.issue: d.decision.verdict for d in decisions} == {  # type: ignore[union-attr]
        "PAY-2": ALLOW,  # critical has a budget of its own
        "PAY-1": ALLOW,
        "PAY-3": DEFER,
    }


def test_the_best_item_wins_in_whatever_order_a_mind_proposes() -> None:
    fire = issue(2, "ann", flagged_since=NOON - 25 * HOUR, priority="P0", labels=frozenset({"incident"}))
    world = snapshot(blocked(1), fire)
    proposals = [reminder(ANN, [s], LAW) for s in reversed(detect(world, LAW).signals)]
    first, second = decide_all(proposals, world, LAW, history(spent={(ANN, TODAY, "daily"): 1}))
    assert (first.proposal.urgency, first.decision.verdict) == (Urgency.CRITICAL, ALLOW)
    assert second.decision.verdict is DEFER


async def test_many_questions_to_one_approver_cost_one_unit() -> None:
    asks = await looked(snapshot(*(issue(n, None) for n in range(10))))
    assert [d.decision.verdict for d in asks] == [ASK] * 10
    assert sum(d.decision.spend is not None for d in asks) == 1


async def test_what_an_approver_was_asked_is_not_asked_again_with_one_more_item() -> None:
    law = constitution(team={"mode": "suggest"})
    world = snapshot(blocked(1), blocked(2))
    one, two = (s.id for s in sorted(detect(world, law).signals, key=lambda s: s.subject))
    (ask,) = await looked(world, law, raised=frozenset({(ANN, one, ASK)}))
    assert ask.decision.verdict is ASK and ask.proposal.signals == (two,)
    (acting,) = await looked(world, LAW, raised=frozenset({(ANN, one, DENY)}))  # shadow's record binds nobody
    assert set(acting.proposal.signals) == {one, two}


async def test_a_shadow_record_does_not_settle_the_real_thing() -> None:
    world = snapshot(blocked(1))
    (shadow,) = await looked(world, constitution(team={"mode": "shadow"}))
    (real,) = await looked(world, settled={shadow.proposal.id: DENY})
    assert real.decision.verdict is ALLOW


async def test_a_digest_passes_only_as_code_wrote_it() -> None:
    world = snapshot(issue(1))
    (due,) = await looked(world, reason=Reason.DIGEST)
    assert due.decision.verdict is ALLOW
    forged = replace(due.proposal, action=replace(due.proposal.action, headline="All is lost"))  # type: ignore[type-var]
    on_time = Ground.of(world, LAW, digest_due=True)
    assert [d.decision.verdict for d in decide_all([forged], world, LAW, history(), on_time)] == [DENY]
    assert [d.decision.verdict for d in decide_all([due.proposal], world, LAW, history())] == [DENY], "not now"


# --- a hostile mind -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MergePullRequest:
    kind: ClassVar[str] = "merge_pull_request"


class NotEvenText:
    pass


WORLD = snapshot(blocked(1), issue(2, None), prs=(pull_request(1),))
REAL = next(s for s in detect(WORLD, LAW).signals if s.subject == "PAY-1")
REAL_ITEM = replace(ITEM, signal=REAL.id)


@pytest.mark.parametrize(
    "garbage",
    [
        None,
        "I will now delete everything",
        {"action": "merge"},
        NotEvenText(),
        of(MergePullRequest()),
        of(None),
        of(RemindPerson(person=ANN, items=(NotEvenText(),))),  # type: ignore[arg-type]
        replace(remind(), because=NotEvenText()),  # type: ignore[arg-type]
        replace(remind(), signals=None),  # type: ignore[arg-type]
        replace(remind(), urgency="critical"),  # type: ignore[arg-type]
        of(RemindPerson(person=ANN, items=("x",))),  # type: ignore[arg-type]
        of(RemindPerson(person=ANN, items=None)),  # type: ignore[arg-type]
        of(RemindPerson(person=None, items=())),  # type: ignore[arg-type]
        of(replace(DIGEST.action, day=NOON)),  # type: ignore[type-var]
    ],
)
def test_what_is_no_proposal_leaves_no_trace(garbage: Any) -> None:
    """Not even in the record, where it could be written but never read again."""
    assert decide_all([garbage], WORLD, LAW, history()) == ()


KEY: dict[str, Any] = {"issue": IssueKey("PAY-1"), "issue_title": "", "issue_url": ""}
ON_A_WORD = (
    CloseIssue(**KEY, before="In Progress"),
    ChangePriority(**KEY, before="Medium", after="High"),
    Unflag(**KEY),
    PostToOtherChannel(channel="leadership", headline="h", facts=()),
    DelegateTask(task=Task.PATTERN, about="a", question="q"),
    TellAdmins(channel="ops", headline="h", facts=()),
    TransitionIssue(**KEY, before="In Progress", after="Done"),
    ChangeSprintScope(**KEY, before=SprintId(24), after=None),
)
"""Actions that only somebody's word, or another finding than there is, can lead to."""


@pytest.mark.parametrize(
    "proposal",
    [
        remind(),  # no such finding
        remind("stranger"),
        of(RemindPerson(person=PersonId("bob"), items=(REAL_ITEM,))),  # a real finding, but not Bob's
        of(RemindPerson(person=ANN, items=())),
        of(CommentOnIssue(person=ANN, issue=IssueKey("PAY-2"), item=REAL_ITEM)),  # another ticket
        of(Escalate(channel="team", item=REAL_ITEM, facts=())),  # nobody said so
        of(Escalate(channel="leadership", item=REAL_ITEM, facts=())),  # too early
        of(Reassign(issue=IssueKey("PAY-1"), issue_title="", issue_url="", giver=ANN, taker=MIKE)),  # has an owner
        of(Reassign(issue=IssueKey("PAY-2"), issue_title="", issue_url="", giver=None, taker=PersonId("stranger"))),
        of(PostDigest(channel="team", day=NOON.date(), headline="Ann is slow", items=(), footer="")),
        of(AskApproval(approval=ApprovalId("a"), person=ANN)),
        replace(remind(), asked_by=ANN),  # nobody asked
        *(of(action, asked_by=ANN) for action in ON_A_WORD),  # a mind has not heard anybody's
    ],
)
def test_what_no_finding_carries_is_denied(proposal: Proposal) -> None:
    (only,) = decide_all([proposal], WORLD, LAW, history())
    assert only.decision.verdict is DENY
    assert only.proposal.id != proposal.id  # or a good proposal of that name could never be made


def test_of_what_is_denied_only_the_action_and_its_reason_are_believed() -> None:
    lie = of(CloseIssue(issue=IssueKey("PAY-1"), issue_title="", issue_url="", before="To Do"), asked_by=ANN)
    lie = replace(lie, undoes=EffectId("e"), promised=HushId("h"), asked_in=AskedIn(person=ANN), undo="evil")
    (only,) = decide_all([lie], WORLD, LAW, history())
    kept = only.proposal
    assert (kept.action, kept.because) == (lie.action, lie.because)
    assert (kept.asked_by, kept.undoes, kept.promised, kept.asked_in, kept.undo) == (None, None, None, None, None)
    assert kept.signals == () and kept.urgency is Urgency.LOW


def test_a_never_is_named_even_when_a_mind_insists() -> None:
    law = constitution(autonomy=autonomy(no_moves={"never": ["reassign"]}))
    insisting = [replace(REASSIGN, id=ProposalId(str(n))) for n in range(5)]
    assert {d.decision.rule for d in decide_all(insisting, WORLD, law, history())} == {"no-moves"}


def test_no_word_of_a_mind_gets_through() -> None:
    lies = replace(REAL_ITEM, text="<!channel> pay up", url="https://evil.test", urgency="critical")
    loud = of(
        RemindPerson(person=ANN, items=(lies,) * 50, more=9), because="evil", urgency=Urgency.CRITICAL, asked_by=ANN
    )
    (only,) = decide_all([loud] * 3, WORLD, LAW, history())
    assert only.proposal.asked_by is None and only.proposal.urgency is REAL.urgency
    assert "evil" not in repr(only.proposal) and "<!channel>" not in repr(only.proposal)
    assert only.proposal.action == reminder(ANN, [REAL], LAW).action


def test_a_thousand_looks_of_a_hostile_mind_on_quiet_data_send_nothing() -> None:
    quiet = snapshot(issue(1))
    for n in range(1000):
        (only,) = decide_all([remind(id=ProposalId(str(n)))], quiet, LAW, history())
        assert only.decision.verdict is DENY


async def test_what_the_rules_found_in_this_look_is_not_looked_for_twice() -> None:
    (good,) = (d.proposal for d in await looked(snapshot(blocked(1))))
    nothing = Ground.of(snapshot(blocked(1)), LAW, Findings(()))
    (only,) = decide_all([good], snapshot(blocked(1)), LAW, history(), nothing)
    assert only.decision.verdict is DENY


# --- at the last moment ------------------------------------------------------------------------------------------


def effect(proposal: Proposal, action: Any = None, approval: str | None = None) -> Effect:
    return Effect(
        id=EffectId("e"),
        team=TEAM,
        cycle=None,
        proposal=proposal,
        action=action or proposal.action,
        state=EffectState.PLANNED,
        approval=ApprovalId(approval) if approval else None,
    )


CARD = AskApproval(approval=ApprovalId("a"), person=PAT)
SUGGEST, SHADOW = constitution(team={"mode": "suggest"}), constitution(team={"mode": "shadow"})
NO_MOVES = constitution(autonomy=autonomy(no_moves={"never": ["reassign"]}))
TELLS = constitution(autonomy=autonomy(tells={"allow": "tell_admins"}))
NOTICE = of(TellAdmins(channel="", person=PAT, headline="The constitution has a mistake", facts=()))


def ending_of(outcome: Outcome | None) -> Ending | None:
    return outcome.ending if outcome else None


@pytest.mark.parametrize(
    ("out", "given", "ending"),
    [
        (effect(remind()), {}, None),
        (effect(remind()), {"now": NINE_PM}, Ending.DEFERRED),
        (effect(remind()), {"who": people(ann=away())}, Ending.DEFERRED),
        (effect(remind()), {"law": SHADOW}, Ending.FORBIDDEN),
        (effect(remind()), {"law": SUGGEST}, Ending.FORBIDDEN),
        (effect(NOTICE), {"law": TELLS, "now": NINE_PM}, Ending.LATER),  # no look would propose it anew
        (effect(remind(), approval="a"), {"law": SUGGEST}, None),
        (effect(remind(), approval="a"), {"law": SUGGEST, "now": NINE_PM}, Ending.LATER),
        (effect(remind("stranger")), {}, Ending.FORBIDDEN),
        (effect(REASSIGN, approval="a"), {}, None),
        (effect(REASSIGN, approval="a"), {"now": NINE_PM}, None),
        (effect(REASSIGN, approval="a"), {"law": NO_MOVES}, Ending.FORBIDDEN),
        (effect(REASSIGN), {}, Ending.FORBIDDEN),
        (effect(REASSIGN, CARD), {}, None),
        (effect(REASSIGN, CARD), {"now": NINE_PM}, Ending.DEFERRED),
        (effect(replace(REASSIGN, asked_by=PAT), CARD), {"now": NINE_PM}, None),
        (effect(replace(REASSIGN, asked_by=ANN), CARD), {"now": NINE_PM}, Ending.LATER),
        (effect(replace(REASSIGN, asked_by=ANN)), {}, Ending.FORBIDDEN),
        (effect(replace(REASSIGN, asked_by=PAT, undoes="e")), {}, None),
        (effect(replace(REASSIGN, asked_by=PAT, undoes="e")), {"law": NO_MOVES}, Ending.FORBIDDEN),
        (effect(REASSIGN, CARD), {"law": NO_MOVES}, Ending.FORBIDDEN),
        (effect(ESCALATE, approval="a"), {"now": NINE_PM}, None),
        (effect(DIGEST), {"now": NOON}, None),
        (effect(DIGEST), {"now": NOON + HOUR}, Ending.FORBIDDEN),  # more than three hours late
        (effect(DIGEST, approval="a"), {"now": NINE_PM}, None),  # somebody has just wished it
        (effect(DIGEST), {"now": NOON + DAY}, Ending.FORBIDDEN),
        (effect(of(MergePullRequest())), {}, Ending.FORBIDDEN),
        (replace(effect(remind()), team="gone"), {}, Ending.FORBIDDEN),
    ],
)
def test_policy_is_asked_once_more_before_it_is_done(out: Effect, given: dict[str, Any], ending: Ending | None) -> None:
    outcome = still_allowed(out, given.get("who") or people(), given.get("law", LAW), given.get("now", NOON))
    assert ending_of(outcome) is ending


def test_what_is_put_off_says_until_when() -> None:
    outcome = still_allowed(effect(remind()), people(), LAW, NINE_PM)
    assert outcome is not None and outcome.until == TOMORROW_9


def test_what_was_approved_waits_until_its_reader_can_be_reached() -> None:
    outcome = still_allowed(effect(remind(), approval="a"), people(), SUGGEST, SATURDAY)
    assert outcome is not None and (outcome.ending, outcome.until) == (Ending.LATER, MONDAY_9)
    assert outcome.retry_after is None  # it is no failed try
