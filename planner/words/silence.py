"""Why no model is asked or heard just now, as a clause for whoever has asked something."""

from __future__ import annotations

from models.errors import NotThought, Silence


def clause(silence: NotThought, *, public: bool) -> str:
    """``Claude is not asked just now: $1.00 of $1.00 is spent today``; empty where there is no model at all.

    Sums are for the asker alone: where others read it too (``public``) they hear that the money is used up. Not for the
    rest of the day: what is held for what is under way may come back, and a shorter question may fit.
    """
    if silence.why in (Silence.BUDGET, Silence.PERSON):
        return f"Claude is not asked just now: {'the money there is for it is used up' if public else silence.args[0]}"
    return _WORDS[silence.why]


_WORDS = {
    Silence.OFF: "",
    Silence.AWAY: "Claude did not answer just now",
    Silence.REJECTED: "Claude does not take questions just now (an admin sees why: pm test-connections)",
    Silence.REFUSED: "Claude declined to answer",
    Silence.CUT: "Claude's answer broke off",
    Silence.GARBAGE: "Claude's answer could not be read",
}
