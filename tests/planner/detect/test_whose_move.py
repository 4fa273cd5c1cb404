"""Only the person whose move it is hears of it (R5): situations and their addressees."""

from __future__ import annotations

from typing import Any

import pytest

from models.actions import CommentOnIssue, Escalate, Reassign, RemindPerson
from models.events import Reason, Trigger
from models.ids import AccountId, SprintId
from models.proposals import Proposal
from models.pulls import PullRequest, Review, ReviewState
from models.work import Issue, Progress, Snapshot, SprintState
from planner.detect import detect
from planner.reasoning import RulesMind
from tests.planner.world import HOUR, LAW, LONG_AGO, NOON, TEAM, issue, pull_request, snapshot, sprint

pytestmark = pytest.mark.anyio

W, A, C = "waiting", "approved", "changes_requested"

NOBODY: set[str] = set()


def review_of(account: str, state: str = W) -> Review:
    return Review(reviewer=AccountId(account), state=ReviewState(state))


UNREADY = (
    "WIP",
    " wip ",
    "WIP - new ledger",
    "wip – new ledger",
    "wip : new ledger",
    "(WIP) new ledger",
    "New ledger WIP",
    "New ledger - wip",
    "New ledger [WIP]",
    "New ledger (draft)",
)
READY = (
    "WIP limits on the board",
    "Wip-limit exceeded: fix",
    "WIP-limit of a column",
    "Show the WIP of each column",
    "Drop over-wip",
    "Count [wip] as a label",
    "Draft",
)
"""Titles that speak of work in progress, or of drafts, and are ready."""

PULL_REQUESTS: list[tuple[str, PullRequest, set[str]]] = [
    ("one reviewer waits", pull_request(1, "bob", {"ann": W}), {"ann"}),
    ("two reviewers wait", pull_request(1, "bob", {"ann": W, "deb": W}), {"ann", "deb"}),
    ("one of two has approved", pull_request(1, "bob", {"ann": A, "deb": W}), {"deb"}),
    ("one of three has approved", pull_request(1, "bob", {"ann": A, "deb": W, "tess": W}), {"deb", "tess"}),
    ("two of three have approved", pull_request(1, "bob", {"ann": A, "deb": A, "tess": W}), {"tess"}),
    ("all have approved", pull_request(1, "bob", {"ann": A, "deb": A}), NOBODY),
    ("the only one has approved", pull_request(1, "bob", {"ann": A}), NOBODY),
    ("changes are requested", pull_request(1, "bob", {"ann": C}), NOBODY),
    ("changes requested by one of two", pull_request(1, "bob", {"ann": C, "deb": W}), NOBODY),
    ("changes requested after an approval", pull_request(1, "bob", {"ann": A, "deb": C}), NOBODY),
    ("everything at once", pull_request(1, "bob", {"ann": A, "deb": C, "tess": W}), NOBODY),
    ("a draft", pull_request(1, "bob", {"ann": W}, draft=True), NOBODY),
    ("a draft without reviewers", pull_request(1, "bob", {}, draft=True), NOBODY),
    ("WIP in the title", pull_request(1, "bob", {"ann": W}, title="WIP: new ledger"), NOBODY),
    ("[wip] in the title", pull_request(1, "bob", {"ann": W}, title="[wip] new ledger"), NOBODY),
    ("Draft: in the title", pull_request(1, "bob", {"ann": W}, title="Draft: new ledger"), NOBODY),
    ("parked", pull_request(1, "bob", {"ann": W}, title="[on hold] new ledger"), NOBODY),
    ("the word draft as a subject", pull_request(1, "bob", {"ann": W}, title="Draft invoices expire"), {"ann"}),
    ("wiped is not wip", pull_request(1, "bob", {"ann": W}, title="Wiped caches refill"), {"ann"}),
    *((title, pull_request(1, "bob", {"ann": W}, title=title), NOBODY) for title in UNREADY),
    *((title, pull_request(1, "bob", {"ann": W}, title=title), {"ann"}) for title in READY),
    ("merged", pull_request(1, "bob", {"ann": W}, state="MERGED"), NOBODY),
    ("declined", pull_request(1, "bob", {"ann": W}, state="DECLINED"), NOBODY),
    ("superseded", pull_request(1, "bob", {"ann": W}, state="SUPERSEDED"), NOBODY),
    ("no reviewers: the author finds one", pull_request(1, "bob", {}), {"bob"}),
    ("no reviewers, author unknown", pull_request(1, None, {}), {"pat"}),
    ("the author is the only reviewer", pull_request(1, "bob", {"bob": W}), {"bob"}),
    ("the author is one reviewer of two", pull_request(1, "bob", {"bob": W, "ann": W}), {"ann"}),
    ("the author waits, the other approved", pull_request(1, "bob", {"bob": W, "ann": A}), NOBODY),
    ("the author approved their own", pull_request(1, "bob", {"bob": A, "ann": W}), {"ann"}),
    ("the reviewer is not on the team", pull_request(1, "bob", {"stranger": W}), {"pat"}),
    ("a stranger beside a member", pull_request(1, "bob", {"stranger": W, "ann": W}), {"ann"}),
    ("a stranger has approved", pull_request(1, "bob", {"stranger": A, "ann": W}), {"ann"}),
    ("a stranger wants changes", pull_request(1, "bob", {"stranger": C, "ann": W}), NOBODY),
    ("by a stranger, to a member", pull_request(1, "stranger", {"ann": W}), {"ann"}),
    ("by a stranger, no reviewers", pull_request(1, "stranger", {}), {"pat"}),
    ("just opened", pull_request(1, "bob", {"ann": W}, waiting_since=NOON - HOUR), NOBODY),
    ("pushed to an hour ago", pull_request(1, "bob", {"ann": W}, waiting_since=NOON - HOUR, updated=NOON), NOBODY),
    ("eight working hours to the minute", pull_request(1, "bob", {"ann": W}, waiting_since=NOON - 23 * HOUR), {"ann"}),
    ("one minute less", pull_request(1, "bob", {"ann": W}, waiting_since=NOON - 22.98 * HOUR), NOBODY),
    ("a reviewer asleep", pull_request(1, "bob", {"kai": W}, waiting_since=NOON - 5 * HOUR), NOBODY),
    ("a reviewer after their own day", pull_request(1, "bob", {"kai": W}, waiting_since=NOON - 24 * HOUR), {"kai"}),
]

BLOCKED: dict[str, Any] = {"status": "Blocked", "status_since": LONG_AGO}
FRESH = NOON - HOUR

ISSUES: list[tuple[str, Issue, set[str]]] = [
    ("blocked by status", issue(1, "ann", **BLOCKED), {"ann", "leadership"}),
    ("blocked in capitals", issue(1, "ann", status="BLOCKED", status_since=LONG_AGO), {"ann", "leadership"}),
    ("flagged", issue(1, "ann", flagged_since=LONG_AGO), {"ann", "leadership"}),
    ("flagged and not begun", issue(1, "ann", flagged_since=LONG_AGO, progress=Progress.TODO), {"ann", "leadership"}),
    ("blocked for less than two days", issue(1, "ann", flagged_since=NOON - 26 * HOUR), {"ann"}),
    ("blocked just now", issue(1, "ann", flagged_since=FRESH), NOBODY),
    ("blocked, preferring Jira", issue(1, "mike", flagged_since=NOON - 26 * HOUR), {"mike"}),
    ("blocked and the assignee is not on the team", issue(1, "stranger", flagged_since=NOON - 26 * HOUR), {"pat"}),
    ("blocked, unowned", issue(1, None, flagged_since=NOON - 26 * HOUR, unassigned_since=FRESH), {"pat", "taker"}),
    ("done though flagged", issue(1, "ann", flagged_since=LONG_AGO, progress=Progress.DONE), NOBODY),
    ("waiting for another, not blocked itself", issue(1, "ann", blocked_by=("PAY-9",)), NOBODY),
    ("in progress with an owner", issue(1, "ann"), NOBODY),
    ("not begun, with an owner", issue(1, "ann", progress=Progress.TODO, status="To Do"), NOBODY),
    ("in review, with an owner", issue(1, "ann", status="In Review"), NOBODY),
    ("in progress without an owner", issue(1, None), {"taker"}),
    ("not begun without an owner", issue(1, None, progress=Progress.TODO), {"taker"}),
    ("done without an owner", issue(1, None, progress=Progress.DONE), NOBODY),
    ("lost its owner a minute ago", issue(1, None, unassigned_since=NOON - HOUR / 60), NOBODY),
    ("owned by somebody who is not on the team", issue(1, "stranger"), NOBODY),
    ("blocked in another sprint", issue(1, "ann", sprint=SprintId(99), **BLOCKED), NOBODY),
    ("blocked in the backlog", issue(1, "ann", sprint=None, **BLOCKED), NOBODY),
]


async def heard(world: Snapshot) -> set[str]:
    """Who hears of what the rules find: people, the channel, or the taker of a proposed reassignment."""
    trigger = Trigger(team=TEAM, reason=Reason.LOOK, at=NOON)
    proposals = await RulesMind().propose(world, detect(world, LAW).signals, trigger, LAW)
    return {_listener(proposal) for proposal in proposals}


def _listener(proposal: Proposal) -> str:
    match proposal.action:
        case RemindPerson() | CommentOnIssue() as action:
            return action.person
        case Escalate() as action:
            return action.channel
        case Reassign():
            return "taker"
        case other:
            return other.kind


@pytest.mark.parametrize(("situation", "pr", "whose"), PULL_REQUESTS, ids=[row[0] for row in PULL_REQUESTS])
async def test_a_review_is_asked_of_whose_move_it_is(situation: str, pr: PullRequest, whose: set[str]) -> None:
    assert await heard(snapshot(prs=(pr,))) == whose, situation


@pytest.mark.parametrize(("situation", "ticket", "whose"), ISSUES, ids=[row[0] for row in ISSUES])
async def test_a_ticket_is_asked_of_whose_move_it_is(situation: str, ticket: Issue, whose: set[str]) -> None:
    assert await heard(snapshot(ticket)) == whose, situation


@pytest.mark.parametrize("state", [SprintState.FUTURE, SprintState.CLOSED])
async def test_nobody_hears_of_a_sprint_that_is_not_running(state: SprintState) -> None:
    asleep = (sprint(state=state),)
    assert await heard(snapshot(issue(1, None), issue(2, **BLOCKED), sprints=asleep)) == NOBODY


async def test_a_stranger_is_never_named() -> None:
    world = snapshot(issue(1, "stranger", **BLOCKED), prs=(pull_request(1, "stranger", {"stranger": W}),))
    signals = detect(world, LAW).signals
    assert signals
    assert "stranger" not in " ".join(s.headline + " ".join(e.text for e in s.evidence) for s in signals)


def test_the_tech_lead_hears_when_reviews_of_one_person_pile_up() -> None:
    def piled(count: int) -> list[str | None]:
        prs = tuple(pull_request(n, "bob", {"ann": W}, waiting_since=FRESH) for n in range(count))
        return [s.addressee for s in detect(snapshot(prs=prs), LAW).signals]

    assert piled(3) == []
    assert piled(4) == ["tess"]


def test_drafts_and_approved_ones_do_not_pile_up() -> None:
    waiting = [pull_request(n, "bob", {"ann": W}, waiting_since=FRESH) for n in range(3)]
    rest = [pull_request(8, "bob", {"ann": A}), pull_request(9, "bob", {"ann": W}, draft=True)]
    assert detect(snapshot(prs=(*waiting, *rest)), LAW).signals == ()
