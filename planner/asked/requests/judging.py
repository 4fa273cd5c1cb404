"""Whether somebody wants people judged: compared, called slow, or looked into. There is no such action.

Work is asked about by its tickets and reviews; a person's name beside a word of praise or blame is about the person.
"""

from __future__ import annotations

import re

from models.actions import Task
from models.directives import Team
from planner.asked.requests.parsing import Request

RANKING = "rank_people"
"""The constitution's word for it."""

_BAD = (
    r"(?:slow(?:er|ly)?|weak(?:er)?|bad(?:ly)?|poor(?:ly)?|lazy|lazier|useless|incompetent|unreliable|sloppy|careless"
    r"|worse|better|good enough|productiv\w*|unproductive|perform\w*|underperform\w*|slack(?:s|ing)|effort|effective"
    r"|efficien\w*|competen\w*|never|always late|so little|(?:do|does|doing) (?:so )?(?:little|nothing)"
    r"|not work(?:ing)?)"
)
_MOST = (
    r"(?:slowest|fastest|quickest|laziest|weakest|strongest|worst|best|smartest|(?:most|least) (?:\w+ive|efficient"
    r"|useful|useless|reliable|competent)|top performers?|low performers?|underperform\w*|poor performers?)"
)
_FOLK = (
    r"(?:engineers?|developers?|devs?|reviewers?|colleagues?|person|people|members?|programmers?|testers?|employees?"
    r"|performers?|team ?mates?|coders?|one of us|of us|links?)"
)
_WHO = r"(?:who|whose|which of us|which (?:person|engineer|developer|colleague|reviewer|member)s?)"
_TO_ASK = re.compile(rf"\b{_MOST} (?:person|people|one|engineer|reviewer)?\s*(?:to|for) ", re.IGNORECASE)
_RANKS = (
    rf"\b{_WHO}\b[^.;]*\b{_MOST}\b",
    rf"\b{_MOST}\s+(?:\w+ )?{_FOLK}\b",
    rf"\b{_WHO}\b[^.;]*\b(?:does|do|did|works?|delivers?|contributes?) (?:the )?(?:least|most)\b",
    rf"\b{_WHO} (?:is|are|was|works?|reviews?)\b[^.;]*"
    r"\b(?:slow|slowly|lazy|useless|incompetent|unproductive|bad at|better)\b",
)
_SAID_OF = 6
"""Words between a name and what is said of it."""


def judges_people(text: str, team: Team) -> bool:
    """Whether the words judge or compare people of ``team``, or people at all."""
    said = " ".join(re.sub("[’‘`´]", "'", text).split())
    if _TO_ASK.search(said):
        return False
    names = _names(team)
    if any(re.search(each, said, re.IGNORECASE) for each in _RANKS):
        return True
    between = rf"\W+(?:[\w'-]+\W+){{0,{_SAID_OF}}}?"
    of_one = (
        rf"\bwhy\b[^.;,]*?(?:{names})(?:'s)?{between}{_BAD}\b",
        rf"^(?:is|are|was|does|do) (?:{names}){between}{_BAD}\b",
        rf"\b(?:how (?:\w+ )?{_BAD}|performance of|productivity of)\b[^.;,]*?(?:{names})",
        rf"(?:{names})'s? (?:performance|productivity|output|work ethic|effort|speed)\b",
        rf"\bcompare\b[^.;]*?(?:{names})[^.;]*?\b(?:and|with|to|against|or)\b[^.;]*?(?:{names})",
    )
    return any(re.search(each, said, re.IGNORECASE) for each in of_one)


def is_about_people(request: Request, team: Team) -> bool:
    """Whether a look would judge people, or is about somebody: of a ticket only the ticket is looked at."""
    said, names = (request.typed, request.value), _names(team)
    is_pattern = request.place in (Task.PATTERN.value, "pattern")
    return any(judges_people(each, team) for each in said) or (
        is_pattern and any(re.search(names, each, re.IGNORECASE) for each in said)
    )


def _names(team: Team) -> str:
    """A regular expression of what the members are called."""
    called: set[str] = set()
    for member in team.members:
        called |= {member.name, member.id, *member.name.split()}
    mentions = [rf"<@{re.escape(member.slack)}(?:\|[^>]*)?>" for member in team.members if member.slack]
    words = sorted((re.escape(name) for name in called if len(name) > 1), key=len, reverse=True)
    return "|".join([*mentions, rf"(?<![\w@])(?:{'|'.join(words)})(?!\w)"])
