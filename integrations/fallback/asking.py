"""A person's words as a search: a small grammar of ours, which says what it did not understand and never guesses.

People are those of the constitution, by their id there or by the name the constitution gives them; who is unknown or
could be two people stops the search, because a search without the person would answer another question. So does a
negation that no rule knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum

from integrations.fallback.negation import turned
from models.ids import AccountId, IssueKey, SlackUserId
from models.work import Progress

LONGEST = 300
"""Characters that are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Someone:
    """A person of the constitution and the ids they have elsewhere."""

    id: str
    names: tuple[str, ...]
    account: AccountId | None = None
    slack: SlackUserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What words are understood against."""

    people: tuple[Someone, ...]
    projects: tuple[str, ...]
    zone: tzinfo
    now: datetime
    ahead: timedelta = timedelta()
    """How far ``now`` is ahead of real time, which is what messages are stamped with: zero but in a simulation."""
    boards: tuple[int, ...] = ()
    blocked_statuses: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    asker: Someone | None = None
    """Who *my* and *me* are."""

    @property
    def today(self) -> date:
        """The day it is for the team."""
        return self.now.astimezone(self.zone).date()

    def begin(self, day: date) -> datetime:
        """When ``day`` begins for the team, in company time."""
        return datetime(day.year, day.month, day.day, tzinfo=self.zone)


class SprintWanted(StrEnum):
    """A sprint by its place in time."""

    CURRENT = "current"
    NEXT = "next"
    LAST = "last"


@dataclass(slots=True, kw_only=True)
class Wanted:
    """What was understood, piece by piece."""

    key: IssueKey | None = None
    messages: bool = False
    blocked: bool = False
    unassigned: bool = False
    overdue: bool = False
    unfinished: bool = False
    progress: Progress | None = None
    kind: str = ""
    priority: str = ""
    person: Someone | None = None
    sprint: SprintWanted | str | None = None
    """Its place, or its number or name as it was written."""
    since: date | None = None
    until: date | None = None
    """The first day that does not count any more."""
    due_from: date | None = None
    due_until: date | None = None
    created: bool = False
    """``since`` and ``until`` are about creation, not about the last change."""
    text: str = ""
    channel: str = ""
    problem: str = ""
    """Why there can be no search at all, in one line."""
    not_understood: tuple[str, ...] = ()
    parts: list[str] = field(default_factory=list)
    """What was understood, in plain words, in the order of the sentence's rules."""


Rule = tuple[re.Pattern[str], Callable[[Wanted, re.Match[str], Surroundings], None]]

_KINDS = {"bug": "Bug", "story": "Story", "storie": "Story", "task": "Task", "epic": "Epic", "subtask": "Sub-task"}
_DAYS = {name: n for n, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
_COMMON = (
    "a about after all also am an and any anything are assigned at be been being by can changed changes could "
    "currently did do does done everything find for from get give had has have i im in is issue issues it item "
    "items its jira latest list look me moment most my myself now of on or our out over please pm recent right "
    "search see should show slack so some somebody something still tell that the their them there these thing "
    "things this those ticket tickets to told touched up updated us was we were what whats when where which who "
    "whose will with work worked working works would you"
)
_FILLERS = frozenset(_COMMON.split())
"""Words that carry nothing here. Somebody called like one of them is meant only when written with a capital."""


_APOSTROPHES = re.compile("[\u2019\u02bc\u00b4`]")


def understand(words: str, around: Surroundings) -> Wanted:
    """Read a question. Everything is optional; what is left over is named in ``not_understood``."""
    wanted, rest = Wanted(), " ".join(_APOSTROPHES.sub("'", words[:LONGEST]).split()).rstrip(" ?!.").lstrip(" ?.")
    for rule in RULES:
        rest = _used(rule, wanted, rest, around)
    negation = turned(rest)
    rest = _used(ABOUT, wanted, _person(wanted, rest, around), around)
    wanted.problem = wanted.problem or negation
    if wanted.messages and not wanted.text and not wanted.key:
        wanted.text, rest = _leftover(rest), ""
    wanted.not_understood = tuple(dict.fromkeys(_leftover(rest).split()))
    if not wanted.parts and not wanted.problem:
        wanted.text, wanted.not_understood = _leftover(rest), ()
        wanted.parts.append(f'the words "{wanted.text}"')
        if not wanted.text:
            wanted.problem = "there is nothing to search for in these words"
    return wanted


def _used(rule: Rule, wanted: Wanted, rest: str, around: Surroundings) -> str:
    """What is left of the words after a rule; a mark stands where it took some."""
    pattern, apply = rule
    found = pattern.search(rest)
    if found is None:
        return rest
    apply(wanted, found, around)
    return f"{rest[: found.start()]} \x00 {rest[found.end() :]}"


# --- people ------------------------------------------------------------------------------------------------------

_NAMED = re.compile(
    r"\b(?:of|by|for|from|assigned to|did|does|has|is|was|belongs? to)\s+(?:@|<@)?([^\W\d_][\w.-]{1,40}>?)"
    r"|\b([^\W\d_][\w.-]{1,40})'s\b",
    re.I,
)
"""Where a name stands in a question."""


def _person(wanted: Wanted, rest: str, around: Surroundings) -> str:
    """Find whom it is about and take their name out."""
    if re.search(r"\b(my|mine|myself)\b|\bassigned to me\b|\b(did|do|have|am) i\b", rest, re.I):
        _set_asker(wanted, around)
        return rest
    matches = {
        someone.id: (someone, found)
        for someone in around.people
        for name in sorted((someone.id, *someone.names, *([someone.slack] if someone.slack else [])), key=len)
        if (found := _said(name, rest)) is not None
    }
    if len(matches) > 1:
        wanted.problem = f"that could be {' or '.join(sorted(matches))}: use the id from directives.yaml"
        return rest
    if matches:
        someone, found = next(iter(matches.values()))
        wanted.person = someone
        wanted.parts.append(f"of {someone.id}")
        return f"{rest[: found.start()]} \x00 {rest[found.end() :]}"
    return _stranger(wanted, rest)


def _said(name: str, rest: str) -> re.Match[str] | None:
    """Where ``name`` stands as a word of its own."""
    spelling = name.capitalize() if name.casefold() in _FILLERS else name
    flags = 0 if name.casefold() in _FILLERS else re.I
    return re.search(rf"(?<![\w-])@?{re.escape(spelling)}(?:'s)?(?![\w-])", rest, flags)


def _set_asker(wanted: Wanted, around: Surroundings) -> None:
    if around.asker is None:
        wanted.problem = "I do not know who is asking, so that 'my' means nobody"
        return
    wanted.person = around.asker
    wanted.parts.append(f"of {around.asker.id}")


def _stranger(wanted: Wanted, rest: str) -> str:
    """A name where a person is expected, whom the constitution does not know."""
    for found in _NAMED.finditer(rest):
        name = (found[1] or found[2]).strip("<@>.")
        if name.casefold() not in _FILLERS and not name.isdigit() and (found[2] or not name.islower()):
            wanted.problem = f"{name} is nobody in directives.yaml: use an id from there"
            return f"{rest[: found.start()]} {rest[found.end() :]}"
    return rest


def _leftover(rest: str) -> str:
    """Words that carry something and were not used."""
    tokens = re.findall(r"[\w#@'.-]+", rest.replace("\x00", " "))
    return " ".join(t.strip("'.-") for t in tokens if t.strip("'.-") and t.strip("'.-@#").casefold() not in _FILLERS)


# --- the rules, each used once, in this order -------------------------------------------------------------------


def _key(wanted: Wanted, found: re.Match[str], around: Surroundings) -> None:
    project = found[1].upper()
    if project in around.projects:
        wanted.key = IssueKey(f"{project}-{found[2]}")
        wanted.parts.append(f"ticket {wanted.key}")
    else:
        wanted.problem = f"{project} is not a project of this team"


def _quoted(wanted: Wanted, found: re.Match[str], _: Surroundings) -> None:
    wanted.text = " ".join(found[1].split())
    wanted.parts.append(f'the words "{wanted.text}"')


def _channel(wanted: Wanted, found: re.Match[str], around: Surroundings) -> None:
    name = (found[1] or found[2]).casefold()
    wanted.messages = True
    wanted.channel = name
    wanted.parts.append(f"in #{name}")
    if name not in around.channels:
        wanted.problem = f"#{name} is not a channel of this team: it has {', '.join(f'#{c}' for c in around.channels)}"


def _flag(name: str, words: str, value: object = True) -> Callable[[Wanted, re.Match[str], Surroundings], None]:
    def apply(wanted: Wanted, _: re.Match[str], __: Surroundings) -> None:
        setattr(wanted, name, value)
        wanted.parts.append(words)

    return apply


def _sprint(wanted: Wanted, found: re.Match[str], _: Surroundings) -> None:
    words = (found[1] or found[3] or "").casefold()
    places = {"next": SprintWanted.NEXT, "coming": SprintWanted.NEXT, "upcoming": SprintWanted.NEXT}
    places |= {"last": SprintWanted.LAST, "previous": SprintWanted.LAST}
    if found[2]:
        wanted.sprint = found[2]
        wanted.parts.append(f"in sprint {found[2]}")
    else:
        wanted.sprint = places.get(words, SprintWanted.CURRENT)
        wanted.parts.append(f"in the {wanted.sprint} sprint")


def _kind(wanted: Wanted, found: re.Match[str], _: Surroundings) -> None:
    wanted.kind = _KINDS[re.sub(r"[ -]", "", found[1].casefold()).rstrip("s")]
    wanted.parts.append(f"of type {wanted.kind}")


def _priority(wanted: Wanted, found: re.Match[str], _: Surroundings) -> None:
    wanted.priority = (found[1] or found[2]).capitalize()
    wanted.parts.append(f"of priority {wanted.priority}")


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _since(wanted: Wanted, since: date, until: date | None, words: str) -> None:
    wanted.since, wanted.until = since, until
    wanted.parts.append(f"{'created' if wanted.created else 'changed'} {words}")


def _week(wanted: Wanted, found: re.Match[str], around: Surroundings) -> None:
    monday = _monday(around.today)
    if found[1].casefold() == "this":
        _since(wanted, monday, None, f"since {monday}")
    else:
        _since(wanted, monday - timedelta(days=7), monday, f"from {monday - timedelta(days=7)} until {monday}")


def _today(wanted: Wanted, found: re.Match[str], around: Surroundings) -> None:
    if found[1].casefold() == "today":
        _since(wanted, around.today, None, f"since {around.today}")
    else:
        before = around.today - timedelta(days=1)
        _since(wanted, before, around.today, f"on {before}")


def _days(wanted: Wanted, found: re.Match[str], around: Surroundings) -> None:
    count = int(found[1] or 1) * {"day": 1, "week": 7, "month": 30}[found[2].casefold()]
    since = around.today - timedelta(days=min(count, 3650))
    _since(wanted, since, None, f"since {since}")


def _weekday(wanted: Wanted, found: re.Match[str], around: Surroundings) -> None:
    back = (around.today.weekday() - _DAYS[found[1].casefold()[:3]]) % 7 or 7
    since = around.today - timedelta(days=back)
    _since(wanted, since, None, f"since {since}")


def _due(wanted: Wanted, found: re.Match[str], around: Surroundings) -> None:
    today, words = around.today, found[1].casefold()
    day = today + timedelta(days=1) if words == "tomorrow" else today
    begin, length = (_monday(today), 7) if words == "this week" else (day, 1)
    if words == "next week":
        begin, length = _monday(today) + timedelta(days=7), 7
    wanted.due_from, wanted.due_until = begin, begin + timedelta(days=length)
    wanted.parts.append(f"due {words}")


def _about(wanted: Wanted, found: re.Match[str], _: Surroundings) -> None:
    text = _leftover(found[1])
    if text and not wanted.text:
        wanted.text = text
        wanted.parts.append(f'the words "{text}"')


def _rule(pattern: str, apply: Callable[[Wanted, re.Match[str], Surroundings], None]) -> Rule:
    return re.compile(pattern, re.I), apply


_WEEKDAY = r"(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
RULES: Sequence[Rule] = (
    _rule(r'["\u201c\u201e]([^"\u201c\u201d\u201e]{1,120})["\u201d\u201c]', _quoted),
    _rule(r"\b([A-Z][A-Z0-9_]{1,20})-([1-9]\d{0,9})\b(?!-)", _key),
    _rule(r"\bin (?:the )?#([\w-]{1,80})|#([\w-]{1,80})", _channel),
    _rule(
        r"\b(?:messages?|threads?|conversations?|discussions?|discussed|said|wrote|chat)\b",
        _flag("messages", "messages"),
    ),
    _rule(
        r"\b(?:(?:in|of|for|from)\s+)?(?:the\s+)?(?:(current|running|active|this|next|coming|upcoming|last|previous)\s+)?"
        r"sprint(?:[\s#_-]*(\d{1,6}))?\b|\b(?:the\s+)(backlog sprint)\b",
        _sprint,
    ),
    _rule(r"\b(?:blocked|blockers?|impediments?|impeded|flagged)\b", _flag("blocked", "blocked")),
    _rule(
        r"\b(?:un-?assigned|nobody(?:'s)?(?: owns?)?|no(?:t)? (?:owner|assignee|one assigned|assigned)|"
        r"without (?:an? )?(?:owner|assignee))\b",
        _flag("unassigned", "without an owner"),
    ),
    _rule(r"\b(?:over-?due|past (?:their |its )?due(?: date)?)\b", _flag("overdue", "overdue")),
    _rule(r"\bdue (today|tomorrow|this week|next week)\b", _due),
    _rule(
        r"\b(?:not (?:yet )?(?:done|finished|closed)|unfinished|unresolved|remaining|left|"
        r"(?:still )?open(?= (?:tickets|issues|items|work|bugs|stories|tasks)|$)|(?:are|is) (?:still )?open)\b",
        _flag("unfinished", "not done"),
    ),
    _rule(r"\b(bugs?|stor(?:y|ies)|tasks?|epics?|sub-?tasks?)\b", _kind),
    _rule(r"\b(highest|high|medium|low|lowest)[ -]priority\b|\bpriority (highest|high|medium|low|lowest)\b", _priority),
    _rule(r"\b(?:in progress|being worked on|ongoing)\b", _flag("progress", "in progress", Progress.DOING)),
    _rule(r"\b(?:to-?do|not started|unstarted)\b", _flag("progress", "not begun", Progress.TODO)),
    _rule(
        r"\b(?:finished|completed?|closed|resolved|is done|are done|done tickets)\b",
        _flag("progress", "done", Progress.DONE),
    ),
    _rule(r"\b(?:created|opened|new|reported)\b", lambda wanted, *_: setattr(wanted, "created", True)),
    _rule(r"\b(this|last) week\b", _week),
    _rule(r"\b(today|yesterday)\b", _today),
    _rule(r"\b(?:in |over |during )?(?:the )?(?:last|past) (\d{1,3} )?(day|week|month)s?\b", _days),
    _rule(rf"\bsince {_WEEKDAY}\b", _weekday),
)
ABOUT = _rule(r"\b(?:about|regarding|concerning|mention(?:s|ing)?|contain(?:s|ing)?) ([^\x00]+)", _about)
"""Used last, after the person was taken out: it takes all words up to what was understood already."""
