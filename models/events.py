"""What arrives: an Event is one vendor delivery, a Trigger is a reason to look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from models.ids import AccountId, DeliveryId, IssueKey, PullRequestId, SprintId, TeamId
from models.lessons import Act

CHANGED = "changed"
"""The name under which the inbox keeps that somebody changed in Slack."""


class Source(StrEnum):
    """Who delivers."""

    JIRA = "jira"
    BITBUCKET = "bitbucket"
    SLACK = "slack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One signed body as it came through a door, kept byte for byte."""

    source: Source
    id: DeliveryId
    """The vendor's delivery id: the same over its re-sends."""
    name: str
    """The vendor's word for the event; Bitbucket says it only in a header."""
    body: bytes
    received: datetime
    """Real time."""
    said: Mapping[str, Any] | None = field(default=None, compare=False, repr=False)
    """What the body says, where the door has just read it: nobody need read it twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a delivery says, in our words. Only facts: whether it matters is ``matters``' business."""

    source: Source
    name: str
    """The vendor's event name, for example ``jira:issue_updated`` or ``pullrequest:approved``."""
    at: datetime | None = None
    """Provider time."""
    actor: AccountId | None = None
    issue: IssueKey | None = None
    issue_id: str | None = None
    project: str | None = None
    changed: frozenset[str] = frozenset()
    """Ids and names of the fields, in lower case: a custom field means something by its name only."""
    priority: str | None = None
    """Of the issue, as the delivery tells it."""
    labels: frozenset[str] = frozenset()
    """The same."""
    sprints: frozenset[SprintId] = frozenset()
    """Every sprint named, before or after the change."""
    board: int | None = None
    pull_request: PullRequestId | None = None
    repository: str | None = None
    commit: str | None = None
    """The commit a build is about."""
    body: bytes = field(default=b"", compare=False, repr=False)
    """All it says, byte for byte, where that may spare a reading."""
    mentioned: frozenset[IssueKey] = frozenset()
    """Issue keys found in pull request titles, branches and commit messages, and the old key of a moved issue."""


class Reason(StrEnum):
    """Why we look."""

    EVENT = "event"
    LOOK = "look"
    DIGEST = "digest"
    ASKED = "asked"
    """An operator wants a look now."""
    REQUEST = "request"
    """No look: somebody asked for something to be done, and that is recorded."""
    NOTICE = "notice"
    """No look: those who run the agent are told something."""


NO_LOOK = frozenset({Reason.REQUEST, Reason.NOTICE})
"""Reasons of cycles that look at nothing: what was planned and found before stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """A reason to run one cycle for one team."""

    team: TeamId
    reason: Reason
    at: datetime
    """Company time."""
    sprint: SprintId | None = None
    deliveries: tuple[int, ...] = ()
    """Inbox rows this cycle accounts for."""
    acts: tuple[Act, ...] = ()
    """What these say that somebody did."""
