"""What a model is shown when a person has asked something our rules did not understand: little, the rest by tools."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.dataline import as_data
from models.directives import Directives
from models.ids import PersonId
from models.thoughts import Prompt, Purpose, Size, Tool, Turn
from models.work import Issue, Snapshot
from planner.bounds.worktime import Calendar
from planner.claims.facts import Fact, Sheet
from planner.prompts.constitution import constitution
from planner.prompts.fitting import Fitted, Part, fit
from planner.prompts.texts import filled, text
from planner.prompts.untrusted import cleaned, line
from planner.prompts.writing import how_to_write

NAME = "talk/3"
"""Which prompt, and its version: raised whenever its words change."""

BUDGET = 3500
"""Tokens of the part that changes before any tool is used, as ``fitting`` estimates them: 60 tickets, 30 facts."""

MOST = 1200
"""Tokens of one reply, thinking included."""

_TITLE, _STATUS, _FACT, _QUESTION, _SAID = 60, 24, 300, 600, 300
COLUMNS = ("key", "status", "owner", "title")


@dataclass(frozen=True, slots=True)
class Said:
    """One earlier line of the conversation."""

    ours: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """Everything the first turn has to show."""

    question: str
    """The asker's own words."""
    asker: PersonId
    public: bool
    snapshot: Snapshot
    directives: Directives
    zone: Calendar
    """The reader's."""
    sheet: Sheet
    before: Sequence[Said] = ()
    spoken_of: str = ""
    """The ticket or pull request spoken of last."""


def first_turn(matter: Matter) -> Turn:
    """What the conversation opens with. What has no room is cut in this order: tickets, facts, earlier words."""
    fitted = fit(_parts(matter), BUDGET)
    return Turn(
        ours=True,
        text=filled(
            "talk_turn",
            moment=_moment(matter),
            who=_who(matter),
            history=fitted.block("earlier lines", "nothing"),
            columns=as_data(COLUMNS),
            tickets=fitted.block("tickets", "none"),
            facts=fitted.block("facts", "none"),
            cut=_cut(fitted),
            question=as_data({"question": cleaned(matter.question, _QUESTION)}),
        ),
    )


def prompt(matter: Matter, turns: Sequence[Turn], tools: tuple[Tool, ...], answer: Mapping[str, Any]) -> Prompt:
    """One call of a conversation, of the small model; ``answer`` is the schema of its last words."""
    return Prompt(
        purpose=Purpose.TALK,
        size=Size.SMALL,
        name=NAME,
        fixed=(text("talk"), how_to_write(), constitution(matter.directives, matter.snapshot.team)),
        turns=tuple(turns),
        tools=tools,
        answer=answer,
        most=MOST,
    )


def fact_row(fact: Fact) -> str:
    """``{"f7":"PAY-7 is blocked since Tue 14:20"}``; others' words say so."""
    return as_data({fact.id: line(fact.text, _FACT)} | ({"from": "others"} if fact.outside else {}))


def _parts(matter: Matter) -> Sequence[Part]:
    before = [as_data({"us" if each.ours else "them": line(each.text, _SAID)}) for each in matter.before]
    return (
        Part("tickets", tuple(_rows(matter)), rank=2),
        Part("facts", tuple(fact_row(fact) for fact in matter.sheet.facts), rank=1, least=1),
        Part("earlier lines", tuple(before), rank=0),
    )


def _rows(matter: Matter) -> Sequence[str]:
    return [_row(issue, matter.snapshot) for issue in matter.snapshot.unfinished]


def _row(issue: Issue, snapshot: Snapshot) -> str:
    owner = snapshot.person(issue.assignee)
    whose = owner.id if owner is not None else "somebody else" if issue.assignee else None
    return as_data((issue.key, line(issue.status, _STATUS), whose, line(issue.title, _TITLE)))


def _moment(matter: Matter) -> str:
    local = matter.zone.local(matter.snapshot.now)
    return f"It is {local:%A} {local.day} {local:%B}, {local:%H:%M} where the answer is read."


def _who(matter: Matter) -> str:
    where = "in front of others" if matter.public else "alone with you"
    last = f" Spoken of last: {matter.spoken_of}." if matter.spoken_of else ""
    return f"Asked by {matter.asker}, {where}.{last}"


def _cut(fitted: Fitted) -> str:
    return f"{fitted.words}\n" if fitted.words else ""
