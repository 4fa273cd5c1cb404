"""Help: six lines for whoever was not understood, everything on demand, and one command explained."""

from __future__ import annotations

from planner.asked.questions import COMMANDS, FIRST_COMMANDS, AskHelp
from planner.words.replies import HelpReply

_ALL = ("All commands", "help")


def help_about(asked: AskHelp) -> HelpReply:
    """What can be asked; what was perhaps meant is offered and never run by itself."""
    if asked.unknown:
        near = tuple((f"/pm {command}"[:75], command) for command in asked.near)
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
