"""What people do while their agent may die at any moment: they work, ask, press, wait, and try again as people do."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.chaos.cards import WINDOWS, buttons_of, hand, open_asks
from bot.chaos.product import Passed, Product
from bot.chaos.seen import put_off
from bot.chaos.wire import Wire
from integrations.simulator import happenings
from integrations.simulator.nouns import Issue
from integrations.simulator.server import Simulator
from integrations.simulator.slack.wire import NotThere
from integrations.simulator.slack.workspace import Message
from integrations.simulator.traffic import Exchange
from models.clock import SharedClock
from models.copying import rows
from models.errors import DatabaseNotReady
from models.ids import PersonId
from models.whole import whole

PATIENCE = 60.0
"""Seconds until something that must happen is missed."""

TICK = 1.3
"""Seconds until the agent's clock has surely ticked."""

AGAIN = 0.4
"""Seconds until somebody tries again what was not taken."""

LOOK = 0.05
"""Seconds between two looks at what must happen."""

DRAWN = 40
"""Looks until a window is drawn."""

WAYS = ("comment", "comment", "approve", "review", "unblock", "comment", "finish")
"""What is done in turn, in Jira and Bitbucket."""


class Missed(Exception):
    """Something that must happen did not; the story ends here."""


@dataclass
class Flow:
    """The company, the wire and the product, and what people do."""

    folder: Path
    clock: SharedClock
    simulator: Simulator
    wire: Wire
    product: Product
    passed: Passed
    database: str
    troubles: list[str] = field(default_factory=list)
    replies: dict[str, list[str]] = field(default_factory=dict)
    posted: dict[str, list[float]] = field(default_factory=dict)
    patience: float = PATIENCE

    def listen(self) -> None:
        """From now on note what the product says, and when."""
        self.simulator.traffic.listeners.append(self.note_reply)
        self.simulator.traffic.taps.append(self._note_post)

    # --- what people do ---------------------------------------------------------------------------------------

    def work(self, count: int) -> None:
        """``count`` changes in Jira and Bitbucket, spread over the open tickets of the sprint."""
        company = self.simulator.company
        for number in range(count):
            with contextlib.suppress(happenings.NothingFits):
                happenings.HAPPENINGS[WAYS[number % len(WAYS)]].act(company)
                continue
            happenings.comment_on_a_ticket(company)

    def block(self, person: str) -> None:
        """One of somebody's tickets gets stuck."""
        company, member = self.simulator.company, self.simulator.directives.teams[0].member(PersonId(person))
        theirs = (i for i in company.active() if self.may_lose(i) and i.assignee in (member.jira, None))
        issue = next(theirs, None) or next(i for i in company.active() if self.may_lose(i))
        company.edit(issue.key, by=str(member.jira), assignee=str(member.jira), flagged=True)

    def lose_an_owner(self, *, but: str = "") -> str:
        """Somebody takes their name off a ticket in progress; returns its key."""
        company = self.simulator.company
        issue = next(i for i in company.active() if self.may_lose(i) and i.key != but)
        company.edit(issue.key, by=str(issue.assignee), assignee=None)
        return issue.key

    def may_lose(self, issue: Issue) -> bool:
        """Whether it is owned, goes on, and is not stuck."""
        return bool(issue.assignee) and not issue.flagged and self.simulator.company.category(issue) != "done"

    async def insist(self, what: str, once: Callable[[], Awaitable[bool]]) -> None:
        """Somebody tries something again and again until it is taken."""
        end = self.clock.monotonic() + self.patience
        while not await once():
            if self.clock.monotonic() > end:
                raise Missed(f"not within {self.patience:.0f} s: {what}")
            await asyncio.sleep(AGAIN)

    async def ask(self, person: str, words: str = "status sprint 24") -> None:
        """Somebody asks until the command is taken."""

        async def once() -> bool:
            said = self.simulator.slack_out.command(self.slack_id(person), self.channel(), "/pm", words)
            return (await said).ok

        await self.insist(f"{person} asks {words!r}", once)

    def mention(self, person: str, words: str) -> None:
        """Somebody asks in the channel."""
        self.simulator.slack_out.say(
            self.slack_id(person), self.channel(), f"<@{self.simulator.workspace.bot}> {words}"
        )

    async def press(self, person: str, ask: str, button: str) -> None:
        """Somebody presses a button of an ask until that is taken or the button is gone."""

        async def once() -> bool:
            found = self.buttons(button).get(ask)
            if found is None:
                return True
            where, used = hand(*found, ask, button)
            if not await self._click(person, where, used):
                return False
            return button not in WINDOWS or await self.fill_in(person, ask, "reason", "not_needed")

        await self.insist(f"{person} presses {button}", once)

    async def tap(self, person: str, name: str, words: str) -> None:
        """Somebody asks for something with a button, and presses that, until it is taken."""

        async def once() -> bool:
            await self.ask(person, words)
            for _ in range(DRAWN):
                await asyncio.sleep(LOOK)
                if await self._tapped(person, name):
                    return True
            return False

        await self.insist(f"{person} presses {name}", once)

    async def _tapped(self, person: str, name: str) -> bool:
        seen = (None, self.slack_id(person))
        shown = [m for m in self.simulator.workspace.messages.values() if m.only_for in seen]
        for message in reversed(shown):
            for used in buttons_of(message, name):
                return await self._click(person, {"channel": message.channel, "ts": message.ts}, used)
        return False

    async def edit(self, person: str, ask: str) -> None:
        """Somebody says yes to something else than was proposed, until the question is gone."""

        async def once() -> bool:
            found = self.buttons("edit").get(ask)
            if found is None:
                return True
            where, used = hand(*found, ask, "edit")
            return await self._click(person, where, used) and await self.fill_in(person, ask, "value", "")

        await self.insist(f"{person} edits", once)

    async def _click(self, person: str, where: dict[str, Any], used: dict[str, Any]) -> bool:
        try:
            return (await self.simulator.slack_out.click(self.slack_id(person), where, used)).ok
        except NotThere:
            return False

    async def fill_in(self, person: str, ask: str, block: str, wanted: str) -> bool:
        """Somebody fills in a question's window once it is drawn; ``False`` when it was not in time.

        Without ``wanted`` they choose anything but what is chosen.
        """
        workspace, user = self.simulator.workspace, self.slack_id(person)
        for _ in range(DRAWN):
            await asyncio.sleep(LOOK)
            view = workspace.views.get(workspace.open_views.get(user, ""), {})
            fields = {each.get("block_id"): each.get("element") for each in view.get("blocks", ())}
            if ask in str(view.get("private_metadata", "")) and block in fields:
                chosen = _chosen(fields[block], wanted)
                return not (await self.simulator.slack_out.submit(user, view["id"], {block: {block: chosen}})).get(
                    "errors"
                )
        return False

    # --- what they see ----------------------------------------------------------------------------------------

    def slack_id(self, person: str) -> str:
        """Whom Slack knows them as."""
        return str(self.simulator.directives.teams[0].member(PersonId(person)).slack)

    def channel(self) -> str:
        """Where the team talks."""
        name = self.simulator.directives.teams[0].channels["team"].lstrip("#")
        return next(c.id for c in self.simulator.workspace.channels.values() if c.name == name)

    def said(self) -> list[Message]:
        """Everything the agent has said that lasts."""
        workspace = self.simulator.workspace
        return [m for m in workspace.messages.values() if m.user == workspace.bot and m.only_for is None]

    def buttons(self, button: str = "approve") -> dict[str, tuple[Message, str]]:
        """The open asks: by approval id, the message and the block of the button, or of the box in a list."""
        return {ask: (message, block) for message in self.said() for ask, block in open_asks(message, button)}

    def note_reply(self, exchange: Exchange) -> None:
        """Remember an answer that came through a response URL: it is the last thing said."""
        if exchange.way == "in" and exchange.path.startswith("/response/") and exchange.status == 200:
            said = next(reversed(self.simulator.workspace.messages.values()))
            self.replies.setdefault(exchange.path.rpartition("/")[2], []).append(said.text)

    def _note_post(self, request: web.Request, body: bytes, reply: web.StreamResponse) -> None:
        """Remember when a message was taken."""
        if request.path.endswith("/chat.postMessage") and isinstance(reply, web.Response) and reply.text:
            said = json.loads(reply.text)
            if said.get("ok"):
                self.posted.setdefault(str(said["channel"]), []).append(self.clock.real().timestamp())

    async def until(self, what: str, holds: Callable[[], bool]) -> None:
        """Wait for something that must happen."""
        end = self.clock.monotonic() + self.patience
        while not holds():
            if self.clock.monotonic() > end:
                raise Missed(f"not within {self.patience:.0f} s: {what}")
            await asyncio.sleep(LOOK)

    async def quiet(self) -> None:
        """Wait until nothing is on its way to the product or in its queue, twice in a row."""
        end, still = self.clock.monotonic() + self.patience, 0
        while still < 2:
            if self.clock.monotonic() > end:
                raise Missed(f"not quiet within {self.patience:.0f} s: {await self.product.queue()}")
            still = still + 1 if await self._is_quiet() else 0
            await asyncio.sleep(3 * LOOK)

    async def _is_quiet(self) -> bool:
        outside = self.simulator.webhooks
        if outside is None or outside.busy or self.simulator.slack_out.busy:
            return False
        await self.wire.idle()
        queue = await self.product.queue()
        if queue is None or queue["running"] or queue["deliveries_unseen"]:
            return False
        return not sum(queue["waiting"].values()) or await asyncio.to_thread(self._waits_for_later)

    def _waits_for_later(self) -> bool:
        """Whether all that waits was looked at and put off, such as to tomorrow's one message."""
        with contextlib.suppress(DatabaseNotReady), whole(self.database, read_only=True) as connection:
            kept = rows(connection, "jobs", "effects")
            put = put_off(kept["jobs"], kept["effects"])
            return all(job["id"] in put for job in kept["jobs"] if job["state"] == "waiting")
        return False

    async def later(self, by: timedelta) -> None:
        """Company time jumps."""
        self.clock.advance(by)
        await asyncio.sleep(TICK)


def _chosen(element: Any, wanted: str) -> dict[str, Any]:
    """What somebody picks of the options of a field: ``wanted``, or anything but what is picked."""
    picked = (element.get("initial_option") or {}).get("value")
    fits = (each for each in element["options"] if (each["value"] == wanted if wanted else each["value"] != picked))
    return {"type": element["type"], "selected_option": next(fits)}
