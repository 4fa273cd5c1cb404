"""*Track this*: which of the tickets in a message somebody wants to hear of, and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.views.parts.message import context, section
from bot.views.parts.mrkdwn import escape
from bot.views.windows.window import Picked, Window, choice

WORD = "track"
WHAT, UNTIL = "what", "until"

UNTILS: Mapping[str, str] = {
    "changes": "When anything about it changes",
    "is done": "When it is done",
    "is merged": "When its pull request is merged",
    "is unblocked": "When it is no longer blocked",
}
"""What is waited for, in the words of ``/pm snooze ... until it ...``, and as it is read."""


def track_window(named: Sequence[tuple[str, str]]) -> Window:
    """The form; ``named`` are (label, subject) of what the message names, at least one."""
    return Window(
        word=WORD,
        title="Track this",
        submit="Track it",
        blocks=(
            section(escape("You hear of it once, privately, in your hours.")),
            *(choice(WHAT, "Which one?", named, chosen=value) for _, value in named[:1]),
            choice(UNTIL, "Tell me", [(words, until) for until, words in UNTILS.items()], chosen="changes"),
            context("Until then you get no other reminder of it, unless it is critical. /pm snoozed lists these."),
        ),
    )


def track_faults(filled: Picked) -> Mapping[str, str]:
    """Both must be chosen, from what was offered."""
    faults = {} if isinstance(filled.get(WHAT), str) else {WHAT: "Choose one."}
    until = filled.get(UNTIL)
    return faults if isinstance(until, str) and until in UNTILS else faults | {UNTIL: "Choose when you want to hear."}
