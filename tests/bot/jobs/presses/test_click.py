"""A yes to a question of a team that is in shadow mode now does nothing, and its card has no buttons meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from bot.constitution.follow import keep_up
from bot.constitution.watch import Amended
from bot.jobs.presses.click import IN_SHADOW, settle_one
from bot.notify import SlackHand
from integrations.slack.reading.members import SlackMember
from models.directives import Directives, Mode
from models.events import Delivery, Source
from models.ids import ApprovalId, DeliveryId, SlackUserId
from models.ledger import Ledger
from models.mailbox import Mailbox
from models.proposals import ApprovalState
from models.store import Store
from tests.bot.jobs.test_card import FRIDAY, LAW, TEAM, House, house

__all__ = ["house"]

pytestmark = pytest.mark.anyio
DANA = str(TEAM.members[0].slack)


def in_mode(mode: Mode) -> Directives:
    return LAW.model_copy(update={"teams": (TEAM.model_copy(update={"mode": mode}),)})


@dataclass
class Workspace:
    """As much of Slack as a click and a card need."""

    drawn: list[str] = field(default_factory=list)

    async def workspace(self) -> str:
        return "T1"

    async def member(self, user: str) -> SlackMember:
        return SlackMember(id=SlackUserId(user), name=user, tz=None)

    async def update(self, channel: str, ts: str, text: str, blocks: Any) -> None:
        self.drawn.append(json.dumps(blocks))


@dataclass
class Desk:
    """What a click needs of the app."""

    house: House
    law: Directives
    said: list[str] = field(default_factory=list)

    async def presses(self, approval: ApprovalId, version: str) -> list[str]:
        """Dana presses Approve; what she is told privately."""
        ledger = self.house.app().ledger
        button = {"action_id": "approve", "value": json.dumps({"a": approval, "v": version})}
        body = {
            "actions": [button],
            "user": {"id": DANA},
            "team": {"id": "T1"},
            "container": {"channel_id": "D1", "message_ts": "1.0"},
            "response_url": "https://slack.test/r",
        }
        kept = Delivery(
            source=Source.SLACK,
            id=DeliveryId("d"),
            name="block_actions",
            body=json.dumps(body).encode(),
            received=FRIDAY,
        )
        app = SimpleNamespace(
            directives=self.law,
            ledger=ledger,
            clock=self.house.clock,
            slack=Workspace(),
            mailbox=SimpleNamespace(delivery=_one(kept), finish=_one(None)),
            notify=SimpleNamespace(whisper=self._whisper),
        )
        await settle_one(app, SimpleNamespace(team=TEAM.id, attempts=1, payload={"inbox": 1}))  # type: ignore[arg-type]
        return self.said

    async def _whisper(self, url: str, words: str) -> None:
        self.said.append(words)


def _one(value: Any) -> Any:
    async def give(*_: Any, **__: Any) -> Any:
        return value

    return give


@pytest.fixture
async def asked(house: House) -> AsyncIterator[tuple[House, ApprovalId]]:
    approval = await house.ask()
    await house.app().ledger.place_card([approval], "D1", "1.0", TEAM.roles["pm"][0])
    yield house, approval


@pytest.mark.parametrize(
    ("mode", "said", "state"),
    [(Mode.SHADOW, [IN_SHADOW], ApprovalState.PENDING), (Mode.ACT, [], ApprovalState.APPROVED)],
)
async def test_a_yes_counts_unless_the_team_is_in_shadow_mode_now(
    asked: tuple[House, ApprovalId], mode: Mode, said: list[str], state: ApprovalState
) -> None:
    house, approval = asked
    kept = await house.app().ledger.approval(approval)
    assert await Desk(house, in_mode(mode)).presses(approval, kept.payload_hash) == said
    assert (await house.app().ledger.approval(approval)).state is state


@pytest.mark.parametrize(("mode", "buttons"), [(Mode.SHADOW, False), (Mode.ACT, True)])
async def test_the_card_has_its_buttons_unless_the_team_is_in_shadow_mode(
    asked: tuple[House, ApprovalId], mode: Mode, buttons: bool
) -> None:
    house, _ = asked
    slack, ledger = Workspace(), house.app().ledger
    await SlackHand(slack, ledger, lambda: in_mode(mode), house.clock).refresh_card("D1", "1.0")  # type: ignore[arg-type]
    [drawn] = slack.drawn
    assert ('"approve"' in drawn, "Shadow mode now" in drawn) == (buttons, not buttons)


async def test_a_change_of_the_mode_has_every_open_card_drawn_again(asked: tuple[House, ApprovalId]) -> None:
    house, _ = asked
    mailbox = Mailbox(house.database, house.clock)
    turn = Amended(in_mode(Mode.ACT), in_mode(Mode.SHADOW), None, FRIDAY)
    roster, lock = SimpleNamespace(constitution=turn.after), asyncio.Lock()
    law = SimpleNamespace(owed=[turn], look=_one(None), roster=roster, trouble=None, following=lock)
    await keep_up(law, mailbox, Store(house.database, house.clock), Ledger(house.database, house.clock))  # type: ignore[arg-type]
    job = await mailbox.claim((0,), 30)
    assert job is not None and (job.kind, dict(job.payload)) == ("card", {"channel": "D1", "ts": "1.0"})
