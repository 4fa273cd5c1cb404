"""What a reader may say of a message, in a menu of four; what they said then stands in its footer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from bot.views.parts.message import Block, button
from models.lessons import Feedback, Observation, What

MENU = "feedback"

WORDS: Mapping[Feedback, str] = {
    Feedback.USEFUL: "Useful",
    Feedback.NOT_USEFUL: "Not useful",
    Feedback.TOO_EARLY: "Too early",
    Feedback.WRONG_PERSON: "Wrong person",
}

_FOLLOWS: Mapping[Feedback, str] = {
    Feedback.USEFUL: "useful",
    Feedback.NOT_USEFUL: "not useful, such messages go last",
    Feedback.TOO_EARLY: "too early, this rule may wait longer",
    Feedback.WRONG_PERSON: "wrong person, the admins can see it",
}
"""What it changes, said at once; a lesson is drawn only when several say so."""


def feedback_buttons(proposal: str) -> list[Block]:
    """Each as a button, to be folded into a menu."""
    return [button(words, MENU, json.dumps({"p": proposal, "f": said.value})) for said, words in WORDS.items()]


def feedback_menu(says: Sequence[Block]) -> Block:
    """The menu of these alone, for the row of buttons below a message."""
    options = [{"text": each["text"], "value": each["value"]} for each in says]
    return {"type": "overflow", "action_id": MENU, "options": options}


def noted(said: Feedback) -> str:
    """``Noted: too early, this rule may wait longer``."""
    return f"Noted: {_FOLLOWS[said]}"


def last_noted(message: str, observed: Sequence[Observation]) -> list[str]:
    """The note of what was said last of the message of that id; none where nobody has said anything."""
    said = [each.value for each in observed if each.what is What.FEEDBACK and each.source == message]
    return [noted(Feedback(said[-1]["said"]))] if said else []
