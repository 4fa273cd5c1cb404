"""What no rule understood, answered with a model where there is one; without one, or its answer, all is as before."""

from bot.jobs.asked.conversing.story import Asking, conversed, takes
from bot.jobs.asked.conversing.telling import Outcome, noted

__all__ = ["Asking", "Outcome", "conversed", "noted", "takes"]
