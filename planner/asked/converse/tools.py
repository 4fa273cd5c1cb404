"""What a model may ask for while it answers a person: nine small tools of ours, and none of them changes anything.

Their schemas name no ticket and no person: they are the same in every call, or the vendor's cache would be lost. What
a call names is held against what was given, each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from models.thoughts import Call, Tool
from planner.asked.converse.known import Known
from planner.prompts.shapes import object_of
from planner.reports.reviews import short


class Report(StrEnum):
    """What can be read of the whole team's work."""

    SPRINT = "sprint"
    FINDINGS = "findings"
    BLOCKERS = "blockers"
    REVIEWS = "reviews"
    WAITING = "waiting"
    CHANGES = "changes"
    PACE = "pace"


class State(StrEnum):
    """By what tickets are picked."""

    ANY = "any"
    OPEN = "open"
    DONE = "done"
    BLOCKED = "blocked"
    WAITING = "waiting"
    UNOWNED = "unowned"
    OVERDUE = "overdue"


class Route(StrEnum):
    """The closed questions that code answers by itself."""

    STATUS = "status"
    HOW = "how_status_is_computed"
    CHANGES = "changes"
    ALL = "all_tickets"
    FORECAST = "forecast"
    LEFT = "time_left"
    BLOCKERS = "blockers"
    REVIEWS = "reviews"
    WAITING = "who_waits"
    UNOWNED = "unowned"
    WORK = "work_of"
    DIGEST = "summary"
    MINE = "mine"
    TICKET = "ticket"
    WHY = "why_me"
    WHY_PERSON = "why_person"
    RULES = "rules"
    SEARCH = "search"
    WHICH = "ask_which"
    HELP = "help"


CHANGES = ("assign", "unassign", "move", "close", "priority", "status", "unflag")
"""What can be proposed."""

LOOKS = ("cause", "report", "pattern", "sources")
"""What can be proposed to be looked into apart, by the words of ``/pm delegate``."""

REFUSED = ("change_code", "merge_pull_request", "delete_issue", "rank_people", "change_constitution")
"""What no Action exists for; code says so, and by which rule."""


def _one_of(names: Sequence[str]) -> Mapping[str, Any]:
    return {"type": "string", "enum": [str(name) for name in names]}


_TEXT = {"type": "string"}

TOOLS: tuple[Tool, ...] = (
    Tool(
        "route",
        "The asker means one of our closed questions; code answers it. `about`: the ticket for ticket, the person for "
        "why_person, who_waits and work_of, the sprint for status, changes, all_tickets, forecast and time_left, the "
        "words for rules and search; else empty. mine is what the asker has to do; why_me is why the agent wrote to "
        "the asker; ask_which asks back which of several tickets is meant.",
        object_of(question=_one_of([*Route]), about=_TEXT),
    ),
    Tool(
        "propose",
        "The asker orders a change in their own words, with its verb, the ticket and what it shall become: `to` is the "
        "person for assign, the sprint or backlog for move, the name of the priority or status; else empty. Code looks "
        "for all of it in those words. cause, report, pattern and sources have a longer question looked into apart, "
        "which costs more: only when the asker orders just that. The last five words are refused by code, by the name "
        "of the rule.",
        object_of(change=_one_of([*CHANGES, *LOOKS, *REFUSED]), ticket=_TEXT, to=_TEXT),
    ),
    Tool("report", "Facts about the whole team's work.", object_of(what=_one_of([*Report]))),
    Tool(
        "tickets",
        "Tickets of the running sprints by state, owner (a person's id, or empty) and words of the title (or empty).",
        object_of(state=_one_of([*State]), owner=_TEXT, words=_TEXT),
    ),
    Tool("ticket", "Everything known of one ticket or pull request.", object_of(key=_TEXT)),
    Tool("person", "What one member of the team has to do, and who waits for them.", object_of(person=_TEXT)),
    Tool(
        "search",
        "Look in Jira and in the Slack channels of the team for words.",
        object_of(words=_TEXT, where=_one_of(["jira", "slack", "both"])),
    ),
    Tool(
        "memory",
        "What the agent has said or asked, as far as the asker may know: about a ticket, or empty for the last of it.",
        object_of(about=_TEXT),
    ),
    Tool("rules", "Lines of the constitution about a word, as facts to cite.", object_of(about=_TEXT)),
)

NAMES = frozenset(tool.name for tool in TOOLS)

_DOING = {
    Report.SPRINT: "Reading the sprint",
    Report.FINDINGS: "Reading what stands out",
    Report.BLOCKERS: "Reading what is blocked",
    Report.REVIEWS: "Reading the open reviews",
    Report.WAITING: "Reading who waits for whom",
    Report.CHANGES: "Reading what has changed",
    Report.PACE: "Reading the pace",
}


def step_of(call: Call, known: Known) -> str:
    """What is said while it is done: ``Looking at PAY-7``. No word of the model's is in it: only what there is."""
    given = {name: str(value) for name, value in call.arguments.items()}
    match call.name:
        case "report":
            what = given.get("what", "")
            return _DOING[Report(what)] if what in frozenset(Report) else "Reading the work"
        case "ticket":
            return f"Looking at {_thing(given.get('key', ''), known)}"
        case "person":
            person = known.person(given.get("person", ""))
            member = known.team.member(person) if person is not None else None
            return f"Looking at what {member.name if member else 'somebody'} has"
        case "search":
            return "Searching Jira and Slack"
        case "memory":
            return "Reading my own records"
        case "rules":
            return "Reading the constitution"
        case _:
            return "Reading the tickets"


def _thing(named: str, known: Known) -> str:
    issue, pull = known.issue(named), known.pull(named)
    return str(issue.key) if issue is not None else short(pull) if pull is not None else "a ticket"
