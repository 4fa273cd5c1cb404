"""What somebody asks, understood: whatever phones and editors made of its quotes, spaces and dashes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from planner.asked.hushing import HUSH_COMMANDS, Hushing, hushing_of
from planner.asked.requests import REQUEST_COMMANDS, AskUndo, Request, parse_request
from planner.words.typed import own_words, plain_text, which

COMMANDS = (
    ("/pm status", "Where the running sprint stands and what needs somebody"),
    ("/pm status sprint 24", "The same for one sprint, by its number or name"),
    ("/pm why <id>", "Why a message was sent or held back; without an id: the last one to you"),
    *HUSH_COMMANDS,
    *REQUEST_COMMANDS,
    ("/pm me", "What I know about you, to be set right or deleted"),
    ("/pm forget me", "Delete what I have learnt about you"),
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
    """As it was typed; empty is the last one to whoever asks."""


@dataclass(frozen=True, slots=True)
class AskMe:
    """What is known about the asker?"""


@dataclass(frozen=True, slots=True)
class AskForgetMe:
    """Delete what is known about the asker."""


@dataclass(frozen=True, slots=True)
class Pleasantry:
    """Nothing is asked: somebody says hello or thanks."""

    thanks: bool = False


Question = AskStatus | AskHelp | AskWhy | AskMe | AskForgetMe | Pleasantry | Hushing | Request | AskUndo

_ME: dict[str, AskMe | AskForgetMe] = {"me": AskMe(), "myself": AskMe(), "forget me": AskForgetMe()}

_EDGES = " ?!.,-\"'`“”„‘’«»"
_HELLO = re.compile(r"(hi|hello|hey|hallo|good (morning|afternoon|evening))( (there|all|everyone|team|bot|agent|pm))*")
_THANKS = re.compile(
    r"(ok |okay |many )?(thanks|thank you|thx|ty|cheers|danke)"
    r"( (you|all|everyone|team|bot|agent|so much|a lot|very much))*"
)


def parse_command(text: str) -> Question:
    """Understand what was typed, whatever phones and editors made of its quotes, spaces and dashes."""
    plain, own = plain_text(text), own_words(text)
    verb, _, rest = plain.partition(" ")
    said = " ".join(re.sub(r"[^\w\s]", " ", plain.casefold()).split())
    if _HELLO.fullmatch(said) or _THANKS.fullmatch(said):
        return Pleasantry(thanks=_THANKS.fullmatch(said) is not None)
    hushing = hushing_of(verb.rstrip("?:.!"), rest)
    if hushing is not None:
        return hushing
    match verb.casefold().rstrip("?:.!"):
        case "" | "help" | "hilfe" | "commands":
            return AskHelp()
        case "status" | "state":
            return AskStatus(which(rest), typed=_own_name(own.partition(" ")[2]))
        case "me" | "myself" | "forget" if (asked := _ME.get(said)) is not None:
            return asked
        case "why":
            return AskWhy(_id_in(rest))
        case word if word.startswith("sprint") or word.isdecimal():
            return AskStatus(which(plain), typed=_own_name(own))
        case _:
            return parse_request(text) or AskHelp(unknown=own)


def _id_in(rest: str) -> str:
    """The one word behind *why*; a whole question, or *me*, names no message: ``why did you ping me?``"""
    word = rest.strip("<>#?.! ")
    return "" if " " in word or word.casefold() in {"me", "this", "that", "now"} else word


def _own_name(rest: str) -> str:
    """The name of a sprint as it was typed: ``Checkout Q4`` of ``the sprint Checkout Q4?``."""
    return re.sub(r"((of|for|the)\s+)*(sprint[\s#:_-]*)?", "", rest.strip(_EDGES), count=1, flags=re.I).strip(_EDGES)
