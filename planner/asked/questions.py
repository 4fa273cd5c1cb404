"""What somebody asks, understood: whatever phones and editors made of its quotes, spaces and dashes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from planner.asked.pleasantries import Pleasantry, bare_words, pleasantry_of, unpolite
from planner.asked.quiet.hushing import HUSH_COMMANDS, Hushing, hushing_of
from planner.asked.quiet.pausing import PAUSE_COMMANDS, AskPause, AskResume, AskShadow, Pausing
from planner.asked.record import id_in
from planner.asked.requests import REQUEST_COMMANDS, AskUndo, Request, parse_request
from planner.asked.topics import AskAgent, AskSearch, Topic
from planner.asked.whatif import AskForecast, AskHitRate, without_of
from planner.words.typed import own_words, plain_text, which

FIRST_COMMANDS = (
    ("/pm status", "Where the running sprint stands and what needs somebody"),
    ("/pm mine", "Your issues, the reviews asked of you, what waits for you"),
    ("/pm blockers", "What is blocked, since when, and whose move it is"),
    ("/pm reviews", "Pull requests that wait, for whom and how long"),
    ("/pm why", "Why I wrote to you, or did not"),
    ("/pm help", "All commands; with a word, more about one: /pm help snooze"),
)
"""What somebody is shown whose words were not understood."""

COMMANDS = (
    ("/pm status", "Where the running sprint stands and what needs somebody"),
    ("/pm status sprint 24", "The same for one sprint, by its number or name; status all for every running one"),
    ("/pm changes", "What has changed since the working day before"),
    ("/pm all", "Every issue of the sprint, by status"),
    ("/pm blockers", "What is blocked, since when, and whose move it is"),
    ("/pm mine", "Your issues, the reviews asked of you, what waits for you"),
    ("/pm reviews", "Pull requests that wait, for whom and how long"),
    ("/pm waiting", "Who waits for whom; with a name, for one person: /pm waiting for sam"),
    ("/pm forecast", "How likely the sprint is made, what puts it at risk, what would help"),
    ("/pm forecast without PAY-7", "The same if a ticket were taken out; nothing is moved"),
    ("/pm left", "When the sprint ends, and how much is left until then"),
    ("/pm unowned", "Tickets of the sprint that nobody has"),
    ("/pm work of sam", "What somebody has to do"),
    ("/pm digest", "Today's summary, now and for you"),
    ("/pm search 3DS", "Tickets in Jira, and messages in the channels that the constitution names"),
    ("/pm directives", "The rules I work by; with a word or an id: the lines about it"),
    ("/pm board", "Which board this channel is answered for"),
    ("/pm team", "For which of your teams you are answered in this channel, if you are in several"),
    ("/pm why <id>", "Why a message was sent or held back; without an id: the last one to you"),
    *HUSH_COMMANDS,
    *REQUEST_COMMANDS,
    *PAUSE_COMMANDS,
    ("/pm me", "What I know about you, to be set right or deleted"),
    ("/pm forget me", "Delete what I have learnt about you"),
    ("/pm help", "These commands; with a word, more about one: /pm help snooze"),
)
"""What help lists: only what exists."""


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Where does a sprint stand? ``None`` is the running one."""

    sprint: str | None = None
    typed: str = field(default="", compare=False)
    """The sprint in the asker's own characters, to be quoted back."""
    every: bool = False
    """Every running sprint of the team."""


@dataclass(frozen=True, slots=True)
class AskHow:
    """By what do you say so? How the numbers of a status are computed."""

    sprint: str | None = None
    typed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AskChanges:
    """What has changed in a sprint since the working day before?"""

    sprint: str | None = None
    typed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AskAll:
    """Which issues are in a sprint?"""

    sprint: str | None = None
    typed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AskLeft:
    """When does a sprint end, and how much is left of it until then?"""

    sprint: str | None = None
    typed: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AskUnowned:
    """Which tickets of the sprint has nobody?"""


@dataclass(frozen=True, slots=True)
class AskWork:
    """What has somebody got to do?"""

    of: str
    """As ``AskWaiting.on``."""


@dataclass(frozen=True, slots=True)
class AskBlockers:
    """What is blocked, by what, since when, and whose move is it?"""


@dataclass(frozen=True, slots=True)
class AskMine:
    """What is the asker's: issues, reviews, what waits for them?"""


@dataclass(frozen=True, slots=True)
class AskReviews:
    """Which pull requests wait, for whom and how long?"""


@dataclass(frozen=True, slots=True)
class AskWaiting:
    """Who waits for whom?"""

    on: str = ""
    """A name or an id as it was typed, ``<@U…>`` where it was mentioned, ``me``; empty is everybody."""


@dataclass(frozen=True, slots=True)
class AskDigest:
    """What would today's summary say now?"""


@dataclass(frozen=True, slots=True)
class AskTeam:
    """Which of my teams is answered for here? ``team`` chooses one by its id."""

    team: str = ""
    then: str = ""
    """What is asked once it is chosen, in the asker's own words."""


@dataclass(frozen=True, slots=True)
class AskDirectives:
    """By which rules do you work?"""

    about: str = ""
    """Words or the id of a line; empty is all of it."""


@dataclass(frozen=True, slots=True)
class AskBoard:
    """Answer this channel for one board from now on; ``None`` asks which one it is."""

    board: int | None = None
    then: str = ""
    """What is asked once it is chosen, for example ``status``."""


@dataclass(frozen=True, slots=True)
class AskHelp:
    """What can be asked? ``unknown`` is what was not understood."""

    unknown: str = ""
    about: str = ""
    """The word of a command that is to be explained."""


@dataclass(frozen=True, slots=True)
class AskWhy:
    """Why was this message sent or held back?"""

    id: str
    """As it was typed; empty is the last one to whoever asks."""


@dataclass(frozen=True, slots=True)
class AskMe:
    """What is known about the asker?"""


@dataclass(frozen=True, slots=True)
class AskDocument:
    """All of a report that a delegated task has come to."""

    id: str


@dataclass(frozen=True, slots=True)
class AskForgetMe:
    """Delete what is known about the asker."""


@dataclass(frozen=True, slots=True)
class AskSeveral:
    """Several questions in one message, in their order: only such as change nothing."""

    parts: tuple[FromFacts, ...]


OfOneSprint = AskStatus | AskHow | AskChanges | AskAll | AskForecast | AskLeft
Report = OfOneSprint | AskBlockers | AskReviews | AskWaiting | AskUnowned | AskWork | AskDigest
"""What is answered from facts about the work, and may be read by the whole team."""

OneQuestion = (
    Report
    | AskHitRate
    | AskMine
    | AskDirectives
    | Pausing
    | AskBoard
    | AskTeam
    | AskHelp
    | AskWhy
    | AskMe
    | AskForgetMe
    | AskDocument
    | Pleasantry
    | Hushing
    | Request
    | AskUndo
    | AskAgent
    | Topic
)
FromFacts = OneQuestion | AskSeveral
"""What is answered from what is known, without asking Jira or Slack."""

Question = FromFacts | AskSearch

_ME: dict[str, AskMe | AskForgetMe] = {"me": AskMe(), "myself": AskMe(), "forget me": AskForgetMe()}

_ID = re.compile(r"[0-9a-f]{20}", re.IGNORECASE)
_EDGES = " ?!.,-\"'`“”„‘’«»"


def parse_command(text: str) -> FromFacts:
    """Understand what was typed, whatever phones and editors made of its quotes, spaces and dashes."""
    plain, own = plain_text(text), own_words(text)
    if (nothing := pleasantry_of(plain)) is not None:
        return nothing
    plain = unpolite(plain)
    verb, _, rest = plain.partition(" ")
    said = bare_words(plain)
    hushing = hushing_of(verb.rstrip("?:.!,;"), rest)
    if hushing is not None:
        return hushing
    if (report := _report(said, plain, unpolite(own), text)) is not None:
        return report
    match verb.casefold().rstrip("?:.!,;"):
        case "" | "help" | "hilfe" | "commands":
            return AskHelp(about=_about(rest))
        case "me" | "myself" | "forget" if (asked := _ME.get(said)) is not None:
            return asked
        case "why" | "document" as word if (record := _record(word, rest)) is not None:
            return record
        case word if word.startswith("sprint") or word.isdecimal():
            return AskStatus(which(plain), typed=_own_name(own))
        case _:
            return parse_request(text) or AskHelp(unknown=own)


# --- questions about the work -----------------------------------------------------------------------------------

_Sprintly = type[AskStatus] | type[AskHow] | type[AskChanges] | type[AskAll] | type[AskForecast] | type[AskLeft]

_OF_A_SPRINT: tuple[tuple[str, _Sprintly], ...] = (
    (
        r"what (?:has |s |is )?changed(?: since yesterday)?|changes(?: since yesterday)?|changed|news|whats new",
        AskChanges,
    ),
    (r"(?:show |list )?(?:me )?all(?: the)? issues|(?:show|list) all|all|issues|list(?: the)? issues", AskAll),
    (r"how(?: do you know)?(?: is)?(?: the)? status|why(?: is)?(?: the)? status|why at risk|how computed", AskHow),
    (r"forecast|pace|prognosis|burn ?down", AskForecast),
    (r"left", AskLeft),
    (r"status|state|standing", AskStatus),
)
"""The words a question about one sprint begins with, the longer before the shorter; what follows names the sprint."""

_EVERY = frozenset({"all", "everything", "every board", "all boards", "all sprints", "every sprint", "of all"})

_BARE: tuple[tuple[str, FromFacts], ...] = (
    (r"blockers?|blocked|blocks|what(?: s| is)? blocked|whats blocked|what(?: is| s)? blocking(?: us)?", AskBlockers()),
    (r"mine|my|my (?:work|issues|tickets|tasks|reviews)|what(?: s| is) mine|what(?: s| is)? waits? for me", AskMine()),
    (r"(?:open |pending )?reviews?|prs?|pulls|(?:open )?pull requests?", AskReviews()),
    (r"unowned|unassigned|(?:unowned|unassigned) (?:issues|tickets|work)|(?:no|without(?: an?)?) owner", AskUnowned()),
    (r"digest|(?:daily |todays? |today s )?summary|today", AskDigest()),
    (r"resume|unpause|un pause|go on|continue", AskResume()),
    (r"shadow|shadow (?:mode|log)", AskShadow()),
    (r"boards?|which boards?", AskBoard()),
    (r"teams?|which teams?", AskTeam()),
    (r"search|find", AskHelp(about="search")),
)

_PAUSE = re.compile(
    r"pause(?: (?:everything|all(?: of it)?|it|yourself|the agent|now|please))*(?:\s+(?P<until>.+))?", re.IGNORECASE
)
_WAITS = re.compile(
    r"(?:(?:who|what)(?:s| is| else)?\s+)?(?:waiting|waits|wait)(?:\s+(?:for|on))(?:\s+(?P<on>.+))?|waiting|waits"
    r"|waiting\s+(?P<name>\S+)|who waits(?: for whom)?",
    re.IGNORECASE,
)
_WHOM = frozenset({"whom", "who", "everybody", "everyone", "all", "anybody", "anyone"})
_WORK = re.compile(r"(?:the )?work\s+(?:of|for)(?:\s+(?P<of>.+))?", re.IGNORECASE)
_RULES = re.compile(r"(?:the )?(?:directives?|rules?|constitution|laws?)\b[\s:,]*(?P<about>.*)", re.IGNORECASE)
_ABOUT = re.compile(r"^(?:about|on|of|for|called|named|the)\s+", re.IGNORECASE)
_BOARD = re.compile(r"(?:use )?board\s*#?\s*(?P<board>[0-9]{1,9})(?:\s+(?P<then>[a-z ]{1,40}))?", re.IGNORECASE)
_TEAM = re.compile(r"for team\s+(?P<team>[\w.-]{1,80})\s*(?::\s*(?P<then>.+))?", re.IGNORECASE | re.DOTALL)
_MENTIONED = re.compile(r"<@([A-Z0-9]{1,40})(?:\|[^>]*)?>")


def _report(said: str, plain: str, own: str, text: str) -> FromFacts | None:
    """A question about the work, the rules or the agent itself; ``None`` for any other."""
    for words, bare in _BARE:
        if re.fullmatch(words, said):
            return bare
    tidy = plain.strip(_EDGES)
    if (found := _BOARD.fullmatch(tidy)) is not None:
        return AskBoard(int(found["board"]), then=(found["then"] or "").casefold())
    if (found := _TEAM.fullmatch(text.strip())) is not None:
        return AskTeam(found["team"], then=found["then"] or "")
    if (found := _PAUSE.fullmatch(tidy)) is not None:
        return AskPause(until=(found["until"] or "").strip())
    if (of_people := _of_people(tidy, text)) is not None:
        return of_people
    if (found := _RULES.fullmatch(tidy)) is not None:
        return AskDirectives(_ABOUT.sub("", found["about"]).strip(_EDGES))
    return _of_a_sprint(plain, own)


def _of_a_sprint(plain: str, own: str) -> FromFacts | None:
    head = re.sub(r"[\u2019'?!.,:]+(?=\s|$)|(?<=\w)[\u2019'](?=s\b)", " ", plain)
    for words, question in _OF_A_SPRINT:
        found = re.match(rf"(?:{words})\b\s*", " ".join(head.split()), re.IGNORECASE)
        if found is None:
            continue
        rest = " ".join(head.split())[found.end() :]
        if question is AskStatus and rest.casefold().strip(_EDGES) in _EVERY:
            return AskStatus(every=True)
        if question in (AskAll, AskChanges, AskLeft) and rest and not _names_a_sprint(rest):
            continue
        if question is AskForecast and (less := without_of(rest)) is not None and not less.tail:
            return AskForecast(which(less.head), typed=less.head, without=less.things)
        named = which(rest)
        typed = _own_name(own.partition(" ")[2] if question in (AskStatus, AskForecast) else rest)
        return question(named, typed=typed)
    return None


def _names_a_sprint(rest: str) -> bool:
    """Whether words behind a word of everyday talk mean a sprint: ``all good`` is no question."""
    return re.match(r"(?:(?:of|in|for|the) )*(?:sprint\b|id:|\d|current|running|active|this\b)", rest, re.I) is not None


def _of_people(tidy: str, text: str) -> AskWork | AskWaiting | None:
    if (found := _WORK.fullmatch(tidy)) is not None and (of := _whom(found["of"] or "", text)):
        return AskWork(of)
    if (found := _WAITS.fullmatch(tidy)) is not None:
        return AskWaiting(_whom(found["on"] or found["name"] or "", text))
    return None


def _whom(typed: str, text: str) -> str:
    """Whom a question is about: somebody mentioned, or a name; empty for everybody."""
    mentioned = _MENTIONED.findall(text)
    name = typed.strip(_EDGES)
    if not name and mentioned:
        return f"<@{mentioned[-1]}>"
    return "" if name.casefold() in _WHOM else name


# --- help ---------------------------------------------------------------------------------------------------------


def _record(word: str, rest: str) -> AskWhy | AskDocument | None:
    """Of which message or report all is to be told."""
    if word == "document":
        return AskDocument(rest.strip().casefold()) if _ID.fullmatch(rest.strip()) else None
    name = id_in(rest)
    return AskWhy(name) if name is not None else None


def _about(rest: str) -> str:
    """The first word of a command: ``snooze`` of ``/pm snooze``; *all* is every command."""
    word = rest.casefold().strip(_EDGES).removeprefix("/pm ").partition(" ")[0].strip(_EDGES)
    return "" if word in {"all", "commands", "everything", "me"} else word


def _own_name(rest: str) -> str:
    """The name of a sprint as it was typed: ``Checkout Q4`` of ``the sprint Checkout Q4?``."""
    return re.sub(r"((of|for|the)\s+)*(sprint[\s#:_-]*)?", "", rest.strip(_EDGES), count=1, flags=re.I).strip(_EDGES)
