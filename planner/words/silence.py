"""Why no model is asked or heard just now, as a clause for whoever has asked something."""

from __future__ import annotations

from models.errors import NotThought, Silence


def clause(silence: NotThought) -> str:
    """``Claude is not asked any more today: $1.00 of $1.00 a day is spent``; empty where there is no model at all."""
    if silence.why is Silence.BUDGET:
        return f"Claude is not asked any more today: {silence.args[0]}"
    return _WORDS[silence.why]


_WORDS = {
    Silence.OFF: "",
    Silence.PERSON: "Claude has spent on your questions what it may in a day",
    Silence.AWAY: "Claude did not answer just now",
    Silence.REJECTED: "Claude does not take questions just now (an admin sees why: pm test-connections)",
    Silence.REFUSED: "Claude declined to answer",
    Silence.CUT: "Claude's answer broke off",
    Silence.GARBAGE: "Claude's answer could not be read",
}
