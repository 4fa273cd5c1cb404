"""Whoever is in several teams is answered for the one whose channel it is, or asked once which one, for each place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.asked.teams import team_here
from models.database import Database
from models.errors import Refused, Unclear
from models.events import Source
from models.ids import TeamId
from models.ledger import Ledger
from models.store import Store
from planner.asked.questions import AskTeam, parse_command
from tests.bot.jobs.asked.test_places import LAW, Office, Said, Slack
from tests.planner.reports.believable import Clock, work
from tests.planner.world import TEAM
from tests.world import fresh_database

pytestmark = pytest.mark.anyio

OPS = TeamId("ops")


def _both() -> Any:
    """Ann is in both teams, Bob in the first alone."""
    [own] = LAW.teams
    jira = own.jira.model_copy(update={"projects": ("OPS",), "boards": (9,)})
    ann = tuple(member for member in own.members if member.id == "ann")
    channels = {"digest": "ops-team"}
    other = own.model_copy(
        update={"id": OPS, "name": "Operations", "jira": jira, "members": ann, "roles": {}, "channels": channels}
    )
    return LAW.model_copy(update={"teams": (own.model_copy(update={"channels": {"digest": "pay-team"}}), other)})


BOTH = _both()


@dataclass
class Rooms(Slack):
    """Knows channels by name; ``lost`` says nothing of any."""

    ids: Mapping[str, str] = field(default_factory=lambda: {"pay-team": "CPAY", "ops-team": "COPS"})
    lost: bool = False

    async def channel_named(self, name: str) -> str:
        if self.lost:
            raise Unclear("no answer")
        if name not in self.ids:
            raise Refused("unknown", code="channel_not_found")
        return self.ids[name]


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    url = fresh_database(tmp_path / "office.db")
    database = Database(url, Clock())
    made = Office(Store(database, Clock()), Ledger(database, Clock()), slack=Rooms(), law=BOTH)
    await made.holds(work())
    held = work()
    sprints = [replace(sprint, name="Sprint 31") for sprint in held.sprints]
    await made.store.save(OPS, source=Source.JIRA, complete=True, sprints=sprints, whole=held.whole)
    yield made
    await database.close()


@pytest.mark.parametrize(
    ("place", "room", "team"),
    [
        ("CPAY", "", (TEAM, True)),
        ("COPS", "", (OPS, True)),
        ("C9", "ops-team", (OPS, True)),
        ("COPS", "privategroup", (OPS, True)),
        ("C9", "", (TEAM, False)),
        ("DANN", "", (TEAM, False)),
    ],
)
async def test_the_team_whose_channel_it_is_is_found_by_name_or_id(
    office: Office, place: str, room: str, team: tuple[str, bool]
) -> None:
    app: Any = SimpleNamespace(slack=office.slack, store=office.store, directives=BOTH)
    found, sure = await team_here(app, "UANN", place, room)
    assert (found.id, sure) == team
    assert (await team_here(app, "UBOB", place, room))[1]


async def test_when_slack_says_nothing_of_channels_it_is_asked(office: Office) -> None:
    office.slack.lost = True  # type: ignore[attr-defined]
    assert "Which team?" in (await office.types("status", channel="COPS")).text


async def test_a_team_is_asked_once_and_remembered_for_that_channel_alone(office: Office) -> None:
    asked = await office.types("how are we doing?")
    assert asked.text.startswith("Which team? I remember it for this channel.") and list(asked.buttons) == [
        "Payments",
        "Operations",
    ]
    assert (await office.presses(asked.buttons["Operations"])).text.startswith("Sprint 31 · Operations")
    assert (await office.types("status")).text.startswith("Sprint 31 · Operations")
    assert "Which team?" in (await office.types("status", channel="C2")).text
    assert (await office.types("status", user="UBOB")).text.startswith("Sprint 24")


async def test_a_choice_can_be_changed_and_is_one_persons_in_direct_messages(office: Office) -> None:
    asked = await office.types("team", channel="DANN")
    chosen = await office.presses(asked.buttons["Operations"], channel="DANN")
    assert chosen.text.startswith("From now on I answer you here for Operations.")
    assert (await office.types("status", channel="DOTHER")).text.startswith("Sprint 31")
    await office.presses((await office.types("team", channel="DANN")).buttons["Payments"], channel="DANN")
    assert (await office.types("status", channel="DANN")).text.startswith("Sprint 24")


@pytest.mark.parametrize("typed", ["for team ops: status", "for team ops", "for team nowhere: status"])
async def test_nobody_is_answered_for_a_team_they_are_not_in(office: Office, typed: str) -> None:
    refused = await office.types(typed, user="UBOB")
    assert refused.text.startswith("You are in one team here, Payments")
    assert await office.store.recall(TeamId("-"), "team") == {}


@pytest.mark.parametrize("typed", ["mine", "held", "help", "why"])
async def test_what_names_its_team_or_is_of_all_of_them_asks_nothing(office: Office, typed: str) -> None:
    said: Said = await office.types(typed)
    assert "Which team" not in said.text


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("team", AskTeam()),
        ("Which team?", AskTeam()),
        ("for team ops", AskTeam("ops")),
        ("for team ops: status sprint 24", AskTeam("ops", "status sprint 24")),
    ],
)
def test_how_a_team_is_chosen_by_hand(typed: str, asked: AskTeam) -> None:
    assert parse_command(typed) == asked
