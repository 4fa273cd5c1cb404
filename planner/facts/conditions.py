"""What somebody waits for: that a thing is done, merged or unblocked; and whether it is so by now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.directives import Directives
from models.ids import IssueKey, PullRequestId
from models.pulls import PullRequest
from models.work import Facts, Issue, Progress, SprintState
from planner.facts.observe import blocked_since

DONE, MERGED, UNBLOCKED = "done", "merged", "unblocked"

_WORDS: Mapping[str, str] = {
    DONE: "done|over|finished|closed|resolved|completed?",
    MERGED: "merged",
    UNBLOCKED: r"unblocked|free|(?:not|no longer) blocked(?: any ?more)?",
}
_VERBS: Mapping[str, str] = {"finishes": DONE, "closes": DONE, "ends": DONE, "merges": MERGED}
_SO = re.compile(
    r"^(?P<what>.*?)\s*\b(?P<words>"
    r"(?:(?:is|are|was|gets?|got|becomes|s|has been) )?(?:" + "|".join(_WORDS.values()) + r")"
    r"|" + "|".join(_VERBS) + r"|(?P<any>changes?|moves?(?: on)?|has changed))$",
    re.IGNORECASE,
)
_ITSELF = frozenset({"", "it", "this", "that", "the ticket", "something"})
GONE = "it is no longer in what I watch"


@dataclass(frozen=True, slots=True)
class Awaited:
    """A thing and what is waited for: ``wanted`` is empty when it is any change."""

    what: str
    """As it was typed; empty is the subject's own."""
    wanted: str
    words: str
    """The condition as it was typed: ``is done``."""


def awaited_in(until: str) -> Awaited | None:
    """What the words wait for; ``None`` when a time is meant."""
    said = re.sub(r"^(until|till|til|for)\s+", "", until.strip(" .!?"), flags=re.IGNORECASE)
    found = _SO.match(" ".join(said.split()))
    if found is None:
        return None
    what = "" if found["what"].casefold() in _ITSELF else found["what"]
    return Awaited(what, "" if found["any"] else _wanted(found["words"].casefold()), found["words"])


def _wanted(words: str) -> str:
    if words in _VERBS:
        return _VERBS[words]
    return next(wanted for wanted, said in _WORDS.items() if re.search(rf"(?:^| )(?:{said})$", words))


def has_come(wanted: str, subject: str, facts: Facts, directives: Directives) -> str | None:
    """Why nobody waits for it any more: ``it is done``; empty while it is not so; ``None`` when it cannot be seen."""
    if subject.startswith("sprint:"):
        return _of_sprint(wanted, subject, facts)
    pull = facts.pull_request(PullRequestId(subject))
    if pull is not None:
        return _of_pull_request(wanted, pull)
    issue = facts.issue(IssueKey(subject))
    return _of_issue(wanted, issue, facts, directives) if issue else _of_others(wanted, IssueKey(subject), facts)


def _of_sprint(wanted: str, subject: str, facts: Facts) -> str | None:
    sprint = next((each for each in facts.sprints if f"sprint:{each.id}" == subject), None)
    if sprint is None or wanted != DONE:
        return None
    return "it is over" if sprint.state is SprintState.CLOSED else ""


def _of_pull_request(wanted: str, pull: PullRequest) -> str | None:
    """One that was declined is never merged: whoever waits for that hears of it."""
    if wanted == UNBLOCKED:
        return None
    return {"OPEN": "", "MERGED": "it is merged"}.get(pull.state, f"it is {pull.state.lower()}")


def _of_issue(wanted: str, issue: Issue, facts: Facts, directives: Directives) -> str:
    """What is done is neither blocked nor waits for a merge."""
    if issue.progress is Progress.DONE:
        return "it is done"
    pulls = {pull.state for pull in facts.pulls_for(issue.key)}
    if wanted == MERGED:
        return "it is merged" if "MERGED" in pulls and "OPEN" not in pulls else ""
    team = directives.team(facts.team)
    blocked = issue.flagged_since or issue.blocked_by or blocked_since(replace(issue, flagged_since=None), team)
    return "it is not blocked any more" if wanted == UNBLOCKED and not blocked else ""


def _of_others(wanted: str, key: IssueKey, facts: Facts) -> str | None:
    """Another team's ticket, as far as ours that wait for it tell."""
    if wanted != DONE:
        return None
    if any(key in issue.blocked_by for issue in facts.issues):
        return ""
    return "it is done" if any(key in issue.freed_by for issue in facts.issues) else None
