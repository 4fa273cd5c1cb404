"""What a person asks to have done: understood, decided by the constitution, recorded; done by somebody else."""

from __future__ import annotations

from planner.asked.requests.again import ask_again
from planner.asked.requests.meaning import issues_named
from planner.asked.requests.outcome import came_of, is_undone, stands_now
from planner.asked.requests.parsing import REQUEST_COMMANDS, AskUndo, Request, Wish, parse_request, same_of
from planner.asked.requests.story import about_change, take_back, take_down

__all__ = [
    "REQUEST_COMMANDS",
    "AskUndo",
    "Request",
    "Wish",
    "about_change",
    "ask_again",
    "came_of",
    "is_undone",
    "issues_named",
    "parse_request",
    "same_of",
    "stands_now",
    "take_back",
    "take_down",
]
