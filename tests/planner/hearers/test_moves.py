"""Whose move it is, situation by situation, and that what is told agrees with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import product
from typing import Any

import pytest

from models.directives import Directives
from models.ids import AccountId, IssueKey, PersonId
from models.pulls import Build, BuildState, PullRequest, Review, ReviewState
from models.signals import SignalKind
from models.work import Absence, Issue, Person, Progress, Snapshot, Taken
from planner.detect import detect
from planner.hearers.moves import REVIEWING, Move, Step, whose_move
from planner.reports.summaries import moves_of
from tests.planner.world import (
    BASE,
    DAY,
    HOUR,
    LAW,
    LONG_AGO,
    NOON,
    account,
    constitution,
    facts,
    issue,
    people,
    pull_request,
    snapshot,
)

W, A, C = ReviewState.WAITING, ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED
EARLIER, LATER = NOON - 3 * DAY, NOON - 2 * DAY
TWO_ARE_ENOUGH = constitution(team={"bitbucket": BASE["teams"][0]["bitbucket"] | {"approvals": 2}})
VACATION = Absence(reason="vacation", until=NOON + 9 * DAY)
NAP = Absence(reason="do not disturb", until=NOON + HOUR)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One situation. ``who`` may be empty: nobody's move, or a stranger's."""

    name: str
    subject: PullRequest | Issue
    step: Step
    who: str = ""
    since: datetime | None = None
    stranger: bool = False
    law: Directives = LAW
    away: dict[str, Absence] | None = None
    issues: tuple[Issue, ...] = ()
    prs: tuple[PullRequest, ...] = ()

    def move(self) -> Move:
        own = (self.subject,) if isinstance(self.subject, Issue) else ()
        world = snapshot(*own, *self.issues, prs=self.prs, who=people(**(self.away or {})))
        return whose_move(self.subject, world, self.law)


def said(person: str, state: ReviewState = W, **changes: Any) -> Review:
    return replace(Review(reviewer=AccountId(f"acc-{person}"), state=state), **changes)


def of(*reviews: Review, **changes: Any) -> PullRequest:
    """Bob's pull request with these reviews."""
    return replace(pull_request(1, "bob", {}), reviews=reviews, **changes)


def built(state: BuildState, *failing: str) -> Build:
    return Build(state=state, at=LATER, failing=failing)


def naming(numbers: tuple[int, ...], *reviews: Review, **changes: Any) -> PullRequest:
    """Bob's pull request for these tickets."""
    return of(*reviews, issues=tuple(IssueKey(f"PAY-{number}") for number in numbers), **changes)


DONE = issue(1, "kai", progress=Progress.DONE, status_since=LATER)
RED, RUNNING = built(BuildState.FAILED, "unit-tests"), built(BuildState.RUNNING)
GREEN, STOPPED = built(BuildState.PASSED), built(BuildState.STOPPED, "deploy")
ASKED = said("ann", asked=LATER, at=LATER)
OBJECTED = said("ann", C, at=EARLIER)


def pr_case(name: str, subject: PullRequest, step: Step, who: str = "", **more: Any) -> Case:
    return Case(name=name, subject=subject, step=step, who=who, **more)


PULL_REQUESTS = [
    pr_case("just opened to one reviewer", of(said("ann")), Step.REVIEW, "ann", since=LONG_AGO),
    pr_case("two reviewers, no word", of(said("ann"), said("deb")), Step.REVIEW, "ann deb"),
    pr_case("one of two has approved", of(said("ann", A), said("deb")), Step.REVIEW, "deb"),
    pr_case("the only reviewer has approved", of(said("ann", A, at=LATER)), Step.MERGE, "bob", since=LATER),
    pr_case("all have approved", of(said("ann", A), said("deb", A)), Step.MERGE, "bob"),
    pr_case(
        "two of three approved, all are needed", of(said("ann", A), said("deb", A), said("kai")), Step.REVIEW, "kai"
    ),
    pr_case(
        "two of three approved, two are needed",
        of(said("ann", A), said("deb", A), said("kai")),
        Step.MERGE,
        "bob",
        law=TWO_ARE_ENOUGH,
    ),
    pr_case(
        "one of three approved, two are needed",
        of(said("ann", A), said("deb"), said("kai")),
        Step.REVIEW,
        "deb kai",
        law=TWO_ARE_ENOUGH,
    ),
    pr_case("the only reviewer approved, two are needed", of(said("ann", A)), Step.MERGE, "bob", law=TWO_ARE_ENOUGH),
    pr_case(
        "enough approved but one wants changes",
        of(said("ann", A), said("deb", A), said("kai", C, at=LATER)),
        Step.REWORK,
        "bob",
        law=TWO_ARE_ENOUGH,
    ),
    pr_case("changes were requested", of(OBJECTED), Step.REWORK, "bob", since=EARLIER),
    pr_case("changes requested by one of two", of(OBJECTED, said("deb")), Step.REWORK, "bob"),
    pr_case("changes requested after an approval", of(said("deb", A), OBJECTED), Step.REWORK, "bob"),
    pr_case(
        "pushed to after changes were requested",
        of(OBJECTED, pushed_at=LATER, pushed_by=account("bob"), waiting_since=LATER),
        Step.REVIEW,
        "ann",
        since=LATER,
    ),
    pr_case(
        "pushed to before changes were requested", of(said("ann", C, at=LATER), pushed_at=EARLIER), Step.REWORK, "bob"
    ),
    pr_case(
        "a colleague pushed what was asked for",
        of(OBJECTED, pushed_at=LATER, pushed_by=account("kai")),
        Step.REVIEW,
        "ann",
    ),
    pr_case(
        "the reviewer pushed it themselves", of(OBJECTED, pushed_at=LATER, pushed_by=account("ann")), Step.REWORK, "bob"
    ),
    pr_case("renamed after changes were requested", of(OBJECTED, waiting_since=LATER), Step.REWORK, "bob"),
    pr_case(
        "answered in words after changes were requested", of(replace(OBJECTED, answered=LATER)), Step.REWORK, "bob"
    ),
    pr_case(
        "pushed for one of two who objected",
        of(OBJECTED, said("deb", C, at=NOON - DAY), pushed_at=LATER, waiting_since=LATER),
        Step.REWORK,
        "bob",
        since=NOON - DAY,
    ),
    pr_case("changes requested, when is not known", of(said("ann", C)), Step.REWORK, "bob", since=LONG_AGO),
    pr_case("a question without an answer", of(ASKED), Step.ANSWER, "bob", since=LATER),
    pr_case("a question of one, silence of another", of(ASKED, said("deb")), Step.REVIEW, "deb"),
    pr_case("a question beside an approval", of(ASKED, said("deb", A)), Step.ANSWER, "bob"),
    pr_case("a question that was answered", of(said("ann", answered=LATER)), Step.REVIEW, "ann", since=LATER),
    pr_case("a question of somebody who then approved", of(said("ann", A, asked=LATER)), Step.MERGE, "bob"),
    pr_case("a draft", of(said("ann"), draft=True), Step.FINISH, "bob"),
    pr_case("a draft without reviewers", of(draft=True), Step.FINISH, "bob"),
    pr_case("parked by its title", of(said("ann"), title="[on hold] ledger"), Step.FINISH, "bob"),
    pr_case("queued for the merge", of(said("ann", A), queued=True), Step.WAIT),
    pr_case("merged", of(said("ann"), state="MERGED"), Step.NOTHING),
    pr_case("declined", of(said("ann"), state="DECLINED"), Step.NOTHING),
    pr_case("superseded", of(said("ann"), state="SUPERSEDED"), Step.NOTHING),
    pr_case("the build fails", of(said("ann"), build=RED), Step.MEND_BUILD, "bob", since=LATER),
    pr_case("the build fails though approved", of(said("ann", A), build=RED), Step.MEND_BUILD, "bob"),
    pr_case("the build runs", of(said("ann"), build=RUNNING), Step.REVIEW, "ann"),
    pr_case("the build runs, approved", of(said("ann", A), build=RUNNING), Step.WAIT),
    pr_case("the build passed", of(said("ann"), build=GREEN), Step.REVIEW, "ann"),
    pr_case("the build passed, approved", of(said("ann", A), build=GREEN), Step.MERGE, "bob"),
    pr_case("the build was stopped", of(said("ann"), build=STOPPED), Step.REVIEW, "ann"),
    pr_case("the build was stopped, approved", of(said("ann", A), build=STOPPED), Step.MEND_BUILD, "bob"),
    pr_case("tasks are open, approved", of(said("ann", A), tasks=2), Step.CLOSE_TASKS, "bob"),
    pr_case(
        "tasks of the reviewer who spoke", of(said("ann", at=LATER), tasks=1), Step.CLOSE_TASKS, "bob", since=LATER
    ),
    pr_case("tasks, and a reviewer who has not spoken", of(said("ann"), tasks=1), Step.REVIEW, "ann"),
    pr_case("tasks, and then a push", of(said("ann", at=EARLIER), tasks=1, waiting_since=LATER), Step.REVIEW, "ann"),
    pr_case("no reviewers", of(), Step.ASK_REVIEW, "bob"),
    pr_case("the author is the only reviewer", of(said("bob")), Step.ASK_REVIEW, "bob"),
    pr_case("the author is one reviewer of two", of(said("bob"), said("ann")), Step.REVIEW, "ann"),
    pr_case("no reviewers, others by default", of(suggested=(account("ann"),)), Step.ASK_REVIEW, "bob"),
    pr_case(
        "no reviewers, the author is away, others by default",
        of(suggested=(account("ann"), account("deb"))),
        Step.ASK_REVIEW,
        "deb",
        away={"bob": VACATION, "ann": VACATION},
    ),
    pr_case(
        "no reviewers, by a stranger, others by default",
        replace(of(suggested=(account("ann"),)), author=account("stranger")),
        Step.ASK_REVIEW,
        "ann",
    ),
    pr_case("no reviewers, by a machine", replace(of(), author=None), Step.ASK_REVIEW, stranger=True),
    pr_case("the reviewer is away", of(said("ann")), Step.ASK_REVIEW, "bob", away={"ann": VACATION}),
    pr_case("the reviewer left", of(said("ann")), Step.ASK_REVIEW, "bob", away={"ann": Absence(reason="gone")}),
    pr_case("the reviewer sleeps", of(said("ann")), Step.REVIEW, "ann", away={"ann": NAP}),
    pr_case("one of two reviewers is away", of(said("ann"), said("deb")), Step.REVIEW, "deb", away={"ann": VACATION}),
    pr_case(
        "reviewer and author are away", of(said("ann")), Step.REVIEW, "ann", away={"ann": VACATION, "bob": VACATION}
    ),
    pr_case("the reviewer is not on the team", of(said("stranger")), Step.REVIEW, stranger=True),
    pr_case("a stranger beside a member", of(said("stranger"), said("ann")), Step.REVIEW, "ann"),
    pr_case("a stranger wants changes", of(said("stranger", C, at=LATER)), Step.REWORK, "bob"),
    pr_case("its ticket is done", naming((1,), said("ann")), Step.SETTLE, "bob", since=LATER, issues=(DONE,)),
    pr_case("its ticket is done, approved", naming((1,), said("ann", A)), Step.SETTLE, "bob", issues=(DONE,)),
    pr_case("its ticket is done, nobody is asked", naming((1,)), Step.SETTLE, "bob", issues=(DONE,)),
    pr_case(
        "its ticket is done, its author is away, others by default",
        naming((1,), suggested=(account("ann"),)),
        Step.SETTLE,
        "bob",
        issues=(DONE,),
        away={"bob": VACATION},
    ),
    pr_case("its ticket is done, a draft", naming((1,), said("ann"), draft=True), Step.FINISH, "bob", issues=(DONE,)),
    pr_case("its ticket is done, queued", naming((1,), said("ann", A), queued=True), Step.WAIT, issues=(DONE,)),
    pr_case("one of two tickets is done", naming((1, 2), said("ann")), Step.REVIEW, "ann", issues=(DONE, issue(2))),
    pr_case("all that is known of is done", naming((1, 9), said("ann")), Step.SETTLE, "bob", issues=(DONE,)),
    pr_case("no ticket of it is known", naming((9,), said("ann")), Step.REVIEW, "ann", issues=(DONE,)),
]

BLOCKER = {"blocked_by": (IssueKey("PAY-2"),)}
TODO: dict[str, Any] = {"progress": Progress.TODO, "status": "To Do"}
REVIEWED = {"status": "In Review"}


def for_ticket(*reviews: Review, **changes: Any) -> PullRequest:
    return of(*reviews, issues=(IssueKey("PAY-1"),), **changes)


def ticket(name: str, subject: Issue, step: Step, who: str = "", **more: Any) -> Case:
    return Case(name=name, subject=subject, step=step, who=who, **more)


TICKETS = [
    ticket("in progress", issue(1), Step.FINISH, "ann"),
    ticket("not started", issue(1, **TODO), Step.START, "ann"),
    ticket("done", issue(1, progress=Progress.DONE), Step.NOTHING),
    ticket("done, though flagged", issue(1, progress=Progress.DONE, flagged_since=LATER), Step.NOTHING),
    ticket("flagged", issue(1, flagged_since=LATER), Step.UNBLOCK, "ann", since=LATER),
    ticket("in a blocked status", issue(1, status="blocked", status_since=LATER), Step.UNBLOCK, "ann", since=LATER),
    ticket(
        "flagged, its blocker is another's",
        issue(1, flagged_since=LATER, **BLOCKER),
        Step.UNBLOCK,
        "ann",
        issues=(issue(2, "bob"),),
    ),
    ticket("flagged, unowned", issue(1, None, flagged_since=LATER), Step.FIND_OWNER, "pat"),
    ticket(
        "flagged, the assignee is away", issue(1, flagged_since=LATER), Step.FIND_OWNER, "pat", away={"ann": VACATION}
    ),
    ticket("behind another's ticket", issue(1, **BLOCKER), Step.FINISH, "bob", issues=(issue(2, "bob"),)),
    ticket("behind a ticket not started", issue(1, **BLOCKER), Step.START, "bob", issues=(issue(2, "bob", **TODO),)),
    ticket("behind a ticket nobody owns", issue(1, **BLOCKER), Step.FIND_OWNER, "pat", issues=(issue(2, None),)),
    ticket(
        "behind a ticket that is done",
        issue(1, **BLOCKER),
        Step.FINISH,
        "ann",
        issues=(issue(2, "bob", progress=Progress.DONE),),
    ),
    ticket("behind a ticket of another sprint", issue(1, **BLOCKER), Step.UNBLOCK, "ann"),
    ticket(
        "behind a flagged ticket",
        issue(1, **BLOCKER),
        Step.UNBLOCK,
        "bob",
        issues=(issue(2, "bob", flagged_since=LATER),),
    ),
    ticket(
        "behind a ticket behind a third",
        issue(1, **BLOCKER),
        Step.FINISH,
        "kai",
        issues=(issue(2, "bob", blocked_by=("PAY-3",)), issue(3, "kai")),
    ),
    ticket(
        "two that wait for each other",
        issue(1, **BLOCKER),
        Step.UNBLOCK,
        "bob",
        issues=(issue(2, "bob", blocked_by=("PAY-1",)),),
    ),
    ticket("in review", issue(1, "bob", **REVIEWED), Step.REVIEW, "ann", prs=(for_ticket(said("ann")),)),
    ticket("in review, the status was not moved", issue(1, "bob"), Step.REVIEW, "ann", prs=(for_ticket(said("ann")),)),
    ticket(
        "in review, changes were requested",
        issue(1, "bob", **REVIEWED),
        Step.REWORK,
        "bob",
        prs=(for_ticket(OBJECTED),),
    ),
    ticket("in review, approved", issue(1, "bob", **REVIEWED), Step.MERGE, "bob", prs=(for_ticket(said("ann", A)),)),
    ticket("in review, queued", issue(1, "bob", **REVIEWED), Step.WAIT, prs=(for_ticket(said("ann", A), queued=True),)),
    ticket(
        "in review by a draft",
        issue(1, "bob", **REVIEWED),
        Step.FINISH,
        "bob",
        prs=(for_ticket(said("ann"), draft=True),),
    ),
    ticket("in review without a pull request", issue(1, "bob", **REVIEWED), Step.FINISH, "bob"),
    ticket(
        "flagged in review", issue(1, "bob", flagged_since=LATER), Step.UNBLOCK, "bob", prs=(for_ticket(said("ann")),)
    ),
    ticket(
        "behind a ticket in review",
        issue(3, "kai", blocked_by=("PAY-1",)),
        Step.REVIEW,
        "ann",
        issues=(issue(1, "bob"),),
        prs=(for_ticket(said("ann")),),
    ),
    ticket("parked by status", issue(1, status="On Hold"), Step.NOTHING),
    ticket("parked by label", issue(1, labels=frozenset({"on-hold"})), Step.NOTHING),
    ticket("parked and flagged", issue(1, labels=frozenset({"parked"}), flagged_since=LATER), Step.NOTHING),
    ticket("parked and unowned", issue(1, None, labels=frozenset({"parked"})), Step.NOTHING),
    ticket("waiting for a customer", issue(1, status="Waiting for customer"), Step.NOTHING),
    ticket("in progress, unowned", issue(1, None), Step.FIND_OWNER, "pat", since=LONG_AGO),
    ticket("not started, unowned", issue(1, None, **TODO), Step.FIND_OWNER, "pat"),
    ticket("the assignee is not on the team", issue(1, "stranger"), Step.FINISH, stranger=True),
    ticket("the assignee is away", issue(1), Step.FIND_OWNER, "pat", away={"ann": VACATION}),
    ticket("assignee and PM are away", issue(1), Step.FIND_OWNER, "deb", away={"ann": VACATION, "pat": VACATION}),
    ticket("the assignee sleeps", issue(1), Step.FINISH, "ann", away={"ann": NAP}),
]

CASES = [*PULL_REQUESTS, *TICKETS]


def test_the_table_is_as_long_as_promised() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 40


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_whose_move_it_is(case: Case) -> None:
    move = case.move()
    assert (move.step, move.who) == (case.step, tuple(case.who.split()))
    assert bool(move.turns) is bool(case.who or case.stranger)
    assert case.since is None or move.since == case.since
    assert all(turn.since >= move.since for turn in move.turns)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_the_reason_is_one_plain_phrase_without_names_from_outside(case: Case) -> None:
    why = case.move().why
    assert why == why.strip() != "" and why.islower() == (why == why.lower()) and not why.endswith(".")
    assert "acc-" not in why and "Title" not in why and "Change" not in why


def reviews() -> list[tuple[Review, ...]]:
    """Every mix of what two reviewers can have said."""
    words = (said("ann"), ASKED, OBJECTED, said("ann", A), said("ann", at=LATER))
    second = (None, said("deb"), said("deb", A), said("deb", C, at=LATER), said("bob"))
    return [tuple(r for r in pair if r) for pair in product(words, second)]


def every_pull_request() -> list[PullRequest]:
    builds, pushes = (None, RED, RUNNING, STOPPED), (None, EARLIER, NOON - HOUR)
    more = product(reviews(), builds, pushes, (0, 2), (False, True))
    return [of(*r, build=b, pushed_at=p, tasks=t, draft=d) for r, b, p, t, d in more]


@pytest.mark.parametrize("law", [LAW, TWO_ARE_ENOUGH], ids=["all", "two"])
def test_only_those_whose_move_it_is_hear_of_a_review(law: Directives) -> None:
    told = 0
    for pr in every_pull_request():
        world = snapshot(prs=(pr,))
        move = whose_move(pr, world, law)
        heard = {s.addressee for s in detect(world, law).signals if s.kind is SignalKind.REVIEW_OVERDUE}
        assert heard <= (set(move.who) if move.step in REVIEWING else set()), pr
        told += bool(heard)
    assert told > 100


TAKEN = Taken(by=PersonId("kai"), until=NOON + HOUR)


@pytest.mark.parametrize(
    ("pr", "taken", "whose"),
    [
        (of(said("ann")), TAKEN, ("kai",)),
        (of(said("ann"), said("tess")), replace(TAKEN, by=PersonId("ann")), ("ann",)),
        (of(said("ann")), replace(TAKEN, until=NOON), ("ann",)),
        (of(said("ann")), replace(TAKEN, by=PersonId("bob")), ("ann",)),
        (of(said("ann")), replace(TAKEN, by=PersonId("gone")), ("ann",)),
        (of(said("ann"), said("kai", A)), TAKEN, ("ann",)),
    ],
    ids=["another", "one of two", "its time is over", "the author", "left the team", "has reviewed"],
)
def test_a_review_is_the_move_of_whoever_said_that_they_do_it(pr: PullRequest, taken: Taken, whose: Any) -> None:
    free, world = snapshot(prs=(pr,)), replace(snapshot(prs=(pr,)), taken={pr.id: taken})
    move, before = whose_move(pr, world, LAW), whose_move(pr, free, LAW)
    assert move.who == whose and move.step is Step.REVIEW
    assert {turn.since for turn in move.turns} <= {turn.since for turn in before.turns}, "it waits no shorter for it"


def test_no_reviewer_hears_of_a_pull_request_whose_tickets_are_all_done() -> None:
    def heard(ticket: Issue) -> set[str]:
        world = snapshot(ticket, prs=(naming((1,), said("ann")),))
        return {s.addressee or "" for s in detect(world, LAW).signals if s.kind is SignalKind.REVIEW_OVERDUE}

    assert (heard(issue(1, "kai")), heard(DONE)) == ({"ann"}, set())


def test_there_is_always_a_move_and_an_open_one_is_somebodys_or_a_machines() -> None:
    for pr in every_pull_request():
        move = whose_move(pr, snapshot(prs=(pr,)), LAW)
        running = pr.build is not None and pr.build.state is BuildState.RUNNING
        assert move.who or (move.step is Step.WAIT and running), pr


def test_a_person_sees_every_pull_request_that_waits_for_them() -> None:
    def rows(who: str, *prs: PullRequest) -> list[str]:
        person: Person = people()[PersonId(who)]
        return [row.why for row in moves_of(person, facts(prs=prs), LAW, NOON)]

    assert rows("bob", of(OBJECTED)) == ["your move for 2 working days: changes were requested"]
    assert rows("bob", of(said("ann"), build=RED)) == ["your move for 2 working days: its build fails: unit-tests"]
    assert rows("ann", of(said("ann"))) == ["waiting for your review for 3 working days"]
    assert rows("ann", of(OBJECTED)) == rows("bob", of(draft=True)) == []


def test_two_accounts_of_one_person_do_not_review_each_other() -> None:
    both = {PersonId("bob"): replace(people()[PersonId("bob")], other_account=AccountId("acc-bob-2"))}
    world = snapshot(who=people() | both)
    assert whose_move(of(said("bob-2")), world, LAW).step is Step.ASK_REVIEW


def test_a_parked_ticket_is_nobodys_to_hear_of() -> None:
    parked = frozenset({"Parked"})
    world: Snapshot = snapshot(issue(1, None, labels=parked), issue(2, labels=parked, flagged_since=LONG_AGO))
    assert detect(world, LAW).signals == ()


def test_a_team_may_name_its_own_words_for_parked_and_blocked() -> None:
    jira = BASE["teams"][0]["jira"]
    law = constitution(team={"jira": jira | {"parked": ["Geparkt"], "blocked_statuses": ["On Hold"]}})
    steps = [whose_move(issue(1, status=s), snapshot(), law).step for s in ("GEPARKT", "On Hold", "Parked")]
    assert steps == [Step.NOTHING, Step.UNBLOCK, Step.FINISH]
