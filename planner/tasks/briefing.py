"""What a worker is told of one task: how it works, what this one asks for, how it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.actions import DelegateTask, Task
from models.dataline import as_data
from planner.prompts.texts import filled, text
from planner.prompts.untrusted import cleaned
from planner.prompts.writing import how_to_write
from planner.tasks.material import Material

NAME = "task/3"
"""Which prompt, and its version: raised whenever its words change."""

_QUESTION = 500


@dataclass(frozen=True, slots=True)
class Briefing:
    """Everything that is said to it."""

    system: str
    question: str
    schema: Mapping[str, Any]


def briefing(action: DelegateTask, given: Material) -> Briefing:
    """For one task. The question is somebody's own words, so it comes as data."""
    system = "\n\n".join((text("task"), text(_TEXTS[action.task]), how_to_write()))
    asked = as_data({"task": action.task.value, "question": cleaned(action.question, _QUESTION)})
    return Briefing(system, filled("task_turn", team=given.team, moment=given.moment, question=asked), SCHEMA)


_TEXTS: Mapping[Task, str] = {
    Task.ROOT_CAUSE: "task_root_cause",
    Task.SPRINT_REPORT: "task_sprint_report",
    Task.PATTERN: "task_pattern",
    Task.SYNTHESIS: "task_synthesis",
}


def _texts(what: str) -> Mapping[str, Any]:
    return {"type": "array", "items": {"type": "string"}, "description": what}


SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["summary", "findings", "recommendations", "unknowns"],
    "properties": {
        "summary": _texts("At most five lines that tell facts, the answer first"),
        "findings": {
            "type": "array",
            "description": "At most eight, what matters most first",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["text", "evidence"],
                "properties": {
                    "text": {"type": "string"},
                    "evidence": _texts("Ids of the facts it rests on, such as f12"),
                },
            },
        },
        "recommendations": _texts("At most five readings: what could be done, and why"),
        "unknowns": _texts("At most five times: The facts do not say why, who, when, how or where"),
    },
}
"""The shape of every task's answer. How many there may be of each is looked at when it is read."""
