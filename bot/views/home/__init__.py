"""App Home: what waits for its reader, their work, how they may be contacted, what was done; one module a section."""

from bot.views.home.admins import RunningData, SourceData, SteppedData, TeamData
from bot.views.home.data import HomeData, Reach, home_of
from bot.views.home.page import home

__all__ = ["HomeData", "Reach", "RunningData", "SourceData", "SteppedData", "TeamData", "home", "home_of"]
