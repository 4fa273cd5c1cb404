"""A delegated task from its yes to its report: paid for, worked on in a cage, told once, kept."""

from __future__ import annotations

from bot.delegating.hand import Office, TaskHand
from bot.delegating.telling import Voice

__all__ = ["Office", "TaskHand", "Voice"]
