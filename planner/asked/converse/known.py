"""What one conversation knows so far: its facts by number, and the tickets that were named in it.

Nothing enters that the asker may not hear where they ask: findings for one role or about people stay out.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from models.directives import Directives, Team
from models.ids import IssueKey, PersonId
from models.pulls import PullRequest
from models.signals import Signal
from models.work import Facts, Issue, Snapshot
from planner.bounds.worktime import Calendar
from planner.claims.facts import Fact, Sheet
from planner.claims.of import Clause, numbered, with_names_quoted
from planner.detect import detect
from planner.facts.observe import is_ours
from planner.hearers.discretion import is_private
from planner.reports.reviews import short

MOST_FACTS = 160
"""Facts of one conversation; what comes after them is not told."""

MOST_AT_ONCE = 30
"""Facts of one tool's result."""

_KEY = re.compile(r"\b([A-Za-z][A-Za-z0-9_]{1,30}-\d{1,9})\b")


@dataclass
class Known:
    """The ground under one conversation."""

    facts: Facts
    snapshot: Snapshot
    directives: Directives
    asker: PersonId
    public: bool
    """Whether others read the answer."""
    zone: Calendar
    """The reader's."""
    spoken_of: str = ""
    """The ticket or pull request spoken of last in this conversation."""
    sheet: Sheet = field(default_factory=Sheet)
    keys: set[str] = field(default_factory=set)
    """Tickets that were shown, or that the asker has named."""
    named: set[str] = field(default_factory=set)
    """Keys in the asker's own words."""
    untaken: str = ""
    """A change that a model has pointed at and that the asker's words do not order; one of ``tools.CHANGES``."""
    found: list[Fact] = field(default_factory=list)
    """What tools have given, oldest first: what is told when no answer can be."""

    @property
    def team(self) -> Team:
        """Whose work is asked about."""
        return self.directives.team(self.snapshot.team)

    @property
    def signals(self) -> Sequence[Signal]:
        """What rules have found and everybody may know, the most urgent first."""
        open_ones = (s for s in detect(self.snapshot, self.directives).signals if not is_private(s, self.directives))
        return sorted(open_ones, key=lambda each: (-each.urgency, each.since, each.subject))

    def begin(self, clauses: Iterable[Clause]) -> None:
        """What is known before any tool is used."""
        self._number(clauses)

    def learn(self, clauses: Iterable[Clause]) -> Sequence[Fact]:
        """The facts of these clauses, each under the number it has from now on."""
        told = self._number(list(clauses)[:MOST_AT_ONCE])
        self.found += [fact for fact in told if fact not in self.found]
        return told

    def _number(self, clauses: Iterable[Clause]) -> Sequence[Fact]:
        told_of = (with_names_quoted(clause, self.snapshot.sprints) for clause in clauses)
        wanted = list({clause.text: clause for clause in reversed(list(told_of))}.values())[::-1]
        room = max(0, MOST_FACTS - len(self.sheet.facts))
        self.sheet = numbered(wanted[:room], self.sheet, self._names)
        by_text = {fact.text: fact for fact in self.sheet.facts}
        told = [by_text[clause.text] for clause in wanted if clause.text in by_text]
        self.keys |= {key for fact in told for key in (fact.subject, *self._keys_in(fact))}
        return told

    @cached_property
    def _names(self) -> Collection[str]:
        return {*(each.name for each in self.snapshot.people.values()), *(each.name for each in self.team.members)}

    def _keys_in(self, fact: Fact) -> Sequence[str]:
        """Tickets a fact of ours names; what others wrote names nothing."""
        return [] if fact.outside else [key for key in _KEY.findall(fact.text) if self.facts.issue(IssueKey(key))]

    def hear(self, words: str) -> None:
        """The tickets the asker names; one of the team's projects counts although nothing is known of it."""
        self.named |= {found.upper() for found in _KEY.findall(words)}
        for key in (found.upper() for found in _KEY.findall(words)):
            if self.facts.issue(IssueKey(key)) is not None or is_ours(IssueKey(key), self.team):
                self.keys.add(key)

    def issue(self, named: str) -> Issue | None:
        """The ticket of that key, if it was named here and we hold it."""
        key = named.strip().upper()
        return self.facts.issue(IssueKey(key)) if key in self.keys else None

    def pull(self, named: str) -> PullRequest | None:
        """The pull request of that id or short name, if it was shown here."""
        wanted = named.strip().removeprefix("PR ").casefold()
        shown = (pull for pull in self.facts.pull_requests if {pull.id, short(pull)} & self.keys)
        return next((pull for pull in shown if wanted in (pull.id.casefold(), short(pull).casefold())), None)

    def person(self, named: str) -> PersonId | None:
        """The member of that id or name."""
        wanted = named.strip().casefold()
        members = self.team.members
        by_id = next((m.id for m in members if m.id.casefold() == wanted), None)
        by_name = [m.id for m in members if m.name.casefold() == wanted or wanted in m.name.casefold().split()]
        return by_id or (by_name[0] if len(by_name) == 1 else None)
