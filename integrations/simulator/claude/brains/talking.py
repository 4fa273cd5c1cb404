"""How an honest brain answers a person: it routes what we can answer, else reads one thing and cites what it found."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from integrations.simulator.claude.brains.port import Asked, Said, Wish

TALKS = "You answer a member of a software team who has asked"
"""Stands in the system text of the prompt that this answers."""

_ROUTES: tuple[tuple[str, str], ...] = (
    ("forecast", "finish deadline friday ship release demo chance"),
    ("blockers", "blocked stuck blocker impediment hinders"),
    ("mine", "mine plate todo"),
    ("why_me", "ping pinged wrote message"),
    ("help", "commands abilities"),
)
"""A closed question, and words of which one is enough."""

_REPORTS: tuple[tuple[str, str], ...] = (
    ("reviews", "review reviews reviewer pr prs merge"),
    ("waiting", "wait waits waiting depends whom"),
    ("changes", "new news changed changes happened yesterday"),
    ("pace", "pace fast slow speed points"),
)
_NEVER: tuple[tuple[str, str], ...] = (
    ("change_code", "deploy production"),
    ("merge_pull_request", "merge"),
    ("delete_issue", "delete"),
    ("rank_people", "rank score best worst slowest fastest"),
)
_MOST = 3
"""Facts it cites."""


@dataclass(frozen=True, slots=True)
class _Turn:
    """What stood in the question."""

    question: str
    tickets: Mapping[str, str]
    """Title by key."""
    people: Sequence[str]

    @property
    def words(self) -> frozenset[str]:
        return frozenset(re.findall(r"\w+", self.question.casefold()))

    @property
    def ticket(self) -> str:
        """The ticket that is meant: by its key, else by most words of its title; empty when none is."""
        found = re.search(r"\b[A-Za-z]\w+-\d+\b", self.question)
        named = found.group().upper() if found else ""
        shared = {key: len(self.words & _long(title)) for key, title in self.tickets.items()}
        best = max(shared, key=lambda key: shared[key], default="")
        return named or (best if best and shared[best] else "")

    @property
    def person(self) -> str:
        """The member who is named."""
        return next((each for each in self.people if each.casefold() in self.words), "")


def talked(asked: Asked) -> Said:
    """A route or one tool first; then what the facts of its result say."""
    turn, results = _turn(asked), _results(asked)
    return _answer(results) if results else Said(calls=(_first(turn),))


def _first(turn: _Turn) -> Wish:
    if never := _by_words(_NEVER, turn):
        return Wish("propose", {"change": never, "ticket": "", "to": ""})
    if turn.ticket and turn.person and turn.words & {"give", "hand", "assign", "take"}:
        return Wish("propose", {"change": "assign", "ticket": turn.ticket, "to": turn.person})
    if turn.ticket:
        return Wish("ticket", {"key": turn.ticket})
    if turn.person:
        return Wish("person", {"person": turn.person})
    if turn.words & {"allowed", "rule", "rules", "policy"}:
        return Wish("rules", {"about": ""})
    if report := _by_words(_REPORTS, turn):
        return Wish("report", {"what": report})
    if route := _by_words(_ROUTES, turn):
        return Wish("route", {"question": route, "about": ""})
    return Wish("report", {"what": "findings"})


def _by_words(table: Sequence[tuple[str, str]], turn: _Turn) -> str:
    return next((name for name, words in table if turn.words & frozenset(words.split())), "")


def _answer(results: Sequence[str]) -> Said:
    ids = [name for line in results for name in (_row(line) or {}) if re.fullmatch(r"f\d+", name)]
    cited = [f"{{{name}}}" for name in dict.fromkeys(ids)][:_MOST]
    answer = [f"{each}." for each in cited]
    reading = [f"{cited[0]}, so a short talk with its owner could help."] if cited else []
    unknown = "" if cited else "The facts here do not say."
    return Said(json.dumps({"answer": answer, "inference": reading, "unknown": unknown}))


def _turn(asked: Asked) -> _Turn:
    first = next((str(b["text"]) for role, b in asked.blocks if role == "user" and b.get("type") == "text"), "")
    rows = [json.loads(line) for line in first.splitlines() if line.startswith('["')]
    question = next(
        (str(row["question"]) for line in first.splitlines() if (row := _row(line)) and "question" in row), ""
    )
    team = asked.system.rpartition("\nThe team\n")[2]
    people = re.findall(r"^- ([\w.-]+) \(", team, re.MULTILINE)
    return _Turn(question, {row[0]: str(row[3]) for row in rows if len(row) == 4 and row[0] != "key"}, people)


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
