"""What a person is told when they ask: answers as data, which the views turn into Slack messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One issue of a status answer that needs somebody."""

    key: str
    title: str
    url: str
    owner: str
    """Display name, or ``nobody``; empty where the reader is the owner."""
    why: str
    """What is so and for how much working time: ``blocked for 2 working days``."""


@dataclass(frozen=True, slots=True)
class Attention:
    """How closely the team's work is looked at, as of the last look."""

    level: str
    """``high``."""
    why: str
    """One sentence of facts."""
    every: str
    """``60 minutes``."""
    next_look: datetime | None
    """Company time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReply:
    """Where a sprint stands."""

    title: str
    """``Sprint 24 · Payments · day 7 of 10``."""
    headline: str
    """The answer, one sentence: ``On track: 18 of 34 points done, 3 working days left after today.``"""
    counts: tuple[str, ...]
    """Further facts, one line each, all from code."""
    rows: tuple[Row, ...]
    more: int
    """Rows left out."""
    total: int
    """How many issues the sprint really has."""
    read_at: Mapping[str, datetime]
    """Real time of the last full read per source."""
    notes: tuple[str, ...] = ()
    """Warnings, for example that Bitbucket has not been read."""
    attention: Attention | None = None
    """``None`` while there was no look yet."""
    post_to_channel: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyReply:
    """Why a message was sent or withheld, from the record; no model is asked."""

    title: str
    facts: tuple[str, ...]
    """What was true then."""
    rule: str
    """The directive's own words."""
    decision: str
    """Verdict and reason in words."""
    at: datetime
    directives_version: str
    proposal: str
    """Id to ask again with."""
    until: datetime | None = None
    """Company time at which it is decided again, when it was held back."""
    undo: str = ""
    """The command that takes back what was done; empty when nothing was, or it has no opposite."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpReply:
    """The commands there are."""

    commands: tuple[tuple[str, str], ...]
    """(what to type, what it answers)."""
    unknown: str = ""
    """What was typed and not understood; empty when help was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainReply:
    """One line, for example that nothing is known and why, with things to try instead."""

    text: str
    choices: tuple[tuple[str, str], ...] = ()
    """(label, command text) of buttons that ask again, at most five."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListReply:
    """A title and lines under it, with things to do about them."""

    title: str
    lines: tuple[str, ...]
    more: int = 0
    """Lines left out."""
    choices: tuple[tuple[str, str], ...] = ()
    """(label, command text) of buttons, at most five."""


Reply = StatusReply | WhyReply | HelpReply | PlainReply | ListReply
