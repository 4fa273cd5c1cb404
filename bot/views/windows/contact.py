"""The window *How I may contact you*: what is left empty stays as the constitution has it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bot.views.parts.message import Block, context, section
from bot.views.windows.window import Picked, Window, choice, entry, option
from models.directives import WEEKDAYS
from planner.hearers.contact import CHANNELS, NotAWish, Wish, read_hours, read_per_day, read_zone

WORD = "contact"
GIVEN = "constitution"
"""What comes back for *as the constitution has it*."""

OTHER = "other"
HOURS, DAYS, ZONE, TYPED, PER_DAY, WAY = "hours", "days", "zone", "zone_typed", "per_day", "way"
"""Names of the blocks; the one for messages a day also carries the most there may be: ``per_day_1``."""

_WAYS = {"dm": "Direct messages", "jira": "Jira comments", "learn": "Learn it from how I answer"}
_DAYS = dict(zip(WEEKDAYS, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


def contact_window(
    wish: Wish, *, hours: str, days: str, zone: str, most: int, way: str, slack_zone: str = "", approves: bool = False
) -> Window:
    """The form with what they have said so far; ``hours`` to ``way`` are the constitution's.

    ``slack_zone`` is the one of their Slack profile, and ``approves`` says that they answer questions for the team.
    """
    now = "" if wish.per_day is None else str(wish.per_day)
    ways = [(f"As the constitution has it: {way}", GIVEN), *((_WAYS[each], each) for each in CHANNELS)]
    blocks = (
        section("When and how I may write to you unasked. What you leave empty is as the constitution has it."),
        entry(HOURS, f"Hours (empty: {hours})", optional=True, most=40, start=wish.hours),
        _days(wish, days),
        *_zone(wish, zone, slack_zone),
        entry(f"{PER_DAY}_{most}", f"Messages a day, 0 to {most} (empty: {most})", optional=True, most=3, start=now),
        choice(WAY, "Where", ways, chosen=wish.channel or GIVEN, optional=True),
        context(_terms(approves=approves)),
    )
    return Window(word=WORD, title="How I may contact you", blocks=blocks, submit="Save")


def _terms(*, approves: bool) -> str:
    terms = "What is critical has a budget of its own. How long something may wait is not counted by these hours."
    return f"{terms} With 0 messages a day questions go to your deputies first." if approves else terms


def _days(wish: Wish, given: str) -> Block:
    options = [option(name, day) for day, name in _DAYS.items()]
    element: Block = {"type": "checkboxes", "action_id": DAYS, "options": options}
    chosen = [each for each in options if each["value"] in wish.days]
    label = {"type": "plain_text", "text": f"Days (none: {given})"[:150], "emoji": False}
    element |= {"initial_options": chosen} if chosen else {}
    return {"type": "input", "block_id": DAYS, "label": label, "element": element, "optional": True}


def _zone(wish: Wish, given: str, slack_zone: str) -> tuple[Block, Block]:
    """The constitution's, the one of their Slack profile, or one they type."""
    options = [(f"As the constitution has it: {given}", GIVEN)]
    options += [(f"As in Slack: {slack_zone}", slack_zone)] if slack_zone and slack_zone != given else []
    options.append(("Another one, typed below", OTHER))
    listed = wish.zone in {value for _, value in options}
    chosen = (wish.zone if listed else OTHER) if wish.zone else GIVEN
    typed = "" if listed else wish.zone
    return (
        choice(ZONE, "Time zone", options, chosen=chosen, optional=True),
        entry(TYPED, "Another time zone, for example Europe/Lisbon", optional=True, most=60, start=typed),
    )


# --- what comes back --------------------------------------------------------------------------------------------


def given_in(picked: Picked) -> Mapping[str, Any]:
    """What was filled in, by the names of ``Wish``'s fields."""
    zone, way = _word(picked.get(ZONE)), _word(picked.get(WAY))
    typed = _word(picked.get(TYPED)) if zone in ("", OTHER) else ""
    return {
        "hours": _word(picked.get(HOURS)),
        "days": picked.get(DAYS) or (),
        "zone": typed or ("" if zone in (GIVEN, OTHER) else zone),
        "per_day": _word(next((value for block, value in picked.items() if block.startswith(f"{PER_DAY}_")), "")),
        "channel": "" if way == GIVEN else way,
    }


def faults(picked: Picked) -> Mapping[str, str]:
    """What is wrong with what was typed, by block: asked at the door, and again where it counts."""
    given, wrong = given_in(picked), {}
    block = next((name for name in picked if name.startswith(f"{PER_DAY}_")), "")
    most = int(found[1]) if (found := re.fullmatch(rf"{PER_DAY}_([0-9]{{1,2}})", block)) else 0
    checks = ((HOURS, read_hours, (given["hours"],)), (TYPED, read_zone, (given["zone"],)))
    for name, read, typed in (*checks, (block, read_per_day, (given["per_day"], most))):
        try:
            read(*typed)
        except NotAWish as no:
            wrong[name] = str(no)
    if picked.get(ZONE) == OTHER and not given["zone"] and TYPED not in wrong:
        wrong[TYPED] = "Write the time zone, for example Europe/Lisbon."
    return wrong


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""
