"""What the adapter changes is changed at the site, once, and what cannot be is told issue by issue."""

from __future__ import annotations

from typing import Any

import pytest
from aiohttp import web

from integrations.jira import Jira, adf
from integrations.simulator.company import Company
from integrations.simulator.nouns import Issue, Link
from integrations.simulator.server import Simulator
from models.errors import NotDone, Refused, Unclear
from models.ids import AccountId
from models.work import Progress
from tests.contracts.jira.conftest import Held, grow

pytestmark = pytest.mark.anyio


async def test_a_comment_mentions_really_and_is_found_by_its_marker(jira: Jira, company: Company, one: Issue) -> None:
    who = AccountId(str(one.assignee))
    words = adf.doc([*adf.mention(who, "Li"), *adf.text(" how is it going?")])
    made = await jira.comment(one.key, words, "effect-1")
    node = company.issues[one.key].comments[-1].body["content"][0]["content"][0]
    assert node == {"type": "mention", "attrs": {"id": who, "text": "@Li"}}
    assert await jira.find_comment(one.key, "effect-1") == made
    assert await jira.find_comment(one.key, "effect-2") is None


async def test_a_comment_is_found_behind_two_hundred_later_ones(jira: Jira, company: Company, one: Issue) -> None:
    made = await jira.comment(one.key, adf.doc(adf.text("first")), "effect-1")
    for _ in range(200):
        company.comment(one.key, str(one.assignee), adf.doc(adf.text("later")))
    assert await jira.find_comment(one.key, "effect-1") == made


async def test_an_issue_is_given_only_to_somebody_its_project_allows(jira: Jira, company: Company, one: Issue) -> None:
    taker = next(a for a in company.members[one.project] if a != one.assignee)
    await jira.assign(one.key, AccountId(taker))
    assert company.issues[one.key].assignee == taker == await jira.assignee(one.key)
    with pytest.raises(Refused) as refused:
        await jira.assign(one.key, AccountId("712020:stranger"))
    assert refused.value.code == "not_assignable"
    assert company.issues[one.key].assignee == taker


async def test_an_issue_goes_the_ways_it_has_now_by_a_text_id(jira: Jira, company: Company, one: Issue) -> None:
    ways = {each.to: each for each in await jira.transitions(one.key)}
    assert one.status not in ways
    assert all(isinstance(each.id, str) for each in ways.values())
    assert ways["Done"].progress is Progress.DONE
    await jira.transition(one.key, ways["Done"].id)
    assert company.issues[one.key].status == "Done"
    with pytest.raises(Refused):
        await jira.transition(one.key, ways["Done"].id)


async def test_what_a_way_demands_is_told_before_it_is_gone(
    jira: Jira, simulator: Simulator, company: Company, one: Issue
) -> None:
    simulator.jira.screens["Done"] = ("resolution",)
    (done,) = [each for each in await jira.transitions(one.key) if each.to == "Done"]
    assert done.needs == ("resolution",)
    with pytest.raises(Refused, match="Resolution is required"):
        await jira.transition(one.key, done.id)
    assert company.issues[one.key].status == one.status


async def test_a_priority_is_set_by_name_and_an_unknown_one_named(jira: Jira, company: Company, one: Issue) -> None:
    await jira.set_priority(one.key, "highest")
    assert company.issues[one.key].priority == "Highest"
    with pytest.raises(Refused, match="Highest, High, Medium") as refused:
        await jira.set_priority(one.key, "Urgent!!")
    assert refused.value.code == "no_such_priority"


async def test_a_link_says_who_blocks_whom(jira: Jira, company: Company, one: Issue) -> None:
    other = next(i for i in company.active() if i.key != one.key and i.status != "Done")
    await jira.link("blocks", inward=other.key, outward=one.key)
    (blocked,) = await jira.issues([one.key])
    assert blocked.blocked_by == (other.key,) == company.issues[one.key].blocked_by
    await jira.link("Relates", inward=other.key, outward=one.key)
    await jira.link("Relates", inward=other.key, outward=one.key)
    assert company.links == [Link("Relates", other.key, one.key)]
    with pytest.raises(Refused, match="Blocks") as refused:
        await jira.link("Hinders", one.key, other.key)
    assert refused.value.code == "no_such_link"


async def test_issues_are_moved_in_blocks_of_fifty(
    jira: Jira, company: Company, one: Issue, ahead: int, held: Held
) -> None:
    keys = grow(company, one, 120)
    moved = await jira.move_to_sprint(ahead, keys)
    assert (moved.done, moved.failed) == (tuple(keys), {})
    assert held.calls("POST", f"/sprint/{ahead}/issue") == 3
    assert {company.issues[key].sprints[-1] for key in keys} == {ahead}
    assert (await jira.move_to_backlog(keys)).done == tuple(keys)
    assert all(ahead not in company.issues[key].sprints for key in keys)


async def test_one_bad_issue_does_not_hold_back_the_others(
    jira: Jira, simulator: Simulator, company: Company, one: Issue, ahead: int, held: Held
) -> None:
    keys = grow(company, one, 60)
    simulator.jira_doors.agile.fixed.add(keys[7])
    moved = await jira.move_to_sprint(ahead, [*keys[:55], "NO-1"])
    assert set(moved.failed) == {keys[7], "NO-1"}
    assert len(moved.done) == 54
    assert all(("cannot be moved" in why) for why in moved.failed.values())
    assert held.calls("POST", f"/sprint/{ahead}/issue") == 2 + 50 + 6


async def test_a_closed_or_unknown_sprint_is_refused_before_anything_is_sent(
    jira: Jira, company: Company, one: Issue, past: int, held: Held
) -> None:
    for sprint, code in ((past, "sprint_closed"), (999_999, "no_such_sprint")):
        with pytest.raises(Refused) as refused:
            await jira.move_to_sprint(sprint, [one.key])
        assert refused.value.code == code
    assert [m for m, url in held.asked if m != "GET"] == []


async def test_a_move_without_permission_fails_every_issue_with_the_reason(
    jira: Jira, simulator: Simulator, company: Company, one: Issue, ahead: int
) -> None:
    simulator.jira.denied.add("SCHEDULE_ISSUES")
    keys = grow(company, one, 2)
    moved = await jira.move_to_sprint(ahead, keys)
    assert (moved.done, set(moved.failed)) == ((), set(keys))
    assert "permission" in moved.failed[keys[0]]


@pytest.mark.parametrize(("after", "done"), [(True, 2), (False, 0)])
async def test_after_an_unclear_move_the_issues_say_where_they_are(
    jira: Jira, simulator: Simulator, company: Company, one: Issue, ahead: int, held: Held, after: bool, done: int
) -> None:
    keys = grow(company, one, 2)
    simulator.faults.add(rf"POST .*/sprint/{ahead}/issue", status=503, after=after)
    moved = await jira.move_to_sprint(ahead, keys)
    assert len(moved.done) == done
    assert len(moved.failed) == 2 - done
    assert held.calls("POST", f"/sprint/{ahead}/issue") <= 1, "nothing is sent a second time"


async def test_a_move_that_is_turned_away_at_once_is_not_done(
    jira: Jira, simulator: Simulator, one: Issue, ahead: int
) -> None:
    simulator.faults.add(rf"POST .*/sprint/{ahead}/issue", status=429, retry_after=3, body="{}")
    with pytest.raises(NotDone) as turned:
        await jira.move_to_sprint(ahead, [one.key])
    assert turned.value.retry_after == 3


async def test_a_move_turned_away_half_way_tells_both_halves(
    jira: Jira, simulator: Simulator, company: Company, one: Issue, ahead: int, held: Held
) -> None:
    keys = grow(company, one, 120)

    def then_turn_away(request: web.Request, body: bytes, response: web.StreamResponse) -> None:
        if held.calls("POST", "/issue") == 1 and not simulator.faults.planned:
            simulator.faults.add(r"POST .*/sprint/\d+/issue", status=429, body="{}")

    simulator.traffic.taps.append(then_turn_away)
    moved = await jira.move_to_sprint(ahead, keys)
    assert moved.done == tuple(keys[:50])
    assert list(moved.failed) == keys[50:]
    assert "too many calls" in moved.failed[keys[50]]  # type: ignore[index]
    assert moved.failed[keys[119]].startswith("not tried")  # type: ignore[index]
    assert {key for key in keys if ahead in company.issues[key].sprints} == set(moved.done)


async def test_refused_blocks_cost_a_bounded_number_of_single_calls(
    jira: Jira, simulator: Simulator, company: Company, one: Issue, ahead: int, held: Held
) -> None:
    keys = grow(company, one, 200)
    simulator.jira_doors.agile.fixed |= {keys[0], keys[50], keys[100], keys[150]}
    moved = await jira.move_to_sprint(ahead, keys)
    assert held.calls("POST", f"/sprint/{ahead}/issue") == 4 + 100
    assert len(moved.done) == 98
    assert "not tried on its own" in moved.failed[keys[199]]  # type: ignore[index]


async def test_a_change_that_may_have_happened_is_unclear(
    jira: Jira, simulator: Simulator, company: Company, one: Issue
) -> None:
    simulator.faults.add(r"POST .*/transitions", close="after", times=1)
    (done,) = [each for each in await jira.transitions(one.key) if each.to == "Done"]
    with pytest.raises(Unclear):
        await jira.transition(one.key, done.id)
    assert company.issues[one.key].status == "Done"


WRITES = {
    "assign": r"PUT .*/assignee",
    "comment": r"POST .*/comment$",
    "link": r"POST .*/issueLink$",
    "move_to_backlog": r"POST .*/backlog/issue",
    "move_to_sprint": r"POST .*/sprint/\d+/issue",
    "set_flag": r"PUT .*/issue/[^/]+$",
    "set_priority": r"PUT .*/issue/[^/]+$",
    "transition": r"POST .*/transitions",
}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("how", [{"status": 503, "retry_after": 1}, {"close": "after"}, {"status": 429}])
async def test_every_write_is_sent_once_whatever_the_answer(
    jira: Jira,
    simulator: Simulator,
    company: Company,
    one: Issue,
    ahead: int,
    held: Held,
    name: str,
    how: dict[str, Any],
) -> None:
    other = next(key for key in company.issues if key != one.key)
    await jira.site_fields()
    arguments: dict[str, tuple[Any, ...]] = {
        "assign": (one.key, one.assignee),
        "comment": (one.key, adf.doc(adf.text("hi")), "e"),
        "link": ("Blocks", other, one.key),
        "move_to_backlog": ([one.key, other],),
        "move_to_sprint": (ahead, [one.key, other]),
        "set_flag": (one.key, True),
        "set_priority": (one.key, "High"),
        "transition": (one.key, "41"),
    }
    simulator.faults.add(WRITES[name], times=9, body="{}", **how)
    try:
        moved = await getattr(jira, name)(*arguments[name])
    except NotDone:
        assert how["status"] == 429
    except Unclear:
        assert how.get("status") != 429
    else:
        assert name.startswith("move"), "only a move looks for itself"
        assert set(moved.done) | set(moved.failed) == {one.key, other}
    assert simulator.faults.planned[0].times == 8
