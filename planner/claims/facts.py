"""The facts of one turn, numbered: a model cites them, and only code ever writes one out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is so, as a clause which can stand inside a sentence: ``PAY-7 is blocked since Tue 14:20``."""

    id: str
    """``f1``: unique in its sheet."""
    text: str
    """Rendered by code in the reader's zone; plain text, not escaped."""
    subject: str
    """A ticket key, a pull request id, ``sprint:<id>`` or ``person:<id>``."""
    url: str | None = None
    outside: bool = False
    """Whether it carries words that anybody outside the team may have written: a title, a comment, a message."""
    person: bool = False
    """Whether it speaks of somebody by name: then nothing is judged by it, nor right behind it."""


@dataclass(frozen=True)
class Sheet:
    """The facts of one turn, in the order they were given."""

    facts: tuple[Fact, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Fact]:
        """By their number."""
        return {fact.id: fact for fact in self.facts}
