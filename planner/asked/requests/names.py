"""How long a name in an order is: as long as one that is known; what is more of it stands behind the order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from models.directives import Team
from models.work import Facts
from planner.asked.requests.behind import behind
from planner.asked.requests.parsing import Request, Wish

BACKLOG = frozenset({"backlog", "the backlog", "no sprint"})
NEXT = frozenset({"next", "next sprint", "the next sprint", "the next"})

PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
"""How Jira calls them where nobody has changed that; which of them an issue may have is Jira's to say."""


def in_full(request: Request, facts: Facts, team: Team) -> Request:
    """The request with its value as long as a name that is known: what is more of it stands behind the order.

    ``Done, or not`` is a status where there is one of that name; ``In Review on the board`` is none, ``In Review`` is.
    """
    whole = f"{request.value}{request.behind}"
    known = {"".join(name.casefold().split(" ")) for name in _names(request, facts, team)}
    found = [end for end in range(1, len(whole) + 1) if _ends_a_name(whole, end, known)]
    if not request.value or not found or found[-1] == len(request.value) or _is_quoted(request):
        return request
    left = whole[found[-1] :]
    return replace(request, value=whole[: found[-1]].strip(), behind=left if behind(left) else "")


def _is_quoted(request: Request) -> bool:
    """Whether its value stands in quotation marks: then they say where it ends."""
    return re.search(rf"[\"“„«'‘]{re.escape(request.value)}[\"”“»'’]", request.typed) is not None


def _ends_a_name(whole: str, end: int, known: Collection[str]) -> bool:
    return "".join(whole[:end].casefold().split(" ")) in known and not whole[end : end + 1].isalnum()


def _names(request: Request, facts: Facts, team: Team) -> Iterator[str]:
    """What the change may come to, as far as it is known."""
    match request.wish:
        case Wish.ASSIGN:
            for member in team.members:
                yield from (member.id, member.name, *member.name.split())
        case Wish.MOVE:
            yield from (*BACKLOG, *NEXT)
            for sprint in facts.sprints:
                yield from (sprint.name, *(f"sprint {number}" for number in re.findall(r"\d+", sprint.name)))
        case Wish.SET:
            yield from (way.to for each in request.possible.values() for way in each.transitions or ())
            yield from (issue.status for issue in facts.issues if issue.status)
        case Wish.PRIORITY:
            yield from (name for each in request.possible.values() for name in each.priorities or ())
            yield from (*PRIORITIES, *(issue.priority for issue in facts.issues if issue.priority))
