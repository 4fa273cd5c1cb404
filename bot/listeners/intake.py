"""One way into the inbox for everything Slack delivers, and the names under which it is known for ever."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.listeners.threads import Begun, Joined, said_at
from bot.metrics import Metrics
from models.clock import Clock
from models.directives import Directives
from models.events import Delivery, Source
from models.ids import DeliveryId, TeamId, named
from models.mailbox import NewJob

_PLAIN = re.compile(r"[\x21-\x7e]{1,190}")
"""What may be an id as it stands; anything else is hashed (the column holds 200 characters)."""


class Inbox(Protocol):
    """The one thing a door does."""

    async def accept(self, delivery: Delivery, team: TeamId, job: NewJob | None) -> bool:
        """Store it durably; ``False`` when it was here before."""
        ...

    async def waited(self, lane: int) -> float:
        """Seconds the oldest due job of ``lane`` has waited for a worker."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What every listener is handed."""

    inbox: Inbox
    directives: Callable[[], Directives]
    """The constitution as it is known now: whose a Slack id is may be found out while the door is open."""
    clock: Clock
    metrics: Metrics
    forgotten: Callable[[str], None]
    """Told of each user group that changed."""
    open_window: Callable[[str, Mapping[str, Any]], Awaitable[None]] | None = None
    """Opens a view by a trigger id; may raise ``VendorError``."""
    joined: Joined | None = None
    """Whether we were asked in a thread; without it words there need a mention."""
    begun: Begun | None = None
    """Remembers that we are asked there, before there is an answer: what is said meanwhile is a follow-up too."""

    async def keep(
        self, name: str, body: Mapping[str, Any], *, job: str | None = None, key: str = "", lane: int = 0
    ) -> bool:
        """Store ``body`` durably, and a job with it when one is named (0 is people's lane). Raises when it cannot.

        ``False`` when it was here before: then nothing further is to be done.
        """
        delivery = Delivery(
            source=Source.SLACK,
            id=delivery_id(body),
            name=name,
            body=json.dumps(body).encode(),
            received=self.clock.real(),
        )
        team = self.team_of(user_of(body))
        key = safe(key or f"slack:{user_of(body)}")
        work = None if job is None else NewJob(kind=job, key=key, team=team, lane=lane)
        fresh = await self.inbox.accept(delivery, team, work)
        self.metrics.delivery("slack", "accepted" if fresh else "duplicate")
        return fresh

    async def lateness(self) -> float:
        """Seconds the person who waits longest has waited for a worker to begin."""
        return await self.inbox.waited(0)

    def drop(self) -> None:
        """Count a delivery that is not for us: other people's words are not kept."""
        self.metrics.delivery("slack", "ignored")

    def forget(self, group: str | None) -> None:
        """A user group changed; what this process remembers of it is over."""
        if group is not None:
            self.forgotten(group)

    def is_member(self, user: str) -> bool:
        """Whether the constitution knows this Slack user."""
        return any(m.slack == user for team in self.directives().teams for m in team.members)

    def team_of(self, user: str) -> TeamId:
        """The team this Slack user belongs to; a stranger's words go to the first."""
        teams = self.directives().teams
        return next((t.id for t in teams if any(m.slack == user for m in t.members)), teams[0].id)


def delivery_id(body: Mapping[str, Any]) -> DeliveryId:
    """Slack's own id of this delivery, equal over its re-sends; a hash of the body where it gives none.

    What was said in a channel is named after its place: a mention there comes as two events with an id each. A window
    is named after itself and what was filled in: whoever was not acknowledged in time can send it off once more, and
    that comes with a trigger of its own.
    """
    said, sent = said_at(body), _sent(body)
    if said is not None:
        return DeliveryId(safe(f"said:{':'.join(said)}"))
    if sent is not None:
        return DeliveryId(f"sent:{named(*sent)}")
    own = body.get("event_id") or body.get("trigger_id")
    return DeliveryId(safe(own) if own else f"body:{named(json.dumps(body, sort_keys=True))}")


def _sent(body: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Whose window was sent off, which, and what was in it; ``None`` for whatever else it is."""
    view = body.get("view")
    if body.get("type") != "view_submission" or not isinstance(view, Mapping) or not isinstance(view.get("id"), str):
        return None
    return user_of(body), view["id"], json.dumps([view.get("private_metadata"), view.get("state")], sort_keys=True)


def user_of(body: Mapping[str, Any]) -> str:
    """Who did it, by Slack user id; empty when the body names nobody."""
    event = body.get("event") or {}
    for place in (body.get("user"), body.get("user_id"), event.get("user")):
        found = place.get("id") if isinstance(place, Mapping) else place
        if isinstance(found, str) and found:
            return found
    return ""


def safe(text: object) -> str:
    """``text`` when it can be a key as it stands, its hash otherwise."""
    return str(text) if _PLAIN.fullmatch(str(text)) else named(text)
