"""What makes a message of ours findable again: an id in its metadata, and nothing else of it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

EVENT_TYPE = "pm_agent_effect"
"""``metadata.event_type`` of everything posted with a marker."""


def metadata_of(marker: str) -> dict[str, Any]:
    """The metadata that carries ``marker``."""
    return {"event_type": EVENT_TYPE, "event_payload": {"effect": marker}}


def marked(marker: str) -> dict[str, Any]:
    """The arguments of a post. The id is a second layer: some workspaces refuse a repeat by it."""
    return {
        "metadata": metadata_of(marker),
        "client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"pm-agent:{marker}")),
    }


def marker_of(message: Mapping[str, Any]) -> str | None:
    """The marker a message carries."""
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    found = (metadata.get("event_payload") or {}).get("effect")
    return str(found) if found is not None else None
