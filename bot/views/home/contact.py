"""How I may contact you: hours, days, zone, messages a day, the way, what is used today, and who said so."""

from __future__ import annotations

from bot.views.home.data import Reach
from bot.views.parts.message import Block, actions, button, context, header, section
from bot.views.parts.mrkdwn import escape
from planner.hearers.contact import WAYS

STILL = "Answers to what you ask always come."


def contact(reach: Reach) -> list[Block]:
    """The section with its buttons."""
    buttons = [button("Change", "contact", "{}", reads="Change how I may contact you")]
    blocks: list[Block] = [header("How I may contact you"), section("\n".join(_lines(reach)))]
    if reach.given:
        blocks.append(context(f"This is your own word. The constitution has: {escape(reach.given, 300)}."))
        again = "Contact me as the constitution has it"
        buttons.append(button("Back to the constitution's", "contact_back", "{}", reads=again))
    return [*blocks, actions(*buttons)]


def _lines(reach: Reach) -> list[str]:
    when = f"{escape(reach.hours, 20)}, {escape(reach.days, 60)}, {escape(reach.zone, 60)} time"
    where = WAYS[reach.channel or "learn"]
    lines = [
        f"{_limit(reach.per_day)} a day that you did not ask for.{_used(reach)}",
        f"{where[:1].upper()}{where[1:]}, {when}.",
    ]
    if reach.per_day == 0:
        lines = [f"No message that you did not ask for; it waits here instead. {STILL}"]
    lines.append(_critical(reach, when))
    if reach.absent:
        lines.append(f"Right now nothing is sent: {escape(reach.absent, 120)}.")
    return lines


def _limit(per_day: int) -> str:
    return "At most one message" if per_day == 1 else f"At most {per_day} messages"


def _used(reach: Reach) -> str:
    return f" Today: {reach.used} of {reach.per_day} used." if reach.used else " None today so far."


def _critical(reach: Reach, when: str) -> str:
    if reach.critical == 0:
        return "Something critical has no budget of its own here."
    more = "one more" if reach.critical == 1 else f"{reach.critical} more"
    if reach.per_day == 0:
        more = "one message" if reach.critical == 1 else f"{reach.critical} messages"
        more = f"{more} a day, {when}" if not reach.on_call else f"{more} a day"
    hour = ", at any hour: you are on call" if reach.on_call else ""
    used = f" Today: {reach.critical_used} of {reach.critical} used." if reach.critical_used else ""
    return f"When something critical waits for you, {more}{hour}.{used}"
