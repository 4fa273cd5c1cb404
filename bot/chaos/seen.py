"""What a run left behind, as both sides tell it: the vendors what reached them, the product what it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.chaos.wire import Sent
from models.directives import Directives, Member

Row = Mapping[str, Any]
Truth = tuple[str | None, str, bool]


@dataclass(frozen=True)
class Post:
    """One lasting message of the product's in Slack."""

    channel: str
    ts: str
    to: str = ""
    """Whose direct messages it stands in; empty for a channel."""
    marker: str = ""
    open_asks: frozenset[str] = frozenset()
    """Approvals it shows buttons for."""
    text: str = ""
    at: datetime | None = None
    """Company time at which Slack took it."""


@dataclass(frozen=True)
class Comment:
    """One comment of the product's in Jira."""

    issue: str
    marker: str
    names: frozenset[str] = frozenset()
    """Accounts it mentions, so that they hear of it."""
    at: datetime | None = None
    """Company time at which Jira took it."""


@dataclass(frozen=True)
class Seen:
    """Everything a run left behind."""

    law: Directives | None = None
    """What the product lives by: who is who, and when they may be reached."""
    deliveries: Sequence[Sent] = ()
    posts: Sequence[Post] = ()
    channels: Mapping[str, str] = field(default_factory=dict)
    """Name of each channel, by id."""
    comments: Sequence[Comment] = ()
    handed: Sequence[tuple[str, str | None]] = ()
    """(issue, account) of each time the product gave an issue to somebody."""
    replies: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """What arrived through each response URL."""
    world: Mapping[str, Truth] = field(default_factory=dict)
    """Each issue of the running sprint as it is in Jira: who has it, in which status, whether it is flagged."""
    mirror: Mapping[str, Truth] = field(default_factory=dict)
    """The same of every issue the product believes there is."""
    touched: Mapping[str, datetime | None] = field(default_factory=dict)
    """Each issue there is in Jira, and when anybody but the product changed it last (company time)."""
    me: str = ""
    """The product's own account."""
    at: datetime | None = None
    """When the product's rows were read (real time); ``None`` where nobody knows."""
    inbox: Sequence[Row] = ()
    jobs: Sequence[Row] = ()
    cycles: Sequence[Row] = ()
    decisions: Sequence[Row] = ()
    effects: Sequence[Row] = ()
    approvals: Sequence[Row] = ()
    cards: Sequence[Row] = ()
    """Copies of questions: approval, person, channel, ts."""
    reminders: Sequence[Row] = ()
    posted: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """By channel the moments (real time in seconds, ascending) at which Slack took a new message."""
    processes: Sequence[Row] = ()
    """The product's: each when it ``began`` (real time)."""


def member(seen: Seen, team: str, person: str | None) -> Member | None:
    """Who that is in the team; ``None`` for somebody it does not know."""
    teams = seen.law.teams if seen.law is not None else ()
    return next((m for each in teams if each.id == team for m in each.members if m.id == person), None)


def asking(effect: Row) -> str:
    """``first``, ``again``, ``deputy`` or ``promised``; empty for what puts no question."""
    return str(effect["action"].get("asking", "first")) if effect["kind"] == "ask_approval" else ""


def put_off(jobs: Sequence[Row], effects: Sequence[Row]) -> Mapping[int, str]:
    """Jobs whose effect policy has put off to a later moment, such as the next day: by id the effect.

    One that may have been under way in a process that died is looked for before it is put off, and again then. Whatever
    befell it before, it counts as never tried: one that counts tries holds up those behind it in its key.
    """
    undone = {effect["id"]: effect["words"] for effect in effects if effect["state"] in ("planned", "unknown")}
    waiting = [job for job in jobs if job["kind"] == "effect" and job["state"] == "waiting" and not job["attempts"]]
    named = {job["id"]: (str(job["payload"]["effect"]), job["error"]) for job in waiting if job["error"]}
    return {id: effect for id, (effect, words) in named.items() if undone.get(effect) == words}
