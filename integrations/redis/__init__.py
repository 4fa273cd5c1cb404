"""Redis as a doorbell and a shared metronome: never the only copy of anything, and nobody waits for it long."""

from integrations.redis.line import Line
from integrations.redis.pace import Pace

__all__ = ["Line", "Pace"]
