"""The buttons under a line of a reminder, each of which ends the matter; two of them open a window."""

from __future__ import annotations

import json
from collections.abc import Iterable

from bot.views.parts.message import Block, button
from bot.views.parts.mrkdwn import plain
from models.actions import Item
from models.hushes import End
from planner.asked.pressed.endings import Offer
from planner.words.titles import called

WINDOWS = frozenset({End.WAITING, End.WRONG})
"""Endings that need a word more: their buttons open the window of that name."""


def ending_buttons(item: Item, offers: Iterable[Offer]) -> list[Block]:
    """One button for each; a screen reader also hears what it is about."""
    return [
        button(
            plain(offer.label, 75),
            f"{offer.end}:{item.signal}" if offer.end in WINDOWS else f"ending:{offer.end}:{item.signal}",
            json.dumps({"s": item.signal, "e": offer.end}),
            reads=plain(f"{called(item.subject)}: {offer.label}", 75),
        )
        for offer in offers
    ]
