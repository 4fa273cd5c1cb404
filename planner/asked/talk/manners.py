"""Whether words in a thread where we were asked are said to us: people talk to each other there too."""

from __future__ import annotations

import re

from models.directives import Team
from planner.asked.pleasantries import Pleasantry
from planner.asked.questions import AskForgetMe, AskHelp, AskMe, Question
from planner.asked.quiet.hushing import AskHeld, AskHush, AskHushed, AskPeace, AskUnhush
from planner.asked.quiet.pausing import AskPause, AskResume
from planner.asked.requests import AskUndo, Request
from planner.asked.topics import AskAgent, AskLost, AskWhich

_QUESTION = re.compile(r"\?\W*$")
_ASKS = re.compile(r"^\W*(?:(?:what|who|where|how)s?|whose|when|why|which|is|are|will|can|do|does)\b", re.I)
_ORDER = re.compile(r"^\W*[\w-]+(?:\s+sprint)?(?:\s+[\w:-]*\d[\w-]*)?\W*$")
"""A command as it is typed after ``/pm``: one word, with a sprint or a ticket behind it."""

_NAME = r"[^\W\d_][\w'-]*"
_CALLED = re.compile(rf"^\W*(?:(?:hi|hey|hello|ok|thanks|sorry)\s+)?@?({_NAME}(?: {_NAME})?)\s*[,:]", re.I)

OWN = (
    *(Request, AskUndo, AskPause, AskResume, AskHush, AskUnhush, AskHushed, AskHeld, AskPeace),
    *(AskMe, AskForgetMe, AskAgent),
)
"""What changes something, or is somebody's own: without a mention only of whoever was answered last."""


def is_for_us(question: Question, text: str, team: Team, *, last: bool) -> bool:
    """Whether words without a mention are to be answered; ``last`` when whoever was answered last has said them."""
    if calls_by_name(text, team):
        return False
    match question:
        case Pleasantry():
            return False
        case AskLost() | AskWhich(subjects=()):
            return last and _QUESTION.search(text) is not None
        case AskHelp(unknown=unknown) if unknown:
            return last and _QUESTION.search(text) is not None
        case _ if last:
            return bool(text.strip())
        case _ if isinstance(question, OWN):
            return False
        case _:
            return any(shape.search(text) for shape in (_QUESTION, _ASKS)) or _typed(question, text)


def calls_by_name(text: str, team: Team) -> bool:
    """Whether the words begin by calling a colleague, without a mention: ``Sam, can you look?``"""
    found = _CALLED.match(text)
    if found is None:
        return False
    named = found[1].casefold()
    return any(named in (m.name.casefold(), m.id.casefold(), *m.name.casefold().split()) for m in team.members)


def _typed(question: Question, text: str) -> bool:
    """A report by its word, ``blockers`` or ``status sprint 24``; a ticket's key alone may be said to anybody."""
    return not re.search(r"[a-z]\w*-\d", text, re.I) and _ORDER.match(text) is not None
