"""The brain of the demo: answers our own prompts as a sensible model would, from what stands in them and nothing else.

Each prompt it knows is one entry in ``KNOWN``: a phrase that stands in its system text, and who answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from integrations.simulator.claude.brains.plain import plain
from integrations.simulator.claude.brains.planning import KNOWS, planned
from integrations.simulator.claude.brains.port import Asked, Said
from integrations.simulator.claude.brains.talking import TALKS, talked
from integrations.simulator.claude.brains.working import KNOWS as WORKS
from integrations.simulator.claude.brains.working import worked

Answerer = Callable[[Asked], Said]

KNOWN: tuple[tuple[str, Answerer], ...] = ((KNOWS, planned), (TALKS, talked), (WORKS, worked))
"""(phrase of the system text, who answers): the first that stands in it."""


class Honest:
    """Chooses who answers by the prompt."""

    def __init__(self, known: Sequence[tuple[str, Answerer]] | None = None) -> None:
        self._known = KNOWN if known is None else known

    def answer(self, asked: Asked) -> Said:
        """See ``Brain.answer``."""
        system = asked.system
        return next((who for phrase, who in self._known if phrase in system), plain)(asked)
