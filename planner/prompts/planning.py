"""What a model is shown when one look is weighed: one line a ticket, the facts and offers by number, what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from models.dataline import as_data
from models.directives import Directives
from models.thoughts import Prompt, Purpose, Size, Turn
from models.work import Issue, Progress, Snapshot
from planner.bounds.worktime import team_calendar
from planner.claims.facts import Fact, Sheet
from planner.facts.observe import running
from planner.prompts.constitution import constitution
from planner.prompts.fitting import Fitted, Part, fit
from planner.prompts.texts import filled, text
from planner.prompts.untrusted import line
from planner.prompts.writing import how_to_write

NAME = "plan/4"
"""Which prompt, and its version: raised whenever its words change."""

BUDGET = 6000
"""Tokens of the part that changes, as ``fitting`` estimates them: about 40 tickets, 60 facts and 36 offers."""

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
    others: int = 0
    """What else was found or is over, of what the facts do not speak of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Everything one look has to show."""

    snapshot: Snapshot
    directives: Directives
    sheet: Sheet
    tickets: Sequence[Issue]
    """Those that are shown, the ones that matter most first; the other open ones are only counted."""
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
    """The one prompt of planning. What has no room is cut in this order: tickets, changes, facts that no offer rests
    on, offers. An offer is shown with all the facts that it rests on, or it is not shown."""
    fitted = fit(_parts(matter), budget)
    offers = matter.offers[: len(fitted.lines["offers"])]
    rested_on = {fact for offer in offers for fact in offer.about}
    loose = frozenset(fact.id for fact in _loose(matter)[: len(fitted.lines["facts"])])
    facts = [fact for fact in matter.sheet.facts if fact.id in rested_on or fact.id in loose]
    cut = {**fitted.cut, "facts": len(matter.sheet.facts) - len(facts)}
    fitted = replace(fitted, cut={name: cut[name] for name in _PARTS if cut.get(name)})
    prompt = Prompt(
        purpose=Purpose.PLAN,
        size=Size.LARGE,
        name=NAME,
        fixed=(text("plan"), how_to_write(), constitution(matter.directives, matter.snapshot.team)),
        turns=(Turn(ours=True, text=_turn(matter, fitted, facts, offers)),),
        answer=matter.answer,
        most=MOST,
        patience=PATIENCE,
    )
    return Planned(prompt, frozenset(fact.id for fact in facts), frozenset(each.id for each in offers), fitted.cut)


_PARTS = ("tickets", "changes", "facts", "offers")
"""In the order in which they are cut."""


def _parts(matter: Matter) -> Sequence[Part]:
    lines = (_issues(matter), _changes(matter.changes), map(_fact, _loose(matter)), _with_facts(matter))
    least = {"offers": 1}
    named = enumerate(zip(_PARTS, lines, strict=True))
    return [Part(name, tuple(each), rank=-place, least=least.get(name, 0)) for place, (name, each) in named]


def _loose(matter: Matter) -> Sequence[Fact]:
    """The facts that no offer rests on."""
    rested_on = {fact for offer in matter.offers for fact in offer.about}
    return [fact for fact in matter.sheet.facts if fact.id not in rested_on]


def _with_facts(matter: Matter) -> Iterator[str]:
    """Each offer behind the facts that the offers before it do not rest on: what it costs to show it."""
    shown = set[str]()
    for offer in matter.offers:
        fresh = [matter.sheet.by_id[name] for name in offer.about if name not in shown]
        shown.update(offer.about)
        yield "\n".join((*map(_fact, fresh), _offer(offer)))


def _turn(matter: Matter, fitted: Fitted, facts: Sequence[Fact], offers: Sequence[OfferRow]) -> str:
    calendar = team_calendar(matter.directives, matter.snapshot.team)
    local = calendar.local(matter.snapshot.now)
    return filled(
        "plan_turn",
        moment=f"It is {local:%A} {local.day} {local:%B}, {local:%H:%M} where the team works.",
        columns=as_data(COLUMNS),
        issues="\n".join((fitted.block("tickets", "none"), *_others(matter))),
        facts="\n".join(map(_fact, facts)) or "none",
        offers="\n".join(map(_offer, offers)) or "none",
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
    return [as_data(_row(issue, matter)) for issue in matter.tickets]


def _others(matter: Matter) -> Iterator[str]:
    """How many more are open: one line, however large the sprint is."""
    shown = {issue.key for issue in matter.tickets}
    others = [issue for issue in running(matter.snapshot) if issue.key not in shown]
    begun = sum(issue.progress is Progress.DOING for issue in others)
    found = sum(bool(matter.found.get(issue.key)) for issue in others)
    about = f"something no more urgent was found about {found} of them" if found else "nothing to weigh was found there"
    if others:
        yield f"Open beside these: {len(others)}, of which {begun} in progress; {about}."


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


def _offer(offer: OfferRow) -> str:
    row = {"o": offer.id, "for": offer.matter, "do": offer.does, "urgency": offer.urgency, "about": offer.about}
    return as_data(row | ({"rules": True} if offer.own else {}))


def _changes(changes: Changes | None) -> Sequence[str]:
    if changes is None:
        return ()
    found = [as_data({"found": each}) for each in changes.found]
    gone = [as_data({"over": each}) for each in changes.gone]
    moved = [as_data([key, line(was, _STATUS), line(now, _STATUS)]) for key, was, now in changes.moved]
    others = [as_data({"others found or over": changes.others})] if changes.others else []
    return [*found, *gone, *moved, *others]
