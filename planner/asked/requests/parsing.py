"""A request as it is typed: ``assign PAY-7 to li``, with whatever politeness, quotes and dashes are around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from models.ids import IssueKey
from models.proposals import AskedIn
from models.ways import Possible

LONGEST = 500
"""Characters of a request that are read: a post is the longest."""


class Wish(StrEnum):
    """What can be asked for."""

    ASSIGN = "assign"
    UNASSIGN = "unassign"
    MOVE = "move"
    CLOSE = "close"
    PRIORITY = "priority"
    SET = "set"
    UNFLAG = "unflag"
    POST = "post"
    DELEGATE = "delegate"
    FORBIDDEN = "forbidden"
    """Something no Action exists for; ``value`` is the constitution's word for it."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing somebody wants done, in their own words; what is missing is empty."""

    wish: Wish
    issue: str = ""
    """A key in capitals, or a bare number."""
    value: str = ""
    """The person, sprint, priority, status, text or question."""
    place: str = ""
    """The channel of a post, the task that is delegated."""
    typed: str = field(default="", compare=False)
    possible: Mapping[IssueKey, Possible] = field(default_factory=dict, compare=False)
    """What Jira lets be done with the issues it may be about, as far as it was asked."""
    asked_in: AskedIn | None = field(default=None, compare=False)
    """Where it was asked."""
    confirmed: bool = field(default=False, compare=False)
    """Whether asking is the asker's yes as well, where that is theirs to give: they pressed exactly this."""
    others: tuple[str, ...] = field(default=(), compare=False)
    """Further issues that were named beside it, as ``issue``."""
    by_model: bool = field(default=False, compare=False)
    """Whether a model understood it from plain words; ``typed`` are those words. Then it needs somebody's yes."""
    perhaps: bool = field(default=False, compare=False)
    """Whether the asker's words only may mean it: then they are asked whether they do, and nobody else is."""


@dataclass(frozen=True, slots=True)
class AskUndo:
    """Take back what was done under this id."""

    id: str


_AGAIN = {
    Wish.ASSIGN: "assign {issue} to {value}",
    Wish.UNASSIGN: "unassign {issue}",
    Wish.MOVE: "move {issue} to {value}",
    Wish.CLOSE: "close {issue}",
    Wish.PRIORITY: "priority {issue} {value}",
    Wish.SET: "set {issue} to {value}",
    Wish.UNFLAG: "unflag {issue}",
    Wish.DELEGATE: "delegate {place} {value}",
}


def same_of(request: Request, issue: str) -> str:
    """The command that wants the same of another issue: parsed, only ``issue`` is different."""
    command = _AGAIN[request.wish].format(issue=issue, value=request.value, place=request.place)
    return command.removesuffix(" to ").rstrip()


VERBS: Mapping[str, Wish] = {
    "assign": Wish.ASSIGN,
    "reassign": Wish.ASSIGN,
    "give": Wish.ASSIGN,
    "unassign": Wish.UNASSIGN,
    "move": Wish.MOVE,
    "put": Wish.MOVE,
    "add": Wish.MOVE,
    "remove": Wish.MOVE,
    "close": Wish.CLOSE,
    "priority": Wish.PRIORITY,
    "prio": Wish.PRIORITY,
    "prioritise": Wish.PRIORITY,
    "prioritize": Wish.PRIORITY,
    "set": Wish.SET,
    "transition": Wish.SET,
    "mark": Wish.SET,
    "unflag": Wish.UNFLAG,
    "deflag": Wish.UNFLAG,
    "post": Wish.POST,
    "announce": Wish.POST,
    "delegate": Wish.DELEGATE,
    "investigate": Wish.DELEGATE,
    "analyse": Wish.DELEGATE,
    "analyze": Wish.DELEGATE,
}

NEVER: Mapping[str, str] = {
    "merge": "merge_pull_request",
    "delete": "delete_issue",
    "deploy": "change_code",
    "commit": "change_code",
    "rank": "rank_people",
    "score": "rank_people",
}
"""First words of what no Action exists for, with the constitution's word."""

_NO_ORDER = re.compile(
    r"\s*(?:is|are|was|were|has|had|will|would|can|conflicts?|freeze|fails?|failed|dates?|days?|windows?|queues?|requests?"
    r"|scripts?|logs?|messages?|histor(?:y|ies)|errors?|issues?|what|everything you)\b(?!\s+(?:pay|\w+-\d))",
    re.IGNORECASE,
)


def is_no_order(word: str, rest: str) -> bool:
    """Whether what stands behind it makes talk of ``merge`` or ``commit``: ``merge conflicts``, ``commit to it``."""
    talk = word in ("commit", "score", "rank") and re.match(r"\W*(?:to\b|$)", rest, re.IGNORECASE) is not None
    return talk or _NO_ORDER.match(rest) is not None


REQUEST_COMMANDS = (
    ("/pm assign PAY-7 to li", "Give a ticket to somebody; unassign PAY-7 takes its owner off"),
    ("/pm move PAY-7 to sprint 25", "Move a ticket into a sprint, or to the backlog"),
    ("/pm set PAY-7 to In Review", "Change the status of a ticket"),
    ("/pm close PAY-7", "Close a ticket whose work will not be done"),
    ("/pm priority PAY-7 High", "Change the priority of a ticket"),
    ("/pm unflag PAY-7", "Take the flag off a ticket that is an impediment no more"),
    ("/pm post ops: text", "Post something in another channel of the team"),
    ("/pm delegate cause PAY-7", "Have a question looked into and reported on: cause, report, pattern, sources"),
    ("/pm undo <id>", "Take back what was done, for 24 hours"),
)
"""What help lists of requests. Whoever's yes it takes is asked first."""

_SPOKEN_TO = re.compile(r"^(?:<@[^>]*>[\s,:]*)+")
_POLITE = re.compile(r"^(?:(?:please|pls|kindly|can you|could you|would you|will you)\b[\s,]*)+", re.IGNORECASE)
_POLITE_END = re.compile(
    r"(?:[\s,]+(?:please|pls|plz|thanks|thank you|thx|for me|if you (?:can|could|would)|asap))+[\s.,!?:)]*$",
    re.IGNORECASE,
)
_NOISE = re.compile(r"^(?:(?:the|a|ticket|issue|story|bug|task|of|for)\s+)+", re.IGNORECASE)
_LINK = re.compile(r"<https?://[^|>\s]*/browse/([A-Za-z][A-Za-z0-9_]*-\d+)[^>]*>")
_DASH = r"[-‐-―−]"
_KEY = re.compile(
    rf"(?:(?!sprint)(?P<project>[a-z][a-z0-9_]{{1,30}})(?:\s*{_DASH}\s*|\s+|(?<=[a-z])(?=\d))|#)?"
    r"(?P<number>\d{1,9})(?!\w)",
    re.IGNORECASE,
)
_KEY_LATER = re.compile(rf"\b(?P<project>[a-z][a-z0-9_]{{1,30}}){_DASH}(?P<number>\d{{1,9}})(?!\w)", re.IGNORECASE)
_TO = re.compile(r"^(?:(?:to|into|as|for|is)\s+|(?:=|:|->|→)\s*)", re.IGNORECASE)
_IN = re.compile(r"^in\s+", re.IGNORECASE)
_BETWEEN = re.compile(r"\s+(?:to|for|on|of|into|the|in)\s*$", re.IGNORECASE)
_AND = re.compile(r"\s*(?:,\s*(?:and\s+)?|&amp;|[&+/;]|\band\s)\s*", re.IGNORECASE)
_OUT = re.compile(r"^(?:out of|from|off)\b", re.IGNORECASE)
_POST = re.compile(
    r"^(?:(?:in|to|on)\s+)?(?:the\s+)?(?:<#[^|>]*\|)?#?(?P<place>[\w-]+)>?(?:\s+channel)?\s*[:\s]\s*(?P<text>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"^[\"“„«'‘](.*)[\"”“»'’]$", re.DOTALL)
NOBODY = frozenset({"nobody", "no one", "noone", "none", "unassigned"})


def parse_request(text: str) -> Request | AskUndo | None:
    """The request in ``text``; ``None`` when it begins with no word of one."""
    typed = _tidy(text)
    verb, _, rest = _POLITE.sub("", typed).partition(" ")
    word = verb.casefold().rstrip(":,.!?")
    if word in ("undo", "revert"):
        return AskUndo(rest.strip(" #<>?.!"))
    if word in NEVER and not is_no_order(word, rest):
        return Request(Wish.FORBIDDEN, value=NEVER[word], typed=typed)
    if word not in VERBS:
        return None
    wish = VERBS[word]
    if wish is Wish.POST:
        return _post(rest.strip(), typed)
    if wish is Wish.DELEGATE:
        return _delegate(word, rest.strip(), typed)
    return _about_issue(wish, rest, typed)


def _delegate(verb: str, rest: str, typed: str) -> Request:
    """``delegate cause PAY-7``; with no task named, a ticket is asked for its cause, anything else for a pattern."""
    task, _, about = rest.partition(" ")
    if verb != "delegate":
        task, about = ("cause" if _KEY_LATER.search(rest) else "pattern"), rest
    return Request(Wish.DELEGATE, value=_value(about), place=task.casefold().rstrip(":,"), typed=typed)


def _about_issue(wish: Wish, rest: str, typed: str) -> Request:
    """``PAY-7 to li``; for a priority the word may stand before the issue or behind it."""
    rest = _POLITE_END.sub("", rest)
    rest, before = re.subn(r"^(?:the\s+)?prio(?:rity)?\s+(?:of\s+)?", "", _bare(rest), flags=re.IGNORECASE)
    issue, others, value = _issues_and_rest(_bare(rest))
    value, behind = re.subn(r"^(?:'s\s+)?prio(?:rity)?\b\s*", "", value, flags=re.IGNORECASE)
    value = re.sub(r"^(?:'s\s+)?status\b\s*", "", value, flags=re.IGNORECASE)
    if wish is Wish.SET and (before or behind):
        wish = Wish.PRIORITY
    if wish is Wish.MOVE and re.match(r"(?:'s |its |the )*(?:impediment )?flag\b", value, re.IGNORECASE):
        return Request(Wish.UNFLAG, issue, typed=typed)
    if wish is Wish.MOVE and _OUT.match(value):
        value = "backlog"
    value = _TO.sub("", value)
    value = _value(value if wish is Wish.SET else _IN.sub("", value))
    if wish is Wish.ASSIGN and value.casefold() in NOBODY:
        return Request(Wish.UNASSIGN, issue, typed=typed, others=others)
    return Request(wish, issue, value, typed=typed, others=others)


def _issues_and_rest(rest: str) -> tuple[str, tuple[str, ...], str]:
    """The issue, wherever it stands, those listed behind it, and what is said beside them."""
    found = _KEY.match(rest)
    if found is None and (found := _KEY_LATER.search(rest)) is not None:
        beside = f"{_BETWEEN.sub('', rest[: found.start()])} {rest[found.end() :]}"
    else:
        beside = rest[found.end() :] if found else rest
    if found is None:
        return "", (), beside
    others, beside = _others(beside)
    return _issue(found), others, beside.strip(" ,:")


def _others(rest: str) -> tuple[tuple[str, ...], str]:
    """Issues that are listed behind the first: ``, PAY-8 and PAY-9`` of ``PAY-7, PAY-8 and PAY-9 to li``."""
    found: list[str] = []
    while (more := _AND.match(rest)) is not None and (key := _KEY.match(rest[more.end() :])) is not None:
        found.append(_issue(key))
        rest = rest[more.end() + key.end() :]
    return tuple(found), rest


def _issue(found: re.Match[str]) -> str:
    number = str(int(found["number"]))
    return f"{found['project'].upper()}-{number}" if found["project"] else number


def _bare(rest: str) -> str:
    return _NOISE.sub("", rest.strip())


def _post(rest: str, typed: str) -> Request:
    found = _POST.match(rest)
    if found is None:
        return Request(Wish.POST, typed=typed)
    said = _unquoted(_as_shown(found["text"].strip()))
    return Request(Wish.POST, value=said, place=found["place"].casefold(), typed=typed)


def _as_shown(text: str) -> str:
    """What Slack's own marks show: the label of a link or mention, and plain signs."""
    shown = re.sub(r"<[@#!]?([^|>]*)(?:\|([^>]*))?>", lambda found: found[2] or found[1], text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _tidy(text: str) -> str:
    """One line; a link to an issue is its key, and the mention of somebody stays."""
    shown = "".join(c if c.isprintable() else " " for c in _LINK.sub(r"\1", text[:LONGEST]))
    return _SPOKEN_TO.sub("", " ".join(shown.split())).removeprefix("/pm ").removeprefix("pm ")


def _value(text: str) -> str:
    return _unquoted(text.strip(" ?!.,;")).strip(" ?!.,;")


def _unquoted(text: str) -> str:
    found = _QUOTED.match(text)
    return found[1].strip() if found else text
