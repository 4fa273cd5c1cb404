"""What I did in the last days that concerns one person: what they were sent, asked for, or said yes to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from models.actions import AskApproval, AskIdentity, Asking, CommentOnIssue, RemindPerson, TellAdmins, addressee
from models.directives import Directives
from models.ids import EffectId, PersonId
from models.proposals import Effect
from planner.words.titles import brief, called, title

DAYS, MOST = 7, 12
"""How far back it is told, and how much of it is shown at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that was done."""

    words: str
    """``Wrote to you about PAY-7``, ``PAY-420 → Li Wei``."""
    at: datetime
    """Company time."""
    how: str = ""
    """``you asked for it``, ``you approved it``, ``taken back``; empty for what was simply sent."""
    why: str
    """The id to ask *why* with."""
    undo: str = ""
    """The id to take it back by; empty where that cannot be."""


def deeds_of(
    person: PersonId,
    done: Iterable[Effect],
    directives: Directives,
    *,
    can_undo: Collection[EffectId] = (),
    undone: Collection[EffectId] = (),
) -> tuple[Deed, ...]:
    """``done`` (what was carried out, about ``person`` alone) in words, in the order given."""
    return tuple(
        Deed(
            words=_words(effect, person, directives),
            at=effect.ended,
            how="taken back" if effect.id in undone else _how(effect, person),
            why=effect.proposal.id,
            undo=effect.proposal.id if effect.id in can_undo and effect.id not in undone else "",
        )
        for effect in done
        if effect.ended is not None
    )


def _words(effect: Effect, person: PersonId, directives: Directives) -> str:
    action = effect.action
    if addressee(action) != person:
        done = brief(action, effect.team, directives)
        return f"Took back: {done}" if effect.proposal.undoes is not None else done
    match action:
        case RemindPerson(items=items):
            return f"Wrote to you about {', '.join(dict.fromkeys(called(each.subject) for each in items))}"
        case CommentOnIssue(issue=issue):
            return f"Commented on {issue} for you"
        case AskApproval(asking=asking):
            return f"{_ASKED[asking]}: {brief(effect.proposal.action, effect.team, directives)}"
        case AskIdentity():
            return "Asked you whether an account is yours"
        case TellAdmins(headline=headline):
            return f"Told you as an admin: {headline}"
        case _:
            return title(action, effect.team, directives)


_ASKED = {
    Asking.FIRST: "Asked you",
    Asking.AGAIN: "Reminded you of a question",
    Asking.PROMISED: "Reminded you of a question",
    Asking.DEPUTY: "Asked you as the deputy",
}


def _how(effect: Effect, person: PersonId) -> str:
    if addressee(effect.action) == person:
        return ""
    return "you asked for it" if effect.proposal.asked_by == person else "you approved it"
