"""Which tool of which known server answers which question: arguments on the way in, our nouns on the way out."""

from __future__ import annotations

from integrations.mcp.bindings import atlassian, rovo, slack
from integrations.mcp.bindings.binding import Binding, Place

BINDINGS: tuple[Binding, ...] = (*atlassian.BINDINGS, *rovo.BINDINGS, *slack.BINDINGS)
"""Every binding; where two fit a server's tools, the first one is used."""

READS = frozenset(binding.tool for binding in BINDINGS) | {rovo.SITES}
"""The only tools that are ever called. Each one reads and changes nothing."""

__all__ = ["BINDINGS", "READS", "Binding", "Place"]
