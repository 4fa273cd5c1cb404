"""What experience teaches: what was observed, one thing at a time, and the lessons drawn from it. Never a ranking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from models.ids import AccountId, PersonId, SignalId, TeamId


class Way(StrEnum):
    """How somebody is asked for something, or where they answered."""

    DM = "dm"
    JIRA = "jira"
    BITBUCKET = "bitbucket"


class What(StrEnum):
    """The kinds of observation; the first five are words of a ``learn`` rule."""

    RESPONSE = "response"
    """``{"minutes": 42}``: working time of theirs from being told to the answer. ``about`` is the rule."""
    CHANNEL = "channel"
    """``{"asked": "dm", "answered": true, "on": "jira"}``. ``about`` is the rule."""
    HOUR = "hour"
    """``{"hour": 10}``: the local hour of an answer that could have come sooner. ``about`` is the rule."""
    FEEDBACK = "feedback"
    """``{"said": "too_early"}``. ``about`` is the rule."""
    VELOCITY = "velocity"
    """``{"name", "issues", "done", "points", "points_done", "closed"}``. ``about`` is ``sprint:<id>``."""
    SAID = "said"
    """What somebody has set right: ``{"channel": "jira"}`` or ``{"hours": [9, 12]}``. ``about`` names which."""
    FORGOTTEN = "forgotten"
    """From when on something may be learnt again of somebody who had it deleted. ``about`` is the kind, or ``all``."""


OF_ANSWERS = frozenset({What.RESPONSE, What.CHANNEL, What.HOUR})
"""What one answer, or the lack of one, may teach."""

ALL = "all"
"""In a mark that something was forgotten: everything."""


class Feedback(StrEnum):
    """What the reader of a message may say of it."""

    USEFUL = "useful"
    NOT_USEFUL = "not_useful"
    TOO_EARLY = "too_early"
    WRONG_PERSON = "wrong_person"


FALSE_POSITIVE = frozenset({Feedback.NOT_USEFUL, Feedback.TOO_EARLY, Feedback.WRONG_PERSON})
"""What says that a message had better not been sent, or not then, or not to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """One thing that was seen, and when (company time)."""

    team: TeamId
    person: PersonId | None
    what: What
    about: str
    source: str
    """What it was learnt from: seen twice, it counts once."""
    value: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing a message told of."""

    signal: SignalId
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A message or question somebody got lately, from which nothing has been learnt yet."""

    id: str
    """The effect's id, or the approval's."""
    person: PersonId
    at: datetime
    """When it reached them (company time)."""
    asked: Way
    rule: str
    matters: tuple[Matter, ...] = ()
    answered: datetime | None = None
    """When they pressed one of its buttons (company time)."""
    lapsed: bool = False
    """It was a question, and its time ended without an answer."""


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody did something to an issue or a pull request."""

    account: AccountId
    subject: str
    at: datetime
    on: Way


@dataclass(frozen=True, slots=True)
class Experience:
    """What the ledger remembers to learn from; old observations and old messages are left out."""

    observations: tuple[Observation, ...] = ()
    tellings: tuple[Telling, ...] = ()


# --- lessons ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What is known of how one person answers; ``None`` where too little is known."""

    answers: int = 0
    response: timedelta | None = None
    """Median of their own working time from being told to answering."""
    asked: Mapping[Way, tuple[int, int]] = field(default_factory=dict)
    """Messages by way: how many there were, how many were answered."""
    channel: Way | None = None
    hours: tuple[int, int] | None = None
    """The local hours in which they answer: ``(10, 12)`` is from ten to twelve."""
    said: frozenset[str] = frozenset()
    """Which of ``channel`` and ``hours`` are their own word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """What changes order, way and moment of what is sent; never whether it may be."""

    people: Mapping[PersonId, Habits] = field(default_factory=dict)
    useful: Mapping[tuple[PersonId, str], float] = field(default_factory=dict)
    """(person, rule) -> from 0 to 1: of what that rule told them, the part they did not call useless or not theirs."""
    patience: Mapping[str, float] = field(default_factory=dict)
    """Rule -> from 1 to 2: by how much of its own time it may wait longer in this team."""


NO_LESSONS = Lessons()


@dataclass(frozen=True, slots=True)
class Reception:
    """How the messages of one rule were taken."""

    rule: str
    told: int
    """Messages sent in the time looked at."""
    said: Mapping[Feedback, int]
    wrong_for: tuple[PersonId, ...] = ()
    """Who said that a message was not for them: the constitution may have to be put right."""

    @property
    def rate(self) -> float | None:
        """The part of its messages that had better not been sent; ``None`` when there were none."""
        wrong = sum(count for said, count in self.said.items() if said in FALSE_POSITIVE)
        return round(min(wrong / self.told, 1.0), 3) if self.told else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was deleted because the person asked, or an admin for them."""

    observations: int = 0
    hushes: int = 0
    identities: int = 0
