"""*Reject…*: why not, in one press; a few words of one's own where none of the reasons says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.views.card.settled import OBJECTIONS
from bot.views.parts.message import context, section
from bot.views.windows.window import Picked, Window, choice, entry
from models.proposals import Objection

REASON, NOTE = "reason", "note"
MOST_NOTE = 200
"""Characters of somebody's own words."""

FOLLOWS = (
    "Too early: not proposed again before your next working day. Never do this: said three times, the admins hear."
)


def reject_window(word: str, lines: Sequence[str], pairs: Sequence[tuple[str, str]]) -> Window:
    """The form about these questions; ``lines`` say what they would do, as mrkdwn."""
    chips = [(words[:1].upper() + words[1:], said.value) for said, words in OBJECTIONS.items()]
    return Window(
        word=word,
        title="Reject",
        blocks=(
            section("\n".join(lines)),
            choice(REASON, "Why not?", chips),
            entry(NOTE, "In your words", multiline=True, optional=True, most=MOST_NOTE),
            context(FOLLOWS),
        ),
        submit="Reject",
        carried={"a": pairs[0][0] if pairs else "", "q": [list(pair) for pair in pairs]},
    )


def faults(picked: Picked) -> Mapping[str, str]:
    """What is wrong with what was filled in."""
    if objection_in(picked) is None:
        return {REASON: "Choose a reason."}
    return {NOTE: f"At most {MOST_NOTE} characters."} if len(note_in(picked)) > MOST_NOTE else {}


def objection_in(picked: Picked) -> Objection | None:
    """The chosen reason; ``None`` for anything else."""
    said = picked.get(REASON)
    return Objection(said) if isinstance(said, str) and said in set(Objection) else None


def note_in(picked: Picked) -> str:
    """Somebody's own words on one line."""
    said = picked.get(NOTE)
    return " ".join(said.split()) if isinstance(said, str) else ""
