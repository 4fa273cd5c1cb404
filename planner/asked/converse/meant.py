"""Whether a change may be meant although no order was heard: all of it stands in one sentence, which asks nothing.

It is only good for asking the asker back; nobody else hears of it before they have pressed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from models.work import Issue
from planner.asked.converse.known import Known
from planner.asked.converse.orders import TARGET, TICKET
from planner.asked.converse.saying import marks_of, sentences
from planner.asked.requests import Wish


def change_meant(wish: Wish, issue: Issue, value: str, phrases: Sequence[str], known: Known, said: str) -> str | None:
    """The sentence with the ticket and what it shall become beside each other; ``None`` where there is none."""
    own = {"me", "myself"}
    named = [each for each in phrases if each not in own]
    theirs = [f"{each}'s" for each in named] if wish is Wish.ASSIGN else []
    wanted = [*named, *theirs, *_ALSO.get((wish, value.casefold()), [])]
    marks = marks_of(issue, wanted, known, said)
    if not marks.sure:
        return None
    return next((each for each in sentences(said) if _says(marks.marked(each), wish, bool(wanted))), None)


def report_meant(said: str) -> str | None:
    """The sentence that speaks of wanting a report."""
    return next((each for each in sentences(said) if _tells(low := each.casefold()) and _REPORT.search(low)), None)


def _says(marked: str, wish: Wish, valued: bool) -> bool:
    if TICKET not in marked or _OF_IT.search(marked):
        return False
    effect = _EFFECT.get(wish)
    if effect is not None and effect.search(marked):
        return _tells(effect.sub(" ", marked))
    return valued and wish in _VALUED and _beside(marked) and _tells(marked)


def _beside(marked: str) -> bool:
    """Whether both are there; where other tickets are as well, the ticket first and none of those between."""
    found = re.search(f"{TICKET}(.*?){TARGET}", marked)
    if _KEY.search(marked):
        return found is not None and not _KEY.search(found[1])
    return TARGET in marked


def _tells(marked: str) -> bool:
    """Whether it neither asks nor denies, and is about nothing that was or is to be told."""
    return not (marked.endswith("?") or _ASKS.match(marked) or _DENIES.search(marked))


_VALUED = frozenset({Wish.ASSIGN, Wish.MOVE, Wish.PRIORITY, Wish.SET})
_KEY = re.compile(r"\b[a-z][a-z0-9_]{1,30}-\d{1,9}\b")
_OF_IT = re.compile(
    rf"{TICKET}'s|\b(?:prs?|pull|branch|comments?|description|subtasks?|builds?|reviews?|reviewers?|titles?|know)\b"
)
"""Another object than the ticket itself."""

_EFFECT: Mapping[Wish, re.Pattern[str]] = {
    Wish.UNFLAG: re.compile(r"unblocked|(?:not|n't|no longer) (?:blocked|stuck|flagged)|\b(?:the|its) flag\b"),
    Wish.MOVE: re.compile(rf"{TICKET} out(?: of (?:the |this )?sprint)?\b"),
}
"""What is said for a change that needs no other words."""

_ALSO: Mapping[tuple[Wish, str], list[str]] = {
    (Wish.PRIORITY, "high"): ["urgent", "important"],
    (Wish.PRIORITY, "highest"): ["urgent", "most important", "critical"],
    (Wish.SET, "in progress"): ["start", "begin"],
}
"""Other words for a value of Jira's own."""

_ASKS = re.compile(
    r"^(?:(?:hi|hey|hello|so|and|but|ok|please|pls|just)\b[ ,]*)*(?:who|whom|whose|what|which|when|where|why|how|is"
    r"|are|am|was|were|do|does|did|has|have|had|can|could|would|will|should|shall|may|might|if|whether|tell|show|say|explain"
    r"|list|remind|describe|summari[sz]e|compare|remember|look|check|read|find|search|wonder)\b"
    r"|\b(?:give|tell|show|let|send|write) (?:me|us)\b|\b(?:i wonder|do you|any idea)\b"
)
_DENIES = re.compile(
    r"\b(?:not|never|no|nobody|none|dont|doesnt|didnt|wont|cannot|cant|stop|quit|avoid|without|instead of|rather than"
    r"|why|ago|yesterday|did|was|were|had|gave|took|got|moved|assigned|thanks|thank)\b|n't\b"
)
_REPORT = re.compile(r"\b(?:need|want|write|make|like)s?\b[^.;]{0,40}\breport\b")
