"""One-click happenings: people at work in Jira and Bitbucket. Each finds its subject in the company as it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue, PullRequest

T = TypeVar("T")


class NothingFits(LookupError):
    """The company has nothing left that this could happen to."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that can happen: its button, what it leads to; ``act`` does it and tells it in words."""

    name: str
    title: str
    says: str
    act: Callable[[Company], str]


def paragraph(text: str) -> dict[str, object]:
    """One paragraph in Atlassian Document Format."""
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


def block_a_ticket(company: Company) -> str:
    """The owner of something in progress flags it as an impediment and says why."""
    issue = _first(
        i for i in _owned(company) if company.category(i) == "indeterminate" and not i.flagged and not _in_review(i)
    )
    company.edit(issue.key, str(issue.assignee), flagged=True)
    company.comment(issue.key, str(issue.assignee), paragraph("Stuck: the test environment refuses our credentials."))
    return f"{_name(company, issue.assignee)} flagged {issue.key} as blocked"


def unblock_a_ticket(company: Company) -> str:
    """Whoever owns a flagged ticket takes the flag off."""
    issue = _first(i for i in _owned(company) if i.flagged)
    company.edit(issue.key, str(issue.assignee), flagged=False)
    return f"{_name(company, issue.assignee)} unblocked {issue.key}"


def open_a_pull_request(company: Company) -> str:
    """The owner of something in progress opens a pull request and asks for a review."""
    started = [i for i in _owned(company) if i.status == "In Progress" and not i.flagged]
    issue = _first(i for i in started if _pull_of(company, i) is None)
    repository = _first(name for name, project in company.repositories.items() if project == issue.project)
    author = str(issue.assignee)
    reviewer = _first(a for a in company.members[issue.project] if a != author and _reviews(company, a) == 0)
    company.edit(issue.key, author, status="In Review")
    pull = company.open_pull_request(
        repository, author, f"{issue.key} {issue.title}", f"feature/{issue.key}", [reviewer]
    )
    return f"{_name(company, author)} asked {_name(company, reviewer)} to review {pull.repository}#{pull.number}"


def lose_an_owner(company: Company) -> str:
    """Somebody takes their name off a ticket of the sprint."""
    open_ones = [i for i in _owned(company) if company.category(i) != "done" and not i.flagged]
    started = (i for i in open_ones if i.status == "In Progress")
    issue = _first(chain(started, open_ones))
    owner = issue.assignee
    company.edit(issue.key, str(owner), assignee=None)
    return f"{_name(company, owner)} no longer owns {issue.key}"


def merge_a_pull_request(company: Company) -> str:
    """An approved pull request is merged; one that waits is approved first."""
    waiting = company.open_pull_requests()
    approved = (p for p in waiting if any(r.state == "approved" for r in p.reviews))
    pull = _first(chain(approved, waiting))
    if not any(r.state == "approved" for r in pull.reviews):
        pull = company.review(pull, _first(iter(pull.reviews)).account, "approved")
    pull = company.merge(pull, pull.author)
    return f"{_name(company, pull.author)} merged {pull.repository}#{pull.number}"


def approve_a_pull_request(company: Company) -> str:
    """A reviewer approves what has waited longest."""
    pull = _first(p for p in company.open_pull_requests() if any(r.state is None for r in p.reviews))
    reviewer = _first(r for r in pull.reviews if r.state is None).account
    company.review(pull, reviewer, "approved")
    return f"{_name(company, reviewer)} approved {pull.repository}#{pull.number}"


def comment_on_a_ticket(company: Company) -> str:
    """Somebody leaves a comment on a ticket in progress."""
    issue = _first(i for i in _owned(company) if company.category(i) == "indeterminate")
    company.comment(issue.key, str(issue.assignee), paragraph("Half done; the rest is clear."))
    return f"{_name(company, issue.assignee)} commented on {issue.key}"


def finish_a_ticket(company: Company) -> str:
    """Somebody finishes a ticket that was under way."""
    under_way = [i for i in _owned(company) if company.category(i) == "indeterminate" and not i.flagged]
    issue = _first(chain((i for i in under_way if _in_review(i)), under_way))
    company.edit(issue.key, str(issue.assignee), status=company.status_of("done"))
    return f"{_name(company, issue.assignee)} finished {issue.key}"


HAPPENINGS: Mapping[str, Happening] = {
    h.name: h
    for h in (
        Happening(
            "block",
            "Someone blocks a ticket",
            "The owner flags it and says why. Whoever owns it hears of it once it has been stuck for a working day.",
            block_a_ticket,
        ),
        Happening(
            "unblock",
            "A blocked ticket moves again",
            "The flag comes off, and the agent falls silent about it.",
            unblock_a_ticket,
        ),
        Happening(
            "review",
            "A pull request waits for review",
            "Somebody asks for a review. The reviewer hears of it after 8 working hours.",
            open_a_pull_request,
        ),
        Happening(
            "orphan",
            "A ticket loses its owner",
            "The agent proposes a new owner; an approver decides.",
            lose_an_owner,
        ),
        Happening(
            "merge",
            "A pull request is merged",
            "Nobody needs to be reminded of it any more; an hour later its ticket's status follows.",
            merge_a_pull_request,
        ),
        Happening("approve", "A reviewer approves", "What waited longest is approved.", approve_a_pull_request),
        Happening("comment", "Someone comments on a ticket", "A sign of life in Jira.", comment_on_a_ticket),
        Happening(
            "finish",
            "Someone finishes a ticket",
            "The sprint comes closer to its goal.",
            finish_a_ticket,
        ),
    )
}
"""By name, in the order of the page's buttons."""


def _owned(company: Company) -> list[Issue]:
    return [i for i in company.active() if i.assignee is not None]


def _in_review(issue: Issue) -> bool:
    return "review" in issue.status.lower()


def _pull_of(company: Company, issue: Issue) -> PullRequest | None:
    return next((p for p in company.open_pull_requests() if p.branch.endswith(issue.key)), None)


def _reviews(company: Company, account: str) -> int:
    """How many reviews somebody owes."""
    return sum(r.account == account and r.state is None for p in company.open_pull_requests() for r in p.reviews)


def _name(company: Company, account: str | None) -> str:
    return company.people[account].name if account else "nobody"


def _first(found: Iterator[T]) -> T:
    for one in found:
        return one
    raise NothingFits("nothing in the company fits this at the moment")
