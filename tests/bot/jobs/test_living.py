"""A message is drawn again; one that Slack does not let us edit any more is left alone and nothing is lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.app import App
from bot.jobs.living import redraw
from models.errors import NotDone, Refused
from models.ids import EffectId, JobId, TeamId
from models.mailbox import Job

pytestmark = pytest.mark.anyio

JOB = Job(JobId(1), "living", "living:D1:1.2", 1, TeamId("pay"), 1, 1, {"effect": "e1"})


@dataclass
class Desk:
    """As much of the app as this job uses."""

    fails: Exception | None = None
    drawn: list[tuple[str, str]] = field(default_factory=list)
    finished: list[Any] = field(default_factory=list)

    @property
    def notify(self) -> Desk:
        return self

    @property
    def mailbox(self) -> Desk:
        return self

    @property
    def ledger(self) -> Desk:
        return self

    async def effect(self, effect: EffectId) -> None:
        return None  # whatever it is, it is no summary

    async def refresh_told(self, team: TeamId, effect: EffectId) -> None:
        if self.fails is not None:
            raise self.fails
        self.drawn.append((team, effect))

    async def finish(self, job: Job) -> None:
        self.finished.append(job.id)


async def worked(desk: Desk) -> Desk:
    await redraw(cast(App, desk), JOB)
    return desk


async def test_the_message_of_the_effect_is_drawn_again() -> None:
    desk = await worked(Desk())
    assert (desk.drawn, desk.finished) == ([("pay", "e1")], [1])


@pytest.mark.parametrize(
    "code", ["message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"]
)
async def test_a_message_that_cannot_be_edited_any_more_is_left_alone(code: str) -> None:
    assert (await worked(Desk(Refused("no", code=code)))).finished == [1]


async def test_a_no_for_now_is_tried_again_by_the_worker() -> None:
    desk = Desk(NotDone("busy"))
    with pytest.raises(NotDone):
        await worked(desk)
    assert desk.finished == []
