"""From a model's call to one of our own questions: only what was given may be named, and code answers it from facts.

A change it asks for becomes a request like any other's, marked as understood by a model: a yes is always needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from planner.asked.converse.known import Known
from planner.asked.converse.tools import CHANGES, LOOKS, REFUSED, Route
from planner.asked.questions import (
    AskAll,
    AskBlockers,
    AskChanges,
    AskDigest,
    AskDirectives,
    AskForecast,
    AskHelp,
    AskHow,
    AskLeft,
    AskMine,
    AskReviews,
    AskStatus,
    AskUnowned,
    AskWaiting,
    AskWhy,
    AskWork,
    Question,
)
from planner.asked.requests import Request, Wish
from planner.asked.topics import AskIssue, AskSearch, AskWhich, AskWhyOf
from planner.prompts.untrusted import line
from planner.words.sprints import matching

Routed = Question | str
"""The question, or in words why there is none."""

_ASKED = 200
"""Characters of the asker's own words that stand beside a request."""


def routed(given: Mapping[str, Any], known: Known, asked: Question) -> Routed:
    """The closed question that is meant; ``asked`` is what the rules took the words for."""
    question, about = str(given.get("question", "")), line(str(given.get("about", "")), 120)
    if question not in frozenset(Route):
        return f"There is no question {question!r}."
    route = Route(question)
    if route in _OF_A_SPRINT:
        return _of_sprint(_OF_A_SPRINT[route], about, known)
    if route is Route.WHICH:
        return asked if isinstance(asked, AskWhich) else "Nothing stands to choice: read, or answer."
    return _ROUTES[route](about, known)


_OF_A_SPRINT: Mapping[Route, Callable[..., Question]] = {
    Route.STATUS: AskStatus,
    Route.HOW: AskHow,
    Route.CHANGES: AskChanges,
    Route.ALL: AskAll,
    Route.FORECAST: AskForecast,
    Route.LEFT: AskLeft,
}


def _of_sprint(question: Callable[..., Question], about: str, known: Known) -> Routed:
    """Of the running sprint, or of the one that is named; without a name where there is none of that name."""
    if not about:
        return question()
    found = matching(about.casefold(), known.facts.sprints)
    if len(found) == 1:
        return question(f"id:{found[0].id}", typed=found[0].name)
    return f"There is no one sprint {about!r}. Leave it empty for the running one."


def _ticket(about: str, known: Known) -> Routed:
    pull = known.pull(about)
    if pull is not None:
        return AskIssue(pull.id)
    key = about.strip().upper()
    return AskIssue(key) if key in known.keys else f"{about!r} is no ticket that was given to you."


def _why_person(about: str, known: Known) -> Routed:
    person = known.person(about)
    return AskWhyOf(person) if person is not None else f"{about!r} is nobody of this team."


def _work(about: str, known: Known) -> Routed:
    person = known.person(about)
    if person is None:
        return f"{about!r} is nobody of this team."
    return AskMine() if person == known.asker else AskWork(person)


def _waiting(about: str, known: Known) -> Routed:
    person = known.person(about) if about else None
    if about and person is None:
        return f"{about!r} is nobody of this team. Leave it empty for everybody."
    return AskWaiting(("me" if person == known.asker else str(person)) if person else "")


_ROUTES: Mapping[Route, Callable[[str, Known], Routed]] = {
    Route.BLOCKERS: lambda about, known: AskBlockers(),
    Route.REVIEWS: lambda about, known: AskReviews(),
    Route.DIGEST: lambda about, known: AskDigest(),
    Route.MINE: lambda about, known: AskMine(),
    Route.WHY: lambda about, known: AskWhy(""),
    Route.HELP: lambda about, known: AskHelp(),
    Route.RULES: lambda about, known: AskDirectives(about),
    Route.SEARCH: lambda about, known: AskSearch(about) if len(about) > 1 else "Search for what?",
    Route.TICKET: _ticket,
    Route.WHY_PERSON: _why_person,
    Route.WORK: _work,
    Route.UNOWNED: lambda about, known: AskUnowned(),
    Route.WAITING: _waiting,
}


# --- changes ----------------------------------------------------------------------------------------------------

_WISHES: Mapping[str, Wish] = {word: Wish.SET if word == "status" else Wish(word) for word in CHANGES}


_WANTS = re.compile(
    r"\b(?:(?:re|un)?assign|give|hand|pass|take|move|put|close|reopen|set|change|make|raise|lower|bump|drop|remove|add"
    r"|(?:un)?flag|clear|mark|prioriti[sz]e|swap|switch|transfer|transition|shift|schedule|pull|push|postpone|defer"
    r"|finish|resolve|update|relieve|kick|throw|bring|let|please|(?:can|could|would|will) you"
    r"|(?:i|we)(?:'d| would)? (?:want|need|like)|should (?:be|go|have|own|take|belong)|instead)\b",
    re.IGNORECASE,
)
"""What stands in words that want something changed. Whoever only asks is not made to want it by what others wrote."""


def proposed(given: Mapping[str, Any], known: Known, said: str) -> Routed:
    """The request that is meant, never more than a question to whoever may say yes; ``said``: the asker's own words."""
    change, to = str(given.get("change", "")), line(str(given.get("to", "")), 80)
    words = line(said, _ASKED)
    if change in REFUSED:
        return Request(Wish.FORBIDDEN, value=change, typed=words, by_model=True)
    if change in LOOKS:
        return _looked_into(change, str(given.get("ticket", "")), known, words)
    if change not in _WISHES:
        return f"There is no change {change!r}."
    if not _WANTS.search(said):
        return "The asker wants nothing changed. Read, or answer."
    named = str(given.get("ticket", ""))
    issue = known.issue(named)
    if issue is None:
        return f"{named!r} is no ticket that was given to you."
    value = _value(_WISHES[change], to, known)
    if value is None:
        return f"{to!r} is nobody and nothing that was given to you."
    return Request(_WISHES[change], issue=issue.key, value=value, typed=words, by_model=True)


_WANTS_TO_KNOW = re.compile(
    r"\b(?:investigat|analy[sz]|look(?:ing)? into|dig|find out|get to the bottom|root|cause|reason|why|report|summar"
    r"|pattern|trend|compare|put together|sources|delegat|research)",
    re.IGNORECASE,
)


def _looked_into(task: str, named: str, known: Known, words: str) -> Routed:
    """A question for the worker: about a ticket, or in the asker's own words and no others."""
    if not _WANTS_TO_KNOW.search(words):
        return "The asker wants nothing looked into. Read, or answer."
    issue = known.issue(named)
    if task == "cause" and issue is None:
        return f"{named!r} is no ticket that was given to you."
    value = str(issue.key) if task == "cause" and issue is not None else "" if task == "report" else line(words, 120)
    return Request(Wish.DELEGATE, value=value, place=task, typed=words, by_model=True)


def _value(wish: Wish, to: str, known: Known) -> str | None:
    """What it shall become, by an id where there are ids; ``None`` for what does not exist."""
    match wish:
        case Wish.ASSIGN:
            return known.person(to)
        case Wish.MOVE:
            if to.casefold() in {"backlog", "the backlog", "next sprint", "next"}:
                return to
            found = matching(to.casefold(), known.facts.sprints) if to else ()
            return f"id:{found[0].id}" if len(found) == 1 else None
        case Wish.PRIORITY | Wish.SET:
            return to or None
        case _:
            return ""
