"""Which tickets and pull requests somebody's message names, and whom each is with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from models.directives import Directives
from models.ids import IssueKey, PersonId
from models.work import Facts, Progress
from planner.facts.observe import people_of
from planner.words.titles import called

LONGEST = 12_000
"""Characters of a message that are read: Slack's own have 4,000, and as many of each block."""

MOST = 10
"""What is offered of one message."""

_KEY = re.compile(r"(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9_]{1,30})-([0-9]{1,9})(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class Named:
    """One ticket or pull request of a team."""

    subject: str
    title: str
    url: str
    owner: PersonId | None
    """Its assignee or author, where it is one of the team."""
    open: bool

    @property
    def label(self) -> str:
        """What is read on a list."""
        return f"{called(self.subject)} {self.title}".strip()


def named_in(text: str, facts: Facts, directives: Directives) -> tuple[Named, ...]:
    """Those of the team that we hold, in the order of the message, each once."""
    said = text[:LONGEST]
    keys = [IssueKey(f"{found[1]}-{int(found[2])}".upper()) for found in _KEY.finditer(said)]
    pulls = [pull.id for pull in facts.pull_requests if _has(said, pull.url) or _has(said, pull.id)]
    subjects = dict.fromkeys([*map(str, keys), *map(str, pulls)])
    found = (each for subject in subjects for each in _named(subject, facts, directives))
    return tuple(found)[:MOST]


def one_named(subject: str, facts: Facts, directives: Directives) -> Named | None:
    """The one of exactly that key or id; ``None`` when the team has none."""
    return next(_named(subject, facts, directives), None)


def _has(said: str, name: str) -> bool:
    return bool(name) and re.search(rf"{re.escape(name)}(?![0-9])", said) is not None


def _named(subject: str, facts: Facts, directives: Directives) -> Iterator[Named]:
    members = {member.id for member in directives.team(facts.team).members}
    owners = {account: p.id for p in people_of(facts).values() for account in (p.account, p.other_account) if account}
    issue = next((each for each in facts.issues if each.key == subject), None)
    pull = next((each for each in facts.pull_requests if each.id == subject), None)
    if issue is not None:
        owner = owners.get(issue.assignee) if issue.assignee else None
        is_open = issue.progress is not Progress.DONE
        yield Named(subject, issue.title, issue.url, owner if owner in members else None, is_open)
    elif pull is not None:
        owner = owners.get(pull.author) if pull.author else None
        yield Named(subject, pull.title, pull.url, owner if owner in members else None, pull.state == "OPEN")
