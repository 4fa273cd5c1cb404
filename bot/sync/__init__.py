"""The mirror of the work: first load, what webhooks hint at, and the reconciliation that heals the rest."""

from bot.sync.mirror import STALE, Sync
from bot.sync.people import person_of

__all__ = ["STALE", "Sync", "person_of"]
