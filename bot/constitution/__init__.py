"""The constitution in force: a changed file counts from the next look on, a broken one changes nothing."""

from bot.constitution.follow import bid_farewell, broken_name, keep_up, note_standing, span_of, span_over, tell_admins
from bot.constitution.watch import Amended, Broken, Constitution, Trouble

__all__ = [
    "Amended",
    "Broken",
    "Constitution",
    "Trouble",
    "bid_farewell",
    "broken_name",
    "keep_up",
    "note_standing",
    "span_of",
    "span_over",
    "tell_admins",
]
