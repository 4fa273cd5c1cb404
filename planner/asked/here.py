"""Where a question is asked, and which board was chosen there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Here:
    """What is known of the place of a question."""

    board: int | None = None
    """The board this channel, or this person in direct messages, is answered for; ``None`` while none was chosen."""
    private: bool = False
    """A direct message: what is chosen there is one person's."""

    @property
    def called(self) -> str:
        """``this channel``."""
        return "you" if self.private else "this channel"


NOWHERE = Here()
"""No place is known, for example on the command line."""
