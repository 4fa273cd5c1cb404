"""What comes over the socket: one delivery in an envelope that wants to be acknowledged by its id."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

Answer = Mapping[str, Any]
"""What an acknowledgement says beside yes; mostly nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """One delivery of Slack."""

    id: str
    kind: str
    """``events_api``, ``slash_commands`` or ``interactive``."""
    payload: Mapping[str, Any]
    answerable: bool = False
    """Whether Slack reads an answer in the acknowledgement."""
    retried: int = 0
    reason: str = ""
    """Why Slack sends it again; for the log, never for a decision."""

    def acknowledged(self, answer: Answer) -> str:
        """The message that tells Slack we have it."""
        with_answer = {"payload": dict(answer)} if answer and self.answerable else {}
        return json.dumps({"envelope_id": self.id, **with_answer})


Take = Callable[[Envelope], Awaitable[Answer | None]]
"""Keeps a delivery: the answer once it is on disk, ``None`` when it is not, so that Slack sends it again."""


def read(said: Mapping[str, Any]) -> Envelope | None:
    """The envelope in a message; ``None`` when it is something else."""
    id, payload = said.get("envelope_id"), said.get("payload")
    if not isinstance(id, str) or not id or not isinstance(payload, dict):
        return None
    retried = said.get("retry_attempt")
    return Envelope(
        id=id,
        kind=str(said.get("type", "")),
        payload=payload,
        answerable=said.get("accepts_response_payload") is True,
        retried=retried if isinstance(retried, int) else 0,
        reason=str(said.get("retry_reason") or ""),
    )
