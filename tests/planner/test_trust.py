"""The ladder of trust: a mode is the file's, a step back is at once, and nothing but an admin's press gives it back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.actions import PostDigest, Reassign, RemindPerson, TellAdmins, TransitionIssue
from models.directives import Ask, Directive, Directives, Mode, Never, Team
from models.directives_file import load
from models.ids import ApprovalId, IssueKey, PersonId, ProposalId, PullRequestId, TeamId
from models.proposals import Approval, ApprovalState, Decision, EffectState, Proposal, Spend, Undone, Verdict
from models.signals import Urgency
from models.trust import Cause, Mark, StepBack
from planner.notices import is_settled_by_now, trust_notice
from planner.policy.decision import as_recorded, decide
from planner.policy.law import STEPPED_BACK, SUGGEST, costs_trust, law_for, law_of
from planner.policy.trust import (
    IN_A_ROW,
    broken_at,
    in_a_row,
    is_free,
    is_tried,
    kept_of,
    key_of,
    mode_for,
    mode_of,
    standings,
    stepped,
    steps_of,
)
from tests.planner.world import NOON, history, snapshot

LAW = load(Path(__file__).parents[2] / "directives.yaml")
THE_TEAM = LAW.teams[0]
TEAM, ANN, MIKE = THE_TEAM.id, PersonId("dana"), PersonId("mike")

MOVE = TransitionIssue(
    issue=IssueKey("PAY-1"),
    issue_title="t",
    issue_url="https://x.example/PAY-1",
    before="In Progress",
    after="Done",
    merged=PullRequestId("acme/api#1"),
)
LINE = "merged-means-moved"
ALLOW, ASK, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DENY


def in_modes(mode: Mode, modes: dict[str, Mode] | None = None, steps: tuple[StepBack, ...] = ()) -> Directives:
    team = THE_TEAM.model_copy(update={"mode": mode, "modes": modes or {}, "stepped": steps})
    return LAW.model_copy(update={"teams": (team,)})


def proposal(action: Any = MOVE, rule: str = LINE, **changes: Any) -> Proposal:
    made = Proposal(
        id=ProposalId("p"),
        action=action,
        because="it is merged",
        evidence=(),
        signals=(),
        urgency=Urgency.MEDIUM,
        rule=rule,
    )
    return replace(made, **changes)


TABLE = [
    (Mode.ACT, {}, Mode.ACT),
    (Mode.SHADOW, {}, Mode.SHADOW),
    (Mode.SHADOW, {LINE: Mode.SUGGEST}, Mode.SUGGEST),
    (Mode.SHADOW, {LINE: Mode.SUGGEST, MOVE.kind: Mode.ACT}, Mode.ACT),
    (Mode.SHADOW, {MOVE.kind: Mode.ACT}, Mode.SHADOW),
    (Mode.SUGGEST, {MOVE.kind: Mode.ACT}, Mode.ACT),
    (Mode.ACT, {MOVE.kind: Mode.SUGGEST}, Mode.SUGGEST),
    (Mode.ACT, {LINE: Mode.SHADOW, MOVE.kind: Mode.ACT}, Mode.SHADOW),
    (Mode.ACT, {"another-line": Mode.SHADOW}, Mode.ACT),
    (Mode.SUGGEST, {LINE: Mode.ACT}, Mode.ACT),
    (Mode.ACT, {LINE: Mode.SUGGEST}, Mode.SUGGEST),
]
STEPPED = {Mode.ACT: Mode.SUGGEST, Mode.SUGGEST: Mode.SUGGEST, Mode.SHADOW: Mode.SHADOW}
"""What is left of each mode once it has stepped back."""


@pytest.mark.parametrize(("mode", "modes", "expected"), TABLE)
def test_a_line_leaves_shadow_by_its_own_word_and_an_action_then_goes_by_its_own(
    mode: Mode, modes: dict[str, Mode], expected: Mode
) -> None:
    assert mode_for(LINE, MOVE, in_modes(mode, modes).teams[0]) is expected
    again = in_modes(mode, modes, (StepBack(MOVE.kind, Cause.UNDO, NOON),))
    assert mode_for(LINE, MOVE, again.teams[0]) is STEPPED[expected]


def test_what_is_kept_says_what_would_have_been_and_takes_no_attention() -> None:
    law = in_modes(Mode.SHADOW)
    seen = replace(snapshot(), team=TEAM)
    kept = as_recorded(decide(proposal(), seen, law, history()), proposal(), law.teams[0])
    assert kept.verdict is DENY and kept.spend is None and kept.supposed is not None
    assert kept.supposed.verdict is law_of(MOVE, LAW).verdict
    cost = Spend(person=ANN, day=NOON.date(), budget="daily", ordinal=1)
    may = Decision(verdict=ALLOW, rule="r", reason="r", spend=cost)
    told = as_recorded(may, proposal(), law.teams[0])
    assert told.spend is None and told.supposed is not None and told.supposed.spend == cost


# --- marks --------------------------------------------------------------------------------------------------------


def marks(*useful: bool, sent: bool = True, person: str = "ann", first: int = 0) -> list[Mark]:
    return [
        Mark(
            team=TEAM,
            proposal=ProposalId(f"p{first + n}"),
            person=PersonId(person),
            rule=LINE,
            useful=each,
            sent=sent,
            at=NOON,
        )
        for n, each in enumerate(useful)
    ]


@pytest.mark.parametrize(
    ("said", "earned"),
    [
        (marks(*[True] * 9), False),
        (marks(*[True] * 10), True),
        (marks(*[True] * 9, False), False),
        (marks(*[True] * 10, False), True),
        (marks(*[True] * 20, sent=False), False),
        (marks(*[True] * 10) + marks(*[False] * 2, person="mike"), False),
        (marks(*[True] * 5) + marks(*[True] * 5, person="mike"), False),
    ],
)
def test_a_line_earns_its_way_out_by_ten_marks_of_which_more_than_nine_in_ten_are_good(
    said: list[Mark], earned: bool
) -> None:
    assert [each.has_earned for each in standings(said)] == ([earned] if said[0].sent else [])


# --- the ladder as a model ------------------------------------------------------------------------------------------


def answered(n: int, at: datetime, state: ApprovalState, **changes: Any) -> Approval:
    said = Approval(
        id=ApprovalId(f"a{n}"),
        team=TEAM,
        proposal=proposal(id=ProposalId(f"p{n}")),
        payload_hash="h",
        approvers=(ANN,),
        state=state,
        asked_at=at,
        expires=at + timedelta(days=1),
        decision_rule=SUGGEST,
        directives_version="v",
        by=ANN,
        at=at,
    )
    return replace(said, **changes)


@dataclass
class Ladder:
    """What would be kept in the database and the file, and the agent that lives by both."""

    mode: Mode = Mode.ACT
    modes: dict[str, Mode] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)
    answers: list[Approval] = field(default_factory=list)
    now: datetime = NOON
    row: int = 0

    @property
    def law(self) -> Directives:
        return stepped(in_modes(self.mode, self.modes), steps_of(self.kept))

    @property
    def team(self) -> Team:
        return self.law.teams[0]

    def verdict(self) -> tuple[Verdict, str]:
        law = law_for(proposal(), self.team, self.law)
        return law.verdict, law.rule

    def answer(self, state: ApprovalState, **changes: Any) -> None:
        self.answers.append(answered(len(self.answers), self.now, state, **changes))
        self.row = self.row + 1 if state is ApprovalState.APPROVED and not changes else 0
        if state is ApprovalState.REJECTED:
            self.strike(Cause.REJECTION)

    def strike(self, cause: Cause) -> None:
        if costs_trust(proposal(), self.team, self.law):
            step = StepBack(MOVE.kind, cause, self.now, MIKE, "p")
            self.kept.setdefault(key_of(TEAM, MOVE.kind), kept_of(step))
        self.row = 0


STEPS = ("approve", "approve", "approve", "edit", "reject", "undo", "mark", "press", "file")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(list(Mode)), st.booleans()), max_size=60))
def test_it_never_acts_beyond_the_file_nor_goes_forward_without_an_admin(
    happened: list[tuple[str, Mode, bool]],
) -> None:
    ladder = Ladder()
    for what, mode, of_action in happened:
        ladder.now += timedelta(minutes=7)
        before, held = ladder.verdict(), bool(ladder.kept)
        acted = costs_trust(proposal(), ladder.team, ladder.law)
        _happens(ladder, what, mode, of_action=of_action)
        verdict, rule = ladder.verdict()
        allowed = mode_for(LINE, MOVE, ladder.team) is Mode.ACT
        assert (verdict is ALLOW) <= allowed or mode_for(LINE, MOVE, ladder.team) is Mode.SHADOW
        assert verdict is ASK or not ladder.kept, "what has stepped back asks"
        assert bool(ladder.kept) or not held or what == "press", "only a press gives it back"
        assert not (before[0] is ASK and verdict is ALLOW) or what in ("press", "file")
        assert not (acted and what in ("undo", "reject")) or (verdict, rule) == (ASK, STEPPED_BACK)
        since = next(iter(ladder.team.stepped), None)
        assert len(in_a_row(ladder.answers, MOVE.kind, since)) == ladder.row


def _happens(ladder: Ladder, what: str, mode: Mode, *, of_action: bool) -> None:
    match what:
        case "approve":
            ladder.answer(ApprovalState.APPROVED)
        case "edit":
            ladder.answer(ApprovalState.APPROVED, edits=ApprovalId("before"))
        case "reject":
            ladder.answer(ApprovalState.REJECTED)
        case "undo":
            undone = bool(ladder.answers) and ladder.answers[-1].state is ApprovalState.APPROVED
            if undone:
                ladder.answers[-1] = replace(ladder.answers[-1], undone=object())  # type: ignore[arg-type]
            ladder.strike(Cause.UNDO)
            ladder.row = 0 if undone or ladder.team.stepped else _row(ladder)
        case "press":
            ladder.kept.pop(key_of(TEAM, MOVE.kind), None)
            ladder.row = _row(ladder)
        case "file":
            ladder.modes = {MOVE.kind: mode} if of_action else {}
            ladder.mode = ladder.mode if of_action else mode


def _row(ladder: Ladder) -> int:
    """The model's own count: back from the latest answer, while nothing breaks the row."""
    count = 0
    for each in reversed(ladder.answers):
        if each.state is not ApprovalState.APPROVED or each.edits or each.undone:
            break
        count += 1
    return count


@pytest.mark.parametrize(
    ("changed", "costs"),
    [
        ({}, True),
        ({"asked_by": ANN}, False),
        ({"by_model": True}, False),
        ({"action": replace(MOVE, merged=None)}, False),
        ({"action": TellAdmins(channel="ops", headline="h", facts=())}, True),
    ],
)
def test_only_what_the_rules_did_themselves_costs_trust(changed: dict[str, Any], costs: bool) -> None:
    assert costs_trust(proposal(**changed), THE_TEAM, LAW) is costs


def test_what_needs_a_yes_anyway_cannot_step_back() -> None:
    give = Reassign(issue=IssueKey("PAY-1"), issue_title="t", issue_url="u", giver=None, taker=ANN)
    assert not costs_trust(proposal(give), THE_TEAM, LAW)


TWO_KINDS = (MOVE.kind, RemindPerson.kind)


def test_what_is_never_done_or_has_stepped_back_cannot_step_back() -> None:
    """A line of the file, added since, forbids it; and what asks again already has nothing more to lose."""
    rule = Never(never=(MOVE.kind,))
    never = LAW.model_copy(
        update={"uncertainty": (*LAW.uncertainty, Directive(id="no-moves", says="Never move.", rule=rule))}
    )
    assert is_free(MOVE.kind, LAW) and not is_free(MOVE.kind, never)
    assert not costs_trust(proposal(), THE_TEAM, never)
    asked = tuple(Directive(id=f"ask-{n}", says="Ask.", rule=Ask(ask=kind)) for n, kind in enumerate(TWO_KINDS))
    ask = LAW.model_copy(update={"uncertainty": (*LAW.uncertainty, *asked)})
    assert [is_free(kind, LAW) for kind in TWO_KINDS] == [True, True]
    assert [is_free(kind, ask) for kind in TWO_KINDS] == [True, False], "an allow with a condition is the exception"
    again = in_modes(Mode.ACT, steps=(StepBack(MOVE.kind, Cause.UNDO, NOON),))
    watched = in_modes(Mode.SHADOW)
    assert not costs_trust(proposal(), watched.teams[0], watched), "what is only recorded is not done here"
    assert mode_of(proposal(), again.teams[0]) is Mode.SUGGEST and not costs_trust(proposal(), again.teams[0], again)


def test_there_is_something_to_earn_where_anything_is_short_of_acting() -> None:
    assert not is_tried(in_modes(Mode.ACT, {LINE: Mode.ACT}).teams[0])
    assert is_tried(in_modes(Mode.ACT, {LINE: Mode.SUGGEST}).teams[0])
    assert is_tried(in_modes(Mode.ACT, steps=(StepBack(MOVE.kind, Cause.UNDO, NOON),)).teams[0])


def test_what_a_person_asked_for_or_a_model_chose_neither_counts_in_a_row_nor_breaks_it() -> None:
    row = [answered(n, NOON + timedelta(minutes=n), ApprovalState.APPROVED) for n in range(3)]
    for odd in ({"by_model": True}, {"asked_by": ANN}):
        for state in (ApprovalState.APPROVED, ApprovalState.REJECTED):
            other = answered(9, NOON + timedelta(hours=1), state, proposal=proposal(**odd))
            assert in_a_row([*row, other], MOVE.kind, None) == tuple(row)
            assert broken_at([*row, other], MOVE.kind, None) is None


def test_a_row_is_broken_when_it_was_last_said_no_to_taken_back_or_stepped_back_from() -> None:
    at = [NOON + timedelta(hours=n) for n in range(5)]
    said = answered(0, at[0], ApprovalState.APPROVED)
    back = replace(said, undone=Undone(state=EffectState.SENT, at=at[2], by=ANN, words=""))
    no = answered(1, at[1], ApprovalState.REJECTED)
    assert broken_at([said], MOVE.kind, None) is None
    assert broken_at([back, no], MOVE.kind, None) == at[2]
    assert broken_at([back, no], MOVE.kind, StepBack(MOVE.kind, Cause.UNDO, at[3])) == at[3]


@pytest.mark.parametrize(
    ("mode", "modes", "over"),
    [
        (Mode.SUGGEST, {}, False),
        (Mode.ACT, {}, True),
        (Mode.SUGGEST, {LINE: Mode.ACT}, True),
        (Mode.ACT, {LINE: Mode.SUGGEST}, False),
        (Mode.SHADOW, {}, True),
    ],
)
def test_an_offer_is_over_once_its_very_line_needs_it_no_more(mode: Mode, modes: dict[str, Mode], over: bool) -> None:
    row = [answered(0, NOON, ApprovalState.APPROVED)]
    offer = trust_notice(THE_TEAM, MOVE.kind, row, "", stepped=False)
    assert is_settled_by_now(offer, in_modes(mode, modes)) is over
    assert is_settled_by_now(replace(offer, name="mode payments act now"), LAW) is None
    rule = Never(never=(MOVE.kind,))
    never = {"uncertainty": (*LAW.uncertainty, Directive(id="no-moves", says="Never move.", rule=rule))}
    assert is_settled_by_now(offer, in_modes(mode, modes).model_copy(update=never)) is True


def test_what_is_remembered_of_a_step_back_is_read_back_for_its_own_team() -> None:
    step = StepBack(MOVE.kind, Cause.UNDO, NOON, ANN, "p1")
    kept = {key_of(TEAM, MOVE.kind): kept_of(step), key_of(TeamId("other"), "reassign"): kept_of(step)}
    assert steps_of(kept)[TEAM] == (step,)
    assert stepped(LAW, steps_of(kept)).team(TEAM).stepped == (step,)


def test_twenty_in_a_row_is_twenty() -> None:
    row = [answered(n, NOON + timedelta(minutes=n), ApprovalState.APPROVED) for n in range(IN_A_ROW + 3)]
    assert len(in_a_row(row, MOVE.kind, None)) == IN_A_ROW + 3
    assert in_a_row(row, RemindPerson.kind, None) == in_a_row(row, PostDigest.kind, None) == ()
    later = StepBack(MOVE.kind, Cause.UNDO, NOON + timedelta(minutes=2))
    assert len(in_a_row(row, MOVE.kind, later)) == IN_A_ROW
