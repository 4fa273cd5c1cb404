"""*Ask the assignee*: a message becomes one question to whoever has the ticket that it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.views.parts.message import context, section
from bot.views.windows.window import Picked, Window, choice, entry

WORD = "question"
ABOUT, WORDS = "about", "words"
LONGEST = 180
"""Characters of a question that are carried."""


def question_window(named: Sequence[tuple[str, str]], words: str) -> Window:
    """The form; ``named`` are (label with whom it is with, subject), at least one; ``words`` what the message says."""
    return Window(
        word=WORD,
        title="Ask the assignee",
        submit="Ask",
        blocks=(
            section("I carry your question to whoever has it, in your name. It counts as one of their messages today."),
            *(choice(ABOUT, "About", named, chosen=value) for _, value in named[:1]),
            entry(WORDS, "Your question", multiline=True, most=LONGEST, start=words),
            context("Outside their hours it waits. You hear privately what becomes of it."),
        ),
    )


def question_faults(filled: Picked) -> Mapping[str, str]:
    """Something must be chosen and asked."""
    faults = {} if isinstance(filled.get(ABOUT), str) else {ABOUT: "Choose one."}
    words = filled.get(WORDS)
    if not isinstance(words, str) or not words.strip():
        return faults | {WORDS: "Write what you want to know."}
    return faults if len(words) <= LONGEST else faults | {WORDS: f"At most {LONGEST} characters."}
