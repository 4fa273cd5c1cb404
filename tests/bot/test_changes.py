"""Slack says that somebody changed: kept without their profile, and heard by every process that remembers people."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from starlette.testclient import TestClient

from bot.app import build, close_app
from bot.listeners.changes import Changes, changed_by, changed_group, remembered
from bot.server import make_asgi
from bot.settings import Settings
from integrations.simulator.slack.staff import change_group, change_user
from models.clock import SystemClock
from models.errors import DatabaseNotReady
from models.events import CHANGED, Delivery, Source
from models.ids import DeliveryId, PersonId
from models.people import Identity, Service, Standing
from models.store import Store
from tests.bot.conftest import Knock
from tests.bot.knocking import Door, Kept
from tests.world import running

pytestmark = pytest.mark.anyio

DANA = "U07DANAW3K1"
"""A member of directives.yaml."""


def user_change(user: str = DANA) -> dict[str, Any]:
    return {"type": "user_change", "user": {"id": user, "profile": {"phone": "555", "email": "dana@example.com"}}}


@pytest.mark.parametrize(
    ("event", "who"),
    [
        (user_change(), DANA),
        ({"type": "user_profile_changed", "user": {"id": "U1"}}, "U1"),
        ({"type": "dnd_updated_user", "user": "U1", "dnd_status": {}}, "U1"),
        ({"type": "subteam_members_changed", "subteam_id": "S1"}, None),
        ({"type": "user_change", "user": None}, None),
        ({"type": "app_mention", "user": "U1"}, None),
    ],
)
def test_whom_a_change_is_about(event: dict[str, Any], who: str | None) -> None:
    assert changed_by(event) == who
    if who is not None:
        assert changed_by(remembered({"event": event}, who)["event"]) == who


@pytest.mark.parametrize(
    ("event", "group"),
    [
        ({"type": "subteam_members_changed", "subteam_id": "S1"}, "S1"),
        ({"type": "subteam_updated", "subteam": {"id": "S1"}}, "S1"),
        ({"type": "subteam_updated", "subteam": None}, None),
        (user_change(), None),
    ],
)
def test_which_group_a_change_is_about(event: dict[str, Any], group: str | None) -> None:
    assert changed_group(event) == group


def test_a_members_change_is_kept_without_their_profile_and_read_again(knock: Knock) -> None:
    inbox = Kept()
    knock(inbox).event(**user_change())
    ((delivery, team, job),) = inbox.deliveries
    assert (delivery.name, team) == (CHANGED, "payments")
    assert b"555" not in delivery.body
    assert b"dana@example.com" not in delivery.body
    assert job is not None
    assert (job.kind, job.key, job.lane) == ("presence", "presence:payments", 1)


@pytest.mark.parametrize(
    "event",
    [
        user_change("U0SOMEBODY1"),
        {"type": "subteam_members_changed", "subteam_id": "S1", "team_id": "T1"},
        {"type": "subteam_updated", "subteam": {"id": "S1"}},
    ],
    ids=["a stranger", "a group's people", "a group"],
)
def test_a_strangers_change_and_a_groups_are_not_kept(knock: Knock, event: dict[str, Any]) -> None:
    inbox = Kept()
    assert knock(inbox).event(**event).status_code == 200
    assert inbox.deliveries == []


async def test_the_door_lets_in_whoever_was_found_since_it_opened(environment: pytest.MonkeyPatch) -> None:
    """By another process: this one has no worker, so nothing but time tells it."""
    app, inbox = build(Settings.from_environment(None)), Kept()
    app.mailbox = inbox  # type: ignore[assignment]
    found = Identity(
        person=PersonId("dana"), service=Service.SLACK, account="U0FOUNDNOW1", standing=Standing.CERTAIN, why="e-mail"
    )
    constitution = app.roster.constitution
    unnamed = [m.model_copy(update={"slack": None}) if m.id == "dana" else m for m in constitution.teams[0].members]
    team = constitution.teams[0].model_copy(update={"members": tuple(unnamed)})
    app.roster.constitution = constitution.model_copy(update={"teams": (team, *constitution.teams[1:])})
    with TestClient(make_asgi(app, with_worker=False, read_again=0.01)) as client:
        await Store(app.database, app.clock).keep_found([found.person], [found], [m.id for m in team.members])
        async with asyncio.timeout(20):
            while app.directives.teams[0].members == team.members:
                await asyncio.sleep(0.01)
        Door(app, client).event(**user_change("U0FOUNDNOW1"))
    assert [job.kind for job in inbox.jobs] == ["presence"]


# --- the ear of a process ------------------------------------------------------------------------------------------


class Rows:
    """An inbox whose rows may become visible late."""

    def __init__(self) -> None:
        self.rows: list[Delivery] = []
        self.gone = False

    def add(self, who: str, received: datetime, name: str = CHANGED) -> None:
        body = json.dumps({"event": {"type": "user_change", "user": who}}).encode()
        id_ = DeliveryId(f"Ev{len(self.rows)}")
        self.rows.append(Delivery(source=Source.SLACK, id=id_, name=name, body=body, received=received))

    async def changes(self, since: datetime) -> list[Delivery]:
        if self.gone:
            raise DatabaseNotReady("gone")
        return [row for row in self.rows if row.name == CHANGED and row.received >= since]


class Watch(SystemClock):
    """Real time stands still until told."""

    at = datetime(2026, 11, 24, 9, tzinfo=UTC)

    def real(self) -> datetime:
        return self.at


async def test_a_change_is_heard_once_by_each_process() -> None:
    rows, clock = Rows(), Watch()
    here, there = Changes(rows, clock), Changes(rows, clock)
    rows.add("U1", clock.at)
    rows.add("U2", clock.at, name="event")
    for ear in (here, there):
        assert set(await ear.since_last()) == {"U1"}
        assert set(await ear.since_last()) == set()


async def test_a_row_that_becomes_visible_late_is_heard_all_the_same() -> None:
    rows, clock = Rows(), Watch()
    ear = Changes(rows, clock)
    await ear.since_last()
    clock.at += timedelta(minutes=10)
    await ear.since_last()
    rows.add("U1", clock.at - timedelta(minutes=2))
    assert set(await ear.since_last()) == {"U1"}


async def test_what_was_said_while_the_database_was_away_is_heard_afterwards() -> None:
    rows, clock = Rows(), Watch()
    ear = Changes(rows, clock)
    rows.add("U1", clock.at)
    rows.gone = True
    clock.at += timedelta(hours=1)
    assert set(await ear.since_last()) == set()
    rows.gone = False
    assert set(await ear.since_last()) == {"U1"}


# --- all of it -----------------------------------------------------------------------------------------------------


async def test_somebody_going_away_is_known_at_once_in_every_process_and_costs_two_calls(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        asked: Counter[str] = Counter()

        def note(request: web.Request, body: bytes, response: web.StreamResponse) -> None:
            asked[request.path.rpartition("/")[2]] += 1

        other = build(world.settings)
        assert other.slack is not None
        dana = world.slack_id("dana")
        assert (await other.slack.member(dana)).status_text == ""
        world.simulator.traffic.taps.append(note)
        change_user(world.simulator.slack_out, dana, status="On vacation", emoji=":palm_tree:")
        await world.settle()
        people = {p.id: p for p in (await world.app.store.facts_about(world.team.id)).people}
        assert people["dana"].absent is not None
        assert {method: asked[method] for method in ("users.info", "dnd.info", "dnd.teamInfo")} == {
            "users.info": 1, "dnd.info": 1, "dnd.teamInfo": 0}  # fmt: skip
        assert (await other.slack.member(dana)).status_text == "On vacation"
        await close_app(other)


async def test_a_group_that_changed_is_read_again_in_the_process_that_heard_it(tmp_path: Path) -> None:
    async with running(tmp_path) as world:
        assert world.app.slack is not None
        group, users = next(iter(world.simulator.workspace.groups.items()))
        assert tuple(await world.app.slack.group_members(group)) == users
        change_group(world.simulator.slack_out, group, [])
        await world.settle()
        assert tuple(await world.app.slack.group_members(group)) == ()
