"""People change in Slack: what is kept of that, and how every process that remembers people hears of it.

An event reaches one web process; people are remembered in every worker. So the door keeps who has changed, and not
what, as a row of the inbox, and whoever is about to believe what it remembers reads the new rows first. User groups
are no rows: the process that hears of a change forgets the group, any other believes it for its few minutes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from models.clock import Clock
from models.errors import DatabaseNotReady
from models.events import Delivery
from models.ids import DeliveryId

OVERLAP = timedelta(minutes=3)
"""How far back rows are read again: those of another process may be committed late, and its clock is not ours."""

_OF_PEOPLE = frozenset({"user_change", "user_profile_changed", "user_status_changed", "dnd_updated_user"})
_OF_GROUPS = frozenset({"subteam_members_changed", "subteam_updated"})


def changed_by(event: Mapping[str, Any]) -> str | None:
    """Whom a change is about, by their id; ``None`` for any other event."""
    return _id(event.get("user")) if event.get("type") in _OF_PEOPLE else None


def is_of_group(event: Mapping[str, Any]) -> bool:
    """Whether something about a user group changed."""
    return event.get("type") in _OF_GROUPS


def changed_group(event: Mapping[str, Any]) -> str | None:
    """The user group a change is about, by its id; ``None`` for any other event."""
    return _id(event.get("subteam_id") or event.get("subteam")) if is_of_group(event) else None


def remembered(body: Mapping[str, Any], who: str) -> dict[str, Any]:
    """What is kept of the delivery: nobody's profile."""
    event: Mapping[str, Any] = body.get("event") or {}
    return {"event_id": body.get("event_id"), "event": {"type": event.get("type"), "user": who}}


class Inbox(Protocol):
    """Where the rows are."""

    async def changes(self, since: datetime) -> Sequence[Delivery]:
        """The rows that say so, kept at ``since`` (real time) or later."""
        ...


class Changes:
    """The ear of one process."""

    def __init__(self, inbox: Inbox, clock: Clock) -> None:
        self._inbox = inbox
        self._clock = clock
        self._until = clock.real()
        self._known: frozenset[DeliveryId] = frozenset()

    async def since_last(self) -> Collection[str]:
        """Ids of people who changed since this was asked last."""
        now = self._clock.real()
        try:
            told = await self._inbox.changes(self._until - OVERLAP)
        except DatabaseNotReady:  # then what is remembered holds for its time; these rows are read the next time
            return []
        new = [delivery for delivery in told if delivery.id not in self._known]
        self._until, self._known = now, frozenset(delivery.id for delivery in told)
        return {who for delivery in new if (who := changed_by(json.loads(delivery.body)["event"])) is not None}


def _id(value: Any) -> str | None:
    found = value.get("id") if isinstance(value, Mapping) else value
    return found if isinstance(found, str) and found else None
