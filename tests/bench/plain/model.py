"""The loopback model behind the plain agent: words for whatever changes whose move it is, nothing for the rest."""

from __future__ import annotations

import json

from integrations.simulator.claude.brains import Asked, Said

NOTHING = "Nothing to say."

MOVES = frozenset({"status", "assignee", "priority", "Flagged", "labels"})
"""Changes that are worth a message; talk is not."""


class Teller:
    """Says of an event what has changed, from what it is shown and nothing else."""

    def answer(self, asked: Asked) -> Said:
        """See ``Brain.answer``."""
        event = json.loads(asked.words)["event"]
        changed = {name: to for name, to in event["changed"].items() if name in MOVES}
        if not changed:
            return Said(NOTHING)
        return Said(
            f"{event['subject']}: " + ", ".join(f"{name} is now {to or 'nobody'}" for name, to in changed.items())
        )
