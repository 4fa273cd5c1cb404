"""Plain words become one of our questions, by rules and facts alone: whole sentences, tickets by key, number or title.

Nothing is guessed: what fits several tickets is asked back, what fits nothing is said to be so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from planner.asked.helping import is_slip
from planner.asked.itself import of_the_agent
from planner.asked.questions import (
    AskHelp,
    AskLeft,
    AskMe,
    AskStatus,
    AskWhy,
    OfOneSprint,
    Question,
    parse_command,
)
from planner.asked.quiet.hushing import AskHeld, AskHush, AskPeace, AskUnhush
from planner.asked.requests import Request, Wish
from planner.asked.requests.judging import RANKING, judges_people
from planner.asked.requests.parsing import NEVER, as_typed, is_no_order
from planner.asked.talk.orders import order, with_its_key
from planner.asked.talk.people import of_person
from planner.asked.talk.phrases import phrase_of
from planner.asked.talk.several import several
from planner.asked.talk.subjects import IT, OTHER, Talk, is_a_pull, means_a_ticket, subjects_of, title_words
from planner.asked.topics import AskAgent, AskIssue, AskLost, AskSearch, AskWhich, Topic, Where
from planner.asked.whatif import AskForecast
from planner.words.sprints import matching
from planner.words.typed import LONGEST, own_words, which

MOST_CHOICES = 5


def understood(text: str, talk: Talk) -> Question:
    """The question in ``text``: a command as it stands, else what its words mean, else ``AskLost``.

    *It* is what was spoken of last; several questions are several.
    """
    said = with_its_key(text, talk)
    found = several(_one(said, talk), said, talk, _one)
    return replace(found, typed=as_typed(text)) if isinstance(found, Request) else found


def _one(text: str, talk: Talk) -> Question:
    text = with_its_key(text, talk)
    command = parse_command(text)
    if not isinstance(command, Request) and judges_people(text, talk.team):
        return Request(Wish.FORBIDDEN, value=RANKING, typed=own_words(text))
    meant = intent_of(text, talk)
    if meant is not None and not _stands(command, meant, talk):
        return replace(meant, said=own_words(text)) if isinstance(meant, AskLost) else meant
    if isinstance(command, Request | AskHush | AskUnhush | AskHeld):
        return order(command, text, talk)
    named = command.sprint if isinstance(command, OfOneSprint) else None
    if named and "sprint" not in text.casefold() and not matching(named, talk.facts.sprints):
        number = subjects_of(named, talk) if named.isdecimal() else ()
        if number:
            return AskIssue(number[0]) if len(number) == 1 else AskWhich(named, number[:MOST_CHOICES])
    if named and (not re.search(r"\d", named) or len(named.split()) > 3) and not matching(named, talk.facts.sprints):
        return AskLost(own_words(text), because=f"there is no sprint “{named[:60]}” here")
    if not isinstance(command, AskHelp) or not command.unknown:
        return command
    return command if is_slip(command.unknown) else _lost(command.unknown, text, talk)


def _lost(unknown: str, text: str, talk: Talk) -> AskLost:
    """Not understood; the one ticket it names is offered, and of a *why* it is said why it is not known."""
    named = tuple(dict.fromkeys(_named(tidy(text), talk)))
    because = NOT_WHY if re.match(r"why .+ .+", tidy(text)) else NOT_WHO if named and _BY_WHOM.match(tidy(text)) else ""
    return AskLost(unknown, because=because, subjects=named[:MOST_CHOICES])


NOT_WHY = "what I read says what is so and since when, not why"
NOT_WHO = "I keep when something was changed in Jira, not who changed it"
_BY_WHOM = re.compile(r"(?:who|by whom) (?!is\b|are\b|will\b|can\b|should\b)")
_THING = re.compile(r"\b[a-z][a-z0-9_]{1,30}-\d{1,9}\b|\b(?:pr|pull request)\s*#?\s*\d{1,9}\b")


def _named(said: str, talk: Talk) -> Iterator[str]:
    for found in _THING.findall(said):
        yield from subjects_of(found, talk)


def intent_of(text: str, talk: Talk) -> Question | Topic | None:
    """What plain words ask; ``None`` when they are none of our questions."""
    said = tidy(text)
    if not said:
        return None
    return (
        _forbidden(said)
        or _why_pull(said, talk)
        or _search(said)
        or of_the_agent(said)
        or of_person(said, talk)
        or phrase_of(said)
        or _of_issue(said, talk)
        or _of_sprint(said, talk)
    )


def _stands(command: Question, meant: Question | Topic, talk: Talk) -> bool:
    """Whether a command is what was typed, although its words could be read as ``meant`` too."""
    match command:
        case AskHelp(unknown=unknown):
            return not unknown
        case AskWhy(id=id):
            return bool(id)
        case Request(wish=wish, issue=issue):
            return bool(issue) or wish in (Wish.POST, Wish.DELEGATE, Wish.FORBIDDEN)
        case AskStatus(sprint=named) | AskForecast(sprint=named) | AskLeft(sprint=named):
            # Behind *status* a name may be a ticket's, or whatever else was asked; one of a sprint is meant.
            return not (named and (isinstance(meant, _NAMED) or not matching(named, talk.facts.sprints)))
        case AskHush() | AskPeace():
            return True
        case _:
            return not isinstance(meant, AskIssue | AskAgent)


_NAMED = (AskIssue, AskWhich, AskStatus, AskForecast, AskLeft)


# --- words ------------------------------------------------------------------------------------------------------

_SHORT = (
    (r"\b(what|who|where|how|when|that|it|there)'?s\b", r"\1 is"),
    (r"\b(what|who|where|how|when|we|they|you)'?re\b", r"\1 are"),
    (r"\bwere (?=we\b)", "are "),
    (r"\bi'?m\b", "i am"),
    (r"\b(we|you|i|they)'?ll\b", r"\1 will"),
    (r"\b(we|you|i|they)'ve\b", r"\1 have"),
    (r"\b(did|do|does|is|are|was|have|has|could|should|would)n'?t\b", r"\1 not"),
    (r"\bcan'?t\b|\bcannot\b", "can not"),
    (r"\bgonna\b", "going to"),
    (r"\bu\b", "you"),
    (r"\br\b", "are"),
)
_BEFORE = re.compile(
    r"^(?:(?:hi|hey|hello|hallo|ok|okay|so|and|also|but|now|well|please|pls|just|quickly"
    r"|quick question|question|sorry"
    r"|bot|agent|pm|then|honestly|actually|again|thanks|thank you|out of curiosity|good morning|morning"
    r"|(?:can|could|would|will) (?:you|i|we|somebody|anybody|anyone)(?: please)?(?: (?:quickly|just))?"
    r" (?=(?:tell|show|give|say|list|find|search|look|check|explain|let|get|know|see|have|summari)\b)"
    r"|(?:tell|show|give|remind|let|get) (?:me|us)(?: (?:know|see|have))?(?: (?:about|on))?"
    r"(?= (?:what|who|where|how|when|if|whether|which|why|the|a|an|any|my|our|all|is|are|everything|status|blockers)\b)"
    r"|(?:do|does) (?:you|anybody|anyone|somebody) (?:know|remember)|do we know|any idea"
    r"|i want to know|i would like to know"
    r"|i wonder|wondering|check|explain|(?:can|could|may) (?:i|we) (?:know|see|get|have)|let us see"
    r"|list|say|if|whether"
    r")\b[\s,:!.]*)+"
)
_AFTER = re.compile(
    r"(?:[\s,]+(?:please|pls|plz|thanks|thank you|thx|for me please|then|again|by the way|btw|mate"
    r"|folks|guys|team|bot|pm"
    r"|actually|exactly|do you know|or not|or what))+$"
)


def tidy(text: str) -> str:
    """``text`` as phrases are written: lower case, contractions written out, politeness and other talk around it gone.

    Somebody mentioned stands as ``<@u…>``; the mention that the words begin with is whom they are said to.
    """
    plain = re.sub(r"^\s*<@[^>]*>[\s,:]*", "", text[: LONGEST * 2])
    plain = re.sub(r"<@([A-Za-z0-9]+)(?:\|[^>]*)?>", r"<@\1>", plain)
    plain = re.sub(r"<(?:https?://[^|>]*/browse/([A-Za-z0-9_]+-\d+)|[^@|>]*\|([^>]*))[^>]*>", r"\1\2", plain)
    plain = re.sub(r"[’‘`´]", "'", plain).casefold()
    plain = re.sub(r"[‐-―−]", "-", plain)
    plain = re.sub(r"[“”„«»\"*_~?!…]|[.,;:](?=\s|$)|^\W+(?<!<@)", " ", plain)
    plain = " ".join(plain.split())
    for short, long in _SHORT:
        plain = re.sub(short, long, plain)
    plain = _AFTER.sub("", plain).strip()
    without = _BEFORE.sub("", plain).strip()
    return without or plain


# --- refused, searched ------------------------------------------------------------------------------------------

_PAST = re.compile(
    r"^(?:ignore|forget|bypass|override|skip|disregard|break|never mind|forget about|drop)\b"
    r".*\b(?:freeze|rules?|directives?|constitution|polic(?:y|ies)|instructions?|limits?|approvals?"
    r"|guardrails?)\b(?P<rest>.*)$"
)
_DOES = re.compile(rf"(?:^|\b(?:and|to|then|just|now|please|must|you|us|for)\s+)(?P<word>{'|'.join(NEVER)})\b")


_ABOUT_ME = re.compile(r"(?:delete|forget|erase|remove|what do you know|what have you learnt)\b.*\b(?:about|of) me")


def _forbidden(said: str) -> Request | AskMe | None:
    """``ignore the freeze and deploy``: what no Action exists for, whoever insists and however it is wrapped."""
    if _ABOUT_ME.fullmatch(said):
        return AskMe()
    past = _PAST.match(said)
    if past is not None:
        word = _DOES.search(past["rest"])
        return Request(Wish.FORBIDDEN, value=NEVER[word["word"]] if word else "change_constitution", typed=said)
    begun = re.match(rf"(?:go ahead and |you must |i order you to |i need you to )?(?P<word>{'|'.join(NEVER)})\b", said)
    if begun is None or is_no_order(begun["word"], said[begun.end() :]):
        return None
    return Request(Wish.FORBIDDEN, value=NEVER[begun["word"]], typed=said)


def _why_pull(said: str, talk: Talk) -> AskWhy | None:
    """``why PR 7``: the record of the last message about it."""
    found = re.fullmatch(r"why (?P<what>(?:the )?(?:pr|pull request) .+)", said)
    pulls = subjects_of(found["what"], talk) if found is not None and is_a_pull(found["what"]) else ()
    return AskWhy(pulls[0]) if len(pulls) == 1 else None


_SEARCH = (
    r"(?:search|google|look up|look for|find(?! (?:out|somebody|someone|an? (?:new |other )?(?:owner|assignee))\b)"
    r"|dig up)(?: (?:in |on )?(?:jira|slack|everywhere))?(?: (?:for|me|us))*"
    r"(?: (?:any|all|the|some|every))*"
    r"(?: (?:tickets?|issues?|stories|bugs?|messages?|threads?|discussions?|anything|something"
    r"|everything|things|stuff))?"
    r"(?: (?:about|on|for|with|mentioning|that mentions?|that says?|related to|regarding))? (?P<words>.+)",
    r"(?:is there|are there|do we have|was there|were there)(?: (?:any|a|an|already))*"
    r" (?:tickets?|issues?|stor(?:y|ies)|bugs?|discussions?|messages?)"
    r" (?:about|on|for|with|mentioning|regarding|related to) (?P<words>.+)",
    r"(?:which|what) (?:tickets?|issues?|stories|bugs?|messages?)(?: (?:are|is|do|did|talk|speak))? "
    r"(?:about|mention|mentions|mentioning|concern|regarding|related to) (?P<words>.+)",
    r"(?:where|when) did (?:we|anybody|anyone|somebody|i) (?:talk|discuss|speak|decide|mention"
    r"|write)(?: (?:about|on))? (?P<words>.+)",
    r"what (?:did|have) (?:we|anybody|anyone|people) (?:said|say|decided?|written|write"
    r"|discussed?)(?: (?:about|on|for)) (?P<words>.+)",
    r"who (?:said|wrote|mentioned|talked)(?: (?:something|anything))?(?: about)? (?P<words>.+)",
)


def _search(said: str) -> AskSearch | None:
    for phrase in _SEARCH:
        found = re.fullmatch(phrase, said)
        if found is not None and len(words := found["words"].strip(" '")) > 1:
            where = next((where for where, names in _KINDS if re.search(names, said[: found.start("words")])), None)
            return AskSearch(words, where, said=said if where is Where.JIRA else "")
    return None


_KINDS = (
    (Where.JIRA, r"\b(?:tickets?|issues?|stor(?:y|ies)|bugs?|jira)\b"),
    (Where.SLACK, r"\b(?:messages?|threads?|discussions?|slack|did we|did anybody|did anyone|people|who|have we)\b"),
)
"""Words before what is looked for that say where it is."""


# --- tickets ----------------------------------------------------------------------------------------------------

_WHAT = r"(?P<what>.+?)"
_SINCE = r"(?: (?:now|yet|today|right now|currently|again|so long|not (?:done|moving|finished)|still))*"
_ABOUT_ISSUE = (
    rf"(?:and )?(?:what |how )?about {_WHAT}",
    rf"(?:what|how) (?:is|are) (?:up|going on|happening|the (?:matter|state|status|story|news)|new)"
    rf" (?:with|on|of|in|about) {_WHAT}",
    rf"(?:how|where) (?:is|are|does|do) {_WHAT}(?: (?:doing|going|coming along|progressing|stand|look"
    rf"|looking|standing|at))?{_SINCE}",
    rf"(?:the )?(?:status|state|progress)(?: of| on)? {_WHAT}",
    rf"(?:what is )?(?:the )?(?:status|state|progress)(?: of| on) {_WHAT}",
    rf"(?:tell|show)(?: (?:me|us))?(?: (?:more )?about)? {_WHAT}",
    rf"(?:any |is there any )?(?:news|updates?|progress)(?: (?:about|on|for|of|from)) {_WHAT}",
    rf"(?:who|which one of us) (?:has|have|owns|is on|is working on|works on|is doing|does"
    rf"|is assigned to|took|is responsible for"
    rf"|is the (?:owner|assignee) of|is looking at|is handling) {_WHAT}{_SINCE}",
    rf"(?:who|whom) is {_WHAT} (?:assigned to|with|waiting for){_SINCE}",
    rf"(?:whose|who is) (?:is )?{_WHAT}",
    rf"(?:is|was|will|has|can) {_WHAT} (?:be |been |still |already |not )*(?:done|finished|ready|blocked|stuck"
    rf"|merged|released|started|closed|approved"
    rf"|open|moving|late|reviewed|in review|in progress|assigned|on track){_SINCE}",
    rf"who (?:is |are |should |must |can |has to |needs to |does |did )?(?:reviews?|reviewing|reviewed"
    rf"|the reviewers? (?:of|on|for)"
    rf"|approved?|approves|opened|wrote) {_WHAT}{_SINCE}",
    rf"(?:does|did) {_WHAT} (?:still )?(?:need|wait for|have)(?: a| an| any)? (?:reviews?|reviewers?|approvals?"
    rf"|owner){_SINCE}",
    rf"why (?:does|has|is|did) {_WHAT} (?:still )?(?:have |got )?(?:no|without an?|not have an?) (?:owner"
    rf"|assignee|reviewer){_SINCE}",
    rf"(?:who|what) (?:is |does )?(?:blocks?|blocking|depends? on|needs?|waits? for|waiting for) {_WHAT}{_SINCE}",
    rf"what (?:does|is|will) {_WHAT} (?:block|blocking|hold up|holding up){_SINCE}",
    rf"is (?:anyone|anybody|somebody|someone|nobody) (?:on|working on|at|looking at) {_WHAT}{_SINCE}",
    rf"(?:what (?:has )?happened (?:to|with)|(?:when|since when) (?:did|was|has|is)) {_WHAT}(?: (?:get|got"
    rf"|become|been|be))*"
    rf"(?: (?:blocked|flagged|stuck|started|opened|finished|done|closed|merged))?{_SINCE}",
    rf"why (?:is|does) (?:nobody|no one) (?:on|have|own|working on|reviewing) {_WHAT}",
    rf"what (?:is )?(?:blocks|blocking|holding up|holds up|stopping|keeping|delaying) {_WHAT}(?: (?:up"
    rf"|back))?{_SINCE}",
    rf"what (?:does|is) {_WHAT} (?:wait|waiting|need|missing|blocked|about)(?: (?:for|on|by))?{_SINCE}",
    rf"why (?:is|are|was) {_WHAT} (?:still )?(?:blocked|late|stuck|delayed|open|not (?:done|finished"
    rf"|moving)|waiting|slow|on hold){_SINCE}",
    rf"(?:when|by when) (?:will|is|does) {_WHAT} (?:be )?(?:done|finished|ready|due|end|merged|out|finish){_SINCE}",
    rf"(?:since when|how long) (?:is|has) {_WHAT} (?:been )?(?:blocked|stuck|open|in progress"
    rf"|in review|waiting|there){_SINCE}",
    rf"(?:did|has) {_WHAT} (?:move|moved|change|changed|been touched){_SINCE}",
    rf"what is {_WHAT}",
    rf"and {_WHAT}",
    rf"(?P<bare>{_WHAT})",
)
"""The last ones take whatever stands there, so they count only for what is surely a ticket."""

_SURE = 3
"""How many patterns from the end may be about anything at all: there only a key, a number or a title will do."""


def _of_issue(said: str, talk: Talk) -> Topic | None:
    """The one ticket or pull request that is spoken of; the choice where it may be several."""
    for place, phrase in enumerate(_ABOUT_ISSUE):
        found = re.fullmatch(phrase, said)
        if found is None:
            continue
        sure = place >= len(_ABOUT_ISSUE) - _SURE
        topic = _meant(found["what"].strip(), talk, sure=sure, alone=place == len(_ABOUT_ISSUE) - 1)
        if topic is not None:
            return topic
    return None


def _meant(what: str, talk: Talk, *, sure: bool, alone: bool) -> Topic | None:
    if what in IT and not alone:
        return AskIssue(talk.subject) if talk.subject else AskWhich(what)
    if what in OTHER:
        left = tuple(each for each in talk.others if each != talk.subject)
        return AskIssue(left[0]) if len(left) == 1 else AskWhich(what, left[:MOST_CHOICES])
    subjects = subjects_of(what, talk, alone=alone and not means_a_ticket(what))
    if subjects and not _is_named(what, subjects):
        return None if sure else _perhaps(what, subjects)
    if len(subjects) == 1:
        return AskIssue(subjects[0])
    if subjects:
        return AskWhich(what, subjects[:MOST_CHOICES])
    return AskWhich(what) if is_a_pull(what) or (not sure and means_a_ticket(what)) else None


def _is_named(what: str, subjects: tuple[str, ...]) -> bool:
    """Whether words mean a ticket: by key or number, as *the ... one*, or by more than one word of a title."""
    by_key = any(
        re.search(rf"(?<!\d){subject.rpartition('#' if '#' in subject else '-')[2]}$", what) for subject in subjects
    )
    return by_key or means_a_ticket(what) or len(title_words(what)) > 1


def _perhaps(what: str, subjects: tuple[str, ...]) -> AskWhich | AskLost:
    """One word that many things are called by, and a title among them: asked back, never taken for it."""
    if len(subjects) > 1:
        return AskWhich(what, subjects[:MOST_CHOICES])
    return AskLost(what, because=f"I am not sure that “{what[:60]}” is a ticket", subjects=subjects)


# --- a sprint by its name ---------------------------------------------------------------------------------------

_NAMED_SPRINT = (
    (
        r"(?:how|where) (?:is|does|are) (?P<what>.+?)(?: (?:going|doing|looking|stand|coming along|standing))?",
        AskStatus,
    ),
    (r"(?:status|state|progress) (?:of |on )?(?P<what>.+)", AskStatus),
    (r"(?:what is the )?(?:status|state) (?:of|on) (?P<what>.+)", AskStatus),
    (
        r"(?:will|can|is) (?P<what>.+?) (?:going to )?(?:finish|be (?:done|finished)|make it|work out)(?: .*)?",
        AskForecast,
    ),
)


def _of_sprint(said: str, talk: Talk) -> AskStatus | AskForecast | None:
    for phrase, question in _NAMED_SPRINT:
        found = re.fullmatch(phrase, said)
        name = which(found["what"]) if found is not None else None
        if found is not None and name and len(matching(name, talk.facts.sprints)) == 1:
            return question(name, typed=found["what"])
    return None
