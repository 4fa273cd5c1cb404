"""The mind of rules: one message a person, the right hands for what has no owner, silence when all is well."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.actions import CommentOnIssue, PostDigest, Reassign, RemindPerson
from models.events import Reason, Trigger
from models.ids import IssueKey, PersonId
from models.proposals import Proposal
from models.work import Absence, Snapshot
from planner.detect import detect
from planner.reasoning import RulesMind
from planner.still.factcheck import Ground
from tests.planner.world import (
    HOUR,
    LAW,
    LONG_AGO,
    NOON,
    TEAM,
    account,
    constitution,
    issue,
    people,
    pull_request,
    snapshot,
)

pytestmark = pytest.mark.anyio
AWAY = Absence(reason="on holiday")


async def proposed(world: Snapshot, reason: Reason = Reason.LOOK, law: object = LAW) -> list[Proposal]:
    trigger = Trigger(team=TEAM, reason=reason, at=NOON)
    return list(await RulesMind().propose(world, detect(world, law).signals, trigger, law))  # type: ignore[arg-type]


async def takers(world: Snapshot) -> list[str]:
    return [p.action.taker for p in await proposed(world) if isinstance(p.action, Reassign)]


async def test_a_quiet_snapshot_has_no_proposals() -> None:
    assert await proposed(snapshot(issue(1))) == []


async def test_all_that_waits_for_one_person_is_one_message_best_first() -> None:
    world = snapshot(
        issue(1, flagged_since=NOON - 25 * HOUR), issue(2, flagged_since=NOON - 26 * HOUR), prs=(pull_request(7),)
    )
    (only,) = await proposed(world)
    assert isinstance(only.action, RemindPerson)
    # The review has waited for more than 24 hours, which is high; of the two blockers the older is first.
    assert [item.subject for item in only.action.items] == ["acme/api#7", "PAY-2", "PAY-1"]


async def test_who_prefers_jira_is_asked_there_about_tickets_only() -> None:
    review = pull_request(7, "bob", {"mike": "waiting"})
    world = snapshot(issue(1, "mike", flagged_since=NOON - 26 * HOUR), prs=(review,))
    kinds = {type(p.action) for p in await proposed(world)}
    assert kinds == {CommentOnIssue, RemindPerson}


async def test_the_least_loaded_member_takes_what_has_no_owner() -> None:
    busy = [issue(n, who, points=3) for n, who in enumerate(["ann", "bob", "kai", "mike", "tess"], 10)]
    assert await takers(snapshot(issue(1, None), *busy)) == ["deb"]
    busy.append(issue(20, "deb", points=2))
    assert await takers(snapshot(issue(1, None), *busy)) == ["deb"]  # 2 points are less than 3
    busy.append(issue(21, "deb", points=2))
    assert await takers(snapshot(issue(1, None), *busy)) == ["ann"]  # ties by id


async def test_several_tickets_are_spread() -> None:
    world = snapshot(*(issue(n, None, points=3) for n in range(1, 7)))
    assert sorted(await takers(world)) == ["ann", "bob", "deb", "kai", "mike", "tess"]


async def whys(world: Snapshot) -> list[str]:
    return [p.evidence[-1].text for p in await proposed(world) if isinstance(p.action, Reassign)]


async def test_whoever_let_go_of_a_ticket_is_not_given_it_back() -> None:
    dropped = issue(1, None, last_assignee=account("ann"))
    assert await takers(snapshot(dropped)) == ["bob"]
    alone = people(**dict.fromkeys(["bob", "kai", "mike", "tess", "deb", "pat"], AWAY))
    (only,) = await proposed(snapshot(dropped, who=alone))
    assert not isinstance(only.action, Reassign)
    back = Reassign(issue=dropped.key, issue_title="", issue_url="", giver=None, taker=PersonId("ann"))
    ground = Ground.of(snapshot(dropped), LAW)
    proposal = (await proposed(snapshot(dropped)))[0]
    assert ground.checked(replace(proposal, action=back)) is None
    assert ground.checked(proposal) is not None


async def test_what_waits_on_a_card_counts_for_whom_it_is_proposed_to() -> None:
    world = snapshot(issue(1, None, points=3), issue(2, None, points=2), issue(3, None, points=1))
    waiting = replace(world, offered={IssueKey("PAY-1"): PersonId("ann")})
    assert await takers(waiting) == ["ann", "bob", "deb"]


async def test_what_is_only_proposed_is_never_called_open_work() -> None:
    two = people(**dict.fromkeys(["bob", "kai", "mike", "tess", "deb"], AWAY))
    world = snapshot(issue(1, None, points=3), issue(2, None, points=2), who=two)
    assert await whys(world) == [
        "Ann is here, with nothing open in this sprint: by rule the least open work takes it",
        "Ann is here, with nothing open in this sprint and 3 points in 1 issue more proposed: "
        "by rule the least work takes it",
    ]


async def test_nobody_absent_takes_a_ticket_and_the_pm_only_when_alone() -> None:
    everybody_else = dict.fromkeys(["ann", "bob", "kai", "mike", "tess", "deb"], AWAY)
    assert await takers(snapshot(issue(1, None), who=people(ann=AWAY))) == ["bob"]
    assert await takers(snapshot(issue(1, None), who=people(**everybody_else))) == ["pat"]
    back = replace(AWAY, until=NOON)
    assert await takers(snapshot(issue(1, None), who=people(ann=back))) == ["ann"]


async def test_with_nobody_there_the_pm_is_reminded_instead() -> None:
    all_away = people(**dict.fromkeys(["ann", "bob", "kai", "mike", "tess", "deb", "pat"], AWAY))
    (only,) = await proposed(snapshot(issue(1, None), who=all_away))
    assert isinstance(only.action, RemindPerson) and only.action.person == "pat"


async def test_the_name_of_an_ask_does_not_depend_on_who_would_take_it() -> None:
    (one,) = await proposed(snapshot(issue(1, None)))
    (other,) = await proposed(snapshot(issue(1, None), who=people(ann=AWAY)))
    assert one.id == other.id and one.action != other.action


async def test_a_digest_is_proposed_when_it_is_due_and_only_then() -> None:
    quiet = snapshot(issue(1))
    assert await proposed(quiet) == []
    (due,) = await proposed(quiet, Reason.DIGEST)
    assert isinstance(due.action, PostDigest) and due.action.items == ()


async def test_an_unneeded_digest_can_be_left_out() -> None:
    law = constitution(team={"digest": {"at": "09:30", "when": "needed"}})
    assert await proposed(snapshot(issue(1)), Reason.DIGEST, law) == []
    needed = await proposed(snapshot(issue(1, flagged_since=LONG_AGO)), Reason.DIGEST, law)
    assert any(isinstance(p.action, PostDigest) for p in needed)
