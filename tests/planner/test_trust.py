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
from models.directives import Directives, Mode, Team
from models.directives_file import load
from models.ids import ApprovalId, IssueKey, PersonId, ProposalId, PullRequestId, TeamId
from models.proposals import Approval, ApprovalState, Proposal, Verdict
from models.signals import Urgency
from models.trust import Cause, Mark, StepBack
from planner.policy.decision import as_recorded, decide
from planner.policy.law import STEPPED_BACK, SUGGEST, law_for, law_of
from planner.policy.trust import (
    IN_A_ROW,
    acts,
    costs_trust,
    in_a_row,
    kept_of,
    key_of,
    mode_for,
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
]


@pytest.mark.parametrize(("mode", "modes", "expected"), TABLE)
def test_a_line_leaves_shadow_by_its_own_word_and_an_action_then_goes_by_its_own(
    mode: Mode, modes: dict[str, Mode], expected: Mode
) -> None:
    assert mode_for(LINE, MOVE, in_modes(mode, modes).teams[0]) is expected


def test_what_is_kept_says_what_would_have_been_and_takes_no_attention() -> None:
    law = in_modes(Mode.SHADOW)
    seen = replace(snapshot(), team=TEAM)
    kept = as_recorded(decide(proposal(), seen, law, history()), proposal(), law.teams[0])
    assert kept.verdict is DENY and kept.spend is None and kept.supposed is not None
    assert kept.supposed.verdict is law_of(MOVE, LAW).verdict


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
        acted = acts(MOVE.kind, ladder.team, ladder.law)
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
        ({"action": replace(MOVE, merged=None)}, True),
        ({"action": TellAdmins(channel="ops", headline="h", facts=())}, True),
    ],
)
def test_only_what_the_rules_did_themselves_costs_trust(changed: dict[str, Any], costs: bool) -> None:
    assert costs_trust(proposal(**changed), THE_TEAM, LAW) is costs


def test_what_needs_a_yes_anyway_cannot_step_back() -> None:
    give = Reassign(issue=IssueKey("PAY-1"), issue_title="t", issue_url="u", giver=None, taker=ANN)
    assert not costs_trust(proposal(give), THE_TEAM, LAW)


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
