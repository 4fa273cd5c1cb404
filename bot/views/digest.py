"""The daily summary: at most 80 words, at most three things that need somebody, one line on a quiet day."""

from __future__ import annotations

from collections.abc import Sequence

from bot.views.parts.items import item_line, why_button
from bot.views.parts.message import Block, Message, actions, button, context, message, section
from bot.views.parts.mrkdwn import and_more, escape
from models.actions import Item, PostDigest

WORDS = 80
"""product.md R15; the footer is not counted."""

MOST = 3


def digest(action: PostDigest, proposal: str, notes: Sequence[str] = ()) -> Message:
    """The post for the team channel. ``notes`` go to the footer."""
    shown, left = _within_words(action)
    blocks: list[Block] = [section(f"*{escape(_cut_words(action.headline, WORDS), 400)}*")]
    if shown:
        asks = [f"{number}. {item_line(item)}" for number, item in enumerate(shown, start=1)]
        blocks.append(section("\n".join(asks)))
    footer = [escape(action.footer, 300)] if action.footer else []
    if left:
        footer.append(and_more(left, "item") + " in `/pm status`")
    footer += notes
    if footer:
        blocks.append(context(" · ".join(footer)))
    blocks.append(
        actions(button("Sprint status", "ask", "status", reads="Show me the sprint status"), why_button(proposal))
    )
    return message(blocks)


def _within_words(action: PostDigest) -> tuple[list[Item], int]:
    """As many whole items as fit beside the headline, and how many are left out."""
    room = WORDS - len(_cut_words(action.headline, WORDS).split())
    shown: list[Item] = []
    for item in action.items[:MOST]:
        room -= len(item.text.split()) + 2  # its number, and a link that may follow it
        if room < 0:
            break
        shown.append(item)
    return shown, len(action.items) - len(shown)


def _cut_words(text: str, most: int) -> str:
    words = text.split()
    return text if len(words) <= most else " ".join(words[: most - 1]) + " …"
