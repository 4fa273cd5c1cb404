"""Jira's and Bitbucket's door: verify, understand just enough to file it, store it, answer. Nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.metrics import Metrics
from integrations.bitbucket import webhook as bitbucket
from integrations.jira import webhook as jira
from models.clock import Clock
from models.directives import Directives
from models.errors import Unwelcome
from models.events import Delivery, Event, Reason, Source
from models.ids import AccountId, TeamId
from models.mailbox import NewJob, look_at
from planner.triggers import matters, team_of

log = logging.getLogger(__name__)

NOBODY = TeamId("-")
"""Under this name deliveries are filed that belong to no team of the constitution."""

DEBOUNCE = 0.5
"""Seconds of quiet after which a burst of events is looked at once."""

LONGEST_WAIT = 20.0
"""Seconds after which it is looked at although the burst goes on."""


class Inbox(Protocol):
    """The one thing a door does."""

    async def accept(self, delivery: Delivery, team: TeamId, job: NewJob | None) -> bool:
        """Store it durably; ``False`` when it was here before."""
        ...


@dataclass(frozen=True, slots=True)
class Sender:
    """How one vendor's deliveries are verified and read, and which setting holds the secret."""

    receive: Callable[[Mapping[str, str], bytes, str, datetime], Delivery]
    parse: Callable[[Delivery], Event]
    setting: str


SENDERS: Mapping[Source, Sender] = {
    Source.JIRA: Sender(jira.receive, jira.parse, "JIRA_WEBHOOK_SECRET"),
    Source.BITBUCKET: Sender(bitbucket.receive, bitbucket.parse, "BITBUCKET_WEBHOOK_SECRET"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """The door; ``secrets`` holds what each vendor signs with, ``me`` the account whose own changes are no news."""

    inbox: Inbox
    directives: Directives
    clock: Clock
    metrics: Metrics
    secrets: Mapping[Source, str]
    me: Callable[[], AccountId | None] = lambda: None
    senders: Mapping[Source, Sender] = field(default_factory=lambda: SENDERS)

    async def receive(self, source: Source, headers: Mapping[str, str], body: bytes) -> bool:
        """Store one delivery durably, and the cycle it asks for with it. ``False``: it was here before.

        ``headers`` have lower-case names, or find them in any case. Raises ``Unwelcome`` (400, 401, 413; 503
        for a signed body whose secret we were not given) and whatever keeps it from being stored.
        """
        sender, secret = self.senders[source], self.secrets.get(source, "")
        if not secret and "x-hub-signature" not in headers:
            raise Unwelcome(401, "the signature is missing")
        if not secret:
            raise Unwelcome(503, f"{sender.setting} is not set, so nothing can be verified; set it and restart")
        delivery = sender.receive(headers, body, secret, self.clock.real())
        team, job = self._file(sender, delivery)
        fresh = await self.inbox.accept(delivery, team, job)
        self.metrics.delivery(source, "accepted" if fresh else "duplicate")
        return fresh

    def _file(self, sender: Sender, delivery: Delivery) -> tuple[TeamId, NewJob | None]:
        """Whose it is, and the look it is worth. A parser's bug must cost a needless look, never the event."""
        try:
            event = sender.parse(delivery)
            team = team_of(event, self.directives)
            worth_it = matters(event, self.me())
        except Exception:
            log.exception("delivery %s cannot be read; kept", delivery.id, extra={"action": "unreadable"})
            team, worth_it = self.directives.teams[0].id, True
        if team is None:
            return NOBODY, None
        return team, look_at(team, Reason.EVENT, delay=DEBOUNCE, max_wait=LONGEST_WAIT) if worth_it else None
