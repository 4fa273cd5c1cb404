"""Whoever opens the conversation is offered questions that are true for them; Slack refusing that harms nothing."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from bot.jobs.prompts import offer
from models.errors import Refused
from models.events import Delivery, Source
from models.ids import DeliveryId
from tests.bot.jobs.asked.test_addressing import Town, town
from tests.planner.world import NOON

__all__ = ["town"]

pytestmark = pytest.mark.anyio


class Frame:
    """Remembers what was offered, or refuses."""

    def __init__(self, refusal: str = "") -> None:
        self.offered, self.refusal = list[tuple[str, list[str]]](), refusal

    async def suggest(self, channel: str, prompts: Any) -> None:
        if self.refusal:
            raise Refused("no", code=self.refusal)
        self.offered.append((channel, [title for title, _ in prompts]))


async def opened(town: Town, frame: Frame, user: str = "UANN") -> int:
    """How often the job was finished."""
    done = list[Any]()
    event = {"type": "app_home_opened", "tab": "messages", "user": user, "channel": "D1"}
    body = json.dumps({"event": event}).encode()

    async def delivery(row: int) -> Delivery:
        return Delivery(source=Source.SLACK, id=DeliveryId("d"), name="event", body=body, received=NOON)

    async def finish(job: Any) -> None:
        done.append(job)

    app = town._app({})
    app.slack = SimpleNamespace(assistant=frame)
    app.mailbox = SimpleNamespace(delivery=delivery, finish=finish)
    await offer(app, SimpleNamespace(id=1, payload={"inbox": 1}))  # type: ignore[arg-type]
    return len(done)


async def test_a_member_is_offered_what_is_true_for_them(town: Town) -> None:
    frame = Frame()
    assert await opened(town, frame) == 1
    [(channel, titles)] = frame.offered
    assert channel == "D1" and titles[0] == "What waits for me?" and len(titles) <= 4


async def test_nobody_else_is_offered_anything(town: Town) -> None:
    frame = Frame()
    assert await opened(town, frame, "USTRANGER") == 1 and frame.offered == []


async def test_an_app_without_the_scope_goes_on_without_them(town: Town) -> None:
    assert await opened(town, Frame("missing_scope")) == 1
