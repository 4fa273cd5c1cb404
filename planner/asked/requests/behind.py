"""What stands behind an order: nothing that changes it, or words by which it may be no order any more.

One judge for both readers of an order: for the rules that read a command and for the sentence a model points at. What
is let through is a closed list, politeness and somebody's reason; whatever is not in it is doubt.
"""

from __future__ import annotations

import re
from enum import IntEnum


class Behind(IntEnum):
    """What the words behind an order make of it."""

    NOTHING = 0
    DOUBT = 1
    """A condition, a time, a question, or anything else: only the asker can say whether they want it done."""
    NO = 2
    """Words that take it back, or are about it: nobody has ordered it."""


def behind(words: str) -> Behind:
    """What ``words`` behind a whole order make of it; marks and emoji around them count for nothing, ``?`` does."""
    said = re.sub("[’‘`´]", "'", words.casefold()).replace("…", " quoted ")
    said = _EMOJI.sub(" ", re.sub('[“”„«»"]', " quoted ", said))
    said = _GAPS.sub(" ", _FILLER.sub(" ", said)).strip()
    if not said or _is_reason(words.casefold(), said):
        return Behind.NOTHING
    return Behind.NO if _NO.search(said) and not _TERMS.match(said) else Behind.DOUBT


def parts_of(value: str) -> tuple[str, str]:
    """What a change shall come to, and the words behind it: ``sarah`` and ``, I am swamped``."""
    quoted = _QUOTED.match(value)
    if quoted is not None:
        return quoted[0].strip(), value[quoted.end() :]
    found = _BREAK.search(value)
    return (value[: found.start()].strip(), value[found.start() :]) if found is not None else (value.strip(), "")


def goes_on(sentence: str) -> bool:
    """Whether a sentence behind that of an order goes on with it, ``But only when ...``, ``Or should we wait?``."""
    return _GOES_ON.match(sentence.casefold()) is not None


_GOES_ON = re.compile(
    r"\W*(?:(?:but|only|or|no|not|nope|nah|actually|wait|hold on|never ?mind|just kidding|kidding|forget|scrap|cancel"
    r"|stop|otherwise|though|however|don'?t|do not|unless|on second thought)\b|(?:if|once|when)\b[^?]*$)"
)
_EMOJI = re.compile(r":[a-z0-9_+-]+:|[^\w\s'?.,;:!()&<>@|#/-]")
_FILLER = re.compile(
    r"(?<![\w'])(?:please|pls|plz|kindly|thanks(?: a lot| so much)?|thank you(?: very much| so much)?|thx|ty|cheers"
    r"|for (?:me|us)|asap|right now|right away|now|today|immediately|again|then|instead|too|as well|if possible"
    r"|if you (?:can|could|would)|when you (?:can|have (?:a )?(?:moment|minute|time))|as done)(?![\w'])"
)
_GAPS = re.compile(r"[\s.,;:!()-]+")
_QUOTED = re.compile(r"^\s*(?:“[^”]*”|„[^“”]*[“”]|«[^»]*»|\"[^\"]*\"|‘[^’]*’|'[^']*')(?!\w)")

_WHO = r"(?:i|i'm|im|he|he's|she|she's|they|they're|we|we're|it|it's|this|that's|nobody)"
_REASON = re.compile(rf"^(?:(?:because|since|as|so that) (?=\S)|{_WHO}\b)")
_PARTED = re.compile(r"^\s*(?:[,.;!(–—-]|because\b|since\b|as\b|i\b|i'm\b|(?:he|she|they|we)(?:'|\b))")
_CANNOT = re.compile(
    r"\b(?:i|we) (?:can'?t|cannot|can not) (?:do|finish|make|take|manage|get to|handle|work on)\b"
    r"|\b(?:i|we) (?:have no|don'?t have(?: the| any)?|do not have(?: the| any)?) time\b"
    r"|\b(?:i'm|i am|we are|we're) not (?:here|in|around|available)\b"
    r"|\bit(?:'s| is) (?:no longer|not) (?:needed|relevant|valid|ours)\b|\bnobody needs (?:it|that|this)\b"
)
"""Reasons that have a *not* in them and take nothing back."""

_TERMS = re.compile(
    r"^(?:and |but )?(?:only|if|unless|once|when|whenever|until|till|after|before|while|except|though|although"
    r"|provided|assuming|as (?:soon|long) as|on|at|in|next)\b"
)
"""Begins a condition: its *no* is part of it, and takes nothing back."""

_NO = re.compile(
    r"\b(?:no|not|never|nope|nah|none|dont|didnt|doesnt|isnt|wont|cant|cannot|kidding|joking|joke|jk|nevermind|mind|wrong"
    r"|mistake|stop|wait|hold on|cancel|scrap|forget|ignore|was|were|is|are|said|says|wrote|asked|told)\b|n't\b"
)
_UNSURE = re.compile(
    r"\b(?:if|unless|whether|or|maybe|perhaps|once|when|whenever|until|till|after|before|while|only|but|otherwise|except"
    r"|though|although|however|provided|assuming|soon|should|could|would|might|may|shall|tomorrow|later|tonight|next"
    r"|\w+day|instead of|objects?|disagrees?|against|what|who|whom|why|how|where|which|think|thinks|guess|suppose"
    r"|wonder|test|testing|not|no|never|none|nobody|nope|kidding|joking|joke|wrong|mistake|stop|wait|hold|cancel|forget"
    r"|ignore|said|says|wrote|asks|asked|told|dont|didnt|doesnt|isnt|wont|cant|cannot)\b|n't\b|\?"
)
"""What makes a reason more than one."""

_BREAK = re.compile(
    r"\s*[,;!?(]|\.(?=\s|$)|\s+[-–—…]\s|\s*…|\s+(?=(?:because|since|if|unless|once|when|whenever|until|till|after|before"
    r"|while|but|or|and|so|only|just|never|not|no|maybe|perhaps|tomorrow|later|tonight|today|now|asap|again|please|pls"
    r"|plz|thanks|thank you|thx|for (?:me|us)|as (?:soon|long) as|as well|on \w+day|next week|right now|right away"
    r"|instead|i|i'm|he|she|they|we|it|it's|this|was|were|is|provided|assuming|over|[“„«\"])(?![\w']))"
    r"|\s+(?=[“„«\"]|:[a-z_+-]+:)|\s+(?=[^\w\s<>@|#.,'“„«\"&/()-])",
    re.IGNORECASE,
)


def _is_reason(words: str, said: str) -> bool:
    """Whether they only say why: parted from the order, of somebody or *because*, and sure of it."""
    plain = _CANNOT.sub(" ", said)
    return _PARTED.match(words) is not None and _REASON.match(said) is not None and not _UNSURE.search(plain)


_OF_A_LOOK = re.compile(
    r"\s*[,;.!?–]\s*(?:but|or|if|unless|once|when|only|no|not|never|just|otherwise|wait)\b"
    r"|\s+(?:unless|once|until|tomorrow|later|tonight|just kidding|never ?mind|(?:if|when|after|before|as soon as) "
    r"(?:\S+ ){1,3}?(?:agrees?|says?|wants?|approves?|is (?:ok|okay|happy|fine|back|done|ready|through|with it)))\b",
    re.IGNORECASE,
)


def behind_look(question: str) -> str:
    """What makes a question to be looked into no order: a condition of it, to its end. Other words are the question."""
    found = _OF_A_LOOK.search(question)
    return question[found.start() :] if found is not None else ""
