"""Each line of the constitution is explained to people: what, who is asked, where it goes, by which rule."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from models.directives import Mode
from models.directives_file import explain, load, parse
from models.errors import OperatorError
from models.trust import Cause, StepBack
from models.wording import meaning, meanings

FILE = Path(__file__).parents[2] / "directives.yaml"
SHIPPED = load(FILE)


def test_every_line_is_explained_once_as_check_keeps_it() -> None:
    told = {(each.id, each.says, each.kept) for each in meanings(SHIPPED)}
    assert told == set(explain(SHIPPED)) and len(meanings(SHIPPED)) == len(told)


def test_every_line_with_a_rule_says_what_it_is_in_the_product() -> None:
    ruled = {line.id for line in SHIPPED.lines() if line.rule} | {f"urgency-{name}" for name in SHIPPED.urgency}
    assert {each.id for each in meanings(SHIPPED) if each.rule and each.effect} == ruled


WORDS = {
    "review-8-hours": ("after 8 business hours", "signal review_overdue"),
    "finish-the-sprint": (
        "from 3 working days before the end of the sprint, when its chance to be made is below 20%, or without a "
        "forecast when less than 60% is done",
        "at_risk",
    ),
    "blocker-to-leadership": ("after 2 business days: to #leadership", "next step of its ladder"),
    "tech-lead-review-load": ("when there are more than 3; tech_lead (noor) is told", "reviews_piling_up"),
    "one-reminder-a-day": ("at most 1, and 1 more for critical", "attention budget"),
    "working-hours": ("09:00-18:00 of their own time zone", "quiet hours"),
    "technical-to-engineering": ("goes to #engineering", "route technical"),
    "confirm-reassign": ("waits for a yes of pm (dana, then noor)", "action reassign"),
    "never-delete-or-close": ("never without a yes of approvers (dana, then noor)", "action delete_issue"),
    "always-context": ("every message carries link, urgency, why", "form of a message"),
    "adapt-to-people": ("where each person answers", "lesson response, channel, hour"),
    "urgency-critical": ("blocked for 3 business days and holds up 3 tickets", "next look"),
    "urgency-high": ("waited for 24 hours for a ticket of priority Highest or Critical", "next look"),
}


@pytest.mark.parametrize("line", WORDS)
def test_a_rule_is_told_with_its_figures_its_people_and_its_place(line: str) -> None:
    rule, effect = WORDS[line]
    told = meaning(line, SHIPPED)
    assert rule in told.rule and effect in told.effect


def test_where_two_teams_ask_different_people_each_is_named() -> None:
    text = FILE.read_text(encoding="utf-8")
    start = text.index("  - id: payments")
    other = text[start:].replace("payments", "platform").replace("PAY", "PLT").replace("[7]", "[8]")
    other = other.replace("pm: [dana]", "pm: [sam]").replace("deputy_pm: [noor]", "deputy_pm: []")
    told = meaning("confirm-reassign", parse(text + other, "two"))
    assert "pm (dana, then noor) for payments, pm (sam) for platform" in told.rule


def test_an_unknown_id_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(OperatorError, match="did you mean 'review-8-hours'"):
        meaning("review-8-hour", SHIPPED)


def test_a_line_says_where_it_goes_less_far_than_its_team_and_what_has_stepped_back() -> None:
    team = SHIPPED.teams[0]
    step = StepBack("transition_issue", Cause.UNDO, datetime.fromisoformat("2026-11-17T10:00:00-05:00"))
    modes = {"due-dates": Mode.SHADOW, "transition_issue": Mode.SUGGEST}
    own = team.model_copy(update={"modes": modes, "stepped": (step,)})
    law = SHIPPED.model_copy(update={"teams": (own, *SHIPPED.teams[1:])})
    assert meaning("due-dates", law).rule.endswith("; this line is in shadow mode in payments")
    told = meaning("status-follows-merges", law).rule
    assert "transition_issue is in suggest mode in payments" in told
    assert told.endswith("in payments it asks again: stepped back after an undo on Tue 17 Nov")
    assert meaning("review-8-hours", law) == meaning("review-8-hours", SHIPPED)
