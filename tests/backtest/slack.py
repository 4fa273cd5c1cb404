"""Slack in memory, and people who press what they are shown in it, by dice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

from bot.backtest.walk.clock import SetClock
from bot.listeners.buttons import work_of
from models.events import Delivery, Source
from models.ids import DeliveryId, TeamId
from models.mailbox import Mailbox, NewJob
from models.work import Absence

PRESSED = frozenset({"click", "batch", "hush", "ending", "feedback", "took", "undo", "digest_menu"})
"""What people press; the rest opens windows or asks questions."""


@dataclass(frozen=True)
class Member:
    """A full member of the workspace; why they are away is what somebody else keeps."""

    away: Absence | None = None
    guest: bool = False
    bot: bool = False
    deleted: bool = False

    def absence(self, now: datetime, real: datetime) -> Absence | None:
        return self.away if self.away is not None and self.away.holds(now) else None


@dataclass
class Workspace:
    """Slack in memory, as messages need it and as presses do."""

    clock: SetClock
    shown: Callable[[str, str], None]
    """Something stands there now, new or otherwise than before."""
    blocks: dict[tuple[str, str], Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    """By marker."""
    marked: dict[str, dict[str, str]] = field(default_factory=dict)
    away: dict[str, Absence] = field(default_factory=dict)
    """By Slack id."""
    _count: Iterator[int] = field(default_factory=count)

    async def open_dm(self, user: str) -> str:
        return f"D{user}"

    async def channel_named(self, name: str) -> str:
        return f"C{name}"

    async def post(
        self, channel: str, text: str, blocks: Sequence[Any], *, marker: str, thread: str | None = None, **_: Any
    ) -> dict[str, str]:
        ref = {"channel": channel, "ts": f"{int(self.clock.at.timestamp())}.{next(self._count):06d}"}
        self.blocks[channel, ref["ts"]], self.texts[marker], self.marked[marker] = blocks, text, ref
        if thread is None:
            self.shown(channel, ref["ts"])
        return ref

    async def update(self, channel: str, ts: str, text: str, blocks: Sequence[Any]) -> None:
        self.blocks[channel, ts] = blocks

    async def find(self, channel: str, marker: str, since: datetime, **_: Any) -> dict[str, str] | None:
        return self.marked.get(marker)

    async def permalink(self, channel: str, ts: str) -> str:
        return ""

    async def respond(self, *_: Any, **more: Any) -> None:
        pass

    async def workspace(self) -> str:
        return "T1"

    async def member(self, user: str) -> Member:
        return Member(self.away.get(user))

    async def members(self, users: Sequence[str]) -> Mapping[str, Member]:
        return {user: Member(self.away.get(user)) for user in users}

    async def is_shared(self, channel: str) -> bool:
        return False

    async def close(self) -> None:
        pass


@dataclass
class Pressing:
    """Turns what people press into deliveries, as Slack's door files them."""

    clock: SetClock
    dice: Random
    workspace: Workspace
    team: TeamId
    pressed: int = 0
    pending: list[Delivery] = field(default_factory=list)

    def press(self, user: str, channel: str, ts: str) -> None:
        """One of the buttons that stand there, by dice; nothing where none is to be pressed."""
        found = [each for each in buttons(self.workspace.blocks[channel, ts]) if _job(each, user) in PRESSED]
        if not found:
            return
        self.pressed += 1
        body = _body(self.dice.choice(found), user, channel, ts, self.pressed)
        name, payload = DeliveryId(f"press-{self.pressed}"), json.dumps(body).encode()
        self.pending.append(
            Delivery(source=Source.SLACK, id=name, name="block_actions", body=payload, received=self.clock.at)
        )

    async def deliver(self, mailbox: Mailbox) -> None:
        delivered, self.pending = self.pending, []
        for delivery in delivered:
            body = json.loads(delivery.body)
            job, key = work_of(body)
            assert job is not None
            new = NewJob(kind=job, key=key or f"slack:{body['user']['id']}", team=self.team, lane=0)
            await mailbox.accept(delivery, self.team, new)


def buttons(blocks: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Everything that can be pressed: a button, or one choice of a menu."""
    found: list[dict[str, Any]] = []
    for block in blocks:
        elements = [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else [])]
        for element in elements:
            if "action_id" not in element:
                continue
            pressed = {"action_id": element["action_id"], "block_id": block.get("block_id", "b")}
            options = [*element.get("options", ())]
            options += [each for group in element.get("option_groups", ()) for each in group["options"]]
            found += [pressed | {"selected_option": option} for option in options]
            found += [pressed | {"value": element["value"]}] if "value" in element else []
    return found


def _job(action: Mapping[str, Any], user: str) -> str | None:
    return work_of(_body(action, user, "C", "1", 0))[0]


def _body(action: Mapping[str, Any], user: str, channel: str, ts: str, number: int) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": user},
        "team": {"id": "T1"},
        "trigger_id": f"trigger-{number}",
        "container": {"channel_id": channel, "message_ts": ts},
        "response_url": "https://hooks.test/respond",
        "actions": [dict(action)],
        "state": {"values": {}},
    }
