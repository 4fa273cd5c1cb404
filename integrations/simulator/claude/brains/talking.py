"""How an honest brain answers a person: it routes what we can answer, else reads one thing and cites what it found.

Words it has no entry for it does not know, and says so: it is no model, and an answer beside the question is worse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from integrations.simulator.claude.brains.port import SIMULATED, Asked, Said, Wish

TALKS = "You answer a member of a software team who has asked"
"""Stands in the system text of the prompt that this answers."""

_ROUTES: tuple[tuple[str, str], ...] = (
    ("blockers", "blocked stuck blocker blockers impediment hinders"),
    ("forecast", "deadline ship release demo"),
    ("mine", "mine plate todo"),
    ("why_me", "ping pinged"),
    ("help", "commands abilities"),
)
"""A closed question, and words of which one is enough."""

_REPORTS: tuple[tuple[str, str], ...] = (
    ("reviews", "review reviews reviewer pr prs"),
    ("waiting", "wait waits waiting depends whom"),
    ("changes", "changed changes happened yesterday"),
    ("pace", "pace fast burndown"),
    ("findings", "worry worried risk risky trouble problem problems attention odd wrong careful first urgent"),
)
_NEVER: tuple[tuple[str, str], ...] = (
    ("change_code", "deploy production"),
    ("merge_pull_request", "merge"),
    ("delete_issue", "delete"),
    ("rank_people", "rank score best worst slowest fastest"),
)
_ORDERS: tuple[tuple[str, str, str], ...] = (
    ("close", "close closed closing", ""),
    ("unflag", "unflag unblocked", ""),
    ("move", "next", "next sprint"),
    ("move", "backlog", "backlog"),
)
"""A change of the ticket that is meant, a word of which one is enough, and what it shall become."""

_GIVES = frozenset(["give", "giving", "hand", "handing", "assign", "reassign", "take", "taking"])
_ROOM = frozenset(["somebody", "someone", "anybody", "anyone", "whoever"])
_DOES = frozenset(["doing", "working", "work", "works", "up", "busy", "plate", "keep", "keeps", "has", "do"])
_RULED = frozenset(["allowed", "rule", "rules", "policy", "constitution", "line", "lines"])
_LOOKS = frozenset(["investigate", "analyse", "analyze"])
_MOST = 3
"""Facts it cites."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """What stood in the question."""

    question: str
    tickets: Mapping[str, str]
    """Title by key."""
    people: Sequence[str]
    asker: str
    last: str
    """The ticket spoken of last."""

    @property
    def words(self) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", self.question.casefold()))

    @property
    def ticket(self) -> str:
        """The ticket that is meant: by key, two words of its title, *the ... one* or *it*; empty when none is."""
        found = re.search(r"\b[A-Za-z]\w+-\d+\b", self.question)
        if found is not None:
            return found.group().upper()
        shared = {key: len(self.words & _long(title)) for key, title in self.tickets.items()}
        best = max(shared, key=lambda key: shared[key], default="")
        enough = 1 if re.search(r"\b(?:the|my|that) (?:\w+ ){1,3}(?:one|ticket)\b", self.question.casefold()) else 2
        if best and shared[best] >= enough:
            return best
        return self.last if self.words & {"it", "this", "that"} else ""

    @property
    def person(self) -> str:
        """The member who is named."""
        return next((each for each in self.people if each.casefold() in self.words), "")


def talked(asked: Asked) -> Said:
    """A route or one tool first; then what the facts of its result say."""
    turn, results = _turn(asked), _results(asked)
    wish = None if results else _first(turn)
    made = Said(calls=(wish,)) if wish is not None else _answer(results)
    return replace(made, by=f"{asked.model}{SIMULATED}")


def _first(turn: _Turn) -> Wish | None:
    """What it would do about the question; nothing where no word of it says so."""
    if never := _by_words(_NEVER, turn):
        return Wish("propose", {"change": never, "ticket": "", "to": ""})
    if (wanted := _change(turn) or _look(turn)) is not None:
        return wanted
    if turn.words & _RULED:
        return Wish("rules", {"about": _noun(turn)})
    if turn.ticket:
        return Wish("ticket", {"key": turn.ticket})
    if turn.person and turn.words & _DOES:
        return Wish("person", {"person": turn.person})
    if (report := _by_words(_REPORTS, turn)) and not turn.words & {"customer", "report"}:
        mine = report == "findings" and turn.asker in turn.people and turn.words & {"me", "i"}
        return Wish("person", {"person": turn.asker}) if mine else Wish("report", {"what": report})
    if route := _by_words(_ROUTES, turn):
        return Wish("route", {"question": route, "about": ""})
    return None


def _change(turn: _Turn) -> Wish | None:
    if turn.ticket and turn.words & _GIVES and (turn.person or turn.words & _ROOM):
        return Wish("propose", {"change": "assign", "ticket": turn.ticket, "to": turn.person})
    found = next((each for each in _ORDERS if turn.ticket and turn.words & frozenset(each[1].split())), None)
    return Wish("propose", {"change": found[0], "ticket": turn.ticket, "to": found[2]}) if found else None


def _look(turn: _Turn) -> Wish | None:
    said = turn.question.casefold()
    if turn.ticket and (turn.words & _LOOKS or re.search(r"\b(?:find out why|look into|dig into)\b", said)):
        return Wish("propose", {"change": "cause", "ticket": turn.ticket, "to": ""})
    if re.search(r"\b(?:need|want|write|make)\b.*\breport\b", said):
        return Wish("propose", {"change": "report", "ticket": "", "to": ""})
    return None


def _noun(turn: _Turn) -> str:
    """The longest word of the question that is none of asking for rules."""
    said = [
        word for word in re.findall(r"\w+", turn.question.casefold()) if len(word) > 3 and word not in _RULED | _ASK
    ]
    return max(said, key=len, default="")


_ASK = frozenset(["what", "which", "there", "about", "does", "that", "this", "without", "asking"])


def _by_words(table: Sequence[tuple[str, str]], turn: _Turn) -> str:
    return next((name for name, words in table if turn.words & frozenset(words.split())), "")


# --- the answer -------------------------------------------------------------------------------------------------

_READINGS = (
    "{f}, so a short talk with its owner could help.",
    "I would bring this up at standup, because {f}.",
    "As {f}, I would ask its owner what would help.",
)
"""Said of what is in somebody's way, each time another."""


def _answer(results: Sequence[str]) -> Said:
    rows = [row for line in results for row in [_row(line) or {}] if row.get("from") != "others"]
    told = {name: str(text) for row in rows for name, text in row.items() if re.fullmatch(r"f\d+", name)}
    ranked = sorted(told, key=lambda name: not _is_in_the_way(told[name]))[:_MOST]
    reading = [_reading(name, told[name]) for name in ranked[:1] if _is_in_the_way(told[name])]
    answer = [f"{{{name}}}." for name in ranked]
    unknown = "" if answer else "The facts here do not say."
    return Said(json.dumps({"answer": answer, "inference": reading, "unknown": unknown}))


def _is_in_the_way(fact: str) -> bool:
    return bool(re.search(r"\bblocked\b|\bwait(?:s|ing|ed)\b", fact)) and not re.match(r"[Nn]o", fact)


def _reading(name: str, fact: str) -> str:
    return _READINGS[len(fact) % len(_READINGS)].replace("{f}", f"{{{name}}}")


def _turn(asked: Asked) -> _Turn:
    first = next((str(b["text"]) for role, b in asked.blocks if role == "user" and b.get("type") == "text"), "")
    rows = [json.loads(line) for line in first.splitlines() if line.startswith('["')]
    question = next(
        (str(row["question"]) for line in first.splitlines() if (row := _row(line)) and "question" in row), ""
    )
    team = asked.system.rpartition("\nThe team\n")[2]
    people = re.findall(r"^- ([\w.-]+) \(", team, re.MULTILINE)
    who = re.search(r"^Asked by (\S+),.*?(?:Spoken of last: (\S+?)\.)?$", first, re.MULTILINE)
    tickets = {row[0]: str(row[3]) for row in rows if len(row) == 4 and row[0] != "key"}
    return _Turn(question, tickets, people, who[1] if who else "", (who[2] or "") if who else "")


def _row(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line) if line.startswith('{"') else None
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _results(asked: Asked) -> Sequence[str]:
    """The lines of everything the tools have given."""
    found = list[str]()
    for role, block in asked.blocks:
        if role == "user" and block.get("type") == "tool_result":
            content = block.get("content")
            told = content if isinstance(content, str) else "\n".join(str(b.get("text", "")) for b in content or ())
            found += told.splitlines()
    return found


def _long(title: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", title.casefold()) if len(word) > 3)
