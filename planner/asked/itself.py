"""What people ask of the agent itself: what it did today, what it costs, who reads their questions, why it was refused.

The ways such questions are put, and what is said of them where others read the answer.
"""

from __future__ import annotations

import re

from planner.asked.topics import AskAgent, Of
from planner.words.replies import PlainReply

PRIVACY = (
    "I show nobody what you ask me in a direct message. Where rules do not understand it and there is a Claude, your"
    " words go to it, with facts of the team's work. I keep that you asked and what it cost; the words of a request"
    " stand on its card, for whoever is asked to approve it. I rank and score nobody. /pm me shows what I know of you."
)

_PUT: tuple[tuple[Of, str], ...] = (
    (
        Of.DONE,
        r"what (?:have|did) you (?:done|do|been doing|been up to)(?: (?:so far|today|yesterday|for me|and why))*"
        r"|what did you do and why(?: today)?",
    ),
    (
        Of.COST,
        r"(?:how much|what) (?:do|did|does|have|has|are|is) (?:you|claude|this)(?: been)?"
        r" (?:cost|costing|costs|spent|spend)(?: us| me)?(?: (?:so far|today|now))*"
        r"|how much (?:money|budget) (?:is|do you have|have you|do we have)(?: (?:still|got))* ?(?:left|spent)"
        r"(?: (?:for (?:claude|you)|today))*|(?:the )?(?:costs?|budget)(?: (?:of|for) (?:claude|today|you))?(?: today)?"
        r"|why (?:is|does|did) claude (?:not )?(?:answer(?:ing)?|silent|off|away|working)(?: (?:me|us|now))*",
    ),
    (
        Of.PRIVACY,
        r"who (?:reads?|sees?|can read|can see|is reading|looks at) (?:my|our|these|what i ask)"
        r"(?: (?:questions?|messages?|words|dms?|you))*"
        r"|(?:does|can|will|do|is|are) .{1,40} (?:see|read|reading|told|know|hear) (?:what|everything|all) i "
        r"(?:ask|asked|say|said|tell|told|write|wrote)(?: (?:to )?you)?"
        r"|(?:is|are) (?:my|our) (?:performance|work|messages?|questions?) (?:being )?"
        r"(?:tracked|measured|watched|recorded|stored|kept|scored|private)"
        r"|(?:do|are) you (?:track|tracking|score|scoring|measure|watch|watching) (?:me|us|people)"
        r"|what do you (?:keep|store)(?: (?:about|of) (?:it|that))?",
    ),
    (
        Of.REFUSED,
        r"why (?:was|is|has|did) (?:my|that|this|the) (?:last )?(?:request|wish|ask|change|question)"
        r"(?: (?:been|get|got))? ?(?:rejected|refused|denied|declined|turned down|not (?:approved|done)|fail(?:ed)?)"
        r"|why did .{1,40} (?:reject|refuse|decline|deny|say no)(?: (?:to )?(?:it|that|this|my request|me))?",
    ),
    (
        Of.UNDO,
        r"(?:undo|revert|take back|roll back|reverse)(?: (?:it|that|this|the last (?:one|thing|change)|what you did))?"
        r"|(?:take|change) (?:it|that|this) back|undo (?:your|the) last (?:change|deed)",
    ),
)


def of_the_agent(said: str) -> AskAgent | None:
    """``said`` as ``intents.tidy`` writes it; ``None`` where it is about the work."""
    return next((AskAgent(of) for of, words in _PUT if re.fullmatch(words, said)), None)


def in_front_of_others(asked: AskAgent) -> PlainReply:
    """What is so for everybody, or where the rest is told."""
    if asked.of is Of.PRIVACY:
        return PlainReply(text=PRIVACY)
    return PlainReply(text="That is for you alone: ask me in a direct message.")
