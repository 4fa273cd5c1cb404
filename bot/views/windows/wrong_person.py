"""*Wrong person*: whose it is instead, so that it is put right and not only put away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.views.parts.message import context, section
from bot.views.parts.mrkdwn import escape
from bot.views.windows.window import Picked, Window, choice
from planner.asked.pressed.endings import NOBODY, NOT_MINE
from planner.words.titles import called

WORD = "wrong_person"
WHOSE = "whose"


def wrong_person_window(subject: str, people: Sequence[tuple[str, str]], channel: str, ts: str, signal: str) -> Window:
    """The form about one line of a message; ``people`` are (name, id) of everybody else in the team."""
    others = [("It is not mine", NOT_MINE), ("Nobody of us", NOBODY)]
    return Window(
        word=WORD,
        title="Whose is it?",
        submit="Pass it on",
        carried={"c": channel, "t": ts, "s": signal},
        blocks=(
            section(f"*{escape(called(subject), 60)}* came to you. Whose is it?"),
            choice(WHOSE, "Whose is it?", [*others, *((name or str(id), str(id)) for name, id in people[:90])]),
            context("A ticket is given on as your request, by the rules. A review is passed on once, in their hours."),
        ),
    )


def wrong_person_faults(filled: Picked) -> Mapping[str, str]:
    """Somebody must be chosen."""
    return {} if isinstance(filled.get(WHOSE), str) else {WHOSE: "Choose somebody, or what is so instead."}
