"""Help: six lines for whoever was not understood, everything on demand, and one command explained."""

from __future__ import annotations

import difflib

from planner.asked.questions import COMMANDS, FIRST_COMMANDS, AskHelp, FromFacts, parse_command
from planner.asked.requests import Request
from planner.words.replies import HelpReply
from planner.words.typed import plain_text

_ALL = ("All commands", "help")


def help_about(asked: AskHelp) -> HelpReply:
    """What can be asked; what was perhaps meant is offered and never run by itself."""
    if asked.unknown:
        near = tuple((f"/pm {command}"[:75], command) for command in near_to(asked.unknown))
        return HelpReply(commands=FIRST_COMMANDS, unknown=asked.unknown, choices=(*near, _ALL))
    if not asked.about:
        return HelpReply(commands=COMMANDS)
    found = tuple(each for each in COMMANDS if asked.about in _words(each[0]))
    if found:
        return HelpReply(commands=found, choices=(_ALL,))
    return HelpReply(commands=FIRST_COMMANDS, unknown=asked.about, choices=(_ALL,))


def _words(command: str) -> tuple[str, ...]:
    """The first word of a command, and its verb in other forms."""
    verb = command.split()[1]
    return verb, f"{verb}s", verb.removesuffix("s")


MISTYPED = 2
"""Words of what may be a command with a slip in it; a whole sentence that begins like one is none."""


def is_slip(typed: str) -> bool:
    """Whether it looks like a command with a slip of the fingers, and not like talk that begins as one does."""
    words = plain_text(typed).casefold().split()
    return 0 < len(words) <= MISTYPED and words[0].strip(_EDGES) not in _VERBS and bool(near_to(typed))


def near_to(typed: str) -> tuple[str, ...]:
    """The commands whose first word comes near to what was typed, each one that is understood: offered, never run."""
    verb, _, rest = plain_text(typed).partition(" ")
    word = verb.casefold().strip(_EDGES)
    near = difflib.get_close_matches(word, _VERBS, n=2, cutoff=0.72) if len(word) > 2 else []
    return tuple(dict.fromkeys(_understood(each, rest.strip(_EDGES)) for each in near))


def _understood(verb: str, rest: str) -> str:
    """With what stood behind it, where that is a command; else alone; else what explains it."""
    tries = (f"{verb} {rest}".strip(), verb)
    return next((each for each in tries if _is_whole(parse_command(each))), f"help {verb}")


def _is_whole(asked: FromFacts) -> bool:
    """Whether it is a command that says all it needs: ``assign things`` names no ticket."""
    if isinstance(asked, Request):
        return bool(asked.issue or asked.place)
    return not isinstance(asked, AskHelp)


_EDGES = " ?!.,"
_VERBS = tuple(dict.fromkeys(command.split()[1] for command, _ in COMMANDS))
