"""What I did in the last days that concerns one person: what they were sent, asked for, said yes to, or own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from models.actions import (
    AskApproval,
    AskIdentity,
    Asking,
    CommentOnIssue,
    RemindPerson,
    ShadowLog,
    TellAdmins,
    addressee,
)
from models.directives import Directives
from models.ids import EffectId, PersonId
from models.proposals import Effect
from planner.reports.shadow import count_words
from planner.words.titles import brief, called, name_of, title

DAYS, MOST = 7, 12
"""How far back it is told, and how much of it is shown at once."""

MOST_CHANGES = 3
"""Changes by others told below a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One thing that was done."""

    words: str
    """``Wrote to you about PAY-7``, ``PAY-420 → Li Wei``."""
    at: datetime
    """Company time."""
    how: str = ""
    """``you asked for it``, ``you approved it``, ``Dana said yes``, ``taken back``; empty for what was simply sent."""
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
            how="taken back" if effect.id in undone else _how(effect, person, directives),
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
        case ShadowLog(sent=sent, withheld=withheld):
            return f"Told you what shadow mode kept: {count_words(sent, withheld)}"
        case _:
            return title(action, effect.team, directives)


_ASKED = {
    Asking.FIRST: "Asked you",
    Asking.AGAIN: "Reminded you of a question",
    Asking.PROMISED: "Reminded you of a question",
    Asking.DEPUTY: "Asked you as the deputy",
}


def _how(effect: Effect, person: PersonId, directives: Directives) -> str:
    if addressee(effect.action) == person:
        return ""
    if effect.proposal.asked_by == person:
        return "you asked for it"
    return "you approved it" if effect.said_yes == person else at_whose_word(effect, directives)


def at_whose_word(effect: Effect, directives: Directives) -> str:
    """``Sam Keller asked for it, Dana Whitfield said yes``; empty of what the constitution lets the agent do alone."""
    asked = effect.proposal.asked_in.person if effect.proposal.asked_in else effect.proposal.asked_by
    by, yes = (name_of(p, effect.team, directives) if p is not None else "" for p in (asked, effect.said_yes))
    if effect.proposal.undoes is not None:
        return f"{by} took it back" if by else ""
    wanted = f"{by} asked for it" if by and by != yes else ""
    return ", ".join(filter(None, [wanted, f"{yes} said yes" if yes else ""]))


def changes_of(changed: Sequence[Effect], directives: Directives) -> tuple[str, ...]:
    """What others have changed of somebody's tickets, a line each, for their next message; the oldest first."""
    lines = []
    for effect in changed[:MOST_CHANGES]:
        word = at_whose_word(effect, directives)
        lines.append(f"{brief(effect.action, effect.team, directives)}{f': {word}' if word else ''}")
    left = len(changed) - len(lines)
    return (*lines, f"and {left} more in Home") if left > 0 else tuple(lines)
