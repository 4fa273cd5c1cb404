"""What is asked for against what Jira allows for that issue: what could only fail reaches nobody, and the names there
are come back as choices.
"""

from __future__ import annotations

from collections.abc import Iterable

from models.actions import CloseIssue
from models.ways import Possible, Transition, closing, easiest, leading_to, places, same, says_undone
from models.work import Facts, Issue, Progress
from planner.words.replies import PlainReply

MOST_CHOICES = 5

UNKNOWN = Possible()
"""Nobody has asked Jira, or it did not answer."""


def status_named(wanted: str, issue: Issue, ways: tuple[Transition, ...]) -> str | PlainReply:
    """The status, as Jira writes it, that ``wanted`` leads to from here."""
    leading = leading_to(ways, wanted) if wanted else []
    if not leading:
        asked = f"{issue.key} cannot go to “{shown(wanted)}” from {issue.status}." if wanted else "To which status?"
        return _offered(asked, "Jira lets it go to", places(ways), f"set {issue.key} to")
    return _only(leading, issue, "Which of them?")


def close_into(issue: Issue, ways: tuple[Transition, ...]) -> CloseIssue | PlainReply:
    """Closing it into the one status that ends it undone; where there is none, into the done one, which is said."""
    ends = closing(ways)
    if not ends:
        asked = f"{issue.key} cannot be closed from {issue.status}."
        return _offered(asked, "Jira lets it go to", places(ways), f"set {issue.key} to")
    name = _only(ends, issue, f"{issue.key} can be closed in several ways. Which?")
    if isinstance(name, PlainReply):
        return name
    undone = any(says_undone(way) for way in ends)
    return CloseIssue(
        issue=issue.key,
        issue_title=issue.title,
        issue_url=issue.url,
        before=issue.status,
        after=name,
        counts_as_done=not undone,
    )


def ends_it(name: str, ways: tuple[Transition, ...] | None, facts: Facts) -> bool:
    """Whether an issue in the status ``name`` counts as done: as Jira says, else as the issues in it do.

    Where neither is known it does: then whoever may have it closed is asked.
    """
    if leading := leading_to(ways or (), name):
        return any(way.progress is Progress.DONE for way in leading)
    known = {issue.progress for issue in facts.issues if same(issue.status, name)}
    return Progress.DONE in known or not known


def priority_named(wanted: str, issue: Issue, names: tuple[str, ...]) -> str | PlainReply:
    """The priority as Jira writes it."""
    if not names:
        return PlainReply(text=f"Jira has no priority on the screen of {issue.key}, so nothing was asked.")
    found = next((name for name in names if same(name, wanted)), None)
    if found is not None:
        return found
    asked = f"{issue.key} cannot have the priority “{shown(wanted)}”." if wanted else "Which priority?"
    return _offered(asked, "Jira allows", names, f"priority {issue.key}")


def shown(text: str) -> str:
    """What somebody typed, quoted back."""
    return text if len(text) <= 60 else f"{text[:59]}…"


def _only(leading: list[Transition], issue: Issue, which: str) -> str | PlainReply:
    names = places(leading)
    if len(names) > 1:
        return PlainReply(text=which, choices=_choices(names, f"set {issue.key} to"))
    way = easiest(leading)
    if way.needs:
        wants = f"Jira wants {', '.join(way.needs)} filled in on the way to {way.to}."
        return PlainReply(text=f"{wants} Move {issue.key} there in Jira; nothing was asked.")
    return way.to


def _offered(asked: str, allows: str, names: tuple[str, ...], again: str) -> PlainReply:
    if not names:
        return PlainReply(text=f"{asked} Jira lets my account move it nowhere.")
    return PlainReply(text=f"{asked} {allows} {', '.join(names)}.", choices=_choices(names, again))


def _choices(names: Iterable[str], again: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, f"{again} {name}") for name in names)[:MOST_CHOICES]
