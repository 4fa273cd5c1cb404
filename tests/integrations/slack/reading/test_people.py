"""People are read together and believed for a quarter of an hour; an event ends that belief at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from integrations.slack.reading.people import FRESH, GROUP_FRESH, MANY, People
from models.clock import SystemClock
from models.errors import NotDone, Refused

pytestmark = pytest.mark.anyio


class Stopwatch(SystemClock):
    """Monotonic time stands still until told."""

    def __init__(self) -> None:
        self.at = 100.0

    def monotonic(self) -> float:
        return self.at


@dataclass
class Asked:
    """A workspace in a dictionary; refuses what it is told to."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    refuse: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    during: Any = None

    async def __call__(self, method: str, **arguments: Any) -> dict[str, Any]:
        self.calls.append((method, arguments))
        if self.during is not None:
            self.during(method)
        if method in self.refuse:
            raise Refused("no", code=self.refuse[method])
        return self.answer(method, arguments)

    def answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        if method == "users.info":
            if arguments["user"] not in self.users:
                raise Refused("no", code="user_not_found")
            return {"user": self.users[arguments["user"]]}
        if method == "users.list":
            start = int(arguments.get("cursor") or 0)
            ids = sorted(self.users)[start : start + arguments["limit"]]
            more = str(start + arguments["limit"]) if start + arguments["limit"] < len(self.users) else ""
            return {"members": [self.users[i] for i in ids], "response_metadata": {"next_cursor": more}}
        if method == "dnd.teamInfo":
            return {"users": {user: QUIET for user in arguments["users"]}}
        if method == "usergroups.users.list":
            return {"users": ["U1", "U2"]}
        return QUIET

    @property
    def counts(self) -> Counter[str]:
        return Counter(method for method, _ in self.calls)


QUIET = {"dnd_enabled": True, "next_dnd_start_ts": 2_000_000_000, "next_dnd_end_ts": 2_000_030_000}


def team(size: int, **more: Any) -> Asked:
    users = [f"U{number:03}" for number in range(size)]
    return Asked({user: {"id": user, "tz": "Etc/UTC", "profile": {"display_name": user}, **more} for user in users})


async def test_a_team_of_ten_costs_eleven_calls_and_then_none_until_it_is_stale() -> None:
    asked, clock = team(10), Stopwatch()
    people = People(asked, clock)
    for _ in range(3):
        assert len(await people.members(asked.users)) == 10
    assert asked.counts == {"users.info": 10, "dnd.teamInfo": 1}
    clock.at += FRESH + 1
    await people.members(asked.users)
    assert asked.counts == {"users.info": 20, "dnd.teamInfo": 2}


async def test_an_event_about_one_costs_two_calls() -> None:
    asked = team(10)
    people = People(asked, Stopwatch())
    await people.members(asked.users)
    asked.calls.clear()
    people.forget("U003")
    assert (await people.members(asked.users))["U003"].dnd_until is not None
    assert asked.calls == [("users.info", {"user": "U003"}), ("dnd.info", {"user": "U003"})]


async def test_whoever_is_known_waits_for_nobody_elses_slow_answer() -> None:
    asked, held = team(2), asyncio.Event()
    people = People(asked, Stopwatch())
    await people.member("U000")

    async def slow(method: str, **arguments: Any) -> dict[str, Any]:
        await held.wait()
        return await asked(method, **arguments)

    people._ask = slow
    waiting = asyncio.create_task(people.member("U001"))
    await asyncio.sleep(0)
    async with asyncio.timeout(1):
        assert (await people.member("U000")).id == "U000"
    held.set()
    assert (await waiting).id == "U001"


async def test_many_are_read_from_the_list() -> None:
    asked = team(320)
    wanted = sorted(asked.users)[: MANY + 6]
    found = await People(asked, Stopwatch()).members(wanted)
    assert sorted(found) == wanted
    assert asked.counts == {"users.list": 1, "dnd.teamInfo": 1}


async def test_in_a_huge_workspace_the_list_is_not_read_to_its_end() -> None:
    asked = team(5_000)
    wanted = sorted(asked.users)[-(MANY + 8) :]
    assert len(await People(asked, Stopwatch()).members(wanted)) == len(wanted)
    assert asked.counts["users.list"] <= len(wanted) // 4
    assert asked.counts["users.info"] == len(wanted)


async def test_more_than_fifty_are_asked_about_fifty_at_a_time() -> None:
    asked = team(120)
    await People(asked, Stopwatch()).members(asked.users)
    assert [len(arguments["users"]) for method, arguments in asked.calls if method == "dnd.teamInfo"] == [50, 50, 20]


async def test_what_changed_while_it_was_read_is_read_again() -> None:
    asked = team(2)
    people = People(asked, Stopwatch())
    asked.during = lambda method: people.forget("U001") if method == "users.info" else None
    await people.members(asked.users)
    asked.during = None
    asked.calls.clear()
    await people.members(asked.users)
    assert asked.counts == {"users.info": 1, "dnd.info": 1}


async def test_one_that_slack_does_not_know_does_not_hide_the_others() -> None:
    asked = team(2)
    people = People(asked, Stopwatch())
    assert sorted(await people.members(["U000", "UGONE", "U001"])) == ["U000", "U001"]
    with pytest.raises(Refused, match=r"directives\.yaml") as refused:
        await people.member("UGONE")
    assert refused.value.code == "user_not_found"
    assert asked.counts["users.info"] == 3


async def test_do_not_disturb_of_one_hidden_person_does_not_hide_that_of_others() -> None:
    asked = team(3)
    asked.refuse["dnd.teamInfo"] = "user_not_visible"
    found = await People(asked, Stopwatch()).members(asked.users)
    assert all(member.dnd_until for member in found.values())
    asked.refuse["dnd.teamInfo"] = "missing_scope"
    found = await People(asked, Stopwatch()).members(asked.users)
    assert all(member.dnd_until is None for member in found.values())


@pytest.mark.parametrize("who", [{"deleted": True}, {"is_bot": True}])
async def test_nobody_asks_whether_a_bot_or_a_departed_one_may_be_disturbed(who: dict[str, Any]) -> None:
    asked = team(1, **who)
    assert len(await People(asked, Stopwatch()).members(asked.users)) == 1
    assert asked.counts == {"users.info": 1}


async def test_a_failure_is_raised_and_nothing_half_read_is_believed() -> None:
    asked = team(3)
    people = People(asked, Stopwatch())

    def fail(method: str) -> None:
        if method == "dnd.teamInfo":
            raise NotDone("later")

    asked.during = fail
    with pytest.raises(NotDone):
        await people.members(asked.users)
    asked.during = None
    await people.members(asked.users)
    assert asked.counts == {"users.info": 6, "dnd.teamInfo": 2}


async def test_a_user_group_is_believed_for_five_minutes_or_until_it_changes() -> None:
    asked, clock = Asked(), Stopwatch()
    people = People(asked, clock)
    for _ in range(2):
        assert list(await people.group("S1")) == ["U1", "U2"]
    assert len(asked.calls) == 1
    people.forget("S1")
    await people.group("S1")
    clock.at += GROUP_FRESH + 1
    await people.group("S1")
    assert len(asked.calls) == 3


async def test_very_many_events_never_make_us_believe_what_is_old() -> None:
    asked = team(1)
    people = People(asked, Stopwatch())
    await people.member("U000")
    people.forget("U000")
    for number in range(6_000):
        people.forget(f"W{number}")
    await people.member("U000")
    assert asked.counts["users.info"] == 2
    assert len(people._changed) <= 5_001


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ({"id": "U1", "profile": {"email": "Li@Example.com"}}, "U1"),
        ({"id": "U1", "profile": {}}, "U1"),
        ({"id": "U1", "profile": {"email": "other@example.com"}}, None),
        ({}, None),
    ],
    ids=["another case", "hidden in the profile", "somebody else's", "nobody"],
)
async def test_an_address_is_taken_only_when_slack_does_not_contradict_it(answer: Any, found: str | None) -> None:
    async def ask(method: str, **arguments: Any) -> Any:
        assert (method, arguments) == ("users.lookupByEmail", {"email": "li@example.com"})
        return {"user": answer}

    member = await People(ask, Stopwatch()).by_email(" li@example.com ")
    assert (member.id if member else None) == found


async def test_what_is_no_address_asks_nobody() -> None:
    asked = Asked()
    assert await People(asked, Stopwatch()).by_email("Li Wei") is None
    assert not asked.calls
