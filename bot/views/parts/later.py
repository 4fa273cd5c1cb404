"""The menu *Later…*: leave me in peace about this one, for a while, until it changes, or for good."""

from __future__ import annotations

import json

from bot.views.parts.items import rule_id
from bot.views.parts.message import Block
from models.actions import Item
from planner.asked.quiet.hushing import LATER
from planner.matters.quiet import ASKED, WOKEN

NEVER, RULE = "never", "rule"
"""What is chosen beside the times of ``LATER``, which are chosen by their words."""


def can_wait(item: Item) -> bool:
    """Whether there is anything to put off: what somebody has just asked to hear is over with hearing it."""
    return item.kind != WOKEN and item.rule != ASKED


def later_menu(item: Item) -> Block:
    """The menu about one line of a message; a choice names the signal and what was chosen."""
    choices = [*LATER, ("Never for this one", NEVER), (f"Mute rule {rule_id(item.rule).strip('`')}", RULE)]
    return {
        "type": "static_select",
        "action_id": f"later:{item.signal}",
        "placeholder": {"type": "plain_text", "text": "Later…", "emoji": False},
        "options": [_option(label, item, chosen) for label, chosen in choices],
    }


def _option(label: str, item: Item, chosen: str) -> Block:
    return {
        "text": {"type": "plain_text", "text": label[:75], "emoji": False},
        "value": json.dumps({"s": item.signal, "l": chosen}),
    }
