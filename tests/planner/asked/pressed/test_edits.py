"""An approver changes one thing and says yes to that: never what it is about, never what the constitution forbids."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from models.actions import (
    Action,
    ChangePriority,
    ChangeSprintScope,
    CloseIssue,
    CommentOnIssue,
    Escalate,
    Item,
    PostToOtherChannel,
    Reassign,
    RemindPerson,
    TransitionIssue,
)
from models.cycles import Edit
from models.directives import Directives, Mode
from models.ids import ApprovalId, IssueKey, PersonId, ProposalId, PullRequestId, SignalId, SprintId
from models.proposals import Approval, ApprovalState, Proposal, Verdict
from models.signals import Evidence, Urgency
from models.ways import Possible, Transition
from models.work import Progress, SprintState
from planner.asked.pressed.edits import (
    EMPTY,
    FIXED,
    NO_CHOICE,
    NOT_OFFERED,
    UNCHANGED,
    Form,
    can_be_edited,
    edit_of,
    edited,
    form_of,
)
from planner.policy import decide
from planner.ports import Desk
from planner.reasoning import RulesMind
from tests.planner.test_stories import Book
from tests.planner.world import LAW, NOON, TEAM, constitution, facts, history, issue, snapshot, sprint

pytestmark = pytest.mark.anyio

PAT, ANN, BOB = PersonId("pat"), PersonId("ann"), PersonId("bob")
ABOUT: dict[str, Any] = {"issue": IssueKey("PAY-7"), "issue_title": "T", "issue_url": "https://x/PAY-7"}
ITEM = Item(SignalId("s"), "stale_in_progress", "PAY-7", "PAY-7 is still", "https://x", "low", "stale")
GIVE = Reassign(**ABOUT, giver=None, taker=ANN)
MOVE = ChangeSprintScope(**ABOUT, before=SprintId(24), after=None, before_name="Sprint 24")
SET = TransitionIssue(**ABOUT, before="In Progress", after="In Review", merged=PullRequestId("acme/api#1"))
CLOSE = CloseIssue(**ABOUT, before="To Do", after="Won't Do")
RAISE = ChangePriority(**ABOUT, before="Low", after="High")
POST = PostToOtherChannel(channel="leadership", headline="It ships", facts=("a",))
COMMENT = CommentOnIssue(person=ANN, issue=IssueKey("PAY-7"), item=ITEM)

WAYS = Possible(
    transitions=(
        Transition("1", "Review", "In Review", Progress.DOING, ()),
        Transition("2", "Give up", "Won't Do", Progress.DONE, ()),
        Transition("3", "Reject", "Rejected", Progress.DONE, ()),
    ),
    priorities=("Low", "High", "Highest"),
)
NOTHING = Possible()
SPRINTS = (
    replace(sprint(), id=SprintId(24), name="Sprint 24"),
    replace(sprint(), id=SprintId(25), name="Sprint 25", state=SprintState.FUTURE),
    replace(sprint(), id=SprintId(23), name="Sprint 23", state=SprintState.CLOSED),
)
HELD = replace(facts(replace(issue(7, "ann"), priority="Low")), sprints=SPRINTS)


def asked(action: Action = GIVE, **changes: Any) -> Approval:
    proposal = Proposal(
        id=ProposalId("p"),
        action=action,
        because="It has no owner.",
        evidence=(Evidence("since Monday"),),
        signals=(SignalId("s"),),
        urgency=Urgency.LOW,
        rule="owners",
        undo="Yes",
    )
    made = Approval(
        id=ApprovalId("a"),
        team=TEAM,
        proposal=proposal,
        payload_hash="h",
        approvers=(PAT,),
        state=ApprovalState.PENDING,
        asked_at=NOON,
        expires=NOON,
        decision_rule="ask-reassign",
        directives_version="v1",
    )
    return replace(made, **changes)


def form(action: Action, possible: Possible = WAYS) -> Form:
    made = form_of(action, LAW.team(TEAM), HELD, possible)
    assert isinstance(made, Form), made
    return made


def offered(action: Action, possible: Possible = WAYS) -> list[str]:
    return [words for words, _ in form(action, possible).options]


class Held:
    async def facts_about(self, team: object) -> Any:
        return HELD


class Noon:
    def now(self) -> Any:
        return NOON

    real = now

    def monotonic(self) -> float:
        return 0.0


def desk(law: Directives = LAW) -> Desk:
    return Desk(clock=Noon(), directives=law, work=Held(), mind=RulesMind(), ledger=Book(), hands={})


def test_a_taker_is_a_member_whose_account_is_known_and_not_whoever_has_it() -> None:
    unknown = replace(HELD, people=tuple(person for person in HELD.people if person.id != BOB))
    names = [words for words, _ in _form(GIVE, unknown).options]
    assert "Bob" not in names and {"Ann", "Pat"} <= set(names)
    assert "Ann" not in offered(replace(GIVE, giver=ANN, taker=BOB))


def _form(action: Action, held: Any) -> Form:
    made = form_of(action, LAW.team(TEAM), held, WAYS)
    assert isinstance(made, Form)
    return made


def test_a_ticket_goes_to_an_open_sprint_or_the_backlog_and_not_where_it_is() -> None:
    assert offered(MOVE) == ["Sprint 25", "The backlog"]
    assert offered(replace(MOVE, before=None, after=SprintId(25))) == ["Sprint 24", "Sprint 25"]


def test_statuses_and_priorities_are_those_jira_allows_else_those_that_are_known() -> None:
    assert offered(SET) == ["In Review", "Won't Do", "Rejected"]
    assert offered(CLOSE) == ["Won't Do", "Rejected"]
    assert offered(RAISE) == ["High", "Highest"]
    assert offered(RAISE, NOTHING) == ["Highest", "High", "Medium", "Lowest"]
    assert form_of(CLOSE, LAW.team(TEAM), HELD, NOTHING) == NO_CHOICE


@pytest.mark.parametrize(
    ("action", "value", "change"),
    [
        (GIVE, "bob", {"taker": BOB}),
        (MOVE, "25", {"after": SprintId(25), "after_name": "Sprint 25"}),
        (replace(MOVE, before=None, after=SprintId(25), before_name="", after_name="Sprint 25"), "24",
         {"after": SprintId(24), "after_name": "Sprint 24"}),
        (SET, "Rejected", {"after": "Rejected", "merged": None}),
        (CLOSE, "Rejected", {"after": "Rejected"}),
        (RAISE, "Highest", {"after": "Highest"}),
        (POST, " It ships\n on Monday ", {"headline": "It ships on Monday"}),
        (COMMENT, "Still?", {"item": replace(ITEM, text="Still?")}),
    ],
)  # fmt: skip
def test_one_thing_changes_and_nothing_else(action: Action, value: str, change: dict[str, Any]) -> None:
    assert edited(action, form(action), value) == replace(action, **change)  # type: ignore[type-var]


@pytest.mark.parametrize("action", [GIVE, MOVE, SET, CLOSE, RAISE])
@pytest.mark.parametrize("value", ["mallory", "99", "Done", "PAY-8", "<!channel>"])
def test_what_was_not_offered_is_refused(action: Action, value: str) -> None:
    assert edited(action, form(action), value) == NOT_OFFERED


@pytest.mark.parametrize("action", [GIVE, POST, COMMENT])
@pytest.mark.parametrize("value", [None, "", "  ", 7, [], {}, ["bob"]])
def test_nothing_at_all_is_refused(action: Action, value: object) -> None:
    assert edited(action, form(action), value) == EMPTY


def test_what_is_put_together_from_facts_cannot_be_edited() -> None:
    for fixed in (RemindPerson(person=ANN, items=(ITEM,)), Escalate(channel="leadership", item=ITEM, facts=())):
        assert form_of(fixed, LAW.team(TEAM), HELD, WAYS) == FIXED and not can_be_edited(fixed)


def test_a_text_is_cut_where_a_window_would() -> None:
    made = edited(POST, form(POST), "x" * 9_000)
    assert isinstance(made, PostToOtherChannel) and len(made.headline) == 500


async def test_an_edit_is_a_new_proposal_with_the_same_evidence_and_who_edited_it() -> None:
    made = await edit_of(asked(), "bob", PAT, desk(), NOTHING)
    assert isinstance(made, Edit)
    new, old = made.decided.proposal, asked().proposal
    assert new.id != old.id and (new.evidence, new.signals, new.rule) == (old.evidence, old.signals, old.rule)
    assert new.because == "It has no owner. Edited by Pat."
    assert (made.approval, made.version, made.by) == ("a", "h", PAT)
    assert (made.decided.decision.verdict, made.decided.decision.rule) == (Verdict.ASK, "ask-reassign")
    again = await edit_of(asked(), "bob", PAT, desk(), NOTHING)
    assert isinstance(again, Edit) and again.name == made.name, "the same edit read again is the same"


async def test_what_was_not_changed_is_a_plain_yes() -> None:
    assert await edit_of(asked(), "ann", PAT, desk(), NOTHING) == UNCHANGED


async def test_an_edit_the_constitution_forbids_says_the_rule_and_does_nothing() -> None:
    autonomy = {**_autonomy(), "never": [_line("not-at-all", {"never": "reassign"})]}
    said = await edit_of(asked(), "bob", PAT, desk(constitution(autonomy=autonomy)), NOTHING)
    assert isinstance(said, str) and "not-at-all" in said and said.endswith("Nothing was done.")


async def test_an_edit_that_needs_another_persons_yes_is_not_theirs() -> None:
    autonomy = {**_autonomy(), "needs_confirmation": [_line("leads", {"ask": "reassign", "of": "tech_lead"})]}
    said = await edit_of(asked(), "bob", PAT, desk(constitution(autonomy=autonomy)), NOTHING)
    assert said == "That would need the yes of Tess (leads). Nothing was done."


async def test_in_shadow_mode_an_edit_does_nothing() -> None:
    law = constitution(team={"mode": Mode.SHADOW.value})
    assert isinstance(await edit_of(asked(), "bob", PAT, desk(law), NOTHING), str)


def _autonomy() -> dict[str, Any]:
    from tests.planner.world import BASE

    return dict(BASE["autonomy"])


def _line(name: str, rule: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "says": f"The words of {name}.", "rule": rule}


def test_with_four_eyes_somebody_else_is_asked_or_nobody() -> None:
    law = constitution(autonomy=_four())
    wish = replace(asked().proposal, asked_by=PAT)
    decision = decide(wish, snapshot(), law, history())
    assert (decision.verdict, decision.approvers) == (Verdict.ASK, (PersonId("deb"),))
    alone = constitution(autonomy=_four(), team={"roles": {"pm": ["pat"]}})
    assert "nobody else holds the role" in decide(wish, snapshot(), alone, history()).reason


def _four() -> dict[str, Any]:
    return {**_autonomy(), "needs_confirmation": [_line("four", {"ask": "reassign", "of": "pm", "four_eyes": True})]}
