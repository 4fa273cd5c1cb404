"""A request as it is typed: ``assign PAY-7 to li``, with whatever politeness, quotes and dashes are around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from models.ids import IssueKey
from models.proposals import AskedIn
from models.ways import Possible
from planner.asked.requests.behind import behind, behind_look, parts_of

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
    others: tuple[Request, ...] = field(default=(), compare=False)
    """What was ordered beside it: the same of further issues, or something else."""
    behind: str = field(default="", compare=False)
    """What was said behind it, as far as it is neither politeness nor a reason: then nobody is asked."""
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

_CREATES = re.compile(
    r"(?:add|create|open|file|raise|make|write|start|log)\s+(?:me\s+|us\s+)?(?:an?|another|(?:a\s+)?new)\s+"
    r"(?:\w+\s+)?(?:ticket|issue|story|bug|task|epic|sub-?task)s?\b(?!\s+(?:to|into|in|from)\s+(?:the\s+|this\s+|our\s+)?"
    r"(?:\w+\s+)?(?:sprint|backlog)|\s*#?\d)",
    re.IGNORECASE,
)

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
_OUT = re.compile(
    r"^(?:(?:out|off)(?: of)?|from)\b(?:\s+(?:the|this|our))?(?:\s+(?:current|running|active))?"
    r"(?:\s+(?:sprint|board|iteration)\b(?:\s*#?\d+)?)?",
    re.IGNORECASE,
)
_FLAG = re.compile(r"(?:'s |its |the )*(?:impediment )?flag\b(?:\s+(?:from|off|of|on)\b)*", re.IGNORECASE)
_OWNER = re.compile(r"^(?:from|off)\s+(?!\w+day\b|tomorrow\b|next\b|now\b)(?:<@[^>]*>|[^\W\d_][\w'-]*)", re.IGNORECASE)
_OVER = re.compile(r"^(?:over|above|before|below|under|(?:higher|lower) than)\b", re.IGNORECASE)
_HOW_HIGH = re.compile(
    r"^(?:the\s+|a\s+)?(highest|high|medium|low|lowest|\w+(?=\s+prio))(?:\s+prio(?:rity)?)?$", re.IGNORECASE
)
_AND_SO = re.compile(r"^[\s,;.]*(?:(?:and|then|also|plus|,)\s+)*", re.IGNORECASE)
_POST = re.compile(
    r"^(?:(?:in|to|on)\s+)?(?:the\s+)?(?:<#[^|>]*\|)?#?(?P<place>[\w-]+)>?(?:\s+channel)?\s*[:\s]\s*(?P<text>.+)$",
    re.IGNORECASE | re.DOTALL,
)
_QUOTED = re.compile(r"^[\"“„«'‘](.*)[\"”“»'’]$", re.DOTALL)
CREATE = "create_issue"
"""The word for what there is no Action for either, and no line of the constitution."""
NOBODY = frozenset({"nobody", "no one", "noone", "none", "unassigned"})


def parse_request(text: str) -> Request | AskUndo | None:
    """The request in ``text``; ``None`` when it begins with no word of one."""
    typed = as_typed(text)
    polite = _POLITE.match(typed)
    said = _POLITE.sub("", typed)
    verb, _, rest = said.partition(" ")
    word = verb.casefold().rstrip(":,.!?")
    if word in ("undo", "revert"):
        return AskUndo(rest.strip(" #<>?.!"))
    if word in NEVER and not is_no_order(word, rest):
        return Request(Wish.FORBIDDEN, value=NEVER[word], typed=typed)
    if _CREATES.match(said) and _KEY_LATER.search(said) is None:
        return Request(Wish.FORBIDDEN, value=CREATE, typed=typed)
    if word not in VERBS:
        return None
    wish = VERBS[word]
    if wish is Wish.POST:
        return _post(rest.strip(), typed)
    if wish is Wish.DELEGATE:
        return _delegate(word, rest.strip(), typed)
    you = polite is not None and "you" in polite[0].casefold()
    found = _about_issue(wish, rest.rstrip().removesuffix("?") if you else rest, typed)
    return replace(found, behind=f"{found.behind} ?".strip()) if verb.endswith("?") and found.issue else found


def _delegate(verb: str, rest: str, typed: str) -> Request:
    """``delegate cause PAY-7``; with no task named, a ticket is asked for its cause, anything else for a pattern."""
    task, _, about = rest.partition(" ")
    if verb != "delegate":
        task, about = ("cause" if _KEY_LATER.search(rest) else "pattern"), rest
    left = behind_look(about)
    value, place = _value(about.removesuffix(left)), task.casefold().rstrip(":,")
    return Request(Wish.DELEGATE, value=value, place=place, typed=typed, behind=left)


def _about_issue(wish: Wish, rest: str, typed: str) -> Request:
    """``PAY-7 to li``; for a priority the word may stand before the issue or behind it."""
    rest, before = re.subn(r"^(?:the\s+)?prio(?:rity)?\s+(?:of\s+)?", "", _bare(rest), flags=re.IGNORECASE)
    issue, others, value = _issues_and_rest(_bare(rest))
    value, after = re.subn(r"^(?:'s\s+)?prio(?:rity)?\b\s*", "", value, flags=re.IGNORECASE)
    value = re.sub(r"^(?:'s\s+)?status\b\s*", "", value, flags=re.IGNORECASE)
    if wish is Wish.SET and (before or after):
        wish = Wish.PRIORITY
    wish, value, left = _come_to(wish, value)
    found = Request(wish, issue, value, typed=typed, others=tuple(Request(wish, other, value) for other in others))
    if (beside := _beside(left, typed)) is not None:
        return replace(found, others=(*found.others, beside))
    return replace(found, behind=left if issue and behind(left) else "")


def _come_to(wish: Wish, value: str) -> tuple[Wish, str, str]:
    """The change, what it shall come to, and what is left of the words behind the issue."""
    if wish is Wish.MOVE and (flag := _FLAG.match(value)) is not None:
        return Wish.UNFLAG, "", value[flag.end() :]
    if wish is Wish.MOVE and (out := _OUT.match(value)) is not None:
        return wish, "backlog", value[out.end() :]
    if wish in (Wish.CLOSE, Wish.UNFLAG):
        return wish, "", value
    if wish is Wish.UNASSIGN:
        owner = _OWNER.match(value)
        return wish, "", value[owner.end() :] if owner is not None else value
    if wish is Wish.PRIORITY and _OVER.match(value):
        return wish, "", ""
    value, left = parts_of(_TO.sub("", value))
    value = _value(value if wish is Wish.SET else _IN.sub("", value))
    high = _HOW_HIGH.match(value)
    if wish in (Wish.SET, Wish.MOVE, Wish.PRIORITY) and high is not None:
        return Wish.PRIORITY, high[1], left
    if wish is Wish.ASSIGN and value.casefold() in NOBODY:
        return Wish.UNASSIGN, "", left
    return wish, "" if wish is Wish.ASSIGN and _SOMEBODY.match(value) else value, left


_SOMEBODY = re.compile(r"(?:somebody|someone|anybody|anyone|whoever|him|her|them|one of us)\b", re.IGNORECASE)


def _beside(left: str, typed: str) -> Request | None:
    """Another order behind the first: ``and PAY-8 to mike`` of ``assign PAY-7 to li and PAY-8 to mike``."""
    said = _AND_SO.sub("", left)
    verb = _POLITE.sub("", typed).partition(" ")[0]
    if said and _KEY_LATER.match(said) is not None:
        said = f"{verb} {said}"
    if len(said) >= len(typed) or said.partition(" ")[0].casefold() not in VERBS:
        return None
    found = parse_request(said)
    return found if isinstance(found, Request) and found.issue and found.wish in _AGAIN else None


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
    return _issue(found), others, re.sub(r"^\s*:(?=\s)", "", beside).strip()


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
    said = _unquoted(shown_as_typed(found["text"].strip()))
    return Request(Wish.POST, value=said, place=found["place"].casefold(), typed=typed)


def shown_as_typed(text: str) -> str:
    """What Slack's own marks show: the label of a link or mention, and plain signs."""
    shown = re.sub(r"<[@#!]?([^|>]*)(?:\|([^>]*))?>", lambda found: found[2] or found[1], text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def as_typed(text: str) -> str:
    """One line; a link to an issue is its key, and the mention of somebody stays."""
    shown = "".join(c if c.isprintable() else " " for c in _LINK.sub(r"\1", text[:LONGEST]))
    return _SPOKEN_TO.sub("", " ".join(shown.split())).removeprefix("/pm ").removeprefix("pm ")


def _value(text: str) -> str:
    return _unquoted(text.strip(" ?!.,;")).strip(" ?!.,;")


def _unquoted(text: str) -> str:
    found = _QUOTED.match(text)
    return found[1].strip() if found else text
