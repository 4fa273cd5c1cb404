"""Claude, asked and metered: one prompt in, one thought out, at a price that is known."""

from __future__ import annotations

from integrations.claude.client import Claude
from integrations.claude.hearing import unusable

__all__ = ["Claude", "unusable"]
