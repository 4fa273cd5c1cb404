"""A Hook is one address a vendor tells its events to, as the vendor lists it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hook:
    """One registered webhook. The secret is never part of it: vendors take it and do not give it back."""

    id: str
    url: str
    name: str
    events: frozenset[str]
    """The vendor's own names of events."""
    signed: bool
    """Whether the vendor holds a secret for it."""
    active: bool
