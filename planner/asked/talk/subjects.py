"""Which ticket or pull request somebody means: by key, number or address, else by words of its title; never a guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.directives import Directives, Team
from models.ids import IssueKey, PersonId
from models.work import Facts, Issue, Progress, SprintState
from planner.facts.observe import is_ours


@dataclass(frozen=True)
class Talk:
    """What words are understood against: a team's facts, and what was spoken of in this conversation before."""

    facts: Facts
    directives: Directives
    asker: PersonId | None = None
    subject: str = ""
    """The ticket or pull request spoken of last."""
    others: tuple[str, ...] = ()
    """Those that were offered with it."""

    @property
    def team(self) -> Team:
        """Whose facts these are, as the constitution has it."""
        return self.directives.team(self.facts.team)


IT = frozenset({"it", "this", "that", "this one", "that one", "the same", "the same one"}) | {
    f"{which} {kind}" for which in ("this", "that", "the") for kind in ("ticket", "issue", "pr", "pull request")
}
"""What was spoken of last."""

OTHER = frozenset({"the other one", "the other", "other one", "the second one", "the other ticket", "another one"})
"""What was offered beside it."""

_KEY = re.compile(r"(?:^|\s)#?([a-z][a-z0-9_]{1,30})[ -]?(\d{1,9})$")
_PULL = re.compile(r"(?:the )?(?:pr|pull request|pull)\s*#?\s*(?:([\w./-]+)\s*#)?\s*(\d{1,9})|([\w./-]+)#(\d{1,9})")
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        "the a an one ones ticket tickets issue issues story stories bug bugs task tasks thing things that this with"
        " about for on of in to and is are was work stuff pr pull request my our your new old",
    )
)
"""Words that are no part of a title somebody names."""

_MINOR = frozenset(
    re.findall(
        r"\w+",
        "we us you they he she i me it everything things nothing something anything team sprint work going everyone all"
        " status lunch weather life time day today tomorrow yesterday",
    )
)
"""Words that alone name no ticket, even where one has them in its title."""


def means_a_ticket(what: str) -> bool:
    """Whether words name one thing, ``the 3ds one``, ``the login ticket``, although we know none of that name."""
    return (
        re.fullmatch(r"(?:the|that|this|our) .*\b(?:one|ticket|issue|story|bug|task|pr|pull request)", what) is not None
    )


def subjects_of(what: str, talk: Talk, *, alone: bool = False) -> tuple[str, ...]:
    """Issue keys and pull requests that ``what`` may mean: by key, by number, else by words of the title.

    ``alone``: nothing is said but this, so a bare number or a single word of a title is not enough.
    """
    pull = _PULL.fullmatch(what)
    if pull is not None:
        return tuple(_pulls(pull[1] or pull[3] or "", pull[2] or pull[4], talk.facts))
    words = re.sub(r"^(?:the |this |that |our )?(?:ticket|issue|story|bug|task)\s+(?=\S)", "", what)
    key = _KEY.search(words)
    if key is not None and key.start() <= 1:
        return _by_key(f"{key[1]}-{int(key[2])}".upper(), talk)
    number = re.fullmatch(r"#?(\d{1,9})", words)
    if number is not None:
        return () if alone else _by_number(int(number[1]), talk)
    return () if alone else tuple(_by_title(what, talk))


def is_a_pull(what: str) -> bool:
    """Whether words name a pull request by its number, known or not."""
    return _PULL.fullmatch(what) is not None


def title_words(what: str) -> list[str]:
    """The words of it that may be of a title."""
    return [word for word in re.findall(r"[\w]+", what) if word not in _EMPTY]


def _by_key(key: str, talk: Talk) -> tuple[str, ...]:
    """One of the team's projects, or one that is held or waited for all the same."""
    known = key in {k for issue in talk.facts.issues for k in (issue.key, *issue.blocked_by, *issue.freed_by)}
    return (key,) if known or is_ours(IssueKey(key), talk.team) else ()


def _by_number(number: int, talk: Talk) -> tuple[str, ...]:
    keys = (IssueKey(f"{project}-{number}") for project in talk.team.jira.projects)
    return tuple(key for key in keys if talk.facts.issue(key) is not None)


def _pulls(repository: str, number: str, facts: Facts) -> Iterator[str]:
    for pull in facts.pull_requests:
        place, _, own = pull.id.rpartition("#")
        if own == number and f"/{place}".casefold().endswith(f"/{repository}" if repository else ""):
            yield pull.id


def _by_title(what: str, talk: Talk) -> Sequence[str]:
    """Issues whose title has every word that counts; those of running sprints that are not done before any other."""
    wanted, facts = title_words(what), talk.facts
    of_the_team = set(re.findall(r"\w+", f"{talk.team.name} {talk.team.id}".casefold()))
    if not wanted or len(wanted) > 8 or set(wanted) <= _MINOR | of_the_team or all(len(word) < 3 for word in wanted):
        return ()
    running = {sprint.id for sprint in facts.sprints if sprint.state is SprintState.ACTIVE}
    found = [issue for issue in facts.issues if _fits(wanted, issue)]
    open_ones = [issue for issue in found if issue.sprint in running and issue.progress is not Progress.DONE]
    return [issue.key for issue in sorted(open_ones or found, key=lambda issue: (len(issue.key), issue.key))]


def _fits(wanted: Sequence[str], issue: Issue) -> bool:
    title = re.findall(r"[\w]+", issue.title.casefold())
    return all(any(own == word or (len(word) > 3 and own.startswith(word)) for own in title) for word in wanted)
