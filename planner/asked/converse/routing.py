"""From a model's call to one of our own questions: only what was given may be named, and code answers it from facts.

A change is asked for only as the asker's own words order it; then it is a request like any other's, marked as
understood by a model: a yes is always needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.ids import PersonId
from models.work import Issue
from planner.asked.converse.known import Known
from planner.asked.converse.meant import change_meant, report_meant
from planner.asked.converse.ordered import Heard, Order, change_ordered, look_ordered
from planner.asked.converse.saying import names_of, owner_names, sprint_names
from planner.asked.converse.tools import CHANGES, LOOKS, REFUSED, Route
from planner.asked.questions import (
    AskAll,
    AskBlockers,
    AskChanges,
    AskDigest,
    AskDirectives,
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
from planner.asked.whatif import AskForecast
from planner.prompts.untrusted import line
from planner.words.sprints import matching

Routed = Question | str
"""The question, or in words why there is none."""

_ASKED = 200
"""Characters of the asker's own words that stand beside a request."""


def routed(given: Mapping[str, Any], known: Known, asked: Question, said: str) -> Routed:
    """The closed question that is meant; ``asked`` is what the rules took ``said`` for, the asker's own words."""
    question, about = str(given.get("question", "")), line(str(given.get("about", "")), 120)
    if question not in frozenset(Route):
        return f"There is no question {question!r}."
    route = Route(question)
    if route in _OF_A_SPRINT:
        return _of_sprint(_OF_A_SPRINT[route], about, known)
    if route is Route.WHICH:
        return asked if isinstance(asked, AskWhich) else "Nothing stands to choice: read, or answer."
    if about and route in _OF_WORDS and not (about := _own(about, said)):
        return "Take words of the asker's own for that, or read."
    return _ROUTES[route](about, known)


_OF_WORDS = frozenset({Route.SEARCH, Route.RULES})
"""What is answered with the words it was asked with: they are the asker's, or they are not said."""


def _own(about: str, said: str) -> str:
    """As much of it as the asker has said, in their order."""
    wanted = set(re.findall(r"[\w-]+", about.casefold()))
    return line(" ".join(word for word in re.findall(r"[\w-]+", said) if word.casefold() in wanted), 120)


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
_VALUED = frozenset({Wish.ASSIGN, Wish.MOVE, Wish.PRIORITY, Wish.SET})
"""What needs to be told what it shall become."""


def proposed(given: Mapping[str, Any], known: Known, said: str) -> Routed:
    """The request that is in ``said``, the asker's own words; a model only points at it.

    What those words leave open, or only may mean, comes back to the asker as a question, and goes to nobody else.
    """
    change, named = str(given.get("change", "")), str(given.get("ticket", ""))
    if change in REFUSED:
        return _refused(change, said)
    if change in LOOKS:
        return _looked_into(change, known.issue(named), named, known, said)
    if change not in _WISHES:
        return f"There is no change {change!r}."
    return _changed(_WISHES[change], known.issue(named), line(str(given.get("to", "")), 80), known, said)


UNWANTED = "The asker's own words do not order that. Read, or answer."

UNLOOKED = "The asker's own words want nothing looked into apart. Read, or answer."
"""What a model is told whose call stands on no order."""


def _changed(wish: Wish, issue: Issue | None, to: str, known: Known, said: str) -> Routed:
    value = _value(wish, to, known, said)
    phrases = _phrases(wish, value, issue, known)
    order = change_ordered(wish, issue, phrases, known, said)
    if order is None and issue is not None and value is not None:
        sentence = change_meant(wish, issue, value, phrases, known, said)
        order = Order(Heard.PERHAPS, sentence) if sentence else None
    if order is None or (issue is None and order.heard is not Heard.UNNAMED):
        return UNWANTED
    told = value if wish in _VALUED and value is not None and order.heard is not Heard.UNFINISHED else ""
    key = str(issue.key) if issue is not None and order.heard is not Heard.UNNAMED else ""
    return _request(order, wish, issue=key, value=told)


def _request(order: Order, wish: Wish, *, issue: str = "", value: str = "", place: str = "") -> Request:
    typed, perhaps = line(order.sentence, _ASKED), order.heard is Heard.PERHAPS
    return Request(wish, issue, value, place, typed=typed, by_model=True, perhaps=perhaps)


def _phrases(wish: Wish, value: str | None, issue: Issue | None, known: Known) -> Sequence[str]:
    """By what names, in the asker's words, it may be said what the ticket shall become."""
    match wish:
        case Wish.UNASSIGN:
            return owner_names(issue, known)
        case Wish.ASSIGN if value:
            return names_of(PersonId(value), known)
        case Wish.MOVE if value:
            return sprint_names(value, known)
        case Wish.PRIORITY | Wish.SET if value:
            return (value.casefold(),)
        case _:
            return ()


def _looked_into(task: str, issue: Issue | None, named: str, known: Known, said: str) -> Routed:
    """A question for the worker: about a ticket, or in the asker's own words and no others."""
    if task == "cause" and issue is None:
        return f"{named!r} is no ticket that was given to you."
    order = look_ordered(task, issue if task == "cause" else None, known, said)
    if order is None and task == "report" and (sentence := report_meant(said)):
        order = Order(Heard.PERHAPS, sentence)
    if order is None:
        return UNLOOKED
    about = str(issue.key) if task == "cause" and issue is not None else line(order.sentence, 120)
    return _request(order, Wish.DELEGATE, value="" if task == "report" else about, place=task)


_NEVER: Mapping[str, str] = {
    "change_code": r"deploy|ship|releas|roll(?:ing)? (?:out|back)|commit|push|revert|code|patch|hotfix|\bprod",
    "merge_pull_request": r"merg|squash|\bland",
    "delete_issue": r"delet|eras|purg|destroy|get rid",
    "rank_people": r"\brank|\bscor|\brate|compare|best|worst|better|slow|fast|productiv|perform|lazy|weakest|strongest",
    "change_constitution": r"rule|constitution|directive|polic|approv|allow|ignor|skip|bypass|limit|freeze|instruct",
}
"""What stands in the words of who asks for it."""


def _refused(change: str, said: str) -> Routed:
    if re.search(_NEVER[change], said, re.IGNORECASE) is None:
        return UNWANTED
    return Request(Wish.FORBIDDEN, value=change, typed=line(said, _ASKED), by_model=True)


_PRIORITIES = frozenset({"highest", "high", "medium", "low", "lowest"})
_PRIORITY = re.compile(r"prio|urgen", re.IGNORECASE)


def _value(wish: Wish, to: str, known: Known, said: str) -> str | None:
    """What it shall become, by an id where there are ids; ``None`` for what does not exist."""
    match wish:
        case Wish.ASSIGN:
            return known.asker if to.casefold() in ("me", "myself") else known.person(to)
        case Wish.MOVE:
            if to.casefold() in {"backlog", "the backlog", "next sprint", "next"}:
                return to
            found = matching(to.casefold(), known.facts.sprints) if to else ()
            return f"id:{found[0].id}" if len(found) == 1 else None
        case Wish.PRIORITY:
            names = {*_PRIORITIES, *((issue.priority or "").casefold() for issue in known.facts.issues)}
            return to if to and (to.casefold() in names or _PRIORITY.search(said)) else None
        case Wish.SET:
            elsewhere = known.person(to) is not None or bool(matching(to.casefold(), known.facts.sprints))
            elsewhere = elsewhere or to.casefold() in _PRIORITIES
            return to if to and not elsewhere else None
        case _:
            return ""
