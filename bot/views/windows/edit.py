"""*Edit…*: the one thing of a proposal that its approver may change, filled in as it was proposed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.views.parts.message import context, section
from bot.views.windows.window import Picked, Window, choice, entry
from planner.asked.pressed.edits import MOST_TEXT, Form

VALUE = "value"

YES = "Your edit is your yes: it is done at once, and recorded with your name. Nothing else of it changes."


def edit_window(form: Form, lines: Sequence[str], approval: str, version: str) -> Window:
    """The form; ``lines`` say what was proposed, as mrkdwn."""
    if form.options:
        field = choice(VALUE, form.label, form.options, chosen=form.now)
    else:
        field = entry(VALUE, form.label, multiline=True, most=MOST_TEXT, start=form.now)
    return Window(
        word="edit",
        title="Edit and approve",
        blocks=(section("\n".join(lines)), field, context(YES)),
        submit="Approve",
        carried={"a": approval, "v": version},
    )


def faults(picked: Picked) -> Mapping[str, str]:
    """What is wrong with what was filled in; whether the choice is still offered only the facts can say."""
    value = picked.get(VALUE)
    if not isinstance(value, str) or not value.strip():
        return {VALUE: "Fill this in, or cancel."}
    return {VALUE: f"At most {MOST_TEXT} characters."} if len(value) > MOST_TEXT else {}
