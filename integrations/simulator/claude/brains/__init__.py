"""What answers in the model's place: an honest brain for the demo, a scripted one for tests."""

from __future__ import annotations

from integrations.simulator.claude.brains.honest import KNOWN, Honest
from integrations.simulator.claude.brains.port import Asked, Brain, Said, Wish
from integrations.simulator.claude.brains.scripted import Scripted

__all__ = ["KNOWN", "Asked", "Brain", "Honest", "Said", "Scripted", "Wish"]
