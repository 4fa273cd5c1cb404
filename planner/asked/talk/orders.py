"""What begins like an order: the ticket it is about where that is *it*, or that it is no order after all."""

from __future__ import annotations

import re
from dataclasses import replace

from planner.asked.quiet.hushing import AskHeld, AskHush, AskUnhush
from planner.asked.requests import Request, Wish
from planner.asked.requests.behind import Behind, behind
from planner.asked.requests.judging import RANKING, is_about_people
from planner.asked.requests.names import in_full
from planner.asked.requests.parsing import VERBS
from planner.asked.talk.subjects import IT, Talk, subjects_of
from planner.asked.topics import AskLost, AskWhich
from planner.words.meant import NotMeant, meant_by_all
from planner.words.sprints import matching
from planner.words.typed import own_words

Order = Request | AskHush | AskUnhush | AskHeld

_HUSH = ("snooze", "later", "mute", "hush", "unsnooze", "unmute", "unhush", "wake")
_VERB = "|".join(sorted((verb for verb in VERBS if VERBS[verb] not in (Wish.POST, Wish.DELEGATE)), key=len)[::-1])
_POLITE = r"(?:(?:<@[^>]*>|please|pls|kindly|ok|and|then|can you|could you|would you|will you)[\s,]+)*"
_THIS = "|".join(sorted(map(re.escape, IT), key=len)[::-1])
_NEXT = (
    r"(?=$|[.?!]*$|[,;.!?]\s|\s+(?:to|into|in|out|from|off|for|until"
    r"|till|til|please|pls|as|back|priority|prio|flag|status|now|\d))"
)
_DIRECT = re.compile(
    rf"^(?P<before>{_POLITE}(?:/pm |pm )?(?:{_VERB}|{'|'.join(_HUSH)})\s+)(?P<it>{_THIS}){_NEXT}", re.IGNORECASE
)
_OWN = re.compile(rf"^(?P<before>{_POLITE}(?:set|change|mark|put|prio\w*)\s+)its(?=\s+(?:status|prio))", re.IGNORECASE)
_OF = re.compile(
    rf"^(?P<before>{_POLITE}(?:{_VERB})\s+(?:[\w-]+\s+){{1,4}}(?:of|off|from|on)\s+)(?:it|this|that)\b", re.I
)
_TITLE = re.compile(
    rf"^(?P<before>{_POLITE}(?:{_VERB})\s+)(?P<what>(?:the|that|this) .{{1,60}}? (?:one|ticket|issue|story|bug"
    rf"|task))\b",
    re.I,
)


def with_its_key(text: str, talk: Talk) -> str:
    """``move it to sprint 25`` with the key of what was spoken of last, ``close the login ticket`` with its own."""
    titled = _TITLE.match(text)
    if titled is not None and titled["what"].casefold() not in IT:
        found = subjects_of(titled["what"].casefold(), talk)
        return f"{titled['before']}{found[0]}{text[titled.end() :]}" if len(found) == 1 else text
    if not talk.subject:
        return text
    for shape, what in ((_DIRECT, talk.subject), (_OWN, f"{talk.subject}'s"), (_OF, talk.subject)):
        spoken = shape.match(text)
        hushes = spoken is not None and any(word in spoken["before"].casefold().split() for word in _HUSH)
        if spoken is not None and (hushes or "#" not in talk.subject):
            return f"{spoken['before']}{what}{text[spoken.end() :]}"
    return text


def order(command: Order, text: str, talk: Talk) -> Order | AskWhich | AskLost:
    """The order, if it is one: whoever says *close enough* wants nothing closed."""
    if isinstance(command, AskHeld):
        return command if _HELD.fullmatch(text) else AskLost(own_words(text))
    if isinstance(command, AskHush | AskUnhush):
        return _peace(command, text, talk)
    if command.wish is Wish.DELEGATE and is_about_people(command, talk.team):
        return Request(Wish.FORBIDDEN, value=RANKING, typed=command.typed)
    command = _read_in_full(command, talk)
    if command.behind and behind(command.behind) is Behind.NO:
        return _lost(command, text, talk, because="the words behind it may take it back")
    if unknown := _names_nothing(command, talk):
        return _lost(command, text, talk, because=unknown)
    if command.issue or command.wish in (Wish.POST, Wish.DELEGATE, Wish.FORBIDDEN) or _is_meant(text):
        return command
    return AskLost(own_words(text), because="I do not see which ticket is meant. I need its key, as in “close PAY-7”")


def _lost(command: Request, text: str, talk: Talk, because: str) -> AskLost:
    """No order that can be taken down, with the way to the ticket it speaks of."""
    subjects = subjects_of(command.issue.casefold(), talk) if command.issue else ()
    return AskLost(own_words(text), because=because, subjects=subjects[:MOST])


MOST = 5
"""Tickets that are offered."""


def _read_in_full(command: Request, talk: Talk) -> Request:
    """Names that are spelt with such words are names; and what is put *on hold* goes into a status, not a sprint."""
    command = in_full(command, talk.facts, talk.team)
    statuses = {issue.status.casefold() for issue in talk.facts.issues} | _STATUSES
    value = command.value.casefold()
    into = next((each for each in (value, f"in {value}") if each in statuses), None)
    if command.wish is not Wish.MOVE or into is None or matching(value, talk.facts.sprints):
        return command
    return replace(command, wish=Wish.SET, value=into if into != value else command.value)


_STATUSES = frozenset({"on hold", "done", "in review", "in progress", "to do", "blocked"})
"""Which of them there are Jira says; none of them is a sprint."""


def _names_nothing(command: Request, talk: Talk) -> str:
    """Why words of a whole sentence name nobody and no sprint; empty for a name, known or mistyped."""
    value = command.value.casefold()
    if len(value.split()) < 3 or not command.issue or "<" in value:
        return ""
    if command.wish is Wish.ASSIGN and value not in {member.name.casefold() for member in talk.team.members}:
        return f"nobody in {talk.team.name} is called “{command.value[:60]}”"
    if command.wish is Wish.MOVE and not re.search(r"\d|sprint|backlog", value):
        return f"there is no sprint “{command.value[:60]}” here" if not matching(value, talk.facts.sprints) else ""
    return ""


def _is_meant(text: str) -> bool:
    """Whether an order without a ticket wants one: nothing stands behind the verb, or what it shall become."""
    return _BARE.match(text) is not None


_BARE = re.compile(
    rf"^{_POLITE}(?:/pm |pm )?(?:{_VERB})\s*(?:(?:{_THIS}){_NEXT}|(?:to|into|priority|status)\b|(?:a "
    rf"|the )?(?:ticket|issue)s?\b"
    r"|[?.!]*$)",
    re.IGNORECASE,
)


_HELD = re.compile(
    rf"{_POLITE}(?:/pm |pm )?(?:held|withheld|missed)(?: (?:back|messages?|anything|from me|for me))*\W*", re.IGNORECASE
)


def _peace(command: AskHush | AskUnhush, text: str, talk: Talk) -> AskHush | AskUnhush | AskWhich | AskLost:
    if command.what.casefold() in IT:
        return AskWhich(command.what.casefold())
    if isinstance(command, AskUnhush) and command.what.casefold() in {"", "me"}:
        return command
    try:
        meant_by_all(command.what, talk.facts, talk.directives)
    except NotMeant as why:
        if not why.near and not re.search(r"\d", command.what):
            return AskLost(own_words(text), because=f"I watch nothing called “{command.what[:60]}”")
    return command
