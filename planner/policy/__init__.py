"""May we? The only room that answers, and it answers with the rule it used."""

from __future__ import annotations

from planner.policy.decision import as_recorded, decide
from planner.policy.last_moment import held_back, joins_a_card, owes, stays, still_allowed
from planner.policy.law import (
    BY_MODEL,
    CLOSED_WORLD,
    NOT_OURS,
    SHADOW,
    STEPPED_BACK,
    SUGGEST,
    UNGROUNDED,
    UNLISTED,
    Law,
    law_in,
    law_of,
    next_asked,
    step_due,
    who_may_answer,
)
from planner.policy.look import decide_all
from planner.policy.paused import PAUSED

__all__ = [
    "BY_MODEL",
    "CLOSED_WORLD",
    "NOT_OURS",
    "PAUSED",
    "SHADOW",
    "STEPPED_BACK",
    "SUGGEST",
    "UNGROUNDED",
    "UNLISTED",
    "Law",
    "as_recorded",
    "decide",
    "decide_all",
    "held_back",
    "joins_a_card",
    "law_in",
    "law_of",
    "next_asked",
    "step_due",
    "owes",
    "stays",
    "still_allowed",
    "who_may_answer",
]
