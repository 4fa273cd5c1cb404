"""Thinking with a model, within its money: what is asked is paid for before, and settled after."""

from bot.thinking.gated import Asks, GatedModel
from bot.thinking.plans import KeptPlans

__all__ = ["Asks", "GatedModel", "KeptPlans"]
