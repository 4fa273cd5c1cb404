"""Lines of one message in different modes: what may be sent goes out, what is only recorded is kept, each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from models.actions import RemindPerson
from models.directives import Directives, Mode
from models.ids import HushId, PersonId
from models.proposals import Decided, Verdict
from models.signals import Urgency
from models.trust import Cause, StepBack
from planner.policy import SHADOW, SUGGEST, decide_all
from planner.policy.apart import apart
from planner.policy.law import STEPPED_BACK
from planner.reasoning import reminder
from planner.still.factcheck import Ground
from tests.planner.world import LAW, NOON, TEAM, history, issue, pull_request, snapshot

ANN = PersonId("ann")
ALLOW, ASK, DEFER, DENY = Verdict.ALLOW, Verdict.ASK, Verdict.DEFER, Verdict.DENY
DAY = NOON.date().isoformat()
STUCK = issue(1, "ann", flagged_since=NOON - timedelta(hours=26))
REVIEW = pull_request(5, "bob", {"ann": "waiting"}, waiting_since=NOON - timedelta(days=2))
BLOCKED, REVIEWED = "blocked-1-day", "review-8-hours"


def law(mode: Mode, **modes: Mode) -> Directives:
    own = {name.replace("_", "-"): each for name, each in modes.items()}
    team = LAW.team(TEAM).model_copy(update={"mode": mode, "modes": own})
    return LAW.model_copy(update={"teams": (team,)})


def decided(by: Directives, *first: str, **remembered: Any) -> dict[str, Decided]:
    """What becomes of one message to Ann about both, or of one each in that order, by the lines that each tells of."""
    seen = snapshot(STUCK, prs=(REVIEW,))
    ground = Ground.of(seen, by)
    hers = [signal for signal in ground.signals if signal.addressee == ANN]
    assert {signal.rule for signal in hers} == {BLOCKED, REVIEWED}
    each = [reminder(ANN, [signal for signal in hers if signal.rule == name], by) for name in first]
    same = [replace(one, urgency=Urgency.MEDIUM) for one in each]
    told = decide_all(same or [reminder(ANN, hers, by)], seen, by, history(**remembered), ground)
    return {"+".join(sorted(item.rule for item in each.proposal.action.items)): each for each in told}  # type: ignore[union-attr]


def test_one_mode_is_one_message() -> None:
    both = f"{BLOCKED}+{REVIEWED}"
    assert {rules: each.decision.verdict for rules, each in decided(law(Mode.ACT)).items()} == {both: ALLOW}
    assert {rules: each.decision.rule for rules, each in decided(law(Mode.SHADOW)).items()} == {both: SHADOW}


def test_a_line_that_has_left_shadow_is_asked_and_the_other_is_kept() -> None:
    told = decided(law(Mode.SHADOW, blocked_1_day=Mode.SUGGEST))
    assert (told[BLOCKED].decision.verdict, told[BLOCKED].decision.rule) == (ASK, SUGGEST)
    assert (told[REVIEWED].decision.verdict, told[REVIEWED].decision.rule) == (DENY, SHADOW)
    assert all(isinstance(each.proposal.action, RemindPerson) for each in told.values())


def test_what_is_only_recorded_never_takes_the_attention_of_what_is_sent() -> None:
    """Ann's one message of the day is the one that goes out, in whichever order the two are weighed."""
    for kept, sent in ((BLOCKED, REVIEWED), (REVIEWED, BLOCKED)):
        for order in ((), (kept, sent), (sent, kept)):
            told = decided(law(Mode.ACT, **{kept.replace("-", "_"): Mode.SHADOW}), *order)
            assert told[sent].decision.verdict is ALLOW and told[sent].decision.spend is not None
            assert told[kept].decision.spend is None


def test_what_was_only_recorded_counts_for_what_is_only_recorded_and_for_nothing_else() -> None:
    """The second message of a day in shadow would have been withheld; in act it is the first."""
    had = {(ANN, DAY, "daily"): 1}
    [kept] = decided(law(Mode.SHADOW), supposed=had).values()
    assert kept.decision.verdict is DEFER and kept.decision.supposed is not None
    assert "today's one message" in kept.decision.supposed.reason
    [sent] = decided(law(Mode.ACT), supposed=had).values()
    assert sent.decision.verdict is ALLOW and sent.decision.supposed is None


def test_what_a_person_asked_for_or_is_promised_stays_whole() -> None:
    by = law(Mode.ACT, blocked_1_day=Mode.SHADOW)
    ground = Ground.of(snapshot(STUCK, prs=(REVIEW,)), by)
    both = reminder(ANN, [signal for signal in ground.signals if signal.addressee == ANN], by)
    assert len(list(apart([both], ground, by.team(TEAM)))) == 2
    for theirs in (replace(both, asked_by=ANN), replace(both, promised=HushId("h1"))):
        assert list(apart([theirs], ground, by.team(TEAM))) == [theirs]


def test_what_has_stepped_back_is_one_question_whatever_its_lines_may() -> None:
    by = law(Mode.ACT, blocked_1_day=Mode.SUGGEST)
    step = StepBack(RemindPerson.kind, Cause.UNDO, NOON)
    again = by.model_copy(update={"teams": (by.team(TEAM).model_copy(update={"stepped": (step,)}),)})
    assert len(decided(by)) == 2
    [one] = decided(again).values()
    assert (one.decision.verdict, one.decision.rule) == (ASK, STEPPED_BACK)
