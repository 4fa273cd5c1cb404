"""Records made by hand, for what is counted, compared, marked and shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.backtest.report.record import Message, Record, Silence
from models.ids import PersonId, TeamId

BEGIN = datetime(2026, 9, 7, 8, tzinfo=UTC)
"""A Monday."""


def message(number: int, **what: Any) -> Message:
    given: dict[str, Any] = {
        "id": f"message-{number}",
        "team": TeamId("web"),
        "at": BEGIN + timedelta(hours=number),
        "to": "Ann",
        "person": PersonId("ann"),
        "zone": "Europe/Berlin",
        "kind": "reminder",
        "text": f"WEB-{number} is blocked",
        "rule": "blocked-1-day",
        "why": "No ticket stays blocked.",
        "costs": True,
        "out_of_hours": False,
        "waited": 24.0,
    }
    return Message(**given | what)


def record(*messages: Message, **what: Any) -> Record:
    given: dict[str, Any] = {
        "version": "v1",
        "sprints": ("Sprint 24",),
        "begin": BEGIN,
        "end": BEGIN + timedelta(days=5),
        "names": {PersonId("ann"): "Ann", PersonId("bob"): "Bob"},
        "messages": messages,
        "days": tuple(date(2026, 9, 7 + n) for n in range(5)),
    }
    return Record(**given | what)


def silence(**what: Any) -> Silence:
    given: dict[str, Any] = {
        "team": TeamId("web"),
        "at": BEGIN,
        "to": "Bob",
        "zone": "UTC",
        "kind": "reminder",
        "text": "WEB-9 waits",
        "rule": "one-reminder-a-day",
        "why": "put off: Bob has had today's one message already",
    }
    return Silence(**given | what)
