"""What a model is shown when one look is weighed: one line a ticket, the facts and offers by number, what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.dataline import as_data
from models.directives import Directives
from models.ids import IssueKey
from models.thoughts import Prompt, Purpose, Size, Turn
from models.work import Issue, Snapshot
from planner.bounds.worktime import team_calendar
from planner.claims.facts import Fact, Sheet
from planner.facts.observe import running
from planner.prompts.constitution import constitution
from planner.prompts.fitting import Fitted, Part, fit
from planner.prompts.texts import filled, text
from planner.prompts.untrusted import line
from planner.prompts.writing import how_to_write

NAME = "plan/3"
"""Which prompt, and its version: raised whenever its words change."""

BUDGET = 8000
"""Tokens of the part that changes, as ``fitting`` estimates them: about 60 tickets, 60 facts and 40 offers."""

MOST = 2000
"""Tokens of the answer, thinking included."""

PATIENCE = 25.0
"""Seconds a look waits at most. People's questions wait in a lane of their own."""

_TITLE, _STATUS, _FACT = 48, 24, 240
COLUMNS = ("key", "status", "days in it", "owner", "points", "due", "found", "title")


@dataclass(frozen=True, slots=True)
class OfferRow:
    """One offer as it is shown."""

    id: str
    matter: str
    does: str
    urgency: str
    own: bool
    about: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different since a model was last asked; ``None`` of them all when it never was."""

    found: tuple[str, ...] = ()
    """``blocked_too_long PAY-7``: found now and not then."""
    gone: tuple[str, ...] = ()
    moved: tuple[tuple[str, str, str], ...] = ()
    """Ticket, then what it was, then what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Everything one look has to show."""

    snapshot: Snapshot
    directives: Directives
    sheet: Sheet
    found: Mapping[str, Sequence[str]]
    """What was found of each ticket or pull request, by kind."""
    offers: Sequence[OfferRow]
    changes: Changes | None
    answer: Mapping[str, Any]
    """The schema of the reply: the same in every call, or the vendor's cache would be lost."""


@dataclass(frozen=True, slots=True)
class Planned:
    """The prompt, and which numbers were given in it: no other may come back."""

    prompt: Prompt
    facts: frozenset[str]
    offers: frozenset[str]
    cut: Mapping[str, int]


def plan(matter: Matter, budget: int = BUDGET) -> Planned:
    """The one prompt of planning. What has no room is cut in this order: tickets, changes, facts, offers."""
    fitted = fit(_parts(matter), budget)
    facts = matter.sheet.facts[: len(fitted.lines["facts"])]
    offers = matter.offers[: len(fitted.lines["offers"])]
    shown = frozenset(fact.id for fact in facts)
    prompt = Prompt(
        purpose=Purpose.PLAN,
        size=Size.LARGE,
        name=NAME,
        fixed=(text("plan"), how_to_write(), constitution(matter.directives, matter.snapshot.team)),
        turns=(Turn(ours=True, text=_turn(matter, fitted, [_offer(each, shown) for each in offers])),),
        answer=matter.answer,
        most=MOST,
        patience=PATIENCE,
    )
    return Planned(prompt, shown, frozenset(each.id for each in offers), fitted.cut)


def _parts(matter: Matter) -> Sequence[Part]:
    all_facts = frozenset(matter.sheet.by_id)
    return (
        Part("tickets", tuple(_issues(matter)), rank=3),
        Part("changes", tuple(_changes(matter.changes)), rank=2),
        Part("facts", tuple(_fact(fact) for fact in matter.sheet.facts), rank=1, least=1),
        Part("offers", tuple(_offer(each, all_facts) for each in matter.offers), rank=0, least=1),
    )


def _turn(matter: Matter, fitted: Fitted, offers: Sequence[str]) -> str:
    calendar = team_calendar(matter.directives, matter.snapshot.team)
    local = calendar.local(matter.snapshot.now)
    return filled(
        "plan_turn",
        moment=f"It is {local:%A} {local.day} {local:%B}, {local:%H:%M} where the team works.",
        columns=as_data(COLUMNS),
        issues=fitted.block("tickets", "none"),
        facts=fitted.block("facts", "none"),
        offers="\n".join(offers) or "none",
        changes=fitted.block("changes", _NO_CHANGES[matter.changes is None, "changes" in fitted.cut]),
        cut=fitted.words,
    )


_NO_CHANGES = {
    (True, False): "you have not been asked before",
    (False, False): "nothing",
    (False, True): "left out",
}
"""Whether there was no plan before, and whether the changes had no room."""


# --- one line each ------------------------------------------------------------------------------------------


def _issues(matter: Matter) -> Sequence[str]:
    """Those something was found about first, then by key."""
    issues = sorted(running(matter.snapshot), key=lambda each: (not matter.found.get(each.key), _place(each.key)))
    return [as_data(_row(issue, matter)) for issue in issues]


def _place(key: IssueKey) -> tuple[str, int]:
    project, _, number = key.rpartition("-")
    return project, int(number) if number.isdecimal() else 0


def _row(issue: Issue, matter: Matter) -> Sequence[object]:
    owner = matter.snapshot.person(issue.assignee)
    return (
        issue.key,
        line(issue.status, _STATUS),
        (matter.snapshot.now - issue.status_since).days,
        owner.id if owner is not None else "somebody else" if issue.assignee else None,
        issue.points,
        issue.due.isoformat() if issue.due else None,
        " ".join(matter.found.get(issue.key, ())),
        line(issue.title, _TITLE),
    )


def _fact(fact: Fact) -> str:
    return as_data({fact.id: line(fact.text, _FACT)})


def _offer(offer: OfferRow, facts: frozenset[str]) -> str:
    about = [fact for fact in offer.about if fact in facts]
    row = {"o": offer.id, "for": offer.matter, "do": offer.does, "urgency": offer.urgency, "about": about}
    return as_data(row | ({"rules": True} if offer.own else {}))


def _changes(changes: Changes | None) -> Sequence[str]:
    if changes is None:
        return ()
    found = [as_data({"found": each}) for each in changes.found]
    gone = [as_data({"over": each}) for each in changes.gone]
    moved = [as_data([key, line(was, _STATUS), line(now, _STATUS)]) for key, was, now in changes.moved]
    return [*found, *gone, *moved]
