"""What thinking needs from outside: one question in, one thought out, and its price settled."""

from __future__ import annotations

from typing import Protocol

from models.ids import CycleId, PersonId, TeamId
from models.thoughts import Prompt, Thought


class Model(Protocol):
    """A model behind the purse."""

    async def think(
        self, prompt: Prompt, team: TeamId, *, asker: PersonId | None = None, cycle: CycleId | None = None
    ) -> Thought:
        """The thought, its cost settled. ``asker`` is set when a person has just asked.

        Raises ``NotThought`` when none may be asked, none answered, or the answer was refused, cut or unreadable.
        A thought that stops for tools is a thought: its calls are for the caller to decide.
        """
        ...
