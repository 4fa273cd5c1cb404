"""Jira's and Bitbucket's door: verify, understand just enough to file it, store it, answer. Nothing else."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from bot.metrics import Metrics
from integrations.bitbucket import webhook as bitbucket
from integrations.jira import webhook as jira
from models.clock import Clock
from models.directives import Directives
from models.errors import Unwelcome
from models.events import Delivery, Event, Reason, Source
from models.ids import AccountId, DeliveryId, TeamId, named
from models.mailbox import NewJob, look_at
from planner.triggers import Judged, teams_of, weighed

log = logging.getLogger(__name__)

NOBODY = TeamId("-")
"""Under this name deliveries are filed that belong to no team of the constitution."""

DEBOUNCE = 0.5
"""Seconds of quiet after which a burst of events is looked at once."""

AT_ONCE = 0.1
"""The same where production is down: what comes after it does not put the look off."""

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
    parse: Callable[[Delivery, Collection[str]], Event]
    """Takes the Jira projects whose keys count, too."""
    setting: str


SENDERS: Mapping[Source, Sender] = {
    Source.JIRA: Sender(jira.receive, lambda delivery, _: jira.parse(delivery), "JIRA_WEBHOOK_SECRET"),
    Source.BITBUCKET: Sender(bitbucket.receive, bitbucket.parse, "BITBUCKET_WEBHOOK_SECRET"),
}


Holders = Callable[[str, Collection[TeamId]], Awaitable[Sequence[TeamId]]]
"""Which of these teams' mirrors hold the issue of that immutable id."""


async def nobody_holds(_issue: str, _teams: Collection[TeamId]) -> Sequence[TeamId]:
    """For a door without a mirror behind it."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """The door; ``secrets`` holds what each vendor signs with, ``me`` the account whose own changes are no news."""

    inbox: Inbox
    directives: Callable[[], Directives]
    """The constitution in force."""
    clock: Clock
    metrics: Metrics
    secrets: Mapping[Source, str]
    me: Callable[[], AccountId | None] = lambda: None
    senders: Mapping[Source, Sender] = field(default_factory=lambda: SENDERS)
    holders: Holders = nobody_holds
    """Whose is an event that names no key but an issue's id: only the mirror can tell."""
    debounce: float = DEBOUNCE

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
        teams, worth_it = await self._file(sender, delivery)
        fresh = False
        for number, team in enumerate(teams or (NOBODY,)):
            job = _job(team, worth_it, self.debounce) if teams else None
            fresh |= await self.inbox.accept(_copy(delivery, team) if number else delivery, team, job)
        self.metrics.delivery(source, "accepted" if fresh else "duplicate")
        return fresh

    async def _file(self, sender: Sender, delivery: Delivery) -> tuple[Sequence[TeamId], Judged]:
        """Whose it is, and what it is worth. A parser's bug must cost a needless look, never the event."""
        try:
            event = sender.parse(delivery, self._projects())
            teams = teams_of(event, self.directives())
            worth_it = weighed(event, self.me(), self.directives())
        except Exception:
            log.exception("delivery %s cannot be read; kept", delivery.id, extra={"action": "unreadable"})
            return (self.directives().teams[0].id,), Judged(True, "nobody knows what it says")
        if not teams and event.issue_id is not None:
            teams = tuple(await self.holders(event.issue_id, [team.id for team in self.directives().teams]))
        word = "Trigger" if worth_it.trigger and teams else "stored only"
        log.debug("%s %s: %s, %s", event.source, event.name, word, worth_it.why, extra={"action": "filed"})
        return teams, worth_it

    def _projects(self) -> Collection[str]:
        return [project for team in self.directives().teams for project in team.jira.projects]


def _job(team: TeamId, worth: Judged, debounce: float) -> NewJob | None:
    """A look for a Trigger, a reading for a hint, nothing for the rest."""
    if worth.at_once:
        return look_at(team, Reason.EVENT, delay=AT_ONCE, at_once=True)
    if worth.trigger:
        return look_at(team, Reason.EVENT, delay=debounce, max_wait=LONGEST_WAIT)
    return NewJob(kind="reread", key=f"reread:{team}", team=team, lane=2) if worth.reread else None


def _copy(delivery: Delivery, team: TeamId) -> Delivery:
    """The same for a further team: each team's look accounts for its own, and a re-send finds both."""
    return replace(delivery, id=DeliveryId(named(delivery.id, team)))
