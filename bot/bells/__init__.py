"""Who wakes this process when work was committed elsewhere, and who is told when it was committed here."""

from bot.bells.bells import BELL, REDIS, Bells, bells_of

__all__ = ["BELL", "REDIS", "Bells", "bells_of"]
