"""What the asker's own words order: a model may point at a change, and only these words can make somebody be asked.

The sentence must have the verb of that change with the ticket beside it, and what it shall become: by name, or as what
the conversation speaks of. What only may be meant is asked back of the asker; all else wants nothing changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from models.work import Issue
from planner.asked.converse.known import Known
from planner.asked.converse.orders import (
    TARGET,
    TICKET,
    commands,
    looks,
    looks_wanted,
    thoughts,
    unfinished,
    unnamed,
    wishes,
)
from planner.asked.converse.saying import Marks, marks_of, sentences
from planner.asked.requests import Wish
from planner.asked.requests.behind import Behind, behind, behind_look, goes_on


class Heard(IntEnum):
    """How plainly something is ordered, the plainest first."""

    ORDERED = 1
    UNFINISHED = 2
    """Ordered, but not what it shall become."""
    UNNAMED = 3
    """Ordered, but not of which ticket."""
    PERHAPS = 4
    """All of it is in the words, and they may mean something else."""


@dataclass(frozen=True, slots=True)
class Order:
    """A change in somebody's own words."""

    heard: Heard
    sentence: str
    """The one it stands in, as it was written."""


def change_ordered(wish: Wish, issue: Issue | None, phrases: Sequence[str], known: Known, said: str) -> Order | None:
    """The order for that change of that ticket; ``phrases`` are the names of what it shall become."""
    marks = marks_of(issue, phrases, known, said)
    own = "me" in phrases
    out = "the backlog" in phrases

    def heard(marked: str) -> Iterator[Heard]:
        sure = marks.sure
        if sure and _is_order(marked, commands(wish, out=out), wishes(wish, own=own), whole=_is_whole):
            yield Heard.ORDERED
        elif sure and _is_order(marked, unfinished(wish)):
            yield Heard.UNFINISHED
        elif _is_order(marked, unnamed(wish)):
            yield Heard.UNNAMED
        elif _is_thought(marked, thoughts(wish, own=own, out=out)):
            yield Heard.PERHAPS

    return _plainest(said, marks, heard)


def look_ordered(task: str, issue: Issue | None, known: Known, said: str) -> Order | None:
    """The order to have something looked into."""
    marks = marks_of(issue, (), known, said)

    def heard(marked: str) -> Iterator[Heard]:
        if marks.sure and _is_order(marked, looks(task), looks_wanted(task), whole=_is_whole_look):
            yield Heard.ORDERED
        elif _is_thought(marked, (*looks(task, aloud=True), *looks_wanted(task))):
            yield Heard.PERHAPS

    return _plainest(said, marks, heard)


def _plainest(said: str, marks: Marks, heard: Callable[[str], Iterator[Heard]]) -> Order | None:
    spoken = sentences(said)
    found = [Order(each, whole) for whole in spoken for each in heard(marks.marked(whole))]
    first = min(found, key=lambda order: order.heard, default=None)
    if first is not None and any(map(goes_on, spoken[spoken.index(first.sentence) + 1 :])):
        return Order(Heard.PERHAPS, first.sentence)
    return first


# --- the form of a sentence -------------------------------------------------------------------------------------

_LEAD = (
    r"(?:(?:<@[^>]*>|(?:hi|hey|hello|ok|okay|right|alright|well|now|then|so|and|but|also|yes|no|please|pls|kindly|just"
    r"|honestly|actually|thanks|thank you|agent|bot|pm|team|first|next|finally)\b)[ ,:!]*)*"
)
_ASKING = r"(?:(?:can|could|will) you|would you please)(?: (?:please|kindly|just|also|now|then|quickly))* "
_WANTING = (
    r"(?:i|we)(?:'d| would)?(?: (?:really|also|just))* (?:want|like|need|prefer)(?: you)? to |let's |let us |lets "
)
_SAYING = r"(?:go ahead and |you (?:should|must) |do )?"
_START = r"(?:^|[,–] ?| - |\b(?:and|but|so|then) )"

_QUESTION = re.compile(
    rf"^{_LEAD}(?:who|whom|whose|what|which|when|where|why|how|is|are|am|was|were|do|does|did|can|could"
    r"|would|will|should|shall|may|might|must)\b"
)
_DOUBT = re.compile(
    r"\b(?:if|unless|whether|or|maybe|perhaps|suppose|imagine|says?|said|saying|asks|asked|wrote|writes|told|tells"
    r"|thinks?|thought|wonder\w*|heard|titled|called|named|example|e\.g)\b"
)


_BEFORE = re.compile(
    r"\b(?:once|when|whenever|as (?:soon|long) as|until|till|after|before|provided|assuming|otherwise|except|never)\b"
)
"""Words before an order that make it one for another time, if at all."""


def _is_order(
    marked: str,
    ordered: Sequence[str],
    wished: Sequence[str] = (),
    whole: Callable[[str], bool] = lambda behind: True,
) -> bool:
    """Whether it says *please ...*, *can you ...* or *I want ...* outright: no question but that, nothing in doubt.

    ``whole`` judges the words behind it.
    """
    if _DOUBT.search(marked):
        return False
    heads = f"{_START}{_LEAD}{_ASKING}", f"{_START}{_LEAD}(?:{_ASKING}|{_WANTING}|{_SAYING})"
    said = (*(f"{heads[1]}{each}" for each in ordered), *(f"{_START}{_LEAD}{each}" for each in wished))
    if marked.endswith("?") or _QUESTION.match(marked):
        said = tuple(f"{heads[0]}{each}" for each in ordered)
        marked = marked.removesuffix("?")
    found = (re.search(each, marked) for each in said)
    return any(each and not _BEFORE.search(marked[: each.start()]) and whole(marked[each.end() :]) for each in found)


def _is_whole(words: str) -> bool:
    said = _KIND.sub("", words.replace(TICKET, "it").replace(TARGET, "that"))
    return behind(said) is Behind.NOTHING


_KIND = re.compile(r"^ (?:prio\w*|urgency|status|state)\b")
"""What may follow a name: ``high priority``."""


def _is_whole_look(words: str) -> bool:
    return not behind_look(words)


_SUGGESTS = re.compile(
    r"\b(?:(?:how|what) about|what if|why not|why (?:don't|do not)|(?:should|would|could|can)n't|can you tell me if)\b"
)
_ELSE = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|not|never|no|nobody|cannot|without|did|was|were|had"
    r"|dont|didnt|doesnt|cant|wont|shouldnt|isnt|stop|stopped|quit|avoid|refrain|against|instead of"
    r"|rather than)\b|n't\b"
)


def _is_thought(marked: str, thought: Sequence[str]) -> bool:
    """Whether it is said as what might be: asked why it was done, or said not to do, nobody thinks of doing it."""
    spoken = _SUGGESTS.sub(" ", marked)
    found = (re.search(rf"\b(?:{each})" if each[0].isalpha() else each, spoken) for each in thought)
    return any(each is not None and not _ELSE.search(spoken[: each.start()]) for each in found)
