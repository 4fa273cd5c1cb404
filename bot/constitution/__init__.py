"""The constitution in force: a changed file counts from the next look on, a broken one changes nothing."""

from bot.constitution.follow import (
    broken_name,
    keep_up,
    live_by,
    span_of,
    tell_admins,
)
from bot.constitution.watch import Amended, Broken, Constitution, Trouble

__all__ = [
    "Amended",
    "Broken",
    "Constitution",
    "Trouble",
    "broken_name",
    "keep_up",
    "live_by",
    "span_of",
    "tell_admins",
]
