"""What is told of the work is so: no all-clear from ignorance, no age that is another's, nothing left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from models.cycles import LastCycle
from models.ids import AccountId, CycleId, IssueKey, PersonId, TeamId
from models.pulls import Review, ReviewState
from models.signals import Urgency
from models.work import Facts, Linked, Person, Progress, Snapshot
from planner.detect import detect
from planner.reports.daily import still_known, to_tell
from planner.reports.one import one_pull
from planner.reports.pace import forecast
from planner.reports.standing import headline as standing
from planner.reports.summaries import digest
from planner.words.replies import SheetReply, StatusReply
from tests.bot.views.samples import approval
from tests.planner.reports.believable import LAW, Office, ask, work
from tests.planner.world import (
    DAY,
    HOUR,
    LONG_AGO,
    NOON,
    ZONE,
    facts,
    history,
    issue,
    people,
    pull_request,
    snapshot,
    sprint,
)

pytestmark = pytest.mark.anyio

ACC_ANN = AccountId("acc-ann")


# --- whose account is not known -------------------------------------------------------------------------------------


def unknown_kai() -> Facts:
    """Kai is known to Slack alone."""
    kai = PersonId("kai")
    others = (person for person in people().values() if person.id != kai)
    return work(people=(*others, Person(id=kai, name="Kai", zone=ZONE)))


async def test_somebody_without_an_account_is_not_told_that_nothing_waits() -> None:
    for typed in ("mine", "waiting for me"):
        reply = await ask(typed, unknown_kai(), asker="kai")
        assert isinstance(reply, SheetReply)
        assert reply.headline.startswith("I don’t know which Jira account is yours"), typed
        assert "pm people map kai --jira ACCOUNT" in reply.headline and "Nothing waits" not in reply.headline


async def test_their_questions_are_counted_all_the_same() -> None:
    asked = Office(facts=unknown_kai(), past=history(pending=(approval(1, approvers=("kai",)),)))
    reply = await ask("mine", office=asked, asker="kai")
    assert isinstance(reply, SheetReply)
    assert reply.headline.startswith("1 thing waits for you. I don’t know which Jira account is yours")


async def test_others_are_told_that_it_is_not_known_who_waits_for_them() -> None:
    reply = await ask("waiting for kai", unknown_kai())
    assert isinstance(reply, SheetReply) and reply.headline.startswith("I don’t know which Jira account is Kai’s")


# --- since when somebody waits --------------------------------------------------------------------------------------


def link(since: datetime | None = None, **changes: Any) -> Facts:
    """Ann's ticket, which has been in progress for days, waits for Bob's."""
    key = IssueKey("PAY-2")
    linked = (Linked(key, since),) if since else ()
    waits = issue(1, "ann", status_since=NOON - 5 * DAY, blocked_by=(key,), linked_since=linked, **changes)
    return facts(waits, issue(2, "bob"))


async def wait(held: Facts) -> list[str]:
    reply = await ask("waiting", held)
    assert isinstance(reply, SheetReply)
    return [row.why for group in reply.groups for row in group.rows]


async def test_somebody_waits_since_the_link_was_made_and_not_since_their_own_status() -> None:
    assert await wait(link(NOON - DAY)) == ["PAY-2 (In Progress), for 1 working day"]
    assert await wait(link(NOON - DAY, flagged_since=NOON - 2 * DAY)) == ["PAY-2 (In Progress), for 1 working day"]


async def test_where_nobody_knows_when_the_link_was_made_the_flag_counts_and_else_no_time_is_told() -> None:
    assert await wait(link(flagged_since=NOON - 2 * DAY)) == ["PAY-2 (In Progress), for 2 working days"]
    assert await wait(link()) == ["PAY-2 (In Progress)"]


# --- will we make it ------------------------------------------------------------------------------------------------

NEXT_TO_LAST = datetime(2026, 11, 25, 15, tzinfo=UTC)
"""Wednesday; Thursday is a holiday, Friday the sprint's last day."""


def sized(done: int, of: int = 100, now: datetime = NEXT_TO_LAST) -> Snapshot:
    return snapshot(*(issue(n, progress=Progress.DONE if n < done else Progress.DOING) for n in range(of)), now=now)


@pytest.mark.parametrize("done", [70, 84])
def test_late_in_a_sprint_the_summary_says_that_the_pace_does_not_do(done: int) -> None:
    world = sized(done)
    words = f"Not at this pace: {done} of 100 issues done, 1 working day left after today."
    post = digest(world, [], LAW)
    assert post is not None and post.headline.startswith(f"Sprint 24: {words}")
    assert standing(world, world.sprints[0], [], LAW) == words


def test_early_in_a_sprint_a_slow_start_is_no_verdict() -> None:
    world = sized(30, now=NOON)
    assert standing(world, world.sprints[0], [], LAW) == "30 of 100 issues done, 6 working days left after today."


@pytest.mark.parametrize(("done", "said"), [(70, "Not at this pace: 30 issues left"), (90, "At this pace, yes: 10")])
def test_a_forecast_begins_with_the_answer(done: int, said: str) -> None:
    assert forecast(sprint(), sized(done), LAW).headline.startswith(said)


def test_near_the_end_an_open_blocker_is_told_every_day() -> None:
    stuck = issue(1, flagged_since=LONG_AGO)
    for now, again in ((NOON, False), (NEXT_TO_LAST, True)):
        world = snapshot(stuck, issue(2, None), now=now)
        signals = detect(world, LAW).signals
        known = {signal.id: Urgency.CRITICAL for signal in signals}
        left = still_known(known, signals, world, LAW)
        told, _ = to_tell([s for s in signals if s.subject != "sprint:24"], replace(world, known=left))
        assert [each.subject for each in told] == (["PAY-1"] if again else [])


# --- one pull request -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "PR api#7 by Bob is open, not merged: waiting for review for 3 working days."),
        ({"draft": True}, "PR api#7 by Bob is a draft, not merged."),
        ({"state": "MERGED", "settled_at": NOON}, "PR api#7 by Bob is merged."),
        (
            {"tasks": 2},
            "PR api#7 by Bob is open, not merged: approved, 2 tasks are open, for 1 working day.",
        ),
    ],
)
def test_of_a_pull_request_it_is_said_whether_it_is_merged(changes: dict[str, Any], said: str) -> None:
    approved = (Review(reviewer=ACC_ANN, state=ReviewState.APPROVED, at=NOON - DAY),)
    pull = replace(pull_request(7, "bob"), **changes | ({"reviews": approved} if "tasks" in changes else {}))
    world = snapshot(prs=(pull,) if pull.state == "OPEN" else (), settled=() if pull.state == "OPEN" else (pull,))
    card = one_pull(pull, world, LAW)
    assert card.headline == said and card.opens == "Bitbucket"


# --- what is the agent's own business -------------------------------------------------------------------------------


class Looked(Office):
    """Whose last look was two hours ago."""

    async def last_cycles(self, team: TeamId, limit: int) -> list[LastCycle]:
        at = NOON - 2 * HOUR
        return [LastCycle(CycleId("c"), "look", at, Urgency.HIGH, 3, "PAY-1 has been blocked for 1 working day", at)]


async def test_how_closely_is_looked_is_told_to_an_admin_alone_and_of_when_that_is_so() -> None:
    cases = (("pat", False, True), ("ann", False, False), ("pat", True, False), (None, False, False))
    for asker, public, told in cases:
        reply = await ask("status", office=Looked(), asker=asker, public=public)
        assert isinstance(reply, StatusReply)
        assert (reply.attention is not None) is told, (asker, public)
        assert reply.attention is None or reply.attention.at == NOON - 2 * HOUR
