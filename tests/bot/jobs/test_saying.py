"""Words stand once however long the outage, whoever takes over; and nobody waits for an answer that will not come."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.saying import Said, respond_once, say_once, tell_buried
from bot.views.parts.message import message, section
from bot.views.reply import interrupted
from models.errors import DatabaseNotReady, NotDone, Refused, Unclear
from models.events import Delivery, Source
from models.ids import DeliveryId
from tests.planner.world import NOON, TEAM

pytestmark = pytest.mark.anyio

ANSWER, INSTEAD, URL = message([section("3 are blocked.")]), interrupted("status"), "https://slack.test/r"
LOST = Unclear("the answer was lost")


@dataclass
class Slack:
    """Fits what is said; ``fails`` are the next calls' ends by name, and a lost post has arrived all the same."""

    posts: list[tuple[str, str, str, datetime]] = field(default_factory=list)
    responses: list[tuple[str, bool]] = field(default_factory=list)
    fails: dict[str, list[Exception]] = field(default_factory=dict)
    now: datetime = NOON

    def _ends(self, name: str) -> Exception | None:
        waiting = self.fails.get(name) or []
        return waiting.pop(0) if waiting else None

    async def post(self, channel: str, text: str, blocks: Any, *, marker: str, **how: Any) -> None:
        failure = self._ends("post")
        if not isinstance(failure, NotDone | Refused):
            self.posts.append((channel, marker, text, self.now))
        if failure is not None:
            raise failure

    async def find(self, channel: str, marker: str, since: datetime, *, thread: str | None = None) -> Any:
        if (failure := self._ends("find")) is not None:
            raise failure
        return next((p for p in self.posts if p[:2] == (channel, marker) and p[3] >= since), None)

    async def respond(self, url: str, text: str, blocks: Any, *, in_channel: bool = False) -> None:
        if (failure := self._ends("respond")) is not None:
            raise failure
        self.responses.append((text, in_channel))

    async def open_dm(self, user: str) -> str:
        return f"D-{user}"


@dataclass
class Desk:
    """One job, and what is noted in it from try to try."""

    slack: Slack = field(default_factory=Slack)
    payload: dict[str, Any] = field(default_factory=lambda: {"inbox": 1})
    body: dict[str, Any] = field(default_factory=dict)
    lane: int = 0

    @property
    def app(self) -> Any:
        clock = SimpleNamespace(real=lambda: self.slack.now)
        return SimpleNamespace(
            slack=self.slack, clock=clock, mailbox=SimpleNamespace(note=self._note, delivery=self._in)
        )

    @property
    def job(self) -> Any:
        return SimpleNamespace(id=7, lane=self.lane, team=TEAM, payload=dict(self.payload))

    async def _note(self, job: Any, **words: Any) -> None:
        self.payload |= words

    async def _in(self, row: int) -> Delivery:
        if not self.body:
            raise DatabaseNotReady("gone")
        body = json.dumps(self.body).encode()
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="command", body=body, received=NOON)

    async def says(self) -> Said | str:
        try:
            return await say_once(self.app, self.job, "C1", ANSWER, marker="m", thread="1.0")
        except NotDone:
            return "later"

    async def responds(self) -> bool | str:
        try:
            return await respond_once(self.app, self.job, URL, ANSWER, instead=INSTEAD, in_channel=True)
        except NotDone:
            return "later"


async def tries(desk: Desk, waits: Sequence[timedelta]) -> list[Said | str]:
    said = [await desk.says()]
    for wait in waits:
        desk.slack.now += wait
        said.append(await desk.says())
    return said


async def test_however_long_nobody_could_look_it_is_found_from_its_first_try_on() -> None:
    away = [NotDone("Slack cannot be reached") for _ in range(3)]
    desk = Desk(Slack(fails={"post": [LOST], "find": [*away]}))
    said = await tries(desk, [timedelta(hours=2)] * 4)
    assert said == ["later"] * 4 + [Said.BEFORE] and len(desk.slack.posts) == 1


async def test_what_surely_did_not_arrive_is_said_without_a_look_nobody_may_take() -> None:
    desk = Desk(Slack(fails={"post": [NotDone("slow down")], "find": [Refused("no", code="missing_scope")]}))
    assert await tries(desk, [timedelta(minutes=1)]) == ["later", Said.NOW]
    assert len(desk.slack.posts) == 1


async def test_what_may_stand_where_nobody_may_look_is_not_risked_twice() -> None:
    desk = Desk(Slack(fails={"post": [LOST], "find": [Refused("no", code="missing_scope")]}))
    assert await tries(desk, [timedelta(minutes=1)]) == ["later", Said.UNSEEN]
    assert len(desk.slack.posts) == 1


async def test_a_token_that_slack_knows_no_longer_is_no_missing_permission_and_the_look_comes_again() -> None:
    desk = Desk(Slack(fails={"post": [LOST], "find": [Refused("signed out", code="token_revoked")]}))
    assert await tries(desk, [timedelta(minutes=1)] * 2) == ["later", "later", Said.BEFORE]
    assert len(desk.slack.posts) == 1


async def test_a_lost_look_is_no_proof_of_anything() -> None:
    desk = Desk(Slack(fails={"post": [LOST], "find": [Unclear("half an answer")]}))
    assert await tries(desk, [timedelta(minutes=1)] * 2) == ["later", "later", Said.BEFORE]


# --- through a response URL -------------------------------------------------------------------------------------


async def test_after_a_try_that_broke_off_it_is_said_that_the_answer_may_be_missing_and_to_the_asker_alone() -> None:
    desk = Desk(Slack(fails={"respond": [LOST]}))
    assert [await desk.responds(), await desk.responds()] == ["later", True]
    assert desk.slack.responses == [(INSTEAD.text, False)]


async def test_what_slack_did_not_take_yet_is_answered_as_if_for_the_first_time() -> None:
    desk = Desk(Slack(fails={"respond": [NotDone("slow down")]}))
    assert [await desk.responds(), await desk.responds()] == ["later", True]
    assert desk.slack.responses == [(ANSWER.text, True)]


async def test_an_address_that_is_closed_is_said_to_be_and_broke_nothing_off() -> None:
    desk = Desk(Slack(fails={"respond": [Refused("expired_url", code="expired_url")]}))
    assert [await desk.responds(), await desk.responds()] == [False, True]
    assert desk.slack.responses == [(ANSWER.text, True)]


# --- when nothing comes -----------------------------------------------------------------------------------------

WAITING = {
    "a command": ({"user_id": "U1", "text": "status"}, "I could not answer “/pm status”."),
    "a mention": (
        {"event": {"type": "app_mention", "user": "U1", "text": "<@UBOT> what is blocked?"}},
        "I could not answer “what is blocked?”.",
    ),
    "a press": ({"user": {"id": "U1"}}, "What you pressed or filled in could not be carried out."),
}


@pytest.mark.parametrize("what", WAITING)
async def test_whoever_waits_for_what_is_given_up_hears_of_it_once(what: str) -> None:
    body, words = WAITING[what]
    desk = Desk(body=body)
    await tell_buried(desk.app, desk.job)
    [(channel, _, text, _)] = desk.slack.posts
    assert channel == "D-U1" and text.startswith(words) and "stopped trying" in text


@pytest.mark.parametrize(
    "desk",
    [
        Desk(body={"event": {"type": "app_home_opened", "user": "U1"}}),
        Desk(body={"user_id": "U1", "text": "status"}, lane=1),
        Desk(body={"user_id": "U1", "text": "status"}, payload={}),
        Desk(),
        Desk(Slack(fails={"post": [Refused("no", code="user_disabled")]}), body={"user_id": "U1"}),
    ],
    ids=["only looked", "an event", "our own idea", "cannot be read", "cannot be told"],
)
async def test_nobody_else_hears_of_it_and_what_cannot_be_told_harms_nothing(desk: Desk) -> None:
    await tell_buried(desk.app, desk.job)
    assert desk.slack.posts == []
