"""What somebody does not want to hear of: put off until a moment or until something changes, or muted for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from models.ids import HushId, PersonId, TeamId

EVERYTHING = "*"
"""Stands where a subject would: put off for a while is whatever there is to hear of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What a ticket, a pull request or a sprint looked like: whatever of this differs later is a change."""

    of: str
    """Subject, as a Signal names it."""
    status: str
    """As its system calls it; of a pull request its state, or ``DRAFT``."""
    owner: str = ""
    """Account of whoever it is assigned to."""
    held_by: tuple[str, ...] = ()
    """What holds it up: ``flag``, ``status``, keys of tickets. Empty when it is not blocked."""
    reviews: tuple[str, ...] = ()
    """``account state`` of every reviewer, sorted."""
    wanted: str = ""
    """What is waited for: ``done``, ``merged`` or ``unblocked``; empty when it is any change."""


class End(StrEnum):
    """The ways in which one press ends a matter for whoever was told of it."""

    BLOCKED = "still_blocked"
    OVER = "not_blocked"
    WAITING = "waiting"
    WRONG = "wrong_person"
    TAKE = "take_it"
    TODAY = "today"
    ON_IT = "still_on_it"
    CLOSE = "close_it"


CLAIMS = frozenset({End.TODAY, End.TAKE})
"""With these somebody takes a matter upon themselves: nobody else is asked to meanwhile."""

IN_HAND = frozenset({End.WAITING, End.ON_IT, End.TODAY, End.TAKE})
"""With these a matter needs nobody else for now: the daily summary leaves it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody has said of a matter with one press; others who would hear of it read this."""

    end: End
    words: str = ""
    """Their own reason, or what became of the press: foreign text, never escaped here."""
    proposal: str = ""
    """The request it led to; empty when it asked for nothing."""
    effect: str = ""
    """The message that was pressed."""
    signal: str = ""
    """The line of it that was pressed: a message may have several about one subject."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hush:
    """One thing one person has put off or muted. It is theirs alone: others hear as before."""

    id: HushId
    team: TeamId
    person: PersonId
    subject: str = ""
    """As a Signal names it, or ``EVERYTHING``; empty when it is about a rule."""
    rule: str = ""
    """Id of a directive; empty when it is about a subject."""
    until: datetime | None = None
    """Company time."""
    sight: Sight | None = None
    """Put off until this looks different, or as it is wanted."""
    at: datetime
    """Company time."""
    ended: datetime | None = None
    """Company time; ``None`` while it holds."""
    said: Said | None = None
    """With what press it was put off; ``None`` where only its owner's peace was wanted."""
    why: str = ""
    """What ended it by itself, in words; empty when its owner or a newer one did, or when there was nothing to tell."""

    @property
    def mutes_item(self) -> bool:
        """Never again about this subject: the only one that holds for critical matters too."""
        return self.subject not in ("", EVERYTHING) and self.until is None and self.sight is None

    def is_about(self, subject: str, rule: str) -> bool:
        """Whether it speaks of what is told about ``subject`` by ``rule``."""
        return self.subject in (subject, EVERYTHING) if self.subject else self.rule == rule

    def holds(self, now: datetime) -> bool:
        """Whether it has not ended, and its time has not come."""
        return self.ended is None and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Woken:
    """A hush that ends by itself, and why, in words."""

    hush: HushId
    why: str
