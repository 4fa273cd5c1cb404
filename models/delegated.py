"""The bounds of every delegated task: what its card promises, and what the cage holds it to."""

from __future__ import annotations

from models.money import Money
from models.thoughts import Size

MOST_SECONDS = 300.0
"""Real time until it is ended."""

MOST_TURNS = 12
"""Steps: a look-up each, and the answer."""

STOPS_AT = {Size.LARGE: Money.usd("0.20"), Size.SMALL: Money.usd("0.04")}
"""Where the worker stops by itself, by the model that works."""

LAST_TURN = {Size.LARGE: Money.usd("0.10"), Size.SMALL: Money.usd("0.02")}
"""How far its last turn may go beyond: it is only looked at between two turns."""


def most(size: Size = Size.LARGE) -> Money:
    """What a task may cost at most: what is held for it before it begins."""
    return STOPS_AT[size] + LAST_TURN[size]


def terms() -> str:
    """What an approver is told of them."""
    minutes = f"{MOST_SECONDS / 60:g} minutes"
    return (
        f"Reads this team's sprints, tickets, pull requests and people; writes nothing. At most {minutes} and {most()}."
    )
