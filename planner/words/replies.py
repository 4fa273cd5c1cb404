"""What a person is told when they ask: answers as data, which the views turn into Slack messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from models.actions import PostDigest


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
    since: datetime | None = field(default=None, compare=False)
    """Since when (company time), where that is known."""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together."""

    name: str
    """``In progress``; empty where there is only one group."""
    rows: tuple[Row, ...]
    more: int = 0
    """Rows left out."""


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
    at: datetime | None = None
    """When it was so: the last look (company time), which is older than the facts beside it."""


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
    """For who runs us; ``None`` for everybody else, and while there was no look yet."""
    how: tuple[str, ...] = ()
    """By what the numbers are computed, one sentence each."""
    why: str = ""
    """The command that tells that alone."""
    url: str = ""
    """Where the source shows the same; empty when it is not known."""
    choices: tuple[tuple[str, str], ...] = ()
    """(label, command text) of what can be asked next."""
    board: str = ""
    """Which board was chosen for whoever asks here, in words; empty when there is no choice."""
    post_to_channel: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReply:
    """An answer in one sentence and the lines it rests on."""

    title: str
    """``Blocked · Payments``."""
    headline: str
    """The answer: ``3 issues are blocked, the longest for 4 working days.``"""
    groups: tuple[Group, ...] = ()
    read_at: Mapping[str, datetime] = field(default_factory=dict)
    """Real time of the last full read per source; empty where the answer rests on none."""
    notes: tuple[str, ...] = ()
    """What is not known, or holds for all of it."""
    choices: tuple[tuple[str, str], ...] = ()
    """(label, command text) of buttons, at most four."""
    url: str = ""
    """Where the source shows the same; empty when it is not known."""
    opens: str = "Jira"
    """Which source that is."""
    heading: str = "Issue"
    """What the lines are about, for a table's first column."""
    reason: str = "Why"
    """What stands in its last column."""
    board: str = ""
    """As in a status."""
    post_to_channel: bool = True
    """Whether the whole team may read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestReply:
    """Today's summary, told to whoever asks for it."""

    title: str
    digest: PostDigest
    read_at: Mapping[str, datetime]
    post_to_channel: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesReply:
    """Lines of the constitution in plain words, section by section."""

    title: str
    headline: str
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    """(name, lines); what stands between backticks is an id."""
    footer: str = ""
    choices: tuple[tuple[str, str], ...] = ()
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
    weighed: str = ""
    """What a model made of it then: a reading, no fact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpReply:
    """The commands there are."""

    commands: tuple[tuple[str, str], ...]
    """(what to type, what it answers)."""
    unknown: str = ""
    """What was typed and not understood; empty when help was asked for."""
    choices: tuple[tuple[str, str], ...] = ()
    """(label, command text) of what was perhaps meant, and of all commands."""
    cannot: tuple[str, ...] = ()
    """What this installation cannot do, a line each."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkReply:
    """An answer a model has put into words: every fact in it was written out by code, and its reading stands apart."""

    passages: tuple[str, ...]
    """What is so, the answer first; or why there is none."""
    inference: tuple[str, ...] = ()
    """What the model makes of it."""
    unknown: str = ""
    """What was asked and the facts do not say."""
    facts: tuple[str, ...] = ()
    """What was found, where no answer can be given: a line each."""
    sources: tuple[tuple[str, str], ...] = ()
    """(label, address) of where the facts stand."""
    read_at: Mapping[str, datetime] = field(default_factory=dict)
    """Real time of the last full read per source."""
    choices: tuple[tuple[str, str], ...] = ()
    """(label, command text) of buttons, at most five."""
    by: str = ""
    """Who put it into words; empty where code did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralReply:
    """The answers to several questions of one message, in their order; none has buttons."""

    replies: tuple[Reply, ...]


OneReply = (
    StatusReply | SheetReply | DigestReply | RulesReply | WhyReply | HelpReply | PlainReply | ListReply | TalkReply
)
Reply = OneReply | SeveralReply
