"""What somebody asks, understood: whatever phones and editors made of its quotes, spaces and dashes."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

COMMANDS = (
    ("/pm status", "Where the running sprint stands and what needs somebody"),
    ("/pm status sprint 24", "The same for one sprint, by its number or name"),
    ("/pm why <id>", "Why a message was sent or held back"),
    ("/pm help", "These commands"),
)
"""What help lists: only what exists."""


@dataclass(frozen=True, slots=True)
class AskStatus:
    """Where does a sprint stand? ``None`` is the running one."""

    sprint: str | None = None
    typed: str = field(default="", compare=False)
    """The sprint in the asker's own characters, to be quoted back."""


@dataclass(frozen=True, slots=True)
class AskHelp:
    """What can be asked? ``unknown`` is what was not understood."""

    unknown: str = ""


@dataclass(frozen=True, slots=True)
class AskWhy:
    """Why was this message sent or held back?"""

    id: str
    """As it was typed."""


@dataclass(frozen=True, slots=True)
class Pleasantry:
    """Nothing is asked: somebody says hello or thanks."""

    thanks: bool = False


Question = AskStatus | AskHelp | AskWhy | Pleasantry

_MENTION = re.compile(r"<[@!][^>]*>")
_EDGES = " ?!.,-\"'`“”„‘’«»"
_QUOTES = re.compile(r"[\"'`“”„‘’«»*_]")
_NOW = frozenset({"", "current", "active", "running", "this", "now"})
_WORD = re.compile(r"sprint[\s#:_-]*", re.IGNORECASE)
_HELLO = re.compile(r"(hi|hello|hey|hallo|good (morning|afternoon|evening))( (there|all|everyone|team|bot|agent|pm))*")
_THANKS = re.compile(
    r"(ok |okay |many )?(thanks|thank you|thx|ty|cheers|danke)"
    r"( (you|all|everyone|team|bot|agent|so much|a lot|very much))*"
)
_LONGEST = 200
"""Characters of a command that are read: no command needs more."""


def parse_command(text: str) -> Question:
    """Understand what was typed, whatever phones and editors made of its quotes, spaces and dashes."""
    plain, own = plain_text(text), _own(text)
    verb, _, rest = plain.partition(" ")
    said = " ".join(re.sub(r"[^\w\s]", " ", plain.casefold()).split())
    if _HELLO.fullmatch(said) or _THANKS.fullmatch(said):
        return Pleasantry(thanks=_THANKS.fullmatch(said) is not None)
    match verb.casefold().rstrip("?:.!"):
        case "" | "help" | "hilfe" | "commands":
            return AskHelp()
        case "status" | "state":
            return AskStatus(which(rest), typed=_own_name(own.partition(" ")[2]))
        case "why":
            return AskWhy(rest.strip("<>#?. "))
        case word if word.startswith("sprint") or word.isdecimal():
            return AskStatus(which(plain), typed=_own_name(own))
        case _:
            return AskHelp(unknown=own)


def plain_text(text: str) -> str:
    """One line without mentions, quotes and odd spaces; ``–`` is a dash like any other."""
    folded = unicodedata.normalize("NFKC", _MENTION.sub(" ", text[:_LONGEST]))
    dashed = re.sub(r"[‐-―−]", "-", "".join(c if c.isprintable() else " " for c in folded))
    return " ".join(_QUOTES.sub(" ", dashed).split()).removeprefix("/pm ").removeprefix("pm ")


def _own(text: str) -> str:
    """One line in the writer's own characters, without mentions."""
    shown = "".join(c if c.isprintable() else " " for c in _MENTION.sub(" ", text[:_LONGEST]))
    return " ".join(shown.split()).removeprefix("/pm ").removeprefix("pm ")


def _own_name(rest: str) -> str:
    """The name of a sprint as it was typed: ``Checkout Q4`` of ``the sprint Checkout Q4?``."""
    return re.sub(r"((of|for|the)\s+)*(sprint[\s#:_-]*)?", "", rest.strip(_EDGES), count=1, flags=re.I).strip(_EDGES)


def which(rest: str) -> str | None:
    """``sprint 24``, ``SPRINT-24`` and ``24`` are all ``24``; nothing, or ``current``, is the running sprint."""
    name = rest.strip(" ?!.,-").casefold()
    for filler in ("of ", "for ", "the "):
        name = name.removeprefix(filler)
    short = _WORD.sub("", name, count=1).strip() if _WORD.match(name) else name
    if short in _NOW or name.removesuffix(" sprint") in _NOW:
        return None
    return short
