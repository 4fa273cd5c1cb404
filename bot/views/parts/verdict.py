"""Whether an answer helped, in one press of two: Slack shows what was pressed, and nothing more comes of it."""

from __future__ import annotations

import json

from bot.views.parts.message import Block, Message
from models.lessons import Feedback


def judged(answer: Message, name: str) -> Message:
    """``answer`` with the two buttons under it; ``name`` is that of the answer."""
    return Message(answer.text, (*answer.blocks, verdict(name)))


def verdict(name: str) -> Block:
    """The two buttons, for the end of an answer in a conversation."""
    buttons = {
        "type": "feedback_buttons",
        "action_id": "verdict",
        "positive_button": _button("Useful", name, Feedback.USEFUL),
        "negative_button": _button("Not useful", name, Feedback.NOT_USEFUL),
    }
    return {"type": "context_actions", "elements": [buttons]}


def _button(words: str, name: str, said: Feedback) -> Block:
    return {
        "text": {"type": "plain_text", "text": words, "emoji": False},
        "value": json.dumps({"r": name, "f": said.value}),
        "accessibility_label": f"{words}: this answer",
    }
