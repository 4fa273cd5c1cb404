"""Questions about one person of the team: why they were told, what they wait for, what they have to do."""

from __future__ import annotations

import re

from models.directives import Member
from models.ids import PersonId
from planner.asked.questions import AskMine, AskWaiting, AskWhy, AskWork, Question
from planner.asked.talk.subjects import Talk
from planner.asked.topics import AskWhyOf, Topic

_NAME = r"(?P<who><@[a-z0-9]+>|[^\W\d_][\w.'-]*(?: [^\W\d_][\w.'-]*)?)"
_TOLD = (
    r"(?:ping|pinged|write|wrote|written|message|messaged|nudge|nudged|remind|reminded|contact"
    r"|contacted|tell|told|ask|asked"
    r"|dm|dmed|bother|bothered|poke|poked|notify|notified|disturb|disturbed)"
)
_WHEN = r"(?: (?:today|yesterday|this morning|now|again|last week|on \w+day|just now|about .*|at .*))*"
_NOW = r"(?: (?:now|today|right now|currently|at the moment|this sprint|in the sprint))*"
_WHY_OF = (
    rf"why (?:did|have|do|are|would|had) you (?:not )?{_TOLD}(?: (?:to|at))? {_NAME}{_WHEN}",
    rf"why (?:was|were|did|has|is) {_NAME} (?:being |been |get |got )?(?:{_TOLD}|a (?:message|reminder"
    rf"|nudge)){_WHEN}",
    rf"what did you (?:tell|write|say|send)(?: to)? {_NAME}{_WHEN}",
)
_STUCK_OF = (
    rf"(?:what|who|whom) (?:is|am|does) {_NAME} (?:waiting|wait|blocked|stuck)(?: (?:for|on|by))?{_NOW}",
    rf"(?:why|where) (?:is|am) {_NAME} (?:stuck|blocked|waiting){_NOW}",
    rf"(?:is|am) {_NAME} (?:still )?(?:stuck|blocked|waiting)(?: (?:for|on|by)(?: (?:anything|something"
    rf"|somebody|anybody))?)?{_NOW}",
    rf"(?:what|who) (?:is )?(?:blocks|blocking|holds up|holding up|keeping) {_NAME}",
    rf"(?:reviews?|prs?|pull requests?|blockers?|waits?)(?: (?:for|of|by|on)) {_NAME}",
)
_WORK_OF = (
    rf"what (?:is|am) {_NAME} (?:working on|doing|busy with|up to){_NOW}",
    rf"what (?:does|has|do) {_NAME} (?:have|got|work on|own|do)(?: (?:to do|open|on (?:his|her|their"
    rf"|my) (?:plate|desk|list)))?"
    rf"{_NOW}",
    rf"what is on {_NAME}(?:'s|s') (?:plate|desk|list){_NOW}",
    rf"what is assigned to {_NAME}{_NOW}",
    rf"which (?:tickets?|issues?) (?:does|has|do) {_NAME} (?:have|got|own){_NOW}",
    rf"(?:open )?(?:tickets?|issues?|work)(?: (?:of|by|with|assigned to)) {_NAME}",
    rf"{_NAME}(?:'s|s') (?:open )?(?:tickets?|issues?|work|plate|tasks?){_NOW}",
)
_ME = frozenset({"me", "myself"})


def of_person(said: str, talk: Talk) -> Question | Topic | None:
    """What tidy words ask about one member; ``None`` for other words, and where nobody or several are called so."""
    for phrase in _WHY_OF:
        if (found := re.fullmatch(phrase, said)) is not None:
            return _why_of(found["who"], talk)
    for phrase in (*_STUCK_OF, *_WORK_OF):
        found = re.fullmatch(phrase, said)
        who = person_called(found["who"], talk) if found is not None else None
        if who is None:
            continue
        if phrase in _STUCK_OF:
            return AskWaiting("me" if who == talk.asker else who)
        return AskMine() if who == talk.asker else AskWork(who)
    return None


def _why_of(name: str, talk: Talk) -> AskWhy | AskWhyOf | None:
    if name.split()[0] in _ME:
        return AskWhy("")
    # A name may be followed by a word of time that the phrase took for its second half.
    who = person_called(name, talk) or person_called(name.split()[0], talk)
    return AskWhyOf(who) if who is not None else None


def person_called(name: str, talk: Talk) -> PersonId | None:
    """The one member who is called so."""
    if name in _ME or name == "i":
        return talk.asker
    mention = re.fullmatch(r"<@([a-z0-9]+)>", name)
    found = [m.id for m in talk.team.members if (_is(m, mention[1]) if mention else _called(m, name))]
    return found[0] if len(found) == 1 else None


def _is(member: Member, slack: str) -> bool:
    return (member.slack or "").casefold() == slack


def _called(member: Member, name: str) -> bool:
    own = member.name.casefold()
    return name in (own, member.id.casefold(), *own.split())
