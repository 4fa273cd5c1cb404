"""*Waiting on purpose*: until when, and why, both as its reader likes; whoever would be told next reads it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.views.parts.message import context, section
from bot.views.parts.mrkdwn import escape
from bot.views.windows.window import Picked, Window, day, entry
from planner.words.titles import called

WORD = "waiting"
UNTIL, REASON = "until", "reason"
LONGEST = 200
"""Characters of a reason."""


def waiting_window(subject: str, channel: str, ts: str, signal: str) -> Window:
    """The form about one line of a message."""
    return Window(
        word=WORD,
        title="Waiting on purpose",
        submit="Leave it",
        carried={"c": channel, "t": ts, "s": signal},
        blocks=(
            section(f"*{escape(called(subject), 60)}* waits on purpose. You hear again then, or when it changes."),
            day(UNTIL, "Until", optional=True, hint="Without a day: until it changes."),
            entry(REASON, "Why", optional=True, most=LONGEST),
            context("Whoever would be told next reads this. The daily summary leaves it out until then."),
        ),
    )


def waiting_faults(filled: Picked) -> Mapping[str, str]:
    """What is wrong with it; whether a day is past is known later, in their own zone."""
    until, reason = filled.get(UNTIL), filled.get(REASON)
    faults = {}
    if until is not None and not isinstance(until, str):
        faults[UNTIL] = "Choose a day, or none."
    if isinstance(reason, str) and len(reason) > LONGEST:
        faults[REASON] = f"At most {LONGEST} characters."
    return faults
