"""Whoever is in several teams is answered by the team that owns what they name, or by all of them in one reply."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked.whose import joined, teams_for
from planner.asked.questions import parse_command
from planner.words.replies import Group, ListReply, PlainReply, SheetReply
from tests.planner.world import facts, issue, two_teams

pytestmark = pytest.mark.anyio

LAW = two_teams()


def app(**held: int) -> Any:
    """Both teams' boards: ``pay=7`` has PAY-7; and the record of something done in the second team."""

    async def facts_about(team: str) -> Any:
        number = held.get(team)
        if number is None:
            return facts()
        project = "OPS" if team == "ops" else "PAY"
        return facts(issue(number, key=f"{project}-{number}"))

    async def why(name: str) -> Any:
        return SimpleNamespace(team="ops") if name == "p1" else None

    store, ledger = SimpleNamespace(facts_about=facts_about), SimpleNamespace(why=why)
    return SimpleNamespace(store=store, ledger=ledger, directives=LAW)


async def asked(typed: str, **held: int) -> list[str] | PlainReply:
    found = await teams_for(parse_command(typed), LAW.teams, app(**held))
    return found if isinstance(found, PlainReply) else [team.id for team in found]


@pytest.mark.parametrize(
    ("typed", "teams"),
    [
        ("assign OPS-7 to bob", ["ops"]),
        ("assign PAY-7 to bob", ["pay"]),
        ("assign XX-7 to bob", ["pay"]),
        ("assign 7 to bob", ["ops"]),
        ("close", ["pay"]),
        ("snooze OPS-7 until tomorrow", ["ops"]),
        ("mute blocked-1-day", ["pay", "ops"]),
        ("snooze everything until tomorrow", ["pay", "ops"]),
        ("held", ["pay", "ops"]),
        ("snoozed", ["pay", "ops"]),
        ("why p1", ["ops"]),
        ("why p2", ["pay"]),
        ("status", ["pay"]),
        ("mine", ["pay", "ops"]),
        ("pause", ["pay", "ops"]),
        ("resume", ["pay", "ops"]),
    ],
)
async def test_a_question_goes_to_the_team_that_owns_what_it_names(typed: str, teams: list[str]) -> None:
    assert await asked(typed, ops=7) == teams


async def test_a_number_that_both_teams_have_is_asked_back() -> None:
    which = await asked("close 7", pay=7, ops=7)
    assert isinstance(which, PlainReply)
    assert which.choices == (("PAY-7", "close PAY-7"), ("OPS-7", "close OPS-7"))


def test_the_lists_of_several_teams_are_one_list_and_nothing_is_said_twice() -> None:
    one, two = (ListReply(title="Held:", lines=(key,), more=1) for key in ("PAY-7", "OPS-7"))
    nothing = PlainReply(text="Nothing is held back.")
    both = joined([one, nothing, two])
    assert isinstance(both, ListReply) and (both.lines, both.more) == (("PAY-7", "OPS-7"), 2)
    assert joined([nothing, nothing]) == nothing


def test_what_is_somebodys_in_several_teams_is_one_sheet_by_team() -> None:
    own = [
        SheetReply(title=f"Yours · {name}", headline="1 thing waits for you.", groups=(Group("Waits for you", ()),))
        for name in ("Pay", "Ops")
    ]
    made = joined(own)
    assert isinstance(made, SheetReply) and made.title == "Yours"
    assert made.headline == "Pay: 1 thing waits for you. Ops: 1 thing waits for you."
    assert [group.name for group in made.groups] == ["Pay · Waits for you", "Ops · Waits for you"]
