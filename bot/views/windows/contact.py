"""The window *How I may contact you*: filled in with what holds now; only what is not the constitution's is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.views.parts.message import Block, context, section
from bot.views.parts.mrkdwn import plain
from bot.views.windows.window import Picked, Window, choice, entry, labelled, option
from models.directives import WEEKDAYS
from planner.hearers.contact import CHANNELS, NotAWish, Wish, named_days, read_hours, read_per_day, read_zone, whole

WORD = "contact"

HOURS, DAYS, ZONE, PER_DAY, WAY = "hours", "days", "zone", "per_day", "way"
"""Names of the blocks; the one for messages a day also carries the most there may be: ``per_day_1``."""

_WAYS = {"dm": "Direct messages", "jira": "Jira comments", "learn": "Whichever of the two you answer"}
_DAYS = dict(zip(WEEKDAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


def contact_window(wish: Wish, *, given: Wish, most: int, slack_zone: str = "", approves: bool = False) -> Window:
    """The form with what holds now: their own ``wish``, and for the rest what is ``given``, the constitution's.

    ``slack_zone`` is the one of their Slack profile, and ``approves`` says that they answer questions for the team.
    """
    now = whole(wish, given)
    per_day = str(now.per_day) if now.per_day is not None else ""
    ways = [(_WAYS[each], each) for each in CHANNELS]
    blocks = (
        section("When and how I may write to you unasked. What you change is your own word."),
        entry(HOURS, "Hours", optional=True, most=40, start=now.hours, hint=_was(wish.hours, given.hours)),
        _days(now, _was(named_days(wish.days), named_days(given.days))),
        entry(ZONE, "Time zone", optional=True, most=60, start=now.zone, hint=_zones(wish, given, slack_zone)),
        entry(f"{PER_DAY}_{most}", "Messages a day", optional=True, most=3, start=per_day, hint=f"From 0 to {most}."),
        choice(WAY, "Where", ways, chosen=now.channel, optional=True),
        context(_terms(approves=approves)),
    )
    return Window(word=WORD, title="How I may contact you", blocks=blocks, submit="Save")


def _was(own: str, given: str) -> str:
    return f"The constitution has {given}." if own and own != given else ""


def _zones(wish: Wish, given: Wish, slack_zone: str) -> str:
    """What else it might be; where nothing else is known, how one is written."""
    now = wish.zone or given.zone
    slack = f"Your Slack profile says {plain(slack_zone, 60)}." if slack_zone and slack_zone != now else ""
    told = " ".join(filter(None, (_was(wish.zone, given.zone), slack)))
    return told or "Another one is written like Europe/Lisbon."


def _terms(*, approves: bool) -> str:
    terms = "What is critical has a budget of its own. How long something may wait is not counted by these hours."
    return f"{terms} With 0 messages a day questions go to your deputies first." if approves else terms


def _days(now: Wish, hint: str) -> Block:
    options = [option(name, day) for day, name in _DAYS.items()]
    element: Block = {"type": "checkboxes", "action_id": DAYS, "options": options}
    chosen = [each for each in options if each["value"] in now.days]
    element |= {"initial_options": chosen} if chosen else {}
    return labelled(DAYS, "Days", element, optional=True, hint=hint)


# --- what comes back --------------------------------------------------------------------------------------------


def given_in(picked: Picked) -> Mapping[str, Any]:
    """What was filled in, by the names of ``Wish``'s fields."""
    return {
        "hours": _word(picked.get(HOURS)),
        "days": picked.get(DAYS) or (),
        "zone": _word(picked.get(ZONE)),
        "per_day": _word(next((value for block, value in picked.items() if block.startswith(f"{PER_DAY}_")), "")),
        "channel": _word(picked.get(WAY)),
    }


def faults(picked: Picked) -> Mapping[str, str]:
    """What is wrong with what was typed, by block: asked at the door, and again where it counts."""
    given, wrong = given_in(picked), {}
    block = next((name for name in picked if name.startswith(f"{PER_DAY}_")), "")
    most = int(found[1]) if (found := re.fullmatch(rf"{PER_DAY}_([0-9]{{1,2}})", block)) else 0
    checks = ((HOURS, read_hours, (given["hours"],)), (ZONE, read_zone, (given["zone"],)))
    for name, read, typed in (*checks, (block, read_per_day, (given["per_day"], most))):
        try:
            read(*typed)
        except NotAWish as no:
            wrong[name] = str(no)
    return wrong


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
