"""The bounds of every delegated task: what its card promises, and what the cage holds it to.

One yes is for one sum and one time, whatever breaks off meanwhile.
"""

from __future__ import annotations

from models.money import Money
from models.thoughts import Size

MOST_SECONDS = 300.0
"""Real time of a task until it is ended."""

SOON = 60.0
"""Of that, kept back for a first run that nobody was asked in: one that took longer, or cost anything, is the last."""

MOST_TURNS = 12
"""Steps: a look-up each, and the answer."""

TURN = 3_000
"""Tokens that one answer of the model has at most, its calls of tools among them."""

READS = 48_000
"""Bytes of facts that one run is given at most, in as many look-ups as it likes: some three hundred facts."""

STOPS_AT = {Size.LARGE: Money.usd("0.13"), Size.SMALL: Money.usd("0.015")}
"""Where the worker stops by itself, by the model that works; it looks after each answer of the model."""

LAST_TURN = {Size.LARGE: Money.usd("0.17"), Size.SMALL: Money.usd("0.015")}
"""What the one answer that may go beyond can cost at most, by the bounds above and the prices: a test computes it."""


def most(size: Size = Size.LARGE) -> Money:
    """What a task may cost at most: what is held for it before it begins."""
    return STOPS_AT[size] + LAST_TURN[size]


def patience(run: int) -> float:
    """Seconds the first or second run of a task has; together no more than its card promises."""
    return MOST_SECONDS - SOON * (run > 1)


def terms() -> str:
    """What an approver is told of them."""
    minutes = f"{MOST_SECONDS / 60:g} minutes"
    return (
        f"Reads this team's sprints, tickets, pull requests and people; writes nothing. At most {minutes} and {most()}."
    )
