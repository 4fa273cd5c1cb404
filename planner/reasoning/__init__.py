"""What might be done about what was found: by rules always, and weighed by a model where there is a choice."""

from __future__ import annotations

from planner.reasoning.load import Load, barred
from planner.reasoning.memory import LastPlan, Plans
from planner.reasoning.rules import (
    RulesMind,
    ask_identity,
    by_rule,
    comment,
    daily_digest,
    escalate,
    leaves_open,
    prefers_jira,
    reassign,
    reminder,
)
from planner.reasoning.sheet import sheet_of
from planner.reasoning.thinking import Thinking
from planner.reasoning.weighing import ThinkingMind

__all__ = [
    "LastPlan",
    "Load",
    "Plans",
    "RulesMind",
    "Thinking",
    "ThinkingMind",
    "ask_identity",
    "barred",
    "by_rule",
    "comment",
    "daily_digest",
    "escalate",
    "leaves_open",
    "prefers_jira",
    "reassign",
    "reminder",
    "sheet_of",
]
