"""What the agent says of itself where it was invited: what it watches, what it never does, how to have peace of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.directives import Directives, Mode, Never, Team, Watch
from planner.bounds.limits import most_a_day
from planner.bounds.rules import lines_with, words_of
from planner.hearers.escalation import PM

MOST = 4
"""Lines of each kind; the rest is one command away."""

_MODES: Mapping[Mode, str] = {
    Mode.SHADOW: "I am in shadow mode: I record what I would say and do, and do neither. I answer who asks me; "
    "and this I say because somebody invited me.",
    Mode.SUGGEST: "I am in suggest mode: I do nothing without somebody's yes.",
}

OWNERS = "admins"
"""The role of those who may change the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Introduction:
    """Said once in a channel, to nobody in particular."""

    opening: str
    watches: tuple[str, ...]
    more: int
    """Lines about watching that are left out."""
    never: tuple[str, ...]
    limit: str
    peace: str
    owners: str
    mode: str
    """A line about a mode in which not all of that is so; empty otherwise."""


def introduction(team: Team, directives: Directives) -> Introduction:
    """Everything from the constitution as it is now."""
    watched = _says(directives, [name for name, _ in lines_with(directives, Watch)])
    _, most = most_a_day(directives)
    return Introduction(
        opening=f"I am PM Agent. I look after the sprints of {team.name}, by rules that everybody here can read.",
        watches=watched[:MOST],
        more=max(0, len(watched) - MOST),
        never=_says(directives, [name for name, _ in lines_with(directives, Never)])[:MOST],
        limit=f"At most {_messages(most)} a day to one person, in their working hours, and only to whose move it is. "
        "Only what is critical may come on top, once a day.",
        peace="/pm snooze and /pm mute give you peace of one thing or of all; /pm why says why you were told.",
        owners=_owners(team),
        mode=_MODES.get(team.mode, ""),
    )


def _says(directives: Directives, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(said for name in dict.fromkeys(names) if (said := words_of(name, directives)))


def _messages(most: int) -> str:
    return "one unasked message" if most == 1 else f"{most} unasked messages"


def _owners(team: Team) -> str:
    """By name, without calling anybody."""
    people = team.people_of(OWNERS) or team.people_of(PM)
    names = [team.member(person).name for person in people]
    if not names:
        return "The rules stand in directives.yaml: /pm directives shows them."
    return f"{' and '.join(names)} can change the rules; /pm directives shows them."
