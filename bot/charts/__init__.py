"""Charts as SVG, made on the server: figures in; a picture, its finding in words and its figures as a table out."""

from __future__ import annotations

from bot.charts.burn_up import BurnUp, Cone, Point, burn_up, cone
from bot.charts.calibration import Group, calibration, grouped
from bot.charts.chart import Chart, Table, figure, table
from bot.charts.load import Heard, Load, load
from bot.charts.trend import Chance, Trend, trend

__all__ = [
    "BurnUp",
    "Chance",
    "Chart",
    "Cone",
    "Group",
    "Heard",
    "Load",
    "Point",
    "Table",
    "Trend",
    "burn_up",
    "calibration",
    "cone",
    "figure",
    "grouped",
    "load",
    "table",
    "trend",
]
