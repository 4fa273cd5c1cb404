"""Held back: what its reader has not been told, why, and until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.views.home.data import fewer
from bot.views.parts.items import item_labels
from bot.views.parts.message import Block, actions, button, context, divider, header, section
from bot.views.parts.moments import moment
from bot.views.parts.mrkdwn import and_more, escape, linked
from planner.asked.quiet.held import Held

MOST = 8


def held_back(held: Sequence[Held], zone: str, now: datetime, less: int = 1) -> list[Block]:
    """The section, nothing when nothing is held back. ``now`` is company time."""
    if not held:
        return []
    blocks: list[Block] = [divider(), header("Held back")]
    most = fewer(MOST, less)
    blocks += [section(_line(each, zone, now)) for each in held[:most]]
    left = len(held) - most
    if left <= 0:
        return blocks
    show = button("Show more", "ask:held", "held", reads="Show everything that is held back")
    return [*blocks, context(and_more(left, "matter")), actions(show)]


def _line(held: Held, zone: str, now: datetime) -> str:
    what = linked(held.text, item_labels(held.subject), held.url) if held.subject else escape(held.text)
    until = f", until {moment(held.until, zone, now)}" if held.until else ""
    return f"{what}\nNot told: {escape(held.why, 120)}{until}"
