"""How people order each change: patterns over a sentence in which the ticket and what it shall become are marked.

Each pattern names the verb of one change with its object beside it, so that *give me the status of PAY-7* gives nobody
a ticket. A verb that may stand in its *-ing* form where somebody only thinks aloud is written ``<give|hand>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache

from planner.asked.requests import Wish

TICKET, TARGET = "\ue000", "\ue001"
"""The marks: private characters, which ``untrusted.cleaned`` lets nobody write."""

_PARTS: Mapping[str, str] = {
    "T": rf"{TICKET}(?!'s| (?:prs?|pull|branch|comments?|description|subtasks?|builds?|reviews?|titles?)\b)",
    "ITS": rf"{TICKET}'s",
    "X": TARGET,
    "TO": r"(?: (?:over|back|away|also|now|then|please|just|directly|instead|straight|up|down))* ?\b(?:on)?to",
    "INTO": r"(?: (?:over|back|also|now|then|please|just|directly|straight|out))* ?\b(?:to|into|in|for|until|till)"
    r"(?: the)?",
    "TAKE": r"<take|have|own|pick up|look after>(?: (?:on|over|care of))?",
    "DO": r"(?:get|do|handle|finish|work on)",
    "PRIO": r"(?:prio\w*|urgency)",
    "SOMEBODY": r"(?:somebody|someone|anybody|anyone|whoever|him|her|them|one of)\b[^,.;!?]*?",
    "SOMETHING": r"(?:something|anything|a ticket|another ticket|some (?:other |more )?(?:work|tickets?)|more work"
    r"|one of (?:them|those|the tickets|our tickets))",
    "END": r"(?=(?: (?:please|now|today|again|for me|then))* ?(?:$|[,.;!?–]))",
}

_CHANGE = "set|change|raise|lower|bump|increase|decrease|reduce|put|make|drop|move"

COMMANDS: Mapping[Wish, tuple[str, ...]] = {
    Wish.ASSIGN: (
        "<assign|reassign|give|hand|pass|transfer|move|shift|switch> {T}{TO} {X}",
        "<give|hand|pass|assign>(?: over)? {X} {T}",
        "<assign|put> {X} (?:to|on|onto) {T}",
        "<let|have> {X} (?:{TAKE}|{DO}) {T}",
        "<make> {X} (?:the )?(?:new )?(?:owner|assignee) (?:of|for|on) {T}",
    ),
    Wish.UNASSIGN: (
        "<unassign> {T}",
        "<unassign> {X} from {T}",
        "<take|remove|pull|kick> {X} (?:off|off of|from) {T}",
        "<free|relieve> {X} (?:of|from) {T}",
        "<take> {T}(?: away| off)? from {X}",
        "<remove|clear|drop> {ITS} (?:owner|assignee)",
    ),
    Wish.MOVE: (
        "<move|put|add|shift|push|pull|bring|take|schedule|reschedule|postpone|defer|delay|plan|drop> {T}{INTO} {X}",
    ),
    Wish.CLOSE: ("<close|cancel|discard|abandon> {T}(?! (?:to|into|from|out|off|in|for|until)\\b)",),
    Wish.PRIORITY: (
        f"<{_CHANGE}> (?:the )?{{PRIO}} (?:of|for|on) {{T}}{{TO}} {{X}}",
        f"<{_CHANGE}> {{ITS}} {{PRIO}}{{TO}} {{X}}",
        "<set|make|mark|raise|lower|bump|put|prioritise|prioritize|upgrade|downgrade|move> {T}"
        "(?: (?:up |down )?(?:to|as|at|on|with))?(?: an?| the)?(?: {PRIO})?(?: of)? {X}",
        "<give> {T}(?: an?| the)?(?: {PRIO})?(?: of)? {X}",
    ),
    Wish.SET: (
        "<set|move|change|put|mark|transition|switch|bring|push|update|return|make> {T}(?: back)?"
        "(?: (?:to|into|in|as|on))?(?: the)?(?: (?:status|state))? {X}",
        "<set|change|update|move> (?:the )?(?:status|state) (?:of|for|on) {T}{TO} {X}",
        "<set|change|update|move> {ITS} (?:status|state){TO} {X}",
    ),
    Wish.UNFLAG: (
        "<unflag|deflag> {T}",
        "<remove|clear|take|drop|lift> (?:the |its )?(?:\\w+ )?(?:flag|impediment)(?: (?:off|from|of|on))+ {T}",
        "<remove|clear|take|drop|lift> {ITS} (?:\\w+ )?(?:flag|impediment)",
    ),
}
"""What an order says, whole."""

OUT_OF_IT = (
    "<take|remove|drop|pull|kick|throw|move|leave> {T}(?: back)? (?:out of|off|from)"
    " (?:the |this |our )?(?:current |running )?sprint",
)
"""The same for the backlog, which need not be named."""

BECOMES: Mapping[Wish, str] = {
    Wish.ASSIGN: "(?:go|move|belong|{BE}(?:assigned|reassigned|given|handed|passed|moved)){TO} {X}",
    Wish.UNASSIGN: "{BE}unassigned",
    Wish.MOVE: "(?:go|move|wait|stay|{BE}(?:moved|put|added|pushed|postponed|planned)?){INTO} {X}",
    Wish.CLOSE: "{BE}(?:closed|cancell?ed|discarded|abandoned)",
    Wish.PRIORITY: "(?:have|get|{BE})(?: ?an?| ?the)? ?(?:{PRIO} )?(?:of )?{X}",
    Wish.SET: "(?:go|move|{BE}(?:set|moved|put|marked))(?: back)? (?:to|into|in|as) {X}",
    Wish.UNFLAG: "{BE}unflagged",
}
"""What a ticket shall do in somebody's wish: *PAY-7 should go to Ann*, *I want it closed*."""

UNFINISHED: Mapping[Wish, tuple[str, ...]] = {
    Wish.ASSIGN: (
        "<assign|reassign> {T}{END}",
        "<assign|reassign|give|hand|pass|transfer> {T}{TO} {SOMEBODY}{END}",
        "<let|have> {SOMEBODY} (?:{TAKE}|{DO}) {T}",
        "<find> {SOMEBODY} (?:for|(?:to|who can|who could) (?:{TAKE}|{DO})) {T}",
        "<find> (?:an? )?(?:new |other |another )?owner for {T}",
    ),
    Wish.MOVE: ("<move|shift|postpone|defer|delay|reschedule> {T}{END}",),
    Wish.PRIORITY: (
        f"<{_CHANGE}> (?:the )?{{PRIO}} (?:of|for|on) {{T}}{{END}}",
        f"<{_CHANGE}> {{ITS}} {{PRIO}}{{END}}",
        "<prioritise|prioritize> {T}{END}",
    ),
    Wish.SET: (
        "<set|change|update> (?:the )?(?:status|state) (?:of|for|on) {T}{END}",
        "<set|change|update> {ITS} (?:status|state){END}",
        "<reopen|resolve|finish|transition> {T}{END}",
    ),
}
"""Orders of the change that do not say what it shall become."""

_LOOK_INTO = (
    "(?:<investigate|analyse|analyze|research> |<look|dig> into |<get> to the bottom of |<find> out why "
    "|<find> the (?:root )?(?:cause|reason)|<look> for (?:a |the )?(?:pattern|trend))"
)
LOOKS: Mapping[str, tuple[str, ...]] = {
    "cause": (f"{_LOOK_INTO}[^.;!?]*?{{T}}",),
    "pattern": (_LOOK_INTO,),
    "report": ("<write|make|create|prepare|draft|compile|generate|put together> [^.;!?]{0,40}?\\breport\\b",),
    "sources": (
        "<put|bring> [^.;!?]{0,60}?\\btogether\\b",
        "<collect|gather|compile|combine|compare|summarise|summarize> [^.;!?]{0,60}?"
        "\\b(?:sources?|jira|slack|bitbucket|messages|threads|channels)\\b",
    ),
}
"""What is said by whoever wants something looked into apart."""

LOOKS_WANTED: Mapping[str, str] = {
    "cause": "an? [^.;!?]{0,30}?(?:analysis|investigation)\\b[^.;!?]*?{T}",
    "pattern": "an? [^.;!?]{0,30}?(?:analysis|investigation)\\b",
    "report": "(?:an?|the|another) [^.;!?]{0,30}?report\\b",
    "sources": "an? [^.;!?]{0,30}?(?:synthesis|comparison)\\b",
}
"""The same as a thing: *we need a report for the board*."""

_WANT = r"(?:i|we)(?:'d| would)?(?: (?:really|also|just))* (?:want|like|need|prefer)"
_BETTER = r"(?: (?:really|better|rather|now|also|please|just))*"
_MUST = rf"(?:should|shall|must|needs? to|has to|ought to){_BETTER}"
_MAY = rf"(?:should|shall|must|could|can|may|might){_BETTER}"

_WISHED = (f"{{T}} {_MUST} {{BECOMES}}", f"{_WANT} {{T}} (?:to )?{{BECOMES}}")
_TAKEN = (f"{{X}} {_MUST} {{TAKE}} {{T}}", f"{_WANT} {{X}} to {{TAKE}} {{T}}")
_MINE = ("i(?:'ll| will) {TAKE} {T}", f"{_WANT} to {{TAKE}} {{T}}")
_THOUGHT = (f"{_MAY} {{T}}{_BETTER} (?:perhaps |maybe )?{{BECOMES}}", f"{{T}} {_MAY} (?:perhaps |maybe )?{{BECOMES}}")
_THOUGHT_OF = (
    f"{_MAY} {{X}} {{TAKE}} {{T}}",
    f"{{X}} (?:{_MAY}|will|would|to) {{TAKE}} {{T}}",
    "{X} (?:taking(?: over)?|having|owning|getting|picking up) {T}",
)
_THOUGHT_MINE = (f"{_MAY} i {{TAKE}} {{T}}", f"i {_MAY} {{TAKE}} {{T}}")


@cache
def commands(wish: Wish, *, out: bool = False) -> tuple[str, ...]:
    """What an order of ``wish`` says behind *please*; ``out``: into the backlog."""
    return tuple(_written(each) for each in (*COMMANDS[wish], *(OUT_OF_IT if out else ())))


@cache
def wishes(wish: Wish, *, own: bool = False) -> tuple[str, ...]:
    """What somebody says who wishes it; ``own``: for themselves."""
    return tuple(_written(each, wish) for each in (*_WISHED, *_taken(wish, _TAKEN, _MINE if own else ())))


@cache
def thoughts(wish: Wish, *, own: bool = False, out: bool = False) -> tuple[str, ...]:
    """What somebody says who may wish it: only good for asking them whether they do."""
    said = (*COMMANDS[wish], *(OUT_OF_IT if out else ()), *_WISHED, *_taken(wish, _TAKEN, _MINE if own else ()))
    aloud = (*_THOUGHT, *_taken(wish, _THOUGHT_OF, _THOUGHT_MINE if own else ()))
    return tuple(_written(each, wish, aloud=True) for each in (*said, *aloud))


@cache
def unfinished(wish: Wish) -> tuple[str, ...]:
    """What an order says that leaves open what it shall become."""
    return tuple(_written(each) for each in UNFINISHED.get(wish, ()))


@cache
def unnamed(wish: Wish) -> tuple[str, ...]:
    """What an order says that leaves open which ticket."""
    named = (each.replace("{T}", "{SOMETHING}") for each in COMMANDS[wish] if "{T}" in each and "{X}" in each)
    return tuple(_written(each) for each in named)


@cache
def looks(task: str, *, aloud: bool = False) -> tuple[str, ...]:
    """What an order to look into something says; ``aloud``: also of who only thinks of it."""
    return tuple(_written(each, aloud=aloud) for each in LOOKS[task])


@cache
def looks_wanted(task: str) -> tuple[str, ...]:
    """What somebody says who wishes for it as a thing."""
    return (_written(f"{_WANT} {LOOKS_WANTED[task]}"),)


def _taken(wish: Wish, of: tuple[str, ...], own: tuple[str, ...]) -> tuple[str, ...]:
    return (*of, *own) if wish is Wish.ASSIGN else ()


def _written(pattern: str, wish: Wish | None = None, *, aloud: bool = False) -> str:
    """The regular expression: parts filled in, verbs in the forms that count."""
    if wish is not None:
        be = "(?:be )?" if _WANT in pattern else "be "
        pattern = pattern.replace("{BECOMES}", BECOMES[wish].replace("{BE}", be))
    for name, part in (*_PARTS.items(), *_PARTS.items()):  # parts stand in parts
        pattern = pattern.replace(f"{{{name}}}", part)
    return re.sub(r"<([\w |]+)>", lambda found: f"(?:{'|'.join(_forms(found[1], aloud=aloud))})", pattern)


def _forms(verbs: str, *, aloud: bool) -> Iterator[str]:
    """``give``, and ``giving`` where somebody thinks aloud."""
    for verb in verbs.split("|"):
        yield verb
        if aloud:
            first, _, rest = verb.partition(" ")
            stem = first[:-1] if first.endswith("e") else first
            doubled = stem + stem[-1] if stem in _DOUBLED else stem
            yield f"{doubled}ing {rest}".strip()


_DOUBLED = frozenset({"put", "set", "get", "let", "drop", "transfer", "plan", "dig", "defer", "cancel"})
