"""What somebody means by what they typed: tickets, pull requests, the sprint, a rule, or everything; never a guess."""

from __future__ import annotations

import difflib
import re

from models.directives import Directives, EscalateRule, Watch
from models.hushes import EVERYTHING
from models.ids import IssueKey
from models.work import Facts, SprintState
from planner.words.sprints import matching
from planner.words.typed import which

ALL = frozenset({"all", "everything"})
"""Words for whatever there is to hear of."""

_BETWEEN = re.compile(r"\s*(?:,\s*and\b|,|&|\+|\band\b)\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"/pull-requests/(\d+)")
_NUMBER = re.compile(r"(?:pr|pull request)?\s*([\w./-]*?)\s*#\s*(\d+)|(?:pr|pull request)\s*(\d+)", re.IGNORECASE)
_KEY = re.compile(r"(?:^|/)([a-z][a-z0-9]*?)[\s-]?(\d{1,9})$", re.IGNORECASE)


class NotMeant(ValueError):
    """Nothing we watch is called so; ``near`` is what was typed with each correction that comes near."""

    def __init__(self, words: str, near: tuple[str, ...] = ()) -> None:
        super().__init__(words)
        self.near = near


def meant_by_all(what: str, facts: Facts, directives: Directives) -> tuple[tuple[str, str], ...]:
    """(subject, rule) of each that is named: ``PAY-1 and PAY-2``. Raises ``NotMeant``."""
    try:
        return (meant_by(what, facts, directives),)
    except NotMeant:
        parts = [part for part in _BETWEEN.split(what) if part]
        if len(parts) < 2:
            raise
    found = []
    for place, part in enumerate(parts):
        try:
            found.append(meant_by(part, facts, directives))
        except NotMeant as why:
            near = (" and ".join([*parts[:place], each, *parts[place + 1 :]]) for each in why.near)
            raise NotMeant(str(why), tuple(near)) from None
    return tuple(dict.fromkeys(found))


def meant_by(what: str, facts: Facts, directives: Directives) -> tuple[str, str]:
    """The subject, or the rule. Raises ``NotMeant``."""
    words = what.strip(" <>.!?,").rpartition("|")[2]
    if words.casefold() in ALL:
        return EVERYTHING, ""
    rule = _rule(words, directives)
    if rule:
        return "", rule
    subjects = _subjects(words, facts, directives)
    if len(subjects) == 1:
        return subjects[0], ""
    if subjects:
        raise NotMeant("Which one?", subjects)
    said = f"I watch nothing called “{words[:60]}”." if words else "What shall I leave you in peace about?"
    raise NotMeant(said, _near(words, facts, directives))


def _near(words: str, facts: Facts, directives: Directives) -> tuple[str, ...]:
    projects = directives.team(facts.team).jira.projects
    key = f"{projects[0]}-{words}" if words.isdecimal() and projects else _key(words) or words.upper()
    near = difflib.get_close_matches(key, [str(issue.key) for issue in facts.issues], n=2, cutoff=0.7)
    return *near, *difflib.get_close_matches(words.casefold(), sorted(_rules(directives)), n=2, cutoff=0.6)


def _rules(directives: Directives) -> frozenset[str]:
    """The lines somebody can hear of something by."""
    return frozenset(line.id for line in directives.lines() if isinstance(line.rule, Watch | EscalateRule))


def _rule(words: str, directives: Directives) -> str:
    plain = words.casefold().replace(" ", "-")
    return plain if plain in _rules(directives) else ""


def _subjects(words: str, facts: Facts, directives: Directives) -> tuple[str, ...]:
    """The one ticket, pull request or sprint that is meant; of a bare number, one in each project of the team."""
    if re.match(r"(the )?sprint\b", words, re.IGNORECASE):
        return _sprint(words, facts)
    address, number = _ADDRESS.search(words), _NUMBER.fullmatch(words)
    if address:
        return _pull_request("", address[1], facts)
    if number:
        return _pull_request(number[1] or "", number[2] or number[3], facts)
    known = _keys(facts)
    if words.isdecimal():
        projects = directives.team(facts.team).jira.projects
        return tuple(key for project in projects if (key := f"{project}-{int(words)}") in known)
    key = _key(words)
    return (key,) if key in known else ()


def _key(words: str) -> str:
    """``PAY-7`` of ``pay7``, ``pay 7`` or an address; empty when it is none."""
    found = _KEY.search(words)
    return f"{found[1]}-{int(found[2])}".upper() if found else ""


def _keys(facts: Facts) -> frozenset[IssueKey]:
    """Tickets we hold, and those that ours wait for or have waited for."""
    return frozenset(key for issue in facts.issues for key in (issue.key, *issue.blocked_by, *issue.freed_by))


def _pull_request(repository: str, number: str, facts: Facts) -> tuple[str, ...]:
    fitting = [
        pull.id
        for pull in facts.pull_requests
        if pull.id.rpartition("#")[2] == number
        and f"/{pull.id.rpartition('#')[0]}".casefold().endswith(f"/{repository}".casefold() if repository else "")
    ]
    return tuple(fitting)


def _sprint(words: str, facts: Facts) -> tuple[str, ...]:
    name = which(words)
    running = tuple(sprint for sprint in facts.sprints if sprint.state is SprintState.ACTIVE)
    found = matching(name, facts.sprints) if name else running
    return (f"sprint:{found[0].id}",) if len(found) == 1 else ()
